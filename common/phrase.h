/*
 * phrase - the event model shared by all: a phrase of music on the stream's timeline.
 *
 * A phrase owns the timeline from start_frame on: it cancels every note of phrases published
 * before it whose frame is at or after start_frame, and likewise their ends. Notes that began
 * earlier end as written, except those that ends[] ends earlier.
 *
 * Unit:    `frame` is an absolute position, `frames` a duration, both in frames since the
 *          stream's birth and multiples of BLOCK_FRAMES. midi 0 to 127, velocity 1 to 127.
 * Memory:  plain values with fixed limits; about 40 kB, so never on a small stack.
 * Threads: none of its own.
 */
#ifndef AURALIS_PHRASE_H
#define AURALIS_PHRASE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    BLOCK_FRAMES = 64, /* FluidSynth's grain: notes begin only at its multiples */
    PHRASE_MAX_BARS = 16,
    PHRASE_MAX_CHORDS = 32,
    PHRASE_MAX_NOTES = 1024,
    PHRASE_MAX_ENDS = 64,
    CHORD_MAX_NOTES = 8,
    CHORD_MAX_ALTERNATIVES = 7,
    NOTE_MAX_SECONDS = 20, /* a longer note is struck again, softly, overlapping */
};

enum role {
#define ROLE(name, ...) ROLE_##name,
#include "common/roles.def"
#undef ROLE
    ROLE_COUNT
};

enum rule {
#define RULE(name, ...) RULE_##name,
#include "common/rules.def"
#undef RULE
    RULE_COUNT
};

/* Why a chord is there. */
enum chord_rule {
#define CHORD_RULE(name, ...) CHORD_RULE_##name,
#include "common/chord_rules.def"
#undef CHORD_RULE
    CHORD_RULE_COUNT
};

extern const char *const role_names[ROLE_COUNT];             /* "pad" */
extern const char *const rule_texts[RULE_COUNT];             /* "chord.voice" */
extern const char *const chord_rule_texts[CHORD_RULE_COUNT]; /* "pivot" */

struct note {
    uint64_t frame;
    uint32_t frames;
    uint8_t midi, velocity;
    uint8_t role; /* enum role */
    uint8_t why;  /* enum rule */
};

struct chord_alternative {
    char degree[8];
    double probability;
};

struct chord {
    uint64_t frame;
    uint32_t frames;
    char degree[8]; /* "iv" */
    char name[16];  /* "Dm9" */
    uint8_t root;   /* pitch class, 0 = C */
    uint8_t n_notes;
    uint8_t notes[CHORD_MAX_NOTES]; /* [n_notes] the voicing as MIDI numbers, ascending */
    uint8_t why;                    /* enum chord_rule */
    double probability;             /* it had in the draw that chose it */
    uint8_t n_alternatives;
    struct chord_alternative
        alternatives[CHORD_MAX_ALTERNATIVES]; /* the others, [n_alternatives] */
};

struct note_end {
    uint64_t frame; /* where the note named by role and midi now ends */
    uint8_t role, midi;
};

struct phrase {
    uint64_t phrase; /* number in the stream, from 0, never used twice */
    uint64_t start_frame;
    uint64_t frames;
    uint32_t n_bars;
    uint64_t
        bar_frames[PHRASE_MAX_BARS]; /* [n_bars] where each bar begins; the first lies before
                                             start_frame when the phrase begins inside a bar */
    double bar_bpm[PHRASE_MAX_BARS]; /* [n_bars] */
    double bar_shade[PHRASE_MAX_BARS + 1]; /* [n_bars + 1] what form adds to the parameter
                                              brightness, -1 to 1, where each bar begins and
                                              where the last ends; straight lines between */
    bool thin; /* its texture is not whole: an ending, a rest, or growing out of one */
    int32_t key, mode;
    uint32_t section, arc; /* counted from 0 */
    uint64_t seed;
    uint32_t n_chords;
    struct chord
        chords[PHRASE_MAX_CHORDS]; /* [n_chords] tile start_frame to start_frame + frames */
    uint32_t n_notes;
    struct note notes[PHRASE_MAX_NOTES]; /* [n_notes] by frame, then role, then midi */
    uint32_t n_ends;
    struct note_end ends[PHRASE_MAX_ENDS]; /* [n_ends] */
};

#endif
