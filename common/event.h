/*
 * event - what crosses the bus and stands in the journal, without its JSON.
 *
 * Memory:  plain values.
 */
#ifndef AURALIS_EVENT_H
#define AURALIS_EVENT_H

#include "common/clock.h"
#include "common/params.h"
#include "common/phrase.h"

enum {
    /* The synth's limiter looks this far ahead: what moves at a frame may be heard so much
     * earlier when it acts. Timbre and mix therefore begin to move so long after
     * effective_frame. */
    SOUND_AHEAD_FRAMES = 3 * BLOCK_FRAMES
};

enum { EVENT_VERSION = 1, RUN_ID_SIZE = 17, ORIGIN_SIZE = 33 };

enum event_type { EVENT_PHRASE, EVENT_PARAMS, EVENT_HEARTBEAT, EVENT_TYPE_COUNT };
extern const char *const event_topics[EVENT_TYPE_COUNT]; /* "phrase", "params", "heartbeat" */

struct event_head {
    enum event_type type;
    char run[RUN_ID_SIZE]; /* random per start of composerd, hex; "" in composed files */
    uint64_t n;            /* counts per topic within a run, from 1 */
    uint64_t stream;
};

/* A change of the parameters. It cancels changes published before it whose effective_frame is
 * at or after its own, as a phrase does with notes. */
struct params_event {
    uint64_t change; /* number in the stream, from 0; a repeated number is a repeated message */
    struct params params;
    uint64_t effective_frame; /* the first frame that may differ */
    uint64_t settled_frame;   /* the transition is complete */
    uint64_t sound_frame;     /* where timbre and mix begin to move to these values */
    uint32_t glide_frames;    /* how long they move */
    char origin[ORIGIN_SIZE]; /* who asked; "" for the composer itself */
    uint32_t rate_hz;         /* of the stream, so that a file can be rendered without more */
};

struct heartbeat {
    struct epoch epoch;
    uint64_t frame;                    /* due now */
    uint64_t last_n[EVENT_TYPE_COUNT]; /* of each topic; heartbeat's own is 0 */
    uint32_t pid;
    char version[16];
    bool resting; /* an ending was asked for and has come */
};

#endif
