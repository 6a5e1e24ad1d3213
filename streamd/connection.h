/*
 * connection - one client's connection, from accept to close: a sequence of HTTP requests, or
 * a listener.
 *
 * Memory:  made and freed by the server; part of its list while it lives.
 * Threads: the event loop's.
 */
#ifndef AURALIS_CONNECTION_H
#define AURALIS_CONNECTION_H

#include "streamd/address.h"
#include "streamd/api.h"
#include "streamd/listener.h"
#include "streamd/peers.h"

struct lws;
struct streamd;

struct connection {
    struct lws *wsi;
    struct streamd *streamd;
    struct peer *peer;
    char own_address[ADDRESS_HOST_BYTES]; /* of ours, at which the client reached us */
    bool may_steer;                       /* it has shown the token */
    struct connection *previous, *next;
    /* HTTP: the request at hand */
    char *body; /* [body_max], NULL when none is expected */
    size_t body_len, body_max;
    bool waits;      /* for composerd */
    bool has_answer; /* composerd's reply, to be written */
    struct api_answer answer;
    struct query query;       /* of the WebSocket that is about to begin */
    struct listener listener; /* once it is one */
};

#endif
