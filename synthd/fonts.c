#include "synthd/fonts.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXTURE_FILE "auralis-texture.sf2"

static bool read_file(void *user, uint64_t offset, void *dst, size_t n)
{
    const int fd = *(const int *)user;
    size_t done = 0;

    while (done < n) {
        const ssize_t got =
            pread(fd, (char *)dst + done, n - done, (off_t)(offset + (uint64_t)done));

        if (got <= 0 && !(got < 0 && errno == EINTR)) {
            return false;
        }
        done += got > 0 ? (size_t)got : 0;
    }
    return true;
}

static int refuse(struct font *font, int rc, const char *reason)
{
    snprintf(font->reason.text, sizeof font->reason.text, "%s", reason);
    return rc;
}

/* A regular file, or -errno. Without O_NONBLOCK a pipe would be waited for. */
static int open_regular(struct font *font, uint64_t *n_bytes)
{
    struct stat status;
    const int fd = open(font->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0) {
        return refuse(font, -errno, strerror(errno));
    }
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        close(fd);
        return refuse(font, -EINVAL,
                      S_ISDIR(status.st_mode) ? "it is a folder" : "it is no regular file");
    }
    *n_bytes = (uint64_t)status.st_size;
    return fd;
}

static void read_info(struct font *font, const struct soundfont_source *source)
{
    const size_t n =
        source->n_bytes < SOUNDFONT_HEAD_BYTES ? (size_t)source->n_bytes : SOUNDFONT_HEAD_BYTES;
    uint8_t *const head = malloc(n);

    if (head != NULL && source->read(source->user, 0, head, n)) {
        soundfont_info_read(head, n, &font->about);
    }
    free(head);
}

int font_open(struct font *font, const char *path)
{
    struct soundfont_source source = {.read = read_file};

    memset(font, 0, sizeof *font);
    snprintf(font->path, sizeof font->path, "%s", path);
    int fd = open_regular(font, &source.n_bytes);

    if (fd < 0) {
        return fd;
    }
    source.user = &fd;
    const int rc = soundfont_check(&source, &font->reason);

    if (rc == 0) {
        font->usable = true;
        read_info(font, &source);
    }
    close(fd);
    return rc;
}

/* Beside the program in the build folder, in its data folder where it was installed. */
static void find_texture(char *path, size_t size)
{
    char self[FONT_PATH_BYTES] = "";
    const ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    const char *const folder = len > 0 ? dirname(self) : ".";

    snprintf(path, size, "%s/" TEXTURE_FILE, folder);
    if (access(path, F_OK) != 0) {
        snprintf(path, size, "%s/" AURALIS_DATA_FROM_PROGRAM "/" TEXTURE_FILE, folder);
    }
}

void fonts_open(struct fonts *fonts, const struct font_paths *paths)
{
    char texture[FONT_PATH_BYTES];

    font_open(&fonts->fonts[TIMBRE_FONT_gm], paths->gm);
    if (paths->piano[0] == '\0') {
        fonts->fonts[TIMBRE_FONT_piano] = fonts->fonts[TIMBRE_FONT_gm];
    } else {
        font_open(&fonts->fonts[TIMBRE_FONT_piano], paths->piano);
    }
    find_texture(texture, sizeof texture);
    font_open(&fonts->fonts[TIMBRE_FONT_texture],
              paths->texture[0] != '\0' ? paths->texture : texture);
}
