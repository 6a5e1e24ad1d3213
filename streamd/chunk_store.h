/*
 * chunk_store - the last 12 s of a stream, as the bytes that go to clients.
 *
 * The feeder's thread writes, the event loop reads. A slot is used again only when the loop
 * has said, by `done`, that it has gone far enough: it then reads nothing older than
 * STORE_HISTORY behind `head`. So nobody locks, nobody copies twice, and no byte is written
 * while it may be read.
 *
 * Unit:    seq numbers a chunk in its stream: seq = first_frame / chunk_frames. `head` is one
 *          past the newest; a seq below it may be absent (it was never intact in the ring).
 * Memory:  create allocates all; each slot has STORE_ROOM_BYTES free before its message, where
 *          the WebSocket header goes.
 * Threads: "feeder:" one thread, "loop:" one other.
 */
#ifndef AURALIS_CHUNK_STORE_H
#define AURALIS_CHUNK_STORE_H

#include "common/clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    STORE_SLOTS = 128,
    STORE_MARGIN = 8, /* chunks that the feeder may be ahead of the loop */
    STORE_HISTORY = STORE_SLOTS - STORE_MARGIN,
    STORE_ROOM_BYTES = 16,
};

struct chunk_slot {
    uint64_t seq_plus_one; /* what the slot holds; 0: nothing */
    uint64_t due_unix_us;
    uint32_t json_bytes; /* 0: not encoded yet */
    uint16_t flags;
};

struct chunk_store {
    struct epoch epoch;
    uint32_t chunk_frames, payload_bytes;
    size_t pcm_stride, json_stride;
    unsigned char *pcm;  /* [STORE_SLOTS][pcm_stride]: room, header, samples */
    unsigned char *json; /* [STORE_SLOTS][json_stride]: room, text */
    struct chunk_slot slots[STORE_SLOTS];
    bool shared;                        /* the feeder's: the loop may have it */
    uint64_t seen_head;                 /* the loop's: what it has taken of head */
    _Alignas(64) _Atomic uint64_t head; /* written by the feeder */
    _Atomic uint64_t skipped_from,
        skipped_to; /* the last chunks left out, [from, to); the feeder's */
    _Alignas(
        64) _Atomic uint64_t done; /* written by the loop: it reads what belongs to this head */
};

/* An empty store whose first chunk will be first_seq; NULL without memory. */
struct chunk_store *chunk_store_create(const struct epoch *epoch, uint64_t first_seq);
void chunk_store_destroy(struct chunk_store *store); /* accepts NULL */

/* ---- feeder ---- */
uint64_t chunk_store_next(const struct chunk_store *store);
/* From now on the loop may read; call before it is told of the store. */
void chunk_store_share(struct chunk_store *store);
/* Whether the slot of the next chunk is free. */
bool chunk_store_may_write(const struct chunk_store *store);
/* Where the next chunk's samples go: [chunk_frames] words. Only when it may be written. */
uint32_t *chunk_store_samples(struct chunk_store *store);
/* Publishes the chunk whose samples have been written, as JSON too when that is wanted now. */
void chunk_store_publish(struct chunk_store *store, uint16_t flags, uint64_t due_unix_us,
                         bool wants_json);
/* Leaves chunks out: the next will be `seq`. */
void chunk_store_skip(struct chunk_store *store, uint64_t seq);

/* ---- loop ---- */
/* Takes what is new and gives back what is old; true when there is something new. */
bool chunk_store_refresh(struct chunk_store *store);
uint64_t chunk_store_head(const struct chunk_store *store);
uint64_t
chunk_store_oldest(const struct chunk_store *store); /* the first seq that may be read */
bool chunk_store_has(const struct chunk_store *store, uint64_t seq);
/* The last chunks that were left out, [*from, *to); equal when none were. */
void chunk_store_skipped(const struct chunk_store *store, uint64_t *from, uint64_t *to);
/* The message of a chunk that the store has, STORE_ROOM_BYTES free before it. JSON is made now
 * when nobody wanted it before. */
unsigned char *chunk_store_pcm(struct chunk_store *store, uint64_t seq, size_t *len);
unsigned char *chunk_store_json(struct chunk_store *store, uint64_t seq, size_t *len);

#endif
