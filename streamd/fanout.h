/*
 * fanout - which chunk a client gets next, and what it is told when it cannot have one.
 *
 * Each client has a cursor of its own in the shared store, so none can slow another. One that
 * begins in the past is served from history as fast as its socket takes it. One that has
 * reached live and takes nothing more falls under a queue of FANOUT_QUEUE chunks: past it the
 * oldest are dropped, counted and told; behind for FANOUT_BEHIND_NS it is to be disconnected.
 *
 * Unit:    seq counts chunks of the stream; frames where the name says so.
 * Memory:  the caller's; nothing is allocated.
 * Threads: the event loop's.
 */
#ifndef AURALIS_FANOUT_H
#define AURALIS_FANOUT_H

#include "streamd/chunk_store.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    FANOUT_QUEUE = 5,
    FANOUT_AHEAD = 50, /* chunks: a client may ask for frames this far from now */
};
#define FANOUT_BEHIND_NS (10 * NS_PER_S)

/* Where a client wants to begin. */
struct fanout_wish {
    bool resume; /* at from_frame, rounded down to a chunk */
    uint64_t from_frame;
    bool names_stream; /* from_frame is one of this stream */
    uint64_t stream;
    uint32_t burst_ms; /* so far back in history */
};

enum fanout_reason { FANOUT_SLOW, FANOUT_OUTAGE, FANOUT_HISTORY };
extern const char *const fanout_reasons[3]; /* "slow", "outage", "history" */

struct fanout_gap {
    uint64_t from_seq, to_seq; /* what is left out: [from, to) */
    enum fanout_reason reason;
};

struct fanout_client {
    uint64_t next; /* seq of the next chunk it gets */
    bool live;     /* it has had all there was, since it began or since the station was late */
    struct fanout_gap dropped; /* not told yet; empty when from_seq == to_seq */
    int64_t behind_since_ns;   /* when chunks began to be dropped; 0: it keeps up */
};

struct fanout_joined {
    bool resumed;
    uint64_t lost_frames; /* asked for, but no longer there */
};

/* Sets the cursor. A stream that has stopped (`stale`) has no past worth a burst. */
void fanout_join(struct fanout_client *client, const struct chunk_store *store,
                 const struct fanout_wish *wish, bool stale, struct fanout_joined *joined);

enum fanout_step { FANOUT_NOTHING, FANOUT_CHUNK, FANOUT_GAP };
/* What the client gets next: *seq for a chunk, then call fanout_sent; *gap for a gap, which
 * counts as told. Calling it again without fanout_sent gives the same chunk. */
enum fanout_step fanout_next(struct fanout_client *client, const struct chunk_store *store,
                             uint64_t *seq, struct fanout_gap *gap);
void fanout_sent(struct fanout_client *client, const struct chunk_store *store);

/* For each client when the store has something new. `late`: what is new begins long after it
 * was due, so a backlog is the station's fault, not the client's. Returns the chunks
 * dropped. */
uint64_t fanout_tick(struct fanout_client *client, const struct chunk_store *store, bool late,
                     int64_t now_ns);
bool fanout_is_overdue(const struct fanout_client *client, int64_t now_ns);

#endif
