/*
 * trouble - when to say what lasts: at once or after a moment, after 10 s, after a minute, then
 * every hour, and once more when it is over.
 *
 * What comes back within ten minutes is said when it has lasted for the next of these times, or
 * an hour after it was last said: so neither what flickers nor what strangers do on purpose can
 * fill a log.
 *
 * Unit:    times are clock_machine_ns().
 * Memory:  the caller's struct, zeroed.
 * Threads: one.
 */
#ifndef AURALIS_TROUBLE_H
#define AURALIS_TROUBLE_H

#include "common/clock.h"

#include <stdbool.h>

/* How long it may last unsaid. */
#define TROUBLE_AT_ONCE        INT64_C(0)
#define TROUBLE_AFTER_A_SECOND NS_PER_S

struct trouble {
    bool present, told; /* told: this time */
    int steps;          /* how often it was said since it was last forgotten */
    int64_t since_ns, seen_ns, said_ns;
    uint64_t unsaid;
    /* what there is to say, when one of the calls below returns true */
    int64_t lasted_ns;
    uint64_t times; /* it was seen since it was last said */
};

/* It is there. True when that is to be said now. What is not seen for ten minutes is over, too.
 */
bool trouble_lasts(struct trouble *trouble, int64_t patience_ns, int64_t now_ns);
/* It is not there. True when that is to be said: the trouble was. */
bool trouble_ends(struct trouble *trouble, int64_t now_ns);

#endif
