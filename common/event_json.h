/*
 * event_json - events <-> JSON, strict: what is unknown, missing or out of range is refused
 * with a reason that names it. The formats are the schemas in common/schema/.
 *
 * Memory:  *_to_json() return a string that the caller frees, or NULL without memory; one line.
 * Threads: pure.
 * Errors:  0, or -EPROTO with the reason; outputs stay untouched then.
 */
#ifndef AURALIS_EVENT_JSON_H
#define AURALIS_EVENT_JSON_H

#include "common/event.h"
#include "common/json.h"

#include <stddef.h>

struct json_reason {
    char text[200]; /* "notes[3].midi: must be 0 to 127" */
};

char *phrase_to_json(const struct event_head *head, const struct phrase *phrase);
char *params_event_to_json(const struct event_head *head, const struct params_event *event);
char *heartbeat_to_json(const struct event_head *head, const struct heartbeat *heartbeat,
                        const int64_t *counters); /* [METRIC_COUNT], or NULL */

struct event {
    struct event_head head;
    struct params_event params; /* EVENT_PARAMS */
    struct heartbeat heartbeat; /* EVENT_HEARTBEAT */
    struct phrase phrase; /* EVENT_PHRASE; large: keep one struct event and use it again */
};
/* Reads one event of any type; [len] bytes, which need not end in 0. */
int event_from_json(const char *text, size_t len, struct event *event,
                    struct json_reason *reason);

/* An epoch without its stream, which stands elsewhere; reading is the reader's way. */
cJSON *epoch_to_json(const struct epoch *epoch);
void epoch_read(struct json_reader *reader, struct epoch *epoch);

/* The reply to a snapshot request: what a subscriber needs to go on from a frame. */
struct snapshot_head {
    char id[64];
    char run[RUN_ID_SIZE];
    uint64_t last_n[EVENT_TYPE_COUNT]; /* everything up to these is in the snapshot */
    struct epoch epoch;
};
/* The reply that says so; events are JSON as published, [n_events]. */
char *snapshot_to_json(const struct snapshot_head *head, const char *const *events,
                       size_t n_events);
/* Where events are read into, one after the other, and who is given each. */
struct event_sink {
    struct event *scratch;
    void (*each)(void *user, const struct event *event);
    void *user;
};
/* Reads a snapshot reply and gives the sink each event, in order of publishing. A reply that is
 * no snapshot (or says ok: false) is -EPROTO; so is one bad event, before any is given. */
int snapshot_from_json(const char *text, size_t len, struct snapshot_head *head,
                       const struct event_sink *sink, struct json_reason *reason);

#endif
