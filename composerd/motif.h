/*
 * motif - the melody's memory: a bank of short figures, each a rhythm, a contour, and the order
 * in which its notes give way when fewer are wanted; and how one becomes the line that is
 * played.
 *
 * Unit:    rhythm in half beats, contour in steps of the scale.
 * Threads: pure.
 */
#ifndef AURALIS_MOTIF_H
#define AURALIS_MOTIF_H

#include "composerd/levels.h"
#include "composerd/state.h"

enum { MOTIF_MIN_NOTES = 3 };

/* Fills the bank with new motifs. */
void motif_fill_bank(struct composer *composer);
/* Sets composer->line_* to a motif of the bank, more or less changed, or to a new one. */
void motif_begin_line(struct composer *composer, const struct levels *levels);

#endif
