/*
 * melody - lines made of motifs, fitted to harmony note by note.
 *
 * Of each note the kind is drawn first (chord, scale, chromatic), then the pitch of that kind
 * nearest to what the contour asks for. A chromatic note is only played where the next follows
 * within 2 beats, and that one resolves it by 1 or 2 semitones whatever has become of the
 * parameters: composer->owed says so. How often lines begin follows from a rate of notes a
 * minute, so that the tempo does not matter.
 *
 * Threads: pure.
 */
#ifndef AURALIS_MELODY_H
#define AURALIS_MELODY_H

#include "composerd/score.h"

enum { MELODY_LOWEST_MIDI = 59, MELODY_HIGHEST_MIDI = 85 };

void melody_play(struct score *score);

#endif
