/*
 * dice - the composer's random numbers, one generator for each kind of decision (enum die).
 *
 * Memory:  the generators are words of struct composer.
 * Threads: pure.
 */
#ifndef AURALIS_DICE_H
#define AURALIS_DICE_H

#include "composerd/state.h"

#include <stdbool.h>
#include <stdint.h>

/* Seeds every die of the composer. */
void dice_seed(struct composer *composer, uint64_t seed);

double dice_unit(struct composer *composer, enum die die); /* [0, 1) */
double dice_between(struct composer *composer, enum die die, double min, double max);
int32_t dice_below(struct composer *composer, enum die die, int32_t n); /* 0 .. n - 1 */
double dice_normal(struct composer *composer, enum die die);            /* deviation 1 */
bool dice_chance(struct composer *composer, enum die die, double probability);
/* Index drawn with the given weights (>= 0, not all 0); [n]. */
int32_t dice_pick(struct composer *composer, enum die die, const double *weights, int32_t n);

#endif
