/*
 * info_json - what the synth says of itself in the ring's header, as JSON: version, fonts, what
 * is wrong.
 *
 * Memory:  the caller's text.
 * Threads: pure.
 */
#ifndef AURALIS_INFO_JSON_H
#define AURALIS_INFO_JSON_H

#include "synthd/soundfont_info.h"

#include <stddef.h>
#include <stdint.h>

struct synth_info {
    const char *version;
    const char *fluidsynth;
    uint32_t pid;
    const char *font;            /* the path of the one that plays, or NULL */
    struct soundfont_info about; /* it; all "" when it does not say */
    const char *degraded;        /* a sentence, or NULL */
};

/* Writes one JSON object with its 0; "{}" when it does not fit. */
void info_to_json(const struct synth_info *info, char *text, size_t size);

#endif
