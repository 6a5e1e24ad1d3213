/*
 * theory - scales, degrees and their names.
 *
 * Unit:    pitch classes 0 to 11 (0 = C), sets of them as masks (bit 0 = C), degrees 0 to 6,
 *          pitches as MIDI numbers (60 = middle C).
 * Threads: pure.
 */
#ifndef AURALIS_THEORY_H
#define AURALIS_THEORY_H

#include <stdbool.h>
#include <stdint.h>

enum { DEGREES = 7, NAME_SIZE = 16, DEGREE_NAME_SIZE = 8 };

/* The tone that gives a mode its colour, and the chord that carries it. */
struct mode_character {
    int32_t tone_degree, chord_degree;
};
extern const struct mode_character mode_characters[];

int32_t theory_wrap(int32_t semitones); /* to 0 .. 11 */
int32_t theory_pitch_class(int32_t key, int32_t mode,
                           int32_t degree);       /* of a degree, any integer */
uint32_t theory_scale(int32_t key, int32_t mode); /* mask */
bool theory_has(uint32_t mask, int32_t midi);     /* pitch or pitch class */
int32_t theory_count(uint32_t mask);
/* Tonic of the major scale with the same tones. */
int32_t theory_parent(int32_t key, int32_t mode);
/* Fifths from one parent scale up to another: -5 to 6. */
int32_t theory_fifths(int32_t from_parent, int32_t to_parent);
/* Sharps of the key signature, as the key is written: C# has 7, not the 5 flats of Db; -n: n
 * flats; -7 to 7. Where that would take 8, it is the other spelling's. */
int32_t theory_sharps(int32_t key, int32_t mode);
/* The key in which `mode` has this parent. */
int32_t theory_key_of_parent(int32_t parent, int32_t mode);

/* The nearest pitch to `want` in min .. max whose pitch class is in the mask; ties go down. -1:
 * none. */
int32_t theory_nearest(uint32_t mask, int32_t want, int32_t min, int32_t max);

/* "iv", "VII", "vii°" without the degree sign. */
void theory_degree_name(int32_t mode, int32_t degree, char name[DEGREE_NAME_SIZE]);
/* The name of a degree's tone, spelled as the key has it: "Bb". */
void theory_tone_name(int32_t key, int32_t mode, int32_t degree, char name[NAME_SIZE]);

#endif
