/*
 * page - the files of the web page, read once and kept, each also compressed when that makes
 * it smaller.
 *
 * Memory:  all in memory, some 100 kB; page_finish() accepts a zeroed struct. A file lives
 *          until the page is loaded again or finished. PAGE_ROOM_BYTES are free before each
 *          body.
 * Threads: the event loop's.
 * Errors:  0, or -errno.
 */
#ifndef AURALIS_PAGE_H
#define AURALIS_PAGE_H

#include <stddef.h>

enum { PAGE_FILES = 128, PAGE_NAME_BYTES = 64, PAGE_ETAG_BYTES = 24, PAGE_ROOM_BYTES = 16 };

struct page_body {
    unsigned char *bytes; /* NULL: there is none */
    size_t len;
    char etag[PAGE_ETAG_BYTES]; /* with its quotes */
};

struct page_file {
    char name[PAGE_NAME_BYTES];
    const char *content_type;
    struct page_body plain, gzip;
};

struct page {
    int n;
    struct page_file files[PAGE_FILES]; /* [n] */
};

/* Reads every file of the folder whose ending is that of a page. -ENOENT when there is no
 * index.html; what was loaded before stays then. */
int page_load(struct page *page, const char *dir);
/* The file at a path: "/" is index.html. NULL when there is none. */
const struct page_file *page_find(const struct page *page, const char *path);
/* The body for a client that accepts these encodings (its Accept-Encoding, "" for none). */
const struct page_body *page_body(const struct page_file *file, const char *accept_encoding);
void page_finish(struct page *page);

#endif
