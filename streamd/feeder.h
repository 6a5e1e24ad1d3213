/*
 * feeder - the one small thread that takes chunks from the ring when they are due.
 *
 * It waits on the absolute clock, then for the ring; copies the chunk once, encodes what
 * somebody wants, and wakes the event loop. It opens the ring, and opens it again when it is
 * closed or stands still. A new stream gets a new store, filled with what the ring still
 * holds, and handed over as a whole. It wakes the loop several times a second whatever
 * happens, so that the loop needs no timer.
 *
 * Memory:  a store is the feeder's until feeder_take_store() returns it, then the caller's to
 *          destroy once it has been given the next one; the feeder never touches an older
 *          store again.
 * Threads: start, take_store, report, want and stop belong to one thread, the loop's; `wake`
 *          is called in the feeder's.
 * Errors:  0, or -errno.
 */
#ifndef AURALIS_FEEDER_H
#define AURALIS_FEEDER_H

#include "common/metrics.h"
#include "common/ring_shm.h"
#include "streamd/chunk_store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { FEEDER_REASON_BYTES = 120 };

/* How the ring was when the feeder last looked. */
struct feeder_report {
    bool attached;
    char reason[FEEDER_REASON_BYTES]; /* why not attached; "" when it is */
    uint64_t published_frames;
    uint32_t writer_pid;
    int64_t standby_ns;              /* when a second synthd was last ready; 0: never */
    int64_t counters[RING_COUNTERS]; /* synthd's metrics, in the order of metrics.def */
    char info[RING_INFO_BYTES];      /* JSON of synthd */
};

struct feeder_options {
    const char *ring_name;
    void (*wake)(void *user); /* called in the feeder's thread */
    void *user;
    struct metrics *metrics; /* bumps chunks_lost and ring_reopened */
};

struct feeder {
    struct feeder_options options;
    _Atomic(struct chunk_store *) offered; /* a store the loop has not taken yet */
    _Atomic bool wants_json;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock; /* over `stopping` and `report` */
    pthread_cond_t stop_wanted;
    bool stopping;
    struct feeder_report report;
    /* the thread's own */
    struct ring_reader reader;
    struct chunk_store *store;
    char boot_id[BOOT_ID_SIZE];
    bool lost_before; /* the next chunk follows a loss */
    bool opened_before;
};

/* Begins with the thread. The feeder must not move in memory while it runs. */
int feeder_start(struct feeder *feeder, const struct feeder_options *options);
/* The newest store when there is one the caller does not have yet, else NULL. */
struct chunk_store *feeder_take_store(struct feeder *feeder);
/* Whether chunks are to be encoded as JSON as they come. */
void feeder_want_json(struct feeder *feeder, bool wanted);
void feeder_report(struct feeder *feeder, struct feeder_report *report);
/* Ends the thread; accepts a zeroed feeder. The store taken last stays the caller's. */
void feeder_stop(struct feeder *feeder);

#endif
