/*
 * fonts - the SoundFonts of the station: where they are, whether they are whole, and what they
 * say about themselves.
 *
 * Memory:  plain values.
 * Threads: one at a time; reads files.
 * Errors:  a font that cannot be used says why.
 */
#ifndef AURALIS_FONTS_H
#define AURALIS_FONTS_H

#include "common/timbres.h"
#include "synthd/soundfont_check.h"
#include "synthd/soundfont_info.h"

#include <stdbool.h>

enum { FONT_PATH_BYTES = 512 };

struct font {
    char path[FONT_PATH_BYTES];
    bool usable;
    struct soundfont_reason reason; /* why it is not */
    struct soundfont_info about;
};

struct fonts {
    struct font fonts[TIMBRE_FONT_COUNT];
};

/* As the settings name them: an empty piano is the General MIDI one, an empty texture the one
 * that was built or installed with the program. */
struct font_paths {
    const char *gm, *piano, *texture;
};

/* Looks at all of them. */
void fonts_open(struct fonts *fonts, const struct font_paths *paths);
/* Looks at one: 0, or -errno with the reason. Nothing but a regular file is read. */
int font_open(struct font *font, const char *path);

#endif
