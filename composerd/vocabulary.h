/*
 * vocabulary - the kinds of chord on any degree of any scale, and their names; from
 * vocabulary.def.
 *
 * Unit:    pitch classes as in theory.h.
 * Threads: pure.
 */
#ifndef AURALIS_VOCABULARY_H
#define AURALIS_VOCABULARY_H

#include "composerd/theory.h"

enum chord_kind {
#define CHORD_KIND(name, ...) CHORD_##name,
#include "composerd/vocabulary.def"
#undef CHORD_KIND
    CHORD_KIND_COUNT
};

enum { CHORD_TONES = 4 };

extern const double chord_kind_weights[CHORD_KIND_COUNT];

/* A chord, wherever it may stand. */
struct chord_spec {
    int32_t key, mode, degree, kind;
};

/* Semitones above the root (0 to 11), root first; returns how many. */
int32_t vocabulary_tones(const struct chord_spec *spec, int32_t tones[CHORD_TONES]);
int32_t vocabulary_root(const struct chord_spec *spec); /* pitch class */
uint32_t vocabulary_mask(const struct chord_spec *spec);
/* Whether the kind suits the degree. */
bool vocabulary_allowed(const struct chord_spec *spec);
/* "Dm9" */
void vocabulary_name(const struct chord_spec *spec, char name[NAME_SIZE]);

#endif
