/*
 * trim - the slow gain that keeps a station at the loudness which its preset asks for.
 *
 * Chunk by chunk it averages, over minutes, how far the sound without it lies from what is
 * asked, and moves so much the other way: TRIM_MAX_DB at most, and TRIM_DB_A_MINUTE. It holds
 * while nothing can be learnt: in silence, or when it is told to. Each chunk's state follows
 * from the one before it, so that who knows one state and hears the rest goes on from there.
 *
 * Unit:    dB; chunks of 100 ms counted from the stream's birth; frames.
 * Memory:  the caller's struct (about 3 kB); nothing here allocates.
 * Threads: pure; one thread.
 */
#ifndef AURALIS_TRIM_H
#define AURALIS_TRIM_H

#include <stdbool.h>
#include <stdint.h>

#define TRIM_MAX_DB      3.0
#define TRIM_DB_A_MINUTE 1.0
#define TRIM_AVERAGE_S   300.0 /* longer than a section: form is not evened out */
#define TRIM_GATE_DB     20.0  /* what lies so far below is silence */

enum {
    TRIM_CHUNKS = 128, /* states kept */
    TRIM_BEHIND = 3,   /* a gain begins to move to a chunk's state so many chunks after it */
};

/* Zero: nothing has been learnt. */
struct trim_state {
    double trim_db;
    double excess; /* average power without the trim, of what is asked, less 1 */
};

struct trim {
    uint32_t chunk_frames;
    bool any;                 /* a state is known */
    uint64_t newest;          /* chunk whose state is known */
    struct trim_state latest; /* it */
    struct {
        bool known;
        uint64_t chunk;
        struct trim_state state;
    } chunks[TRIM_CHUNKS]; /* by chunk % TRIM_CHUNKS */
};

void trim_init(struct trim *trim, uint32_t chunk_frames);
/* Takes a chunk's state from who has measured it. One that makes no sense is left out. */
void trim_know(struct trim *trim, uint64_t chunk, struct trim_state state);
/* A chunk has been heard, `above_db` above what is asked: its state, unless it is known. */
void trim_hear(struct trim *trim, uint64_t chunk, double above_db);
/* The same for a chunk of which nothing is learnt. */
void trim_hold(struct trim *trim, uint64_t chunk);
/* That of the last chunk known up to this one; zero when there is none. */
struct trim_state trim_state_at(const struct trim *trim, uint64_t chunk);
/* What to add at a frame: straight lines from chunk to chunk. */
double trim_db_at(const struct trim *trim, uint64_t frame);

#endif
