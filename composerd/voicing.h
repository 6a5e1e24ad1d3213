/*
 * voicing - four pad voices for a chord, with the least motion from those before.
 *
 * MIDI 48 to 77, span at most 21, gaps of at least 2 (the lowest 3, 5 below 52). All tones of
 * the chord are there; with fewer than four, root or fifth is doubled.
 *
 * Threads: pure.
 */
#ifndef AURALIS_VOICING_H
#define AURALIS_VOICING_H

#include "composerd/state.h"
#include "composerd/vocabulary.h"

enum {
    VOICING_LOWEST_MIDI = 48,
    VOICING_HIGHEST_MIDI = 77,
    VOICING_CENTRE_MIDI = 61,
    VOICING_SPAN = 21,
};

/* Sets composer->voicing to one for the chord; a little chance is in it (DIE_PAD). */
void voicing_lead(struct composer *composer, const struct chord_spec *spec);

/* The least cost of moving to the chord, chance left out: about the semitones that all voices
 * move together. */
double voicing_cost(const struct composer *composer, const struct chord_spec *spec);

/* Whether four ascending voices keep the rules above for the chord. */
bool voicing_valid(const struct chord_spec *spec, const int32_t voices[VOICES]);

#endif
