/*
 * control_json - control requests from JSON, of the bus and of scripts, and replies to JSON.
 *
 * Memory:  replies are strings that the caller frees; NULL without memory.
 * Threads: pure.
 * Errors:  a request that is refused carries every error found, and changes nothing.
 */
#ifndef AURALIS_CONTROL_JSON_H
#define AURALIS_CONTROL_JSON_H

#include "common/event.h"
#include "common/params.h"

#include <stddef.h>

enum control_op {
    CONTROL_SET,
    CONTROL_NEXT,
    CONTROL_RESEED,
    CONTROL_END,
    CONTROL_BEGIN,
    CONTROL_CHANGE_COUNT, /* those above change the music, the others ask */
    CONTROL_GET = CONTROL_CHANGE_COUNT,
    CONTROL_SNAPSHOT,
    CONTROL_OP_COUNT
};

enum { CONTROL_ID_SIZE = 64, CONTROL_ERRORS_MAX = 16 };

struct control_request {
    char id[CONTROL_ID_SIZE]; /* "" when none was given */
    char origin[ORIGIN_SIZE];
    enum control_op op;
    struct params_change change; /* CONTROL_SET */
    uint64_t from_frame;         /* CONTROL_SNAPSHOT */
    double after_ms;             /* CONTROL_END */
};

struct control_errors {
    int n;
    struct param_error list[CONTROL_ERRORS_MAX]; /* [n] */
};

/* 0, or -EINVAL with at least one error; the id is read whenever there is one. */
int control_request_from_json(const char *text, size_t len, struct control_request *request,
                              struct control_errors *errors);

/* A line of a script: a change that is asked for at its time. */
struct control_step {
    double at_seconds; /* from the beginning */
    struct control_request request;
};
/* The same for a line of a script, which has `at` beside what a request has. */
int control_step_from_json(const char *text, size_t len, struct control_step *step,
                           struct control_errors *errors);

struct control_answer {
    uint64_t effective_frame, settled_frame;
    double effective_in_ms; /* from now until the first frame that may differ is due */
    struct params params;   /* as they will be */
};
char *control_answer_to_json(const char *id, const struct control_answer *answer);
char *control_errors_to_json(const char *id, const struct control_errors *errors);

#endif
