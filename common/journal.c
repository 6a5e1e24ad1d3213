#include "common/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FRAME_DIGITS = 20, PATH_BYTES = 1024 };

/* "00000000000001234567.jsonl" and nothing else in the folder is the journal's. */
static int is_journal_file(const struct dirent *entry)
{
    return strspn(entry->d_name, "0123456789") == FRAME_DIGITS &&
           strcmp(entry->d_name + FRAME_DIGITS, ".jsonl") == 0;
}

/* The files by frame, oldest first; freed with free_files(). */
static int list_files(const char *dir, struct dirent ***files)
{
    const int n = scandir(dir, files, is_journal_file, alphasort);

    return n < 0 ? -errno : n;
}

static void free_files(struct dirent **files, int n)
{
    for (int i = 0; i < n; i++) {
        free(files[i]);
    }
    free(files);
}

static void file_path(char path[PATH_BYTES], const char *dir, const char *name)
{
    snprintf(path, PATH_BYTES, "%.700s/%.255s", dir, name);
}

/* Where the last whole line of an open file ends, or -errno. */
static off_t whole_lines_end(int fd, off_t size)
{
    char block[4096];

    while (size > 0) {
        const off_t start = size > (off_t)sizeof block ? size - (off_t)sizeof block : 0;
        const ssize_t n = pread(fd, block, (size_t)(size - start), start);

        if (n < 0) {
            return -errno; /* nothing may be cut then */
        }
        for (ssize_t i = n; i > 0; i--) {
            if (block[i - 1] == '\n') {
                return start + i;
            }
        }
        size = start;
    }
    return 0;
}

/* Opens the newest file for appending, without the half line that a crash may have left. */
static int open_last(struct journal *journal, const char *name)
{
    char path[PATH_BYTES];
    struct stat facts;

    file_path(path, journal->dir, name);
    const int fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0) {
        return -errno;
    }
    if (fstat(fd, &facts) != 0) {
        close(fd);
        return -EIO;
    }
    const off_t end = whole_lines_end(fd, facts.st_size);
    int rc = end < 0 ? (int)end : 0;

    if (rc == 0 && end != facts.st_size && ftruncate(fd, end) != 0) {
        rc = -errno;
    }
    if (rc != 0) {
        close(fd);
        return rc;
    }
    journal->fd_plus_one = fd + 1;
    journal->file_bytes = (size_t)end;
    journal->file_frame = strtoull(name, NULL, 10);
    return 0;
}

int journal_open(struct journal *journal, const char *dir, uint32_t rate_hz)
{
    struct dirent **files = NULL;

    memset(journal, 0, sizeof *journal);
    snprintf(journal->dir, sizeof journal->dir, "%s", dir);
    journal->frames_per_hour = (uint64_t)rate_hz * 3600;
    if (mkdir(dir, 0750) != 0 && errno != EEXIST) {
        return -errno;
    }
    const int n = list_files(dir, &files);

    if (n < 0) {
        return n;
    }
    const int rc = n > 0 ? open_last(journal, files[n - 1]->d_name) : 0;

    free_files(files, n);
    return rc;
}

bool journal_wants_file(const struct journal *journal)
{
    return journal->fd_plus_one == 0 || journal->file_bytes >= JOURNAL_FILE_BYTES;
}

static void close_file(struct journal *journal)
{
    if (journal->fd_plus_one != 0) {
        close(journal->fd_plus_one - 1);
    }
    journal->fd_plus_one = 0;
    journal->file_bytes = 0;
}

static bool is_too_old(const struct journal *journal, const char *next_name, uint64_t now_frame)
{
    /* a file's events end where the next file begins */
    const uint64_t end_frame = strtoull(next_name, NULL, 10);

    return now_frame > end_frame &&
           now_frame - end_frame > JOURNAL_HOURS * journal->frames_per_hour;
}

/* Drops files from the oldest on while they are too old or all of them are too much. */
static void drop_oldest(struct journal *journal, uint64_t now_frame)
{
    struct dirent **files = NULL;
    const int n = list_files(journal->dir, &files);
    long total = 0;
    char path[PATH_BYTES];

    for (int i = n - 1; i >= 0; i--) {
        struct stat facts;

        file_path(path, journal->dir, files[i]->d_name);
        total += stat(path, &facts) == 0 ? (long)facts.st_size : 0;
        if (i < n - 1 && (total > JOURNAL_MAX_BYTES - JOURNAL_FILE_BYTES ||
                          is_too_old(journal, files[i + 1]->d_name, now_frame))) {
            unlink(path);
        }
    }
    if (n >= 0) {
        free_files(files, n);
    }
}

int journal_begin_file(struct journal *journal, uint64_t frame)
{
    char name[32];
    char path[PATH_BYTES];
    /* names are read in their order, which is that of writing */
    const uint64_t later = frame > journal->file_frame ? frame : journal->file_frame;

    snprintf(name, sizeof name, "%020llu.jsonl", (unsigned long long)later);
    file_path(path, journal->dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);

    if (fd < 0 && errno == ENOENT && mkdir(journal->dir, 0750) == 0) { /* had no room before */
        fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);
    }
    if (fd < 0) {
        return -errno;
    }
    close_file(journal);
    journal->fd_plus_one = fd + 1;
    journal->file_bytes = (size_t)lseek(fd, 0, SEEK_END);
    journal->file_frame = later;
    drop_oldest(journal, later);
    return 0;
}

int journal_append(struct journal *journal, const char *line)
{
    const size_t len = strlen(line);
    struct iovec parts[2] = {{(void *)(uintptr_t)line, len}, {(void *)(uintptr_t) "\n", 1}};

    if (journal->fd_plus_one == 0) {
        return -EBADF;
    }
    const int fd = journal->fd_plus_one - 1;
    const ssize_t n = writev(fd, parts, 2);

    if (n == (ssize_t)len + 1) {
        journal->file_bytes += len + 1;
        return 0;
    }
    const int rc = n < 0 ? -errno : -ENOSPC;

    /* a partial line would swallow the next one */
    if (n > 0 && ftruncate(fd, (off_t)journal->file_bytes) != 0) {
        close_file(journal);
    }
    return rc;
}

int journal_set_aside(struct journal *journal, const char *suffix)
{
    char aside[PATH_BYTES];
    char from[PATH_BYTES];
    char to[PATH_BYTES];
    struct dirent **files = NULL;

    close_file(journal);
    journal->file_frame = 0;
    snprintf(aside, sizeof aside, "%.255s%.16s", journal->dir, suffix);
    const int n_old = list_files(aside, &files);

    for (int i = 0; i < n_old; i++) {
        file_path(from, aside, files[i]->d_name);
        unlink(from);
    }
    if (n_old >= 0) {
        free_files(files, n_old);
    } else if (mkdir(aside, 0750) != 0 && errno != EEXIST) {
        return -errno;
    }
    const int n = list_files(journal->dir, &files);

    for (int i = 0; i < n; i++) {
        file_path(from, journal->dir, files[i]->d_name);
        file_path(to, aside, files[i]->d_name);
        if (rename(from, to) != 0) {
            unlink(from);
        }
    }
    if (n >= 0) {
        free_files(files, n);
    }
    return n < 0 ? n : 0;
}

void journal_finish(struct journal *journal)
{
    close_file(journal);
}

static int read_lines(const char *path, journal_line_fn *line, void *user)
{
    FILE *const file = fopen(path, "re");
    char *text = NULL;
    size_t size = 0;
    ssize_t len;
    int rc = 0;

    if (file == NULL) {
        return errno == ENOENT ? 0 : -errno; /* dropped while we looked: too old to matter */
    }
    while (rc == 0 && (len = getline(&text, &size, file)) > 0) {
        if (text[len - 1] != '\n') {
            break; /* half-written */
        }
        text[len - 1] = '\0';
        rc = line(user, text, (size_t)len - 1);
    }
    free(text);
    fclose(file);
    return rc;
}

int journal_read(const char *dir, uint64_t from_frame, journal_line_fn *line, void *user)
{
    struct dirent **files = NULL;
    const int n = list_files(dir, &files);
    int first = 0;
    int rc = 0;

    if (n <= 0) {
        if (n == 0) {
            free_files(files, n);
        }
        return n < 0 ? n : -ENOENT;
    }
    for (int i = 0; i < n; i++) {
        if (strtoull(files[i]->d_name, NULL, 10) <= from_frame) {
            first = i;
        }
    }
    for (int i = first; i < n && rc == 0; i++) {
        char path[PATH_BYTES];

        file_path(path, dir, files[i]->d_name);
        rc = read_lines(path, line, user);
    }
    free_files(files, n);
    return rc;
}
