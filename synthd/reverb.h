/*
 * reverb - the room: a feedback delay network of eight lines (Jot and Chaigne, 1991) behind a
 * pre-delay and two allpass diffusers a side.
 *
 * The slow motion of the lines is a function of the absolute frame, so two rooms that have
 * heard the same for a few seconds sound the same, whenever each of them began.
 *
 * Unit:    frames; 1 is full scale.
 * Memory:  the caller's struct (about 200 kB); nothing here allocates.
 * Threads: pure; one thread.
 */
#ifndef AURALIS_REVERB_H
#define AURALIS_REVERB_H

#include "synthd/stereo.h"

#include <stdint.h>

enum {
    REVERB_LINES = 8,
    REVERB_LINE_FRAMES = 4096, /* a power of two, more than the longest line at 48 kHz */
    REVERB_PREDELAY_FRAMES = 4096,
    REVERB_DIFFUSERS = 4, /* two a side */
    REVERB_DIFFUSER_FRAMES = 1024,
};

#define REVERB_RT60_S     2.6
#define REVERB_PREDELAY_S 0.030

struct reverb {
    uint32_t rate_hz;
    uint32_t at; /* where the next block is written, in all buffers */
    uint32_t predelay_frames;
    uint32_t diffuser_frames[REVERB_DIFFUSERS];
    float line_frames[REVERB_LINES]; /* at rest */
    float feedback[REVERB_LINES];
    float damping; /* of the lines' one-pole low-pass */
    float low_cut; /* of the input's one-pole high-pass */
    float damped[REVERB_LINES], low[2];
    uint64_t sway_frame;      /* the next block's, */
    float sway[REVERB_LINES]; /* at which the lines are so much longer */
    float predelay[2][REVERB_PREDELAY_FRAMES];
    float diffusers[REVERB_DIFFUSERS][REVERB_DIFFUSER_FRAMES];
    float lines[REVERB_LINES][REVERB_LINE_FRAMES];
};

void reverb_init(struct reverb *reverb, uint32_t rate_hz);
/* Forgets what was heard. */
void reverb_clear(struct reverb *reverb);
/* The block at `frame`: overwrites `wet`. */
void reverb_block(struct reverb *reverb, uint64_t frame, const struct stereo *send,
                  struct stereo *wet);

#endif
