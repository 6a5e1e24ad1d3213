/*
 * books - what synthd counts and measures, kept in the ring's header for others to read.
 *
 * Counters go on from one writer of a ring to the next, as they were put down last. What a
 * standby counts is its own affair: it is left out when the standby becomes the writer.
 *
 * Memory:  the caller's struct; zeroed, it is an empty one.
 * Threads: one thread; the metrics may be bumped and read by any.
 */
#ifndef AURALIS_BOOKS_H
#define AURALIS_BOOKS_H

#include "common/histogram.h"
#include "common/metrics.h"
#include "common/ring.h"
#include "synthd/render.h"

#include <stdint.h>

struct books {
    struct metrics metrics;
    struct histogram block_times, lateness;
    uint64_t voices_stolen; /* of the present voice's count, what is in the metrics */
};

/* How many metrics the books have in a ring. */
uint32_t books_size(void);
/* The voice is another one by now. */
void books_new_voice(struct books *books);
/* What a finished chunk says of levels. */
void books_note_levels(struct books *books, const struct render_chunk *chunk);
/* Puts down what the renderer, which has a voice, has counted. */
void books_keep(struct books *books, struct render *render, struct ring *ring);
/* Takes the counters of the ring's last writer up; those of another version mean something
 * else. */
void books_continue(struct books *books, struct render *render, const struct ring *ring);

#endif
