/*
 * server - the event loop: the listening socket, the bus, the feeder's wake-ups, and the
 * connections.
 *
 * Memory:  the struct is the caller's and must not move; server_finish() accepts a zeroed one.
 * Threads: the main thread; server_wake may be called from any, and from a signal handler.
 * Errors:  0, or -errno.
 */
#ifndef AURALIS_SERVER_H
#define AURALIS_SERVER_H

#include "streamd/streamd.h"

struct lws_context;
struct lws_vhost;

struct server {
    struct streamd *streamd;
    struct lws_context *context;
    struct lws_vhost *vhost;
    struct lws *acceptors[LISTENING_MAX];
    struct trouble accept_failing, limit_reached;
};

/* Serves the sockets of `streamd`, which become the server's, and watches its bus. */
int server_open(struct server *server, struct streamd *streamd);
void server_wake(void *server);
/* Serves until the service is to end; calls `reload` for each SIGHUP. */
void server_run(struct server *server, void (*reload)(void *user), void *user);
/* Says goodbye to every listener. */
void server_close(struct server *server);
void server_finish(struct server *server);

/* ---- for http and ws ---- */

/* What an event of the library is answered with: 0, or -1 to close the connection. */
struct lws_event {
    struct server *server;
    struct lws *wsi;
    struct connection *connection; /* NULL for what is none */
    void *in;
    size_t len;
};

#endif
