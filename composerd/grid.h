/*
 * grid - bars and beats as frames.
 *
 * A bar is 4 beats of 60 / bpm seconds, rounded to whole blocks; so is where each beat in it
 * begins. The tempo moves at bar lines, by at most TEMPO_STEP_BPM.
 *
 * Unit:    frames, multiples of BLOCK_FRAMES.
 * Threads: pure.
 */
#ifndef AURALIS_GRID_H
#define AURALIS_GRID_H

#include "composerd/state.h"

#include <stdint.h>

#define TEMPO_STEP_BPM 4.0

/* `seconds` rounded up to whole blocks. */
uint64_t grid_seconds(const struct composer *composer, double seconds);
uint64_t grid_block_down(uint64_t frame);
int32_t grid_bar_frames(double bpm, int32_t rate_hz);
/* The next bar's tempo on the way to `target_bpm`. */
double grid_tempo_step(double bpm, double target_bpm);
/* Where a beat of the composer's bar begins; beat 4 is the next bar line. */
uint64_t grid_beat_frame(const struct composer *composer, int32_t beat);
/* The bar line `n_bars` after the composer's bar began, with the tempo on its way to
 * target_bpm. */
uint64_t grid_after_bars(const struct composer *composer, double target_bpm, int32_t n_bars);
/* The least such number of bars (1 to max) that reaches `frame`. */
int32_t grid_bars_until(const struct composer *composer, double target_bpm, uint64_t frame,
                        int32_t max);

#endif
