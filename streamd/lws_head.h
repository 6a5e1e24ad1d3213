/*
 * lws_head - the head of a request, out of libwebsockets' tables.
 *
 * Memory:  texts are copied into the struct.
 * Threads: the event loop's.
 */
#ifndef AURALIS_LWS_HEAD_H
#define AURALIS_LWS_HEAD_H

#include "streamd/api.h"
#include "streamd/hosts.h"
#include "streamd/query.h"

struct lws;

enum { LWS_HEAD_PATH_BYTES = 256, LWS_HEAD_TEXT_BYTES = 160 };

struct lws_head {
    struct api_head api; /* points into the texts below */
    char path[LWS_HEAD_PATH_BYTES];
    char content_type[LWS_HEAD_TEXT_BYTES];
    char host[LWS_HEAD_TEXT_BYTES];            /* "" when there is none */
    char origin[LWS_HEAD_TEXT_BYTES];          /* "" when there is none */
    char accept_encoding[LWS_HEAD_TEXT_BYTES]; /* "" when there is none */
    char if_none_match[LWS_HEAD_TEXT_BYTES];   /* "" when there is none */
    char upgrade[LWS_HEAD_TEXT_BYTES];         /* "" when there is none */
    char subprotocol[LWS_HEAD_TEXT_BYTES];     /* "" when there is none */
    char authorization[LWS_HEAD_TEXT_BYTES];   /* "" when there is none */
};

void lws_head_read(struct lws *wsi, struct lws_head *head);
/* The arguments behind the question mark; -EINVAL with what was wrong. */
int lws_head_query(struct lws *wsi, struct query *query, char error[QUERY_ERROR_BYTES]);

#endif
