/*
 * query - what a listener asks for in the address of /ws/stream: ?format=, ?from=, &stream=,
 * ?burst=.
 *
 * Memory:  plain values.
 * Threads: pure.
 * Errors:  0, or -EINVAL with a text that names the argument and what is allowed.
 */
#ifndef AURALIS_QUERY_H
#define AURALIS_QUERY_H

#include "streamd/fanout.h"

enum { QUERY_BURST_MAX_MS = 10000, QUERY_ERROR_BYTES = 120 };

enum stream_format { STREAM_JSON, STREAM_PCM, STREAM_FORMAT_COUNT };
extern const char *const stream_formats[STREAM_FORMAT_COUNT]; /* "json", "pcm" */

struct query {
    enum stream_format format;
    struct fanout_wish wish;
};

/* JSON, live from now. */
void query_init(struct query *query);
/* Takes one decoded "name=value". Names that mean nothing here are left alone. */
int query_argument(struct query *query, const char *argument, char error[QUERY_ERROR_BYTES]);

#endif
