/*
 * mixer - the timbres' stems into one dry block and what goes to the effects.
 *
 * Unit:    linear gains; a block moves in a straight line from its first gains to its last.
 * Memory:  the caller's struct; nothing here allocates.
 * Threads: pure; one thread.
 */
#ifndef AURALIS_MIXER_H
#define AURALIS_MIXER_H

#include "common/timbres.h"
#include "synthd/changes.h"
#include "synthd/stereo.h"

/* How a timbre comes into the mix. */
struct strip {
    double level, room, echo; /* linear */
    double width;
};

struct mixer {
    struct strip strips[TIMBRE_COUNT];
};

struct buses {
    struct stereo dry, room, echo;
};

/* The gain that a mix parameter stands for: 0 is silence, 0.8 is 1. */
double mixer_gain(double mix);

void mixer_init(struct mixer *mixer, const struct timbre timbres[TIMBRE_COUNT]);
/* Overwrites the buses. `sound` holds the values at `frame`, the block's first, and behind its
 * last. */
void mixer_block(struct mixer *mixer, uint64_t frame, const struct stereo stems[TIMBRE_COUNT],
                 const struct sound sound[2], struct buses *buses);

#endif
