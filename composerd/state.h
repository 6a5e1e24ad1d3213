/*
 * state - what the composer remembers between beats: flat fields from state.def, nothing else.
 *
 * Unit:    frames since the stream's birth; degrees are 0 to 6, keys pitch classes (0 = C).
 * Memory:  plain values that may be copied; about 2 kB.
 * Threads: pure.
 */
#ifndef AURALIS_STATE_H
#define AURALIS_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each kind of decision throws dice of its own, so that a change of one leaves the others
 * alone. */
enum die {
    DIE_FORM,
    DIE_HARMONY,
    DIE_PAD,
    DIE_BASS,
    DIE_LEAD,
    DIE_BELL,
    DIE_SWELL,
    DIE_PULSE,
    DIE_COUNT
};

enum renewal {
    RENEWAL_NONE,
    RENEWAL_CHORD,   /* another chord, however long the present one was to last */
    RENEWAL_SECTION, /* that, and a section with it */
    RENEWAL_SEED,    /* that, and all dice and motifs anew */
};

enum ending {
    ENDING_NONE,
    ENDING_ASKED,   /* thins out until end_frame */
    ENDING_CLOSING, /* the last tonic sounds */
    ENDING_RESTING, /* nothing does */
    ENDING_WAKING,  /* the next bar line begins the music */
};

enum {
    DICE_WORDS = DIE_COUNT * 4,
    VOICES = 4,
    PAD_VOICES = 6, /* with two that double an octave above */
    HELD_MAX = 16,  /* notes at once */
    MOTIFS = 4,
    MOTIF_MAX_NOTES = 6,
    BELLS_MIN = 4,
    BELLS_MAX = 6,
    SECTION_BARS = 16,
    ARC_SECTIONS = 4,
};

#define STATE_TYPE_WORD  uint64_t
#define STATE_TYPE_FRAME uint64_t
#define STATE_TYPE_INT   int32_t
#define STATE_TYPE_REAL  double

struct composer {
#define STATE(name, kind, min, max, doc)              STATE_TYPE_##kind name;
#define STATE_ARRAY(name, count, kind, min, max, doc) STATE_TYPE_##kind name[count];
#include "composerd/state.def"
#undef STATE_ARRAY
#undef STATE
};

enum state_kind { STATE_WORD, STATE_FRAME, STATE_INT, STATE_REAL };

struct state_field {
    const char *name;
    enum state_kind kind;
    size_t offset;
    uint32_t count; /* 0: a single value */
    double min, max;
};

enum state_field_id {
#define STATE(name, ...)       STATE_FIELD_##name,
#define STATE_ARRAY(name, ...) STATE_FIELD_##name,
#include "composerd/state.def"
#undef STATE_ARRAY
#undef STATE
    STATE_FIELD_COUNT
};
extern const struct state_field state_fields[STATE_FIELD_COUNT];

/* NULL when the fields, each in its range, also agree with each other; else what is wrong. */
const char *composer_invalid(const struct composer *composer);

#endif
