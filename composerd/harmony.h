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

#include "common/habits.h"
#include "common/params.h"
#include "common/phrase.h"
#include "composerd/vocabulary.h"

struct composer;

enum { CHARACTER_BARS = 16 };

/* The degrees, as a mask, among which harmony moves when it is to use so many (3 to 6): the
 * tonic, the characteristic chord, and those that the table leads to most. */
uint32_t harmony_palette(int32_t mode, int32_t n_chords);
/* Probabilities of the degree that follows `current` after `previous` (-1: none), within a
 * palette; [DEGREES], sums to 1. */
void harmony_weights(int32_t mode, uint32_t palette, int32_t previous, int32_t current,
                     double weights[DEGREES]);
/* The name that the matrices give a degree; NULL when they leave it out. */
const char *harmony_degree_label(int32_t mode, int32_t degree);

/* How many bars a chord that begins now should last. */
int32_t harmony_draw_bars(struct composer *composer, const struct params *params,
                          const struct habits *habits);

/* Each sets the sounding chord, with its probability and alternatives, for n_bars. */
void harmony_next(struct composer *composer, const struct habits *habits, int32_t n_bars);
/* The tonic that music opens or closes with. */
void harmony_tonic(struct composer *composer, enum chord_rule why, int32_t n_bars);
/* Where a change of key or mode leads. */
struct harmony_goal {
    int32_t key, mode;
    bool new_key; /* else only the mode changes */
    const struct habits *habits;
};

/* Chords that may follow, each as the mask of its tones. */
struct harmony_followers {
    int32_t n;
    uint32_t masks[DEGREES * CHORD_KIND_COUNT];
};
/* Those that a goal is entered with: a key mostly by its tonic, a mode by its own chord. */
struct harmony_followers harmony_entries(const struct harmony_goal *goal);
/* The pivots of a key and mode: their tones lie in the mask, and they lead to what follows. */
struct harmony_followers harmony_pivots(int32_t key, int32_t mode, uint32_t mask,
                                        const struct harmony_followers *followers);
/* Whether one of the followers has two of the tones. */
bool harmony_leads(uint32_t tones, const struct harmony_followers *followers);

/* A chord of the present key whose tones all lie in the mask, and that leads to one of the
 * followers. */
void harmony_pivot(struct composer *composer, uint32_t mask,
                   const struct harmony_followers *followers, int32_t n_bars);
/* An entry of the goal that keeps two tones of the chord that sounds. */
void harmony_arrive(struct composer *composer, const struct harmony_goal *goal, int32_t n_bars);

/* Counts a bar of the sounding chord. */
void harmony_end_bar(struct composer *composer);

#endif
