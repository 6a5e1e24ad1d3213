/*
 * mixer - the roles' stems onto three buses by strips.def: dry, to the room, to the echo.
 *
 * Unit:    linear gains; a block moves in a straight line from its first gains to its last.
 * Memory:  plain values.
 * Threads: pure.
 */
#ifndef AURALIS_MIXER_H
#define AURALIS_MIXER_H

#include "synthd/changes.h"
#include "synthd/stereo.h"

struct buses {
    struct stereo dry, room, echo;
};

/* The gain that a mix parameter stands for: 0 is silence, 0.8 is 1. */
double mixer_gain(double mix);

/* Overwrites the buses. The values are those at the block's first frame and behind its last. */
void mixer_block(const struct stereo stems[ROLE_COUNT], const struct sound *first,
                 const struct sound *last, struct buses *out);

#endif
