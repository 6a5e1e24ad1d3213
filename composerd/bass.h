/*
 * bass - one low note at a time, struck at bar lines: mostly the root, sometimes the fifth
 * later in a chord, or the tonic held below.
 *
 * Threads: pure.
 */
#ifndef AURALIS_BASS_H
#define AURALIS_BASS_H

#include "composerd/score.h"

void bass_play(struct score *score);

#endif
