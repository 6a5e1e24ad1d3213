/*
 * http - HTTP requests as libwebsockets gives them, answered by api and page.
 *
 * Threads: the event loop's.
 * Errors:  0, or -1 to close the connection.
 */
#ifndef AURALIS_HTTP_H
#define AURALIS_HTTP_H

#include "streamd/server.h"

int http_request(const struct lws_event *event);
int http_body(const struct lws_event *event);
int http_body_completion(const struct lws_event *event);
int http_writeable(const struct lws_event *event);
/* Whether a WebSocket may begin: 0, or 1 when the refusal has been written. */
int http_confirm_upgrade(const struct lws_event *event);

#endif
