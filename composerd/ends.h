/*
 * ends - notes that sound already and are to end otherwise than they were written:
 * phrase->ends.
 *
 * Threads: pure.
 */
#ifndef AURALIS_ENDS_H
#define AURALIS_ENDS_H

#include "composerd/score.h"

/* Says anew where the long notes that sound end: a phrase that this one revises may have said
 * otherwise. */
void ends_restate(struct score *score);
/* Ends what would clash with a chord that begins before the one before it was to end: notes of
 * earlier phrases, since ends[] name no others. */
void ends_cut_clashes(struct score *score);

#endif
