/*
 * timeline - phrases in, the notes of each block out.
 *
 * Phrases are laid down in the order in which they were published. One owns the timeline from
 * its start_frame on: notes of earlier ones at or after it are taken away, whether or not they
 * lie ahead of what has been played; one of them that is sounding by then is released. What a
 * block gives depends only on what was laid down, never on when it arrived, except for notes
 * that came too late.
 *
 * To join a stream in its middle: timeline_join(), lay down what a snapshot holds,
 * timeline_start(), then play in private from the frame that it returns up to the frame of
 * joining.
 *
 * Unit:    frames since the stream's birth; a note begins and ends with the block it falls in.
 * Memory:  the caller's struct (about 200 kB); nothing here allocates.
 * Threads: pure; one thread.
 */
#ifndef AURALIS_TIMELINE_H
#define AURALIS_TIMELINE_H

#include "common/timbres.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    TIMELINE_NOTES = 6144,
    TIMELINE_SPANS = 64,
    TIMELINE_BLOCK_EVENTS = 128, /* what is more waits for the next block */
    TIMELINE_TAIL_SECONDS = 5,   /* a note that ended longer ago cannot be heard any more */
    TIMELINE_NO_GLIDE = 255,
};

struct timeline_note {
    uint64_t frame, end_frame;  /* multiples of BLOCK_FRAMES, at least one apart */
    uint64_t written_end_frame; /* where it ends unless a phrase ends it earlier */
    uint64_t phrase;
    uint32_t id; /* of a begun note */
    uint8_t role, midi, velocity;
    uint8_t timbre;     /* enum timbre_id */
    uint8_t glide_from; /* midi, or TIMELINE_NO_GLIDE */
    bool begun;
};

/* Where a phrase begins; kept to say which one sounds at a frame. */
struct timeline_span {
    uint64_t start_frame, phrase;
};

struct timeline {
    uint32_t rate_hz;
    uint32_t n_notes, n_spans;
    uint32_t next_id;
    uint64_t next_phrase; /* the lowest number that is news */
    uint64_t position;    /* the next block to be given */
    uint64_t next_event;  /* nothing begins or ends before it */
    bool joining; /* between join and start: what lies in the past is history, not late */
    uint64_t notes_late; /* arrived after their frame: begun at once, or too short to begin */
    uint64_t notes_begun;
    uint64_t notes_dropped;                     /* there was no room */
    struct timeline_note notes[TIMELINE_NOTES]; /* [n_notes] in no order */
    struct timeline_span spans[TIMELINE_SPANS]; /* [n_spans] by start_frame */
};

struct timeline_event {
    bool on;
    uint8_t timbre, midi, velocity;
    uint8_t glide_from; /* of a beginning: the midi at which it begins, or TIMELINE_NO_GLIDE */
    uint32_t id;        /* the same for a note's on and off */
};

/* An empty timeline, joining at frame 0. */
void timeline_init(struct timeline *timeline, uint32_t rate_hz);
/* Makes ready to join at `frame`: what is laid down from now on may lie in the past. Sounding
 * notes will begin again. */
void timeline_join(struct timeline *timeline, uint64_t frame);
/* Ends joining. Returns the block from which to play in private: the onset of the oldest note
 * that can still be heard at the frame of joining, or TIMELINE_TAIL_SECONDS before it,
 * whichever is earlier. */
uint64_t timeline_start(struct timeline *timeline);

/* Lays a phrase down. False when its number says that it has been laid down before. */
bool timeline_apply(struct timeline *timeline, const struct phrase *phrase);

/* The events of the block at the timeline's position, which then moves on: ends before
 * beginnings, by timbre, then midi. Returns how many. */
uint32_t timeline_pop(struct timeline *timeline,
                      struct timeline_event events[TIMELINE_BLOCK_EVENTS]);

/* Moves the position on over blocks in which nothing begins or ends, to `until` at most.
 * Returns how many blocks that was. */
uint32_t timeline_skip(struct timeline *timeline, uint64_t until);

/* The number of the phrase that owns `frame`, or UINT64_MAX. */
uint64_t timeline_phrase_at(const struct timeline *timeline, uint64_t frame);
/* Notes laid down that have not ended. */
uint32_t timeline_pending(const struct timeline *timeline);

#endif
