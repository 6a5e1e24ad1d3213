/*
 * voice - FluidSynth as eight timbres: notes in, one stem a timbre out, block by block.
 *
 * Notes begin and end exactly at the block they are given before. A pitch may overlap itself.
 * The same notes at the same distances give the same samples, whatever was played before.
 * Level, room and tone are not FluidSynth's here: its effects are off.
 *
 * Memory:  voice_create() allocates and loads everything; nothing is loaded later.
 *          voice_destroy() accepts NULL.
 * Threads: one thread.
 * Errors:  a font that cannot be used is left out; without any, blocks are silent.
 */
#ifndef AURALIS_VOICE_H
#define AURALIS_VOICE_H

#include "common/timbres.h"
#include "synthd/stereo.h"
#include "synthd/timeline.h"

#include <stdbool.h>
#include <stdint.h>

struct voice;

struct voice_options {
    uint32_t rate_hz;
    double gain;
    int32_t polyphony;
    const char *const *fonts; /* [n_fonts] paths, in order of preference */
    int n_fonts;
    const struct timbre *timbres; /* [TIMBRE_COUNT] */
};

/* NULL without memory. */
struct voice *voice_create(const struct voice_options *options);
void voice_destroy(struct voice *voice);

/* Which of the fonts plays: its index, or -1. */
int voice_font(const struct voice *voice);
/* FluidSynth's version as it runs, "2.3.1". */
const char *voice_library_version(void);

/* Begins or ends a note with the next block. */
void voice_event(struct voice *voice, const struct timeline_event *event);
/* The next block, one stem a timbre. False when all of them are silent; they are not written
 * then. */
bool voice_block(struct voice *voice, struct stereo stems[TIMBRE_COUNT]);
/* Plays blocks that nobody hears; cheaper than one by one. */
void voice_skip(struct voice *voice, uint32_t n_blocks);
/* Cuts everything off, as if nothing had been played. */
void voice_silence(struct voice *voice);

uint32_t voice_count(const struct voice *voice);  /* sounding now */
uint64_t voice_stolen(const struct voice *voice); /* cut off for another, ever */

#endif
