/*
 * api - which request gets which answer. Knows routes and limits, no sockets.
 *
 * Memory:  bodies are the caller's to free (api_answer_finish).
 * Threads: pure.
 */
#ifndef AURALIS_API_H
#define AURALIS_API_H

#include "streamd/client_json.h"
#include "streamd/view.h"

#include <stdbool.h>
#include <stddef.h>

enum { API_ALLOW_BYTES = 64 };
#define API_JSON "application/json"

/* The head of a request. */
struct api_head {
    const char *method, *path;
    const char *content_type;     /* lower case; "" when there is none */
    bool has_length, is_chunked;  /* Content-Length; Transfer-Encoding */
    unsigned long long length;    /* of the body, bytes */
    bool upgrades;                /* it asks for a WebSocket */
    bool is_file;                 /* the path is a file of the page */
    enum access_verdict steering; /* whether who asks may steer */
};

enum api_kind {
    API_ANSWER,  /* status, type and body are the answer */
    API_PAGE,    /* the file of the page at this path */
    API_BODY,    /* read the body, then api_control() */
    API_FORWARD, /* composerd is to answer */
    API_UPGRADE, /* a WebSocket may begin */
};

struct api_answer {
    enum api_kind kind;
    int status;
    const char *content_type;    /* static */
    char allow[API_ALLOW_BYTES]; /* the Allow header of a 405, else "" */
    char *body;                  /* 0-terminated */
};

void api_route(const struct api_head *head, size_t max_body_bytes, const struct view *view,
               struct api_answer *answer);
/* The body of POST /api/control: API_FORWARD with *ask (to be finished), or an answer. */
void api_control(const char *body, size_t len, struct control_ask *ask,
                 struct api_answer *answer);
/* A refusal with its reason. */
void api_refuse(struct api_answer *answer, int status, const char *code, const char *message);
/* The same for who may not steer. */
void api_refuse_access(struct api_answer *answer, enum access_verdict verdict);
void api_answer_finish(struct api_answer *answer);

#endif
