/*
 * publisher - gives events to the world, in this order: journal, bus, history.
 *
 * Events are queued while a change is worked out and flushed once the state that explains
 * them is saved. Trouble with the journal is counted and said, and stops nothing.
 *
 * Memory:  the caller's struct, zeroed before publisher_open(); publisher_finish() accepts a
 *          zeroed one.
 * Threads: one.
 * Errors:  0, or -errno.
 */
#ifndef AURALIS_PUBLISHER_H
#define AURALIS_PUBLISHER_H

#include "common/bus.h"
#include "common/event_json.h"
#include "common/journal.h"
#include "common/log.h"
#include "common/metrics.h"
#include "composerd/history.h"

enum { PUBLISHER_QUEUE = 64 };

struct publisher {
    struct journal journal;
    struct bus_server bus;
    struct history history;
    struct metrics *metrics;
    char run[RUN_ID_SIZE];
    uint64_t stream;
    uint64_t last_n[EVENT_TYPE_COUNT];
    struct log_limit trouble;
    size_t n_queued;
    struct {
        enum event_type type;
        uint64_t start_frame, kept_until_frame;
        char *json;
    } queue[PUBLISHER_QUEUE]; /* [n_queued] */
};

/* A new run: counts begin at 1. */
void publisher_begin_run(struct publisher *publisher, uint64_t run);
int publisher_queue_params(struct publisher *publisher, const struct params_event *event);
int publisher_queue_phrase(struct publisher *publisher, const struct phrase *phrase);
/* Journals, publishes and remembers what is queued, parameters before phrases. */
void publisher_flush(struct publisher *publisher);
void publisher_heartbeat(struct publisher *publisher, struct heartbeat *heartbeat);
/* Says the parameters again, for those who have just come. */
void publisher_greet(struct publisher *publisher);
/* The snapshot reply for a request; to be freed. */
char *publisher_snapshot(const struct publisher *publisher, const char *id, uint64_t from_frame,
                         const struct epoch *epoch);
void publisher_finish(struct publisher *publisher);

#endif
