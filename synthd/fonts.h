/*
 * fonts - which SoundFonts there are, and what they say about themselves.
 *
 * Memory:  plain values.
 * Threads: at start-up.
 * Errors:  0, or -errno.
 */
#ifndef AURALIS_FONTS_H
#define AURALIS_FONTS_H

#include "synthd/soundfont_info.h"

enum { FONTS_MAX = 8, FONT_PATH_BYTES = 256 };

struct fonts {
    int n;
    const char
        *paths[FONTS_MAX]; /* [n] in order of preference; paths[0] is the one asked for */
    char texts[FONTS_MAX][FONT_PATH_BYTES];
};

/* The font asked for, then any other that is installed, for when it is missing or broken. */
void fonts_find(struct fonts *fonts, const char *asked_for);
/* Reads the beginning of a font. */
int fonts_info(const char *path, struct soundfont_info *info);

#endif
