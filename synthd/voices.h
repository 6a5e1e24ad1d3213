/*
 * voices - the voice that plays, and those before it that ring out.
 *
 * After a change notes begin on the new one; what is held ends, and fades, where it began.
 *
 * Memory:  the caller's struct; the voices are the caller's, too.
 * Threads: as voice.h.
 */
#ifndef AURALIS_VOICES_H
#define AURALIS_VOICES_H

#include "synthd/voice.h"

enum { VOICES_MAX = 4 };

struct voices {
    int n;
    struct voice *all[VOICES_MAX]; /* [n] newest first: notes begin on all[0] */
    uint64_t stolen_before;        /* by those that are gone */
};

/* One alone, or none (NULL). */
void voices_set(struct voices *voices, struct voice *voice);
/* Whether there is room for another one. */
bool voices_have_room(const struct voices *voices);
/* From the next block on notes begin on this one. */
void voices_change(struct voices *voices, struct voice *voice);
/* One that is no longer needed, to be destroyed by the caller; NULL when there is none. */
struct voice *voices_retire(struct voices *voices);
/* Any of them, newest first; NULL when there is none. */
struct voice *voices_take(struct voices *voices);

/* As those of voice.h, of all of them. */
void voices_event(struct voices *voices, const struct timeline_event *event);
void voices_open(struct voices *voices, int band, int open_steps);
bool voices_blocks(struct voices *voices, int band, uint32_t n_blocks,
                   const struct stem stems[TIMBRE_COUNT]);
void voices_skip(struct voices *voices, int band, uint32_t n_blocks);
void voices_silence(struct voices *voices);
uint32_t voices_count(const struct voices *voices);
uint64_t voices_stolen(const struct voices *voices);

#endif
