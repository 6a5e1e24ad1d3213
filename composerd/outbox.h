/*
 * outbox - what has been composed and decided and is not yet given to the world: events are
 * headed and numbered as they come, and leave in the order of the journal, a change before the
 * phrases that carry it out.
 *
 * Memory:  the caller's struct, zeroed; JSON lines on the heap until they have left;
 *          outbox_finish() accepts a zeroed one.
 * Threads: one.
 * Errors:  0, or -ENOMEM: without memory, or OUTBOX_EVENTS already wait.
 */
#ifndef AURALIS_OUTBOX_H
#define AURALIS_OUTBOX_H

#include "common/event.h"

#include <stddef.h>

enum { OUTBOX_EVENTS = 64 };

struct outbox_event {
    enum event_type type;
    uint64_t start_frame;      /* the first frame it speaks of */
    uint64_t kept_until_frame; /* what it says is over */
    char *json;
};

struct outbox {
    char run[RUN_ID_SIZE]; /* "" in composed files */
    uint64_t stream;
    uint64_t last_n[EVENT_TYPE_COUNT];
    size_t n_events;
    struct outbox_event events[OUTBOX_EVENTS]; /* [n_events] as they came */
};

/* Who the events go to. The JSON is the outbox's. */
struct outbox_reader {
    void *user;
    void (*event)(void *user, const struct outbox_event *event);
};

/* A new run: counts begin at 1. */
void outbox_begin_run(struct outbox *outbox, uint64_t run);
/* The head of the next event of a type; heartbeats are not counted. */
struct event_head outbox_head(struct outbox *outbox, enum event_type type);
int outbox_add_params(struct outbox *outbox, const struct params_event *event);
int outbox_add_phrase(struct outbox *outbox, const struct phrase *phrase);
/* Gives all that waits to the reader, parameters before phrases, and forgets it. */
void outbox_flush(struct outbox *outbox, const struct outbox_reader *reader);
void outbox_finish(struct outbox *outbox);

#endif
