/*
 * voice - FluidSynth as the station's timbres: notes in, one stem a timbre out, in blocks.
 *
 * The timbres are spread over bands (timbres.def), each a FluidSynth of its own, so that
 * several threads may render them; one renders one band after the other and gets the same.
 *
 * Notes begin and end exactly at the block they are given before. A pitch may overlap itself.
 * The same notes at the same distances give the same samples, whatever was played before.
 * Level, room and tone are not FluidSynth's here: its effects are off.
 *
 * Memory:  voice_create() allocates and loads everything, only the presets in use of each font;
 *          nothing is loaded later. voice_destroy() accepts NULL.
 * Threads: one thread a band; all else one thread. Voices may be created and destroyed while
 *          others play.
 * Errors:  a timbre whose font or program cannot be used plays the texture font; without that
 *          the General MIDI one; else it is silent.
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
    int32_t polyphony;                    /* of each band */
    const char *fonts[TIMBRE_FONT_COUNT]; /* paths; NULL: there is none */
    const struct timbre *timbres;         /* [TIMBRE_COUNT] */
};

/* NULL without memory. */
struct voice *voice_create(const struct voice_options *options);
void voice_destroy(struct voice *voice);

/* From which font a timbre plays: enum timbre_font, or -1 when it is silent. */
int voice_font(const struct voice *voice, enum timbre_id timbre);
/* Whether FluidSynth could not load a font that it was to play from. */
bool voice_font_failed(const struct voice *voice, enum timbre_font font);
/* FluidSynth's version as it runs, "2.3.1". */
const char *voice_library_version(void);

/* Begins or ends a note with the next block of its timbre's band. Whether there was one to
 * end. */
bool voice_event(struct voice *voice, const struct timeline_event *event);
/* How open the low-passes are: -1 to 1 of each timbre's bright_cents, 0 as the timbre says; in
 * whole steps. */
int voice_open_steps(double openness);
/* Those of a band from the next block on. They move there within that block. */
void voice_open(struct voice *voice, int band, int open_steps);
/* A band's next blocks: adds them to the stems of its timbres. False when all of them are
 * silent. */
bool voice_blocks(struct voice *voice, int band, uint32_t n_blocks,
                  const struct stem stems[TIMBRE_COUNT]);
/* Plays blocks that nobody hears; cheaper than one by one. */
void voice_skip(struct voice *voice, int band, uint32_t n_blocks);
/* Cuts everything off, as if nothing had been played. */
void voice_silence(struct voice *voice);

uint32_t voice_count(const struct voice *voice);  /* sounding now */
uint64_t voice_stolen(const struct voice *voice); /* cut off for another, ever */

#endif
