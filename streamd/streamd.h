/*
 * streamd - the daemon's state, and what it does each time its loop wakes up. Knows no
 * sockets: the server gives it connections and writes what they want.
 *
 * Memory:  one struct for the process; streamd_finish() accepts a zeroed one.
 * Threads: the event loop's; the feeder has its own.
 * Errors:  0, or -errno.
 */
#ifndef AURALIS_STREAMD_H
#define AURALIS_STREAMD_H

#include "common/bus.h"
#include "common/log.h"
#include "common/service.h"
#include "common/settings.h"
#include "common/trouble.h"
#include "streamd/connection.h"
#include "streamd/control.h"
#include "streamd/feeder.h"
#include "streamd/hosts.h"
#include "streamd/news.h"
#include "streamd/page.h"

struct streamd {
    struct settings settings;
    struct service service;
    struct metrics metrics;
    struct hosts hosts;
    char web_dir[SETTING_TEXT_BYTES];
    struct page page;
    struct peers peers;
    struct feeder feeder;
    struct feeder_report ring; /* the feeder's last report */
    struct chunk_store *store; /* the present stream's; NULL before the first */
    struct bus_client bus;
    struct news news;
    struct control control;
    struct event *event; /* scratch: large */
    uint32_t pid;
    int64_t started_ns, snapshot_asked_ns;
    uint64_t n_snapshots;
    struct listening listening;
    struct access access;           /* who may steer */
    struct connection *connections; /* all there are */
    /* what is measured */
    struct histogram lateness, roundtrip;
    uint64_t first_sent; /* one past the newest seq that has been handed to a socket */
    double depth_sum_ms;
    uint64_t depth_count;
    enum audio audio; /* as listeners were told */
    bool was_flowing; /* at least once */
    struct trouble bus_refused, composerd_silent, audio_stopped;
};

int streamd_init(struct streamd *streamd, uint64_t random);
void streamd_finish(struct streamd *streamd);
struct view streamd_view(const struct streamd *streamd);

/* Reads the page again. 0, or -errno, which it says; the old one stays then. */
int streamd_reload(struct streamd *streamd);
/* Everything that is due: new chunks, slow clients, what composerd has not answered. */
void streamd_tick(struct streamd *streamd);
/* Tells every listener that has been greeted. */
void streamd_tell(struct streamd *streamd, struct text *text);
/* A listener has come. */
void streamd_listen(struct streamd *streamd, struct connection *connection);
/* What a listener has said; the message is in its rx. */
void streamd_message(struct streamd *streamd, struct connection *connection);
/* The body of POST /api/control is there: answers, or waits for composerd. */
void streamd_post(struct streamd *streamd, struct connection *connection);
/* A chunk was handed to the socket of a listener that is live and keeps up, or not. */
void streamd_chunk_sent(struct streamd *streamd, uint64_t seq, size_t bytes, bool keeps_up);
/* The connection ends: nothing is kept for it. */
void streamd_forget(struct streamd *streamd, struct connection *connection);

#endif
