/*
 * horizon - how far a file of phrases can be rendered while it is still being read.
 *
 * A later line may begin anywhere in what is not yet played, but the composer is never more
 * than a few phrases ahead of what is playing: what lies that far behind the newest phrase
 * cannot change any more.
 *
 * Unit:    frames.
 * Memory:  the caller's struct.
 * Threads: pure.
 */
#ifndef AURALIS_HORIZON_H
#define AURALIS_HORIZON_H

#include "common/phrase.h"

#include <stdint.h>

enum {
    HORIZON_PHRASES = 4, /* at most ahead of the one that plays */
    HORIZON_SECONDS = 240,
    HORIZON_STARTS = 64,
};

struct horizon {
    uint64_t end_frame; /* of the last phrase that still holds */
    uint32_t n_starts;
    uint64_t starts[HORIZON_STARTS]; /* [n_starts] of the phrases that still hold, ascending */
};

void horizon_add(struct horizon *horizon, const struct phrase *phrase);
/* Nothing before this frame will change; 0 when nothing is sure. */
uint64_t horizon_final(const struct horizon *horizon, uint32_t rate_hz);

#endif
