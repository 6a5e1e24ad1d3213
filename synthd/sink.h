/*
 * sink - where --render writes to: a WAV or FLAC file by the name's ending, or raw s16le on
 * standard output for "-".
 *
 * Memory:  the caller's struct; sink_finish() accepts a zeroed one.
 * Threads: one thread.
 * Errors:  0, or -errno.
 */
#ifndef AURALIS_SINK_H
#define AURALIS_SINK_H

#include <stdint.h>
#include <stdio.h>

enum { SINK_MAX_FRAMES = 4096 };

struct flac;

enum sink_kind { SINK_NONE, SINK_RAW, SINK_WAV, SINK_FLAC };

struct sink {
    enum sink_kind kind;
    FILE *file; /* not for FLAC */
    struct flac *flac;
    uint32_t rate_hz;
    uint64_t frames; /* written */
};

/* -EINVAL when the ending is none of those. */
int sink_check(const char *path);
int sink_open(struct sink *sink, const char *path, uint32_t rate_hz);
/* -EFBIG when the format cannot hold more. n_frames at most SINK_MAX_FRAMES. */
int sink_write(struct sink *sink, const uint32_t *words, uint32_t n_frames);
/* Completes the file. What was written is lost to nobody when this is not reached. */
int sink_close(struct sink *sink);
void sink_finish(struct sink *sink);

#endif
