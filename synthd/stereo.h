/*
 * stereo - one block of sound, left beside right.
 *
 * Unit:    1 is full scale.
 */
#ifndef AURALIS_STEREO_H
#define AURALIS_STEREO_H

#include "common/phrase.h"

#include <math.h>

struct stereo {
    float left[BLOCK_FRAMES], right[BLOCK_FRAMES];
};

/* The same, of one block or several in a row, somewhere else. */
struct stem {
    float *left, *right;
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

/* The largest of so many samples, in several lanes: one after the other, each comparison would
 * wait for the one before it. */
static inline float largest(const float *samples, uint32_t n)
{
    enum { LANES = 8 };
    float peaks[LANES] = {0};
    float peak = 0;
    uint32_t i = 0;

    for (; i + LANES <= n; i += LANES) {
        for (int lane = 0; lane < LANES; lane++) {
            peaks[lane] = larger(peaks[lane], fabsf(samples[i + (uint32_t)lane]));
        }
    }
    for (; i < n; i++) {
        peak = larger(peak, fabsf(samples[i]));
    }
    for (int lane = 0; lane < LANES; lane++) {
        peak = larger(peak, peaks[lane]);
    }
    return peak;
}

#endif
