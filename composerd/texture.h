/*
 * texture - what is neither chord nor melody: swells, a soft kick, a rare brush.
 *
 * Threads: pure.
 */
#ifndef AURALIS_TEXTURE_H
#define AURALIS_TEXTURE_H

#include "composerd/score.h"

enum { KICK_MIDI = 36, BRUSH_MIDI = 60 };

void texture_play(struct score *score);

#endif
