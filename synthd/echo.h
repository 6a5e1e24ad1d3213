/*
 * echo - two repeats in time with the music: an eighth note later on the left, another eighth
 * later, softer, on the right.
 *
 * There is no feedback, so that it has forgotten after a second. Where the tempo changes, the
 * old times fade into the new ones; no time ever slides, which would bend the pitch.
 *
 * Unit:    frames; 1 is full scale.
 * Memory:  the caller's struct (about 260 kB); nothing here allocates.
 * Threads: pure; one thread.
 */
#ifndef AURALIS_ECHO_H
#define AURALIS_ECHO_H

#include "synthd/bars.h"
#include "synthd/stereo.h"

#include <stdint.h>

enum { ECHO_LINE_FRAMES = 1 << 16 }; /* more than two taps of half a second at 48 kHz */

#define ECHO_MIN_S  0.25
#define ECHO_MAX_S  0.5
#define ECHO_FADE_S 0.1

struct echo {
    uint32_t rate_hz;
    uint32_t at;             /* where the next block is written */
    float low_pass, low_cut; /* of the input's one-pole filters */
    float dull, low;
    float line[ECHO_LINE_FRAMES];
};

void echo_init(struct echo *echo, uint32_t rate_hz);
/* Forgets what was heard. */
void echo_clear(struct echo *echo);
/* The time between two taps: an eighth note, or so many halves or doubles of it as make it
 * ECHO_MIN_S to ECHO_MAX_S long. */
uint32_t echo_frames(double bpm, uint32_t rate_hz);
/* A block in the tempo that holds at its first frame: overwrites `wet`. */
void echo_block(struct echo *echo, const struct tempo *tempo, const struct stereo *send,
                struct stereo *wet);

#endif
