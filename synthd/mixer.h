/*
 * mixer - the timbres' stems into one dry block and what goes to the effects.
 *
 * Some timbres sway slowly from side to side, at equal power: a function of the absolute frame.
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
    double sway; /* 1: from one side to the other */
    uint64_t sway_frames;
};

struct mixer {
    uint32_t rate_hz;
    uint32_t blocks_left; /* of the way from before[] to strips[] */
    struct strip strips[TIMBRE_COUNT], before[TIMBRE_COUNT];
};

struct buses {
    struct stereo dry, room, echo;
};

/* The gain that a mix parameter stands for: 0 is silence, 0.8 is 1. */
double mixer_gain(double mix);

void mixer_init(struct mixer *mixer, const struct timbre timbres[TIMBRE_COUNT],
                uint32_t rate_hz);
/* Other timbres from the next block on: glides to them. */
void mixer_change(struct mixer *mixer, const struct timbre timbres[TIMBRE_COUNT]);
/* Overwrites the buses. Without stems (NULL) all are silent. `sound` holds the values at
 * `frame`, the block's first, and behind its last. */
void mixer_block(struct mixer *mixer, uint64_t frame, const struct stem stems[TIMBRE_COUNT],
                 const struct sound sound[2], struct buses *buses);

#endif
