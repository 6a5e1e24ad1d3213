/*
 * pads - the chords: four voices, two more an octave above when it is intense, never a hole.
 *
 * A voice's note lasts until its chord is to end, and 0.8 to 1.5 s over. A voice that would end
 * earlier than 0.8 s after the next beat (a long chord, a changed tempo, a level that was
 * turned up) is struck again; not in the last chord of all, which rings.
 *
 * Threads: pure.
 */
#ifndef AURALIS_PADS_H
#define AURALIS_PADS_H

#include "composerd/score.h"

void pads_play(struct score *score);

#endif
