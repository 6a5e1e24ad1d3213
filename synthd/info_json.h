/*
 * info_json - what the synth says of itself in the ring's header, as JSON: version, fonts, what
 * is wrong.
 *
 * Memory:  the caller's text.
 * Threads: pure.
 */
#ifndef AURALIS_INFO_JSON_H
#define AURALIS_INFO_JSON_H

#include "synthd/fonts.h"

#include <stddef.h>
#include <stdint.h>

enum { INFO_DEGRADED_MAX = 8, INFO_SENTENCE_BYTES = 240 };

struct synth_info {
    const char *version;
    const char *fluidsynth;
    uint32_t pid;
    struct fonts fonts;
    bool plays[TIMBRE_FONT_COUNT]; /* which of them */
    int n_degraded;
    char degraded[INFO_DEGRADED_MAX][INFO_SENTENCE_BYTES]; /* [n_degraded] sentences */
};

/* Writes one JSON object with its 0. Texts are cut as far as it takes to fit. */
void info_to_json(const struct synth_info *info, char *text, size_t size);

#endif
