/*
 * replies - what was answered to whom, so that a request that comes again gets the same answer
 * and is not carried out again.
 *
 * Memory:  copies of the last REPLIES_KEPT replies; replies_finish() accepts a zeroed one.
 * Threads: one.
 */
#ifndef AURALIS_REPLIES_H
#define AURALIS_REPLIES_H

#include "composerd/control_json.h"

#include <stddef.h>

enum { REPLIES_KEPT = 256 };

struct replies {
    size_t next;
    struct {
        char id[CONTROL_ID_SIZE]; /* "" when the place is free */
        char *json;
    } kept[REPLIES_KEPT];
};

/* The reply given to this id, or NULL; "" is nobody's id. */
const char *replies_find(const struct replies *replies, const char *id);
/* Remembers a copy, in place of the oldest. */
void replies_add(struct replies *replies, const char *id, const char *json);
void replies_finish(struct replies *replies);

#endif
