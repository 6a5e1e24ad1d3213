/*
 * compose - phrases, one after the other, from a state: the same state and parameters give the
 * same bytes.
 *
 * Music is made beat by beat. The state before each beat is kept as a checkpoint, so that a
 * change of parameters is nothing but composing again from one of them with other parameters:
 * the new phrase owns the timeline from there on. What the change must still honour (a
 * chromatic tone that has to resolve, pads that are sounding) is part of the state.
 *
 * Unit:    frames; beats are quarter notes, four a bar.
 * Memory:  plain values, the caller's; a struct composition is large (about 500 kB).
 * Threads: pure.
 */
#ifndef AURALIS_COMPOSE_H
#define AURALIS_COMPOSE_H

#include "common/params.h"
#include "common/phrase.h"
#include "composerd/state.h"

#include <stdbool.h>
#include <stdint.h>

enum { BEATS_PER_BAR = 4, COMPOSITION_MAX_BEATS = PHRASE_MAX_BARS * BEATS_PER_BAR };

/* The state before a beat. */
struct checkpoint {
    uint64_t frame; /* where the beat begins: a multiple of BLOCK_FRAMES */
    bool bar_line;
    struct composer before;
};

struct composition {
    struct phrase phrase;
    uint32_t n_beats;
    struct checkpoint
        beats[COMPOSITION_MAX_BEATS]; /* [n_beats]; beats[0].frame is phrase.start_frame */
};

/* A composer at frame 0 of a stream, about to begin its first section. */
void composer_init(struct composer *composer, const struct params *params, uint32_t rate_hz);

/* Composes from composer->frame up to the end of the phrase in progress (`phrase_bars` a
 * phrase, counted from the section's beginning), or up to where the key or mode changes, and
 * moves the composer there. `number` becomes the phrase's: one more than that of the phrase
 * before where this one goes on from it, and more where it revises what was published. */
void compose_phrase(struct composer *composer, const struct params *params,
                    uint32_t phrase_bars, uint64_t number, struct composition *out);

/* Whether key, mode and tempo have arrived where the parameters want them, and nothing waits
 * for the next bar. */
bool composer_settled(const struct composer *composer, const struct params *params);

/* From the next bar on: another chord, with which a transition begins to be heard; a new
 * section; new dice. */
void composer_turn(struct composer *composer);
void composer_next_section(struct composer *composer);
void composer_reseed(struct composer *composer, uint64_t seed);
/* Thins out and closes on the tonic within a bar of `frame`, then rests: phrases without notes,
 * and without chords. What was about to begin does so only where `frame` lies behind that. */
void composer_end(struct composer *composer, uint64_t frame);
/* Just after composer_end(): no note begins from this frame on. */
uint64_t composer_closed_by(const struct composer *composer, const struct params *params);
/* Calls an ending off; from a rest, begins a section on the tonic at the next bar line. */
void composer_begin(struct composer *composer);
/* Just after composer_begin(): the texture is whole from this frame on. */
uint64_t composer_grown_by(const struct composer *composer);
bool composer_resting(const struct composer *composer);

#endif
