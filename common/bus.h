/*
 * bus - events and control between the daemons, over ZeroMQ.
 *
 * composerd serves both sockets (XPUB, ROUTER); synthd and streamd are peers (SUB, DEALER).
 * Reconnecting is ZeroMQ's; noticing what was missed is bus_gap's.
 *
 * Memory:  a bus is the caller's struct; *_finish() accepts a zeroed one. Payloads given to
 *          callbacks live until they return.
 * Threads: each struct belongs to one thread.
 * Errors:  >= 0, or -errno.
 */
#ifndef AURALIS_BUS_H
#define AURALIS_BUS_H

#include "common/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BUS_REQUEST_MAX_BYTES = 8192, BUS_REPLY_MAX_BYTES = 4 << 20 };

/* ---- composerd's side ---- */
struct bus_server {
    void *context, *events, *control;
};
/* Binds DIR/events and DIR/control. -ENAMETOOLONG when the path cannot be a socket. */
int bus_server_open(struct bus_server *bus, const char *bus_dir);
/* Never waits: a subscriber that does not keep up loses the newest and finds out by the
 * count. */
int bus_publish(struct bus_server *bus, enum event_type topic, const char *json);
/* Waits until something arrives or deadline_ns (the station's time); true when it did. Signals
 * end the wait. */
bool bus_server_wait(struct bus_server *bus, int64_t deadline_ns);
/* The topic prefix of the next new subscription: its length, or -EAGAIN when there is none. */
int bus_next_subscription(struct bus_server *bus, char *topic, size_t size);
/* Who asked. */
struct bus_peer {
    unsigned char identity[256];
    size_t identity_len;
    bool delimiter; /* a REQ socket's empty frame, given back in the reply */
};
/* Takes the next request into request[size] (0-terminated) and returns its length; -EAGAIN when
 * there is none, -EMSGSIZE or -EPROTO when it cannot be one: the peer is known then and may be
 * told. */
int bus_next_request(struct bus_server *bus, struct bus_peer *peer, char *request, size_t size);
int bus_reply(struct bus_server *bus, const struct bus_peer *peer, const char *json);
void bus_server_finish(struct bus_server *bus);

/* ---- synthd's and streamd's side ---- */
struct bus_client {
    void *context, *events, *control;
};
int bus_client_open(struct bus_client *bus, const char *bus_dir);
/* A descriptor that becomes readable when something may have arrived (edge-triggered: call
 * bus_client_drain after each wake-up and after each bus_request). */
int bus_client_events_fd(const struct bus_client *bus);
int bus_client_control_fd(const struct bus_client *bus);
/* Sends a request without waiting; replies come through drain, in any order, told apart by id.
 * -EAGAIN while composerd is away: nothing is kept for it, so nothing old is carried out when
 * it returns. */
int bus_request(struct bus_client *bus, const char *json);
struct bus_handlers {
    void (*event)(void *user, enum event_type topic, const char *json, size_t len);
    void (*reply)(void *user, const char *json, size_t len);
};
/* Hands over all that has arrived; never blocks. Returns how much that was. */
int bus_client_drain(struct bus_client *bus, const struct bus_handlers *handlers, void *user);
void bus_client_finish(struct bus_client *bus);

/* ---- what was missed ---- */
/* Follows one subscriber's events; asks for a snapshot at the start, at a gap and at a new
 * run. */
struct bus_gap {
    char run[RUN_ID_SIZE];
    uint64_t last_n[EVENT_TYPE_COUNT];
    bool known; /* false: a snapshot is wanted */
};
enum bus_seen { BUS_SEEN_NEXT, BUS_SEEN_BEFORE, BUS_SEEN_GAP };
/* What this event is to the subscriber. BUS_SEEN_GAP: ask for a snapshot; the event itself is
 * good. */
enum bus_seen bus_gap_event(struct bus_gap *gap, const struct event_head *head);
/* A heartbeat tells what was lost when nothing followed it. */
enum bus_seen bus_gap_heartbeat(struct bus_gap *gap, const struct event_head *head,
                                const uint64_t last_n[EVENT_TYPE_COUNT]);
/* A snapshot has been applied that holds everything up to these. */
void bus_gap_snapshot(struct bus_gap *gap, const char *run,
                      const uint64_t last_n[EVENT_TYPE_COUNT]);

#endif
