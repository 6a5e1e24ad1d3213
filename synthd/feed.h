/*
 * feed - events in order and without holes: from the bus, and what was missed from a snapshot,
 * or from the journal while composerd does not answer.
 *
 * While something is missing, events from the bus are held to be part of what is asked for and
 * are left out, so that none overtakes one that was published before it.
 *
 * Unit:    times are clock_machine_ns().
 * Memory:  the caller's struct (about 150 kB); feed_finish() accepts a zeroed one.
 * Threads: one thread; feed_poll() never blocks (the journal's files are read at once).
 * Errors:  0, or -errno.
 */
#ifndef AURALIS_FEED_H
#define AURALIS_FEED_H

#include "common/bus.h"
#include "common/event_json.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/trouble.h"

#include <stdbool.h>
#include <stdint.h>

/* Who is given what. */
struct feed_user {
    void *user;
    /* composerd says where its stream lies in time: with each heartbeat and snapshot. */
    void (*on_epoch)(void *user, const struct epoch *epoch);
    /* A phrase or a change, in order of publishing; some come again. False: of another stream.
     * */
    bool (*on_event)(void *user, const struct event *event);
    /* From which frame on events matter now. */
    uint64_t (*from_frame)(void *user);
};

struct feed {
    struct bus_client bus;
    struct bus_gap gap;
    struct feed_user user;
    struct metrics *metrics;
    char journal_dir[280];
    int64_t opened_ns; /* makes the ids of this process's requests its own */
    uint64_t request;  /* number of the last snapshot asked for */
    int64_t wanted_ns; /* since when something is missing; 0: nothing is */
    int64_t retry_ns;  /* when to ask again */
    bool journal_read; /* since something has been missing, or another event came */
    bool complete;     /* everything has been given once */
    uint64_t given;    /* events handed over from the journal or snapshot being read */
    int64_t heard_ns;  /* when composerd was heard last */
    struct trouble refused, silent; /* what could not be used; composerd is not heard */
    struct event event;             /* each event is read into this one */
};

int feed_open(struct feed *feed, const char *bus_dir, const char *state_dir,
              struct metrics *metrics, const struct feed_user *user);
/* Hands over what has arrived, and asks for what is missing. */
void feed_poll(struct feed *feed, int64_t now_ns);
/* Forgets what has been given: everything from from_frame() on is wanted again. */
void feed_restart(struct feed *feed);
/* Whether everything there is has been handed over since the last restart. */
bool feed_complete(const struct feed *feed);
/* Whether what is missing has been asked for, or cannot be: there is time now. */
bool feed_waiting(const struct feed *feed, int64_t now_ns);
/* Whether composerd has been heard within the last seconds. */
bool feed_alive(const struct feed *feed, int64_t now_ns);
void feed_finish(struct feed *feed);

#endif
