/*
 * bells - loops of one or two strokes with periods in seconds that share no small-integer
 * ratio, so that they never come round together. They go on through phrases, keys and tempi.
 *
 * Threads: pure.
 */
#ifndef AURALIS_BELLS_H
#define AURALIS_BELLS_H

#include "composerd/score.h"

enum { BELL_RATIO_MAX = 5 }; /* integers up to here count as small */
#define BELL_RATIO_TOLERANCE 0.02

/* Draws the loops; they begin at composer->frame. */
void bells_plant(struct composer *composer);
void bells_play(struct score *score);

/* Whether two periods are near a ratio of small integers. */
bool bells_related(int32_t a_frames, int32_t b_frames);

#endif
