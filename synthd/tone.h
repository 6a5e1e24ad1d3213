/*
 * tone - what is done to the whole mix: rumble cut, brightness, width, each a few numbers of
 * state.
 *
 * Unit:    1 is full scale; gains are linear and move in a straight line within a block.
 * Memory:  the caller's structs; a zeroed state is silence before.
 * Threads: pure; one thread.
 */
#ifndef AURALIS_TONE_H
#define AURALIS_TONE_H

#include "synthd/stereo.h"

#include <stdbool.h>
#include <stdint.h>

/* From a block's first frame to behind its last. */
struct ramp {
    double first, last;
};

/* A second-order Butterworth high-pass: some presets carry a strong direct current. */
struct highpass_side {
    double x1, x2, y1, y2; /* in and out, one frame ago and two */
};
struct highpass {
    double b0, a1, a2;
    struct highpass_side sides[2];
};
void highpass_init(struct highpass *highpass, double cutoff_hz, uint32_t rate_hz);
void highpass_block(struct highpass *highpass, struct stereo *block);

/* A first-order shelf: what lies above the corner is scaled by the gain. */
struct shelf {
    float coefficient, low[2];
};
void shelf_init(struct shelf *shelf, double corner_hz, uint32_t rate_hz);
void shelf_block(struct shelf *shelf, struct ramp gain, struct stereo *block);

/* Scales the difference of the sides above the corner and takes it away below: the bass stays
 * in the middle, and nothing is lost in mono. */
struct width {
    float coefficient, low;
};
void width_init(struct width *width, double corner_hz, uint32_t rate_hz);
void width_block(struct width *width, struct ramp gain, struct stereo *block);

void gain_block(struct ramp gain, struct stereo *block);
/* Adds `add` times gain. */
void blend_block(struct ramp gain, const struct stereo *add, struct stereo *block);
/* The largest sample. */
float block_peak(const struct stereo *block);
/* False when a sample is infinite or no number. */
bool block_is_finite(const struct stereo *block);

#endif
