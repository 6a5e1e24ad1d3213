/*
 * history - what was published lately, as published, for those who ask for a snapshot.
 *
 * Memory:  copies of the JSON lines, dropped from the oldest on when there are too many;
 *          history_finish() accepts a zeroed one.
 * Threads: one.
 */
#ifndef AURALIS_HISTORY_H
#define AURALIS_HISTORY_H

#include "common/event.h"

#include <stddef.h>

enum { HISTORY_EVENTS = 512 };

struct history_event {
    enum event_type type;
    uint64_t frame; /* of params: effective_frame; of a phrase: where it and its notes end */
    char *json;
};

struct history {
    size_t n;
    struct history_event events[HISTORY_EVENTS]; /* [n] in order of publishing */
};

/* Keeps a copy. 0, or -ENOMEM. */
int history_add(struct history *history, enum event_type type, uint64_t frame,
                const char *json);
/* The snapshot from a frame on, into list[HISTORY_EVENTS] (pointing into the history): the
 * parameters valid there, every later change, and every phrase that is not over by then:
 * one that rests has no notes, and still owns its bars. Returns how many. */
size_t history_select(const struct history *history, uint64_t from_frame, const char **list);
/* The last params event as published, or NULL. */
const char *history_last_params(const struct history *history);
void history_finish(struct history *history);

/* Where a phrase ends, or its last note when that is later. */
uint64_t phrase_matters_until(const struct phrase *phrase);

#endif
