/*
 * daemon - composerd as a whole: what it holds and the steps of its work.
 *
 * Memory:  one struct, zeroed, in main(); daemon_finish() accepts it at any stage.
 * Threads: one.
 * Errors:  0, or -errno.
 */
#ifndef AURALIS_DAEMON_H
#define AURALIS_DAEMON_H

#include "common/service.h"
#include "common/settings.h"
#include "common/trouble.h"
#include "composerd/publisher.h"
#include "composerd/replies.h"
#include "composerd/station.h"

struct daemon {
    struct settings settings;
    struct service service;
    struct metrics metrics;
    struct publisher publisher;
    struct station station;
    struct replies replies;
    struct trouble state_trouble;
    int64_t heartbeat_ns; /* when the next one is due */
};

/* ---- resume.c: at start ---- */
/* Takes up the stream of the state folder, or gives birth to one. */
int daemon_resume(struct daemon *daemon);

/* ---- daemon.c: steps of the loop ---- */
/* Frames due by now. */
uint64_t daemon_now_frame(const struct daemon *daemon);
/* Composes at most one phrase. True when it did: more may be wanted. */
bool daemon_compose(struct daemon *daemon);
/* Saves the state, then journals and publishes what is queued. */
void daemon_commit(struct daemon *daemon);
/* Takes up how far ahead of due may have been rendered, as synthd says. */
void daemon_take_lead(struct daemon *daemon);
/* Says the parameters to new subscribers. */
void daemon_greet(struct daemon *daemon);
void daemon_heartbeat(struct daemon *daemon);
/* Lets the station follow the hour, if it is to. */
void daemon_follow_day(struct daemon *daemon, int32_t seconds_of_day);
/* By the local time of this machine. */
int32_t daemon_seconds_of_day(void);
/* Gives the change that was just carried out to the world. */
void daemon_publish_change(struct daemon *daemon);
/* How a phrase of the station gets into the publisher's queue. */
struct station_listener daemon_listener(struct daemon *daemon);
void daemon_finish(struct daemon *daemon);

/* ---- serve.c: control ---- */
/* Answers every request that waits. */
void daemon_serve(struct daemon *daemon);

#endif
