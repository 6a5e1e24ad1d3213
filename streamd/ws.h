/*
 * ws - WebSocket events as libwebsockets gives them, for listeners.
 *
 * Threads: the event loop's.
 * Errors:  0, or -1 to close the connection.
 */
#ifndef AURALIS_WS_H
#define AURALIS_WS_H

#include "streamd/server.h"

#define WS_SUBPROTOCOL "auralis.v1"

int ws_established(const struct lws_event *event);
int ws_receive(const struct lws_event *event);
int ws_writeable(const struct lws_event *event);
int ws_closed(const struct lws_event *event);

#endif
