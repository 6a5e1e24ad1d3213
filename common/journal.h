/*
 * journal - every published phrase and accepted change, a line of JSON each, in files of a
 * folder.
 *
 * composerd appends; synthd, which may be away, reads. A file begins with a `params` line
 * and is called by the frame (20 digits, .jsonl) at which all that was written before it is
 * over: from there on it can be read alone. The oldest go when the folder holds more than 24
 * h or 64 MiB. A half-written last line is expected after a crash: it is left out, and cut
 * before more is written.
 *
 * Memory:  the struct is the caller's; journal_finish() accepts a zeroed one.
 * Threads: one writer; readers at any time.
 * Errors:  0, or -errno.
 */
#ifndef AURALIS_JOURNAL_H
#define AURALIS_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JOURNAL_FILE_BYTES = 256 * 1024, JOURNAL_HOURS = 24 };
#define JOURNAL_MAX_BYTES (64L * 1024 * 1024)

struct journal {
    char dir[256];
    int fd_plus_one;
    size_t file_bytes;
    uint64_t file_frame; /* what the newest file is called by */
    uint64_t frames_per_hour;
};

/* Opens the folder for appending (made when missing) and cuts a half-written last line. */
int journal_open(struct journal *journal, const char *dir, uint32_t rate_hz);
/* Whether the next append begins a new file: the caller gives it a `params` line first. */
bool journal_wants_file(const struct journal *journal);
/* Begins a file that can be read alone from `frame` on, and drops what is too old or too
 * much. Goes on with the newest one when that is called by a later frame; file_bytes is not
 * 0 then. */
int journal_begin_file(struct journal *journal, uint64_t frame);
/* Appends one line (without its newline) in a single write. */
int journal_append(struct journal *journal, const char *line);
/* Moves every file aside into DIR<suffix> (what was there before goes) and leaves the folder
 * empty. */
int journal_set_aside(struct journal *journal, const char *suffix);
void journal_finish(struct journal *journal);

/* Gives each whole line, oldest first, of the last file whose name is at or below from_frame
 * and of every later one; all of them when none is. Stops when `line` returns non-zero, and
 * returns that. -ENOENT when there is no journal. */
typedef int journal_line_fn(void *user, const char *line, size_t len);
int journal_read(const char *dir, uint64_t from_frame, journal_line_fn *line, void *user);

#endif
