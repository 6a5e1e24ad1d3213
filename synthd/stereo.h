/*
 * stereo - one block of sound, left beside right.
 *
 * Unit:    1 is full scale.
 */
#ifndef AURALIS_STEREO_H
#define AURALIS_STEREO_H

#include "common/phrase.h"

struct stereo {
    float left[BLOCK_FRAMES], right[BLOCK_FRAMES];
};

/* fmaxf() and fminf() are calls; these are one instruction each. A `b` that is not a number is
 * left out. */
static inline float larger(float a, float b)
{
    return b > a ? b : a;
}

static inline float smaller(float a, float b)
{
    return b < a ? b : a;
}

#endif
