/*
 * harmony - which chord is next: a second-order Markov chain over the degrees of the mode, its
 * weights made from chord-matrices.json at build time, with a vocabulary of colours on top.
 *
 * Going back to the chord before the present one weighs half, unless that is the tonic. Only
 * the tonic may repeat. The mode's characteristic chord comes at least once in 16 bars.
 *
 * Threads: pure.
 */
#ifndef AURALIS_HARMONY_H
#define AURALIS_HARMONY_H

#include "common/params.h"
#include "composerd/habits.h"
#include "composerd/vocabulary.h"

struct composer;

enum { CHARACTER_BARS = 16 };

/* Probabilities of the degree that follows `current` after `previous` (-1: none); [DEGREES],
 * sums to 1. */
void harmony_weights(int32_t mode, int32_t previous, int32_t current, double weights[DEGREES]);
/* The name that the matrices give a degree; NULL when they leave it out. */
const char *harmony_degree_label(int32_t mode, int32_t degree);

/* How many bars a chord that begins now should last. */
int32_t harmony_draw_bars(struct composer *composer, const struct params *params,
                          const struct habits *habits);

/* Each sets the sounding chord, with its probability and alternatives, for n_bars. */
void harmony_next(struct composer *composer, int32_t n_bars);
void harmony_tonic(struct composer *composer, int32_t n_bars);
/* A chord of the present key whose tones all lie in `mask`. */
void harmony_pivot(struct composer *composer, uint32_t mask, int32_t n_bars);
/* The first chord of a new key (the tonic, most often), or of a new mode (its characteristic
 * one). */
void harmony_arrive(struct composer *composer, bool same_key, int32_t n_bars);

/* Counts a bar of the sounding chord. */
void harmony_end_bar(struct composer *composer);

#endif
