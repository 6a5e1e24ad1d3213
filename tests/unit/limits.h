/*
 * limits - what must hold of all music, however it was steered: of each phrase, of how it joins
 * what was heard before, and of all that was heard.
 *
 * Unit:    frames.
 * Memory:  init/finish; aborts without memory, as only tests use it.
 * Threads: one.
 * Errors:  a broken limit as text, NULL for none.
 */
#ifndef AURALIS_TESTS_LIMITS_H
#define AURALIS_TESTS_LIMITS_H

#include "composerd/compose.h"
#include "tests/unit/piece.h"

struct bar_heard {
    uint64_t frame;
    double bpm;
};

struct beat_heard {
    uint64_t frame;
    bool pads; /* there must be one until the next beat */
};

struct limits {
    struct piece piece;
    uint32_t rate_hz;
    double slowest_bpm;
    struct bar_heard *bars;   /* [n_bars] */
    struct beat_heard *beats; /* [n_beats] */
    size_t n_bars, n_beats, max_bars, max_beats;
};

/* A composed phrase, and what it was composed from and to. */
struct limits_phrase {
    const struct composition *composed;
    const struct composer *after;
    const struct params *params;
};

void limits_init(struct limits *limits, uint32_t rate_hz);
void limits_finish(struct limits *limits);
/* Hears a phrase; one that breaks a limit is not to be followed by another. */
const char *limits_add(struct limits *limits, const struct limits_phrase *heard);
/* Of all that was heard so far. */
const char *limits_of_all(const struct limits *limits);

#endif
