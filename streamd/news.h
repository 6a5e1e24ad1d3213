/*
 * news - what the bus has told: the parameters, the phrases that are not over, how composerd
 * is.
 *
 * A client that comes later is told the same from here. Another stream forgets the old one's
 * phrases.
 *
 * Memory:  the struct is the caller's; news_finish() accepts a zeroed one. Phrases are texts.
 * Threads: the event loop's.
 */
#ifndef AURALIS_NEWS_H
#define AURALIS_NEWS_H

#include "common/bus.h"
#include "common/event_json.h"
#include "common/metrics.h"
#include "streamd/text.h"

#include <stdbool.h>
#include <stddef.h>

enum { NEWS_PHRASES = 24 };
#define NEWS_COMPOSERD_AWAY_NS (3 * NS_PER_S) /* without a heartbeat */

struct news_phrase {
    uint64_t number, start_frame, end_frame;
    struct text *text; /* the event as JSON */
};

struct news {
    struct bus_gap gap;
    uint64_t stream; /* 0: none known */
    bool has_params;
    struct params_event params;
    int n_phrases;
    struct news_phrase phrases[NEWS_PHRASES]; /* [n_phrases] in order of publishing */
    bool has_heartbeat;
    int64_t heartbeat_ns; /* when the last one came */
    struct heartbeat heartbeat;
    int64_t counters[METRIC_COUNT]; /* composerd's own are filled in */
};

enum news_kind { NEWS_NOTHING, NEWS_PARAMS, NEWS_PHRASE };
/* Takes one event of the bus; text is it as JSON. Says what listeners should be told: the
 * parameters, or the last phrase in the list. What was known before is nothing, and so is what
 * comes behind a gap: it comes again, and in order, with the snapshot. */
enum news_kind news_take(struct news *news, const struct event *event, const char *text,
                         size_t len, int64_t now_ns);
/* Whether something may have been missed, so that a snapshot is wanted. */
bool news_want_snapshot(const struct news *news);
/* Takes one event of a snapshot. */
enum news_kind news_take_again(struct news *news, const struct event *event);
/* The snapshot is over: it held all that was published up to these. */
void news_end_snapshot(struct news *news, const char *run,
                       const uint64_t last_n[EVENT_TYPE_COUNT]);
/* Forgets the phrases that are over at `frame`. */
void news_forget(struct news *news, uint64_t frame);
bool news_composerd_is_away(const struct news *news, int64_t now_ns);
void news_finish(struct news *news);

#endif
