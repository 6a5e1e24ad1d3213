#include "streamd/page.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { FILE_MAX_BYTES = 4 << 20, GZIP_WINDOW_BITS = 15 + 16, GZIP_MEMORY_LEVEL = 9 };

/* What belongs to a page; a folder may hold other things. */
static const struct {
    const char *ending, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
};

static const char *find_type(const char *name)
{
    const char *ending = strrchr(name, '.');

    for (size_t i = 0; ending && i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcmp(ending, types[i].ending) == 0) {
            return strcmp(name, "CMakeLists.txt") == 0 ? NULL : types[i].type;
        }
    }
    return NULL;
}

/* An ETag that changes when the content does (FNV-1a). */
static void make_etag(struct page_body *body)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < body->len; i++) {
        hash = (hash ^ body->bytes[i]) * UINT64_C(1099511628211);
    }
    snprintf(body->etag, sizeof(body->etag), "\"%016" PRIx64 "\"", hash);
}

static int body_alloc(struct page_body *body, size_t max_bytes)
{
    unsigned char *room = malloc(PAGE_ROOM_BYTES + max_bytes);

    body->bytes = room ? room + PAGE_ROOM_BYTES : NULL;
    return room ? 0 : -ENOMEM;
}

static void body_finish(struct page_body *body)
{
    if (body->bytes) {
        free(body->bytes - PAGE_ROOM_BYTES);
    }
    *body = (struct page_body){0};
}

static int read_body(struct page_body *body, const char *path)
{
    FILE *in = fopen(path, "rb");
    long len = -1;

    if (!in) {
        return -errno;
    }
    if (fseek(in, 0, SEEK_END) == 0) {
        len = ftell(in);
        rewind(in);
    }
    int rc = len < 0 || len > FILE_MAX_BYTES ? -EFBIG : body_alloc(body, (size_t)len);

    if (rc == 0) {
        body->len = fread(body->bytes, 1, (size_t)len, in);
        rc = body->len == (size_t)len ? 0 : -EIO;
        make_etag(body);
    }
    fclose(in);
    return rc;
}

/* Makes the compressed body, unless it is no smaller. */
static int compress_body(struct page_body *gzip, const struct page_body *plain)
{
    z_stream stream = {.next_in = plain->bytes, .avail_in = (uInt)plain->len};
    int rc = body_alloc(gzip, plain->len);

    if (rc < 0) {
        return rc;
    }
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW_BITS,
                     GZIP_MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
        return -ENOMEM;
    }
    stream.next_out = gzip->bytes;
    stream.avail_out = (uInt)plain->len;
    if (deflate(&stream, Z_FINISH) == Z_STREAM_END) {
        gzip->len = stream.total_out;
        make_etag(gzip);
    } else {
        body_finish(gzip);
    }
    deflateEnd(&stream);
    return 0;
}

static void file_finish(struct page_file *file)
{
    body_finish(&file->plain);
    body_finish(&file->gzip);
}

static int add_file(struct page *page, const char *dir, const char *name)
{
    char path[1024];
    struct page_file *file = &page->files[page->n];
    const char *type = find_type(name);

    if (!type || strlen(name) >= PAGE_NAME_BYTES) {
        return 0;
    }
    if (page->n == PAGE_FILES) {
        return -E2BIG;
    }
    *file = (struct page_file){.content_type = type};
    snprintf(file->name, sizeof(file->name), "%s", name);
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    int rc = read_body(&file->plain, path);

    if (rc == 0) {
        rc = compress_body(&file->gzip, &file->plain);
    }
    if (rc < 0) {
        file_finish(file);
        return rc;
    }
    page->n++;
    return 0;
}

static int read_folder(struct page *page, const char *dir)
{
    DIR *folder = opendir(dir);
    int rc = 0;

    if (!folder) {
        return -errno;
    }
    for (const struct dirent *entry = readdir(folder); entry && rc == 0;
         entry = readdir(folder)) {
        if (entry->d_name[0] != '.') {
            rc = add_file(page, dir, entry->d_name);
        }
    }
    closedir(folder);
    if (rc == 0 && !page_find(page, "/")) {
        rc = -ENOENT;
    }
    return rc;
}

int page_load(struct page *page, const char *dir)
{
    struct page *loaded = calloc(1, sizeof(*loaded));

    if (!loaded) {
        return -ENOMEM;
    }
    const int rc = read_folder(loaded, dir);

    if (rc < 0) {
        page_finish(loaded);
    } else {
        page_finish(page);
        *page = *loaded;
    }
    free(loaded);
    return rc;
}

const struct page_file *page_find(const struct page *page, const char *path)
{
    const char *name = strcmp(path, "/") == 0 ? "index.html" : path + 1;

    for (int i = 0; path[0] == '/' && i < page->n; i++) {
        if (strcmp(page->files[i].name, name) == 0) {
            return &page->files[i];
        }
    }
    return NULL;
}

/* Whether the list names gzip, and not as ";q=0". */
static int accepts_gzip(const char *accept_encoding)
{
    const char *gzip = strstr(accept_encoding, "gzip");

    return gzip && strncmp(gzip + 4, ";q=0", 4) != 0;
}

const struct page_body *page_body(const struct page_file *file, const char *accept_encoding)
{
    return file->gzip.bytes && accepts_gzip(accept_encoding) ? &file->gzip : &file->plain;
}

void page_finish(struct page *page)
{
    for (int i = 0; i < page->n; i++) {
        file_finish(&page->files[i]);
    }
    page->n = 0;
}
