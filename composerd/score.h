/*
 * score - the beat that is being composed: its surroundings, and how notes get into the phrase.
 *
 * All notes of a beat begin in it, so that the state before a beat knows every note that begins
 * earlier. Written beats lie SCORE_LAG_MS after their grid frame and are humanised by at most
 * as much.
 *
 * Unit:    frames, multiples of BLOCK_FRAMES.
 * Memory:  borrows the composer, the parameters and the phrase.
 * Threads: pure.
 */
#ifndef AURALIS_SCORE_H
#define AURALIS_SCORE_H

#include "common/habits.h"
#include "common/params.h"
#include "common/phrase.h"
#include "composerd/dice.h"
#include "composerd/levels.h"
#include "composerd/vocabulary.h"

#define SCORE_LAG_MS        25.0
#define OVERLAP_MIN_SECONDS 0.8
#define OVERLAP_MAX_SECONDS 1.5

struct score {
    struct composer *composer;
    const struct params *params;
    const struct habits *habits;
    struct phrase *phrase;
    struct levels levels;
    double target_bpm;
    uint64_t next_frame; /* where the next beat begins */
    int32_t bars_left;   /* bars until the chord ends, from the beginning of this one */
    bool chord_begins;   /* with this beat */
};

/* A note before it is checked against limits. */
struct draft {
    enum role role;
    enum rule why;
    int32_t midi;
    double velocity;
    uint64_t frame, frames;
};

/* Sets up everything but chord_begins and bars_left for the beat at composer->frame, in the
 * present bar. */
void score_begin_beat(struct score *score);

/* Notes at once that a role may bring it to; what adorns gives way first. */
enum score_room {
    ROOM_FOR_DOUBLING = 10,
    ROOM_FOR_ORNAMENT = 12,
    ROOM_FOR_LEAD = 14,
    ROOM_FOR_PULSE = 14,
    ROOM_FOR_HARMONY = 15,
    ROOM_FOR_DEBT = HELD_MAX, /* a resolution that is owed */
};

/* Adds a note, its length limited to 1 to 20 s. False when there is no room. */
bool score_add(struct score *score, const struct draft *draft, enum score_room room);

/* The frame of a written half beat (0 or 1) of this beat, humanised with a deviation in ms. */
uint64_t score_onset(struct score *score, enum die die, int32_t half, double deviation_ms);

/* The chord that sounds, its tones, and the scale that may be used (in a change of key: of
 * both). */
void score_chord(const struct composer *composer, struct chord_spec *spec);
uint32_t score_chord_mask(const struct composer *composer);
uint32_t score_scale(const struct composer *composer);
/* Forgets notes that have ended. */
void score_prune_held(struct composer *composer);
/* Where the last to end of the sounding notes of this role and pitch ends; 0: there is none. */
uint64_t score_held_end(const struct composer *composer, enum role role, int32_t midi);

/* Enters the sounding chord into the phrase's list, from this beat on. */
void score_list_chord(struct score *score);
/* Enters this bar. */
void score_list_bar(struct score *score);
/* Puts the finished phrase in order: composer->frame is where it ends. */
void score_finish(struct score *score);

#endif
