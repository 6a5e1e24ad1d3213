/*
 * piece - what a listener would hear of the phrases that were published: the timeline put
 * together as phrase.h has it, and what the tests measure on it.
 *
 * Unit:    frames; pitches as MIDI numbers.
 * Memory:  init/finish; aborts without memory, as only tests use it.
 * Threads: one.
 */
#ifndef AURALIS_TESTS_PIECE_H
#define AURALIS_TESTS_PIECE_H

#include "common/phrase.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A note as it is heard, with the harmony at its beginning. */
struct heard {
    struct note note;
    uint64_t end; /* moved by ends[] */
    int32_t key, mode;
    uint32_t chord; /* tones of the chord as a mask, bit 0 = C */
};

struct harmony_heard {
    struct chord chord;
    int32_t key, mode;
    uint32_t mask;
};

struct piece {
    uint32_t rate_hz;
    uint64_t end_frame;
    struct heard *notes;          /* [n_notes] by frame */
    struct harmony_heard *chords; /* [n_chords] one that goes on over a border is one */
    size_t n_notes, n_chords, max_notes, max_chords;
    bool ends_stay; /* ends[] of a phrase outlive it, as in a player that only moves ends */
};

void piece_init(struct piece *piece, uint32_t rate_hz);
void piece_finish(struct piece *piece);
void piece_add(struct piece *piece, const struct phrase *phrase);

/* The most notes that sound at once. */
int piece_most_at_once(const struct piece *piece);
/* The longest stretch without a pad between the first pad and `until`. */
uint64_t piece_longest_hole(const struct piece *piece, uint64_t until);

struct melody_heard {
    int notes, chord, scale, chromatic;
    int unresolved; /* chromatic, and not left by 1 or 2 semitones within 2 beats */
    int astray;     /* out of range, or not what `why` says */
    int steps, over_fifth, over_octave, intervals;
    double velocity; /* mean */
};
/* Notes of the melody from `from` on; beats are `beat_frames` long, or shorter. */
void piece_melody(const struct piece *piece, uint64_t from, uint64_t beat_frames,
                  struct melody_heard *melody);

struct pads_heard {
    int changes, planing, kept; /* chord changes; by planing; with a common pitch */
    double motion;              /* mean semitones a voice */
};
void piece_pads(const struct piece *piece, struct pads_heard *pads);

/* Notes of a role, and their mean velocity (0 for none). */
int piece_count(const struct piece *piece, int role, double *velocity);

#endif
