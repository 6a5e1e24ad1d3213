/*
 * listener - one WebSocket client: what it has said, what it gets, and when it has to go.
 *
 * Knows no sockets: the adaptor hands over what came in and asks what to write next.
 *
 * Memory:  the struct is the caller's; listener_finish() accepts a zeroed one.
 * Threads: the event loop's.
 */
#ifndef AURALIS_LISTENER_H
#define AURALIS_LISTENER_H

#include "streamd/fanout.h"
#include "streamd/query.h"
#include "streamd/text.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    LISTENER_REASON_BYTES = 100, /* a close frame has room for 123 */
    LISTENER_RUBBISH_MAX = 20,   /* messages that cannot be used, forgiven at one a second */
    /* close codes (RFC 6455 7.4.1) */
    LISTENER_CLOSE_GOING_AWAY = 1001,
    LISTENER_CLOSE_POLICY = 1008,
    LISTENER_CLOSE_TOO_LARGE = 1009,
};

struct listener {
    bool present; /* the connection is a WebSocket */
    struct query query;
    struct outbox outbox;
    bool greeted; /* hello has been said for the present stream */
    struct fanout_client cursor;
    int close_code;   /* 0: it may stay */
    bool close_timed; /* the connection has a last moment */
    char close_reason[LISTENER_REASON_BYTES];
    double rubbish;
    int64_t rubbish_ns;
    char *rx; /* [rx_max] the message that is coming in */
    size_t rx_len, rx_max;
    bool rx_too_large;
};

/* -ENOMEM. Messages have at most max_message_bytes. */
int listener_init(struct listener *listener, const struct query *query,
                  size_t max_message_bytes);
void listener_finish(struct listener *listener);

/* The connection is to be closed with this; the first reason stays. */
void listener_close(struct listener *listener, int code, const char *reason);
/* Queues a text; one who leaves too many unread has to go. NULL is nothing. */
void listener_tell(struct listener *listener, struct text *text);
/* The same for a string that is freed. */
void listener_say(struct listener *listener, char *json);
/* Takes a piece of a message; true when it is whole: rx[rx_len], until the next piece. What is
 * too large is not kept (rx_too_large). */
bool listener_receive(struct listener *listener, const char *piece, size_t len, bool last);
/* A message could not be used. Who keeps sending such has to go. */
void listener_rubbish(struct listener *listener, int64_t now_ns);

enum listener_next { LISTENER_IDLE, LISTENER_TEXT, LISTENER_CHUNK, LISTENER_CLOSE };
/* What to write next: *text, or the chunk *seq of the store (then call fanout_sent). Gaps
 * become texts on the way. */
enum listener_next listener_next(struct listener *listener, const struct chunk_store *store,
                                 uint64_t *seq, struct text **text);
/* Whether listener_next would have something. */
bool listener_wants(const struct listener *listener, const struct chunk_store *store);

#endif
