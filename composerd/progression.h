/*
 * progression - what harmony does at a bar line: stay, go on, leave for another key or mode
 * through a pivot chord, arrive there, close, rest or wake.
 *
 * Threads: pure.
 */
#ifndef AURALIS_PROGRESSION_H
#define AURALIS_PROGRESSION_H

#include "composerd/score.h"

/* Whether the parameters want another key or mode than the one that harmony has or is moving
 * to. */
bool progression_wanted(const struct composer *composer, const struct params *params);
/* Whether key or mode change, or an ending closes, at the bar line that the composer stands at:
 * another phrase begins there. */
bool progression_arrives(const struct composer *composer, const struct params *params);

/* At a bar line, after form_begin_bar(): moves on, and sets score->chord_begins. */
void progression_begin_bar(struct score *score);
/* Bars until the sounding chord ends as the parameters stand, from this bar's beginning. */
int32_t progression_bars_left(const struct score *score);

#endif
