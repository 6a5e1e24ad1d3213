/*
 * soundfont_info - what a SoundFont says about itself: name, maker, copyright, from its INFO
 * list.
 *
 * Memory:  plain values; reads nothing beyond the bytes given.
 * Threads: pure.
 * Errors:  0, or -EPROTO when it does not begin like a SoundFont.
 */
#ifndef AURALIS_SOUNDFONT_INFO_H
#define AURALIS_SOUNDFONT_INFO_H

#include <stddef.h>
#include <stdint.h>

enum { SOUNDFONT_TEXT_BYTES = 256, SOUNDFONT_HEAD_BYTES = 65536 };

/* Printable text, UTF-8 as far as ASCII goes; "" when the font does not say. */
struct soundfont_info {
    char name[SOUNDFONT_TEXT_BYTES];
    char maker[SOUNDFONT_TEXT_BYTES];
    char copyright[SOUNDFONT_TEXT_BYTES];
    char comment[SOUNDFONT_TEXT_BYTES];
};

/* The file's first bytes are enough: SOUNDFONT_HEAD_BYTES, or all of a shorter one. */
int soundfont_info_read(const uint8_t *head, size_t n_bytes, struct soundfont_info *info);

#endif
