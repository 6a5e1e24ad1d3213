/*
 * habits - what a preset asks of the composer beside its parameters; from habits.def.
 *
 * Threads: pure.
 */
#ifndef AURALIS_HABITS_H
#define AURALIS_HABITS_H

#include <stdint.h>

struct habits {
    double long_chords, pedal, chromatic; /* chances, and a factor */
    int32_t lead_top_midi;
};

/* Those of a preset; plain ones for PRESET_NONE. */
const struct habits *habits_of(int32_t preset);

#endif
