/*
 * reserve - what a standby has rendered last: enough for what a dead writer left out.
 *
 * A standby renders what the writer renders, in private, and keeps it here. It stays within
 * RESERVE_FRAMES of what is published, so that the ring's end lies in what is kept, unless the
 * ring is further than the standby. When it becomes the writer, reserve_give() publishes what
 * the ring lacks.
 *
 * Unit:    frames since the stream's birth; one frame = one word, as in common/ring.h.
 * Memory:  the caller's struct (256 kB); nothing here allocates.
 * Threads: pure; one thread.
 * Errors:  >= 0 is a count, or -errno.
 */
#ifndef AURALIS_RESERVE_H
#define AURALIS_RESERVE_H

#include "common/ring.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    RESERVE_FRAMES = 1 << 16, /* 1.4 s and more: a writer that hangs is ended after one */
    RESERVE_CHUNKS = 16,
};

struct reserve {
    uint64_t end_frame; /* the next to be added */
    uint32_t n_frames;  /* kept before it */
    uint32_t n_chunks;
    struct ring_chunk_facts chunks[RESERVE_CHUNKS]; /* [n_chunks], oldest first */
    uint32_t words[RESERVE_FRAMES];                 /* that of frame f at f % RESERVE_FRAMES */
};

/* Keeps nothing any more; what is added next begins at `frame`. */
void reserve_begin(struct reserve *reserve, uint64_t frame);
/* The oldest that is kept. */
uint64_t reserve_first_frame(const struct reserve *reserve);
/* Whether n_frames more can be added without losing one that the ring lacks. */
bool reserve_has_room(const struct reserve *reserve, const struct ring *ring,
                      uint32_t n_frames);
/* Adds n_frames (at most RESERVE_FRAMES) in place of the oldest. */
void reserve_add(struct reserve *reserve, const uint32_t *words, uint32_t n_frames);
/* Keeps the facts of a chunk that the frames added last have completed. */
void reserve_add_chunk(struct reserve *reserve, const struct ring_chunk_facts *facts);
/* Publishes the kept frames that the ring lacks, at `now_ns`, and the facts of their chunks;
 * the caller wakes the readers. Returns how many: the ring ends where the reserve does. -EAGAIN
 * when the ring is further than that: what is added up to its end is wanted by nobody. -ERANGE
 * when it ends before what is kept. Both leave the ring alone. */
int reserve_give(const struct reserve *reserve, struct ring *ring, int64_t now_ns);

#endif
