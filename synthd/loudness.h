/*
 * loudness - K-weighted level as in ITU-R BS.1770, without gating: what a meter shows from
 * chunk to chunk.
 *
 * Unit:    1 is full scale; LUFS.
 * Memory:  the caller's struct.
 * Threads: pure; one thread.
 */
#ifndef AURALIS_LOUDNESS_H
#define AURALIS_LOUDNESS_H

#include <stdint.h>

struct loudness_stage {
    double b[3], a[2]; /* normalised: a0 is 1 */
    double z[2][2];    /* [side] transposed direct form II */
};

struct loudness {
    struct loudness_stage shelf, highpass;
    double sum; /* of squares since the last reading, both sides */
    uint32_t frames;
};

void loudness_init(struct loudness *loudness, uint32_t rate_hz);
void loudness_add(struct loudness *loudness, const float *left, const float *right,
                  uint32_t n_frames);
/* The level of what was added since the last reading; -120 for silence. */
float loudness_read(struct loudness *loudness);

#endif
