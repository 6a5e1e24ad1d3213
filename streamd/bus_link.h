/*
 * bus_link - what comes from composerd and what it is asked: events, snapshots, control.
 *
 * Threads: the event loop's.
 */
#ifndef AURALIS_BUS_LINK_H
#define AURALIS_BUS_LINK_H

#include "streamd/streamd.h"

/* Takes all that has arrived, and tells listeners. */
void bus_link_drain(struct streamd *streamd);
/* Sends a control request of this connection, whose rate has been checked. 0, or -EBUSY,
 * -ENOMEM. */
int bus_link_ask(struct streamd *streamd, struct connection *connection,
                 const struct control_ask *ask, const char *client_id_json);
/* Sends again what was not answered, gives up what waited too long, asks for a snapshot when
 * one is wanted. now_ns: clock_machine_ns(). */
void bus_link_tick(struct streamd *streamd, int64_t now_ns);

#endif
