/*
 * soundfont_check - whether a file is a whole SoundFont, before FluidSynth gets to read it:
 * every list is there, whole and within the file, and every index within the list that it
 * points into.
 *
 * Memory:  the caller's; a few kilobytes of stack, whatever the file's size.
 * Threads: pure, but for the source.
 * Errors:  0, -EPROTO with the reason when it is no whole SoundFont, -EIO when it cannot be
 *          read.
 */
#ifndef AURALIS_SOUNDFONT_CHECK_H
#define AURALIS_SOUNDFONT_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where its bytes come from. */
struct soundfont_source {
    void *user;
    uint64_t n_bytes;
    /* Fills dst; nothing beyond n_bytes is asked for. */
    bool (*read)(void *user, uint64_t offset, void *dst, size_t n);
};

struct soundfont_reason {
    char text[160];
};

int soundfont_check(const struct soundfont_source *source, struct soundfont_reason *reason);

#endif
