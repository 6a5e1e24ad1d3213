/*
 * publisher - gives events to the world, in this order: journal, bus, history.
 *
 * Events wait in the outbox while a change is worked out and are flushed once the state that
 * explains them is saved. Trouble with the journal is counted and said, and stops nothing.
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
#include "common/trouble.h"
#include "composerd/history.h"
#include "composerd/outbox.h"

struct publisher {
    struct journal journal;
    struct bus_server bus;
    struct history history;
    struct metrics *metrics;
    struct outbox outbox;
    struct trouble trouble;
};

/* Journals, publishes and remembers what waits in the outbox. */
void publisher_flush(struct publisher *publisher);
void publisher_heartbeat(struct publisher *publisher, struct heartbeat *heartbeat);
/* Says the parameters again, for those who have just come. */
void publisher_greet(struct publisher *publisher);
/* The snapshot reply for a request; to be freed. */
char *publisher_snapshot(const struct publisher *publisher, const char *id, uint64_t from_frame,
                         const struct epoch *epoch);
/* Says what came of writing to a path in the state folder: rc is 0, or -errno. */
void publisher_tell_disk(struct trouble *trouble, const char *path, int rc);
void publisher_finish(struct publisher *publisher);

#endif
