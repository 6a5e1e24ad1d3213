#include "synthd/feed.h"

#include "common/clock.h"
#include "common/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { REQUEST_ID_BYTES = 64 };

static const int64_t patience_ns = 50 * NS_PER_MS; /* then the journal stands in */
static const int64_t connect_ns =
    5 * NS_PER_MS;                            /* what the sockets take, if anybody is there */
static const int64_t again_ns = NS_PER_S;     /* between requests that nobody answers */
static const int64_t alive_ns = 3 * NS_PER_S; /* composerd is heard every second */

int feed_open(struct feed *feed, const char *bus_dir, const char *state_dir,
              struct metrics *metrics, const struct feed_user *user)
{
    memset(feed, 0, sizeof *feed);
    feed->user = *user;
    feed->metrics = metrics;
    feed->opened_ns = clock_machine_ns();
    snprintf(feed->journal_dir, sizeof feed->journal_dir, "%s/journal", state_dir);
    return bus_client_open(&feed->bus, bus_dir);
}

void feed_finish(struct feed *feed)
{
    bus_client_finish(&feed->bus);
}

void feed_restart(struct feed *feed)
{
    memset(&feed->gap, 0, sizeof feed->gap);
    feed->wanted_ns = 0;
    feed->journal_read = false;
    feed->complete = false;
}

bool feed_complete(const struct feed *feed)
{
    return feed->complete;
}

bool feed_waiting(const struct feed *feed, int64_t now_ns)
{
    return feed->wanted_ns != 0 &&
           (feed->retry_ns > feed->wanted_ns || now_ns - feed->wanted_ns > connect_ns);
}

bool feed_alive(const struct feed *feed, int64_t now_ns)
{
    return feed->heard_ns != 0 && now_ns - feed->heard_ns < alive_ns;
}

static void refuse(struct feed *feed, const char *what, const char *why)
{
    metric_add(feed->metrics, METRIC_synthd_events_refused, 1);
    if (trouble_lasts(&feed->refused, TROUBLE_AT_ONCE, clock_machine_ns())) {
        const struct log_facts facts = {.peer = "composerd",
                                        .reason = why,
                                        .lasted_ns = feed->refused.lasted_ns,
                                        .times = feed->refused.times};

        log_event(LOG_EVENT_bus_refused, &facts, "refused %s", what);
    }
}

/* Whether composerd is heard. */
static void tell_silence(struct feed *feed, int64_t now_ns)
{
    static const struct log_trouble_kind kind = {
        .event = LOG_EVENT_peer_away,
        .sentence = "composerd is away, waiting for it",
        .over_event = LOG_EVENT_peer_back,
        .over_sentence = "composerd is back",
        .patience_ns = TROUBLE_AFTER_A_SECOND,
        .watched = true,
    };
    static const struct log_facts facts = {.peer = "composerd"};

    log_trouble(&feed->silent, &kind, !feed_alive(feed, now_ns), &facts);
}

static void take_heartbeat(struct feed *feed)
{
    const struct heartbeat *const heartbeat = &feed->event.heartbeat;

    feed->user.on_epoch(feed->user.user, &heartbeat->epoch);
    bus_gap_heartbeat(&feed->gap, &feed->event.head, heartbeat->last_n);
}

static void on_bus_event(void *user, enum event_type topic, const char *json, size_t len)
{
    struct feed *const feed = user;
    struct json_reason reason = {""};

    (void)topic;
    if (event_from_json(json, len, &feed->event, &reason) != 0) {
        refuse(feed, "an event", reason.text);
        return;
    }
    feed->heard_ns = clock_machine_ns();
    if (feed->event.head.type == EVENT_HEARTBEAT) {
        take_heartbeat(feed);
    } else if (bus_gap_event(&feed->gap, &feed->event.head) == BUS_SEEN_NEXT) {
        feed->user.on_event(feed->user.user, &feed->event);
    } else if (!feed->gap.known) {
        feed->journal_read = false; /* it holds this one too */
    }
}

static void give(void *user, const struct event *event)
{
    struct feed *const feed = user;

    feed->given += feed->user.on_event(feed->user.user, event);
}

/* What the last request called itself, in quotes. */
static void request_id(const struct feed *feed, char id[REQUEST_ID_BYTES])
{
    snprintf(id, REQUEST_ID_BYTES, "\"synthd-%" PRId64 "-%" PRIu64 "\"", feed->opened_ns,
             feed->request);
}

static void on_bus_reply(void *user, const char *json, size_t len)
{
    struct feed *const feed = user;
    const struct event_sink sink = {&feed->event, give, feed};
    struct snapshot_head head;
    struct json_reason reason = {""};
    char id[REQUEST_ID_BYTES];

    request_id(feed, id);
    if (feed->wanted_ns == 0 || memmem(json, len, id, strlen(id)) == NULL) {
        return; /* an answer that came too late to be of use */
    }
    if (snapshot_from_json(json, len, &head, &sink, &reason) != 0) {
        refuse(feed, "a snapshot", reason.text);
        return;
    }
    feed->heard_ns = clock_machine_ns();
    feed->wanted_ns = 0;
    bus_gap_snapshot(&feed->gap, head.run, head.last_n);
    feed->complete = true;
    /* last, because it may find another stream and want everything anew */
    feed->user.on_epoch(feed->user.user, &head.epoch);
}

static int on_journal_line(void *user, const char *line, size_t len)
{
    struct feed *const feed = user;
    struct json_reason reason = {""};

    if (event_from_json(line, len, &feed->event, &reason) != 0) {
        refuse(feed, "a line of the journal", reason.text);
    } else if (feed->event.head.type != EVENT_HEARTBEAT) {
        give(feed, &feed->event);
    }
    return 0;
}

/* composerd does not answer: what it has published stands in its journal. */
static void read_journal(struct feed *feed)
{
    feed->journal_read = true;
    feed->given = 0;
    metric_add(feed->metrics, METRIC_synthd_journal_reads, 1);
    const int rc = journal_read(feed->journal_dir, feed->user.from_frame(feed->user.user),
                                on_journal_line, feed);

    if (rc < 0 && rc != -ENOENT) {
        refuse(feed, "the journal", log_errno(rc));
    }
    feed->complete = feed->complete || feed->given > 0;
}

static void ask(struct feed *feed, int64_t now_ns)
{
    char id[REQUEST_ID_BYTES];
    char request[160];

    feed->request++;
    request_id(feed, id);
    snprintf(request, sizeof request,
             "{\"v\":%d,\"id\":%s,\"op\":\"snapshot\",\"from\":%" PRIu64 "}", EVENT_VERSION, id,
             feed->user.from_frame(feed->user.user));
    if (bus_request(&feed->bus, request) == 0) {
        metric_add(feed->metrics, METRIC_synthd_snapshots_asked, 1);
        feed->retry_ns = now_ns + again_ns;
    }
}

void feed_poll(struct feed *feed, int64_t now_ns)
{
    static const struct bus_handlers handlers = {on_bus_event, on_bus_reply};

    bus_client_drain(&feed->bus, &handlers, feed);
    tell_silence(feed, now_ns);
    if (feed->gap.known) {
        feed->wanted_ns = 0;
        return;
    }
    if (feed->wanted_ns == 0) {
        feed->wanted_ns = now_ns;
        feed->retry_ns = now_ns;
        feed->journal_read = false;
    }
    if (now_ns >= feed->retry_ns) { /* at each poll, until the sockets have connected */
        ask(feed, now_ns);
    }
    if (!feed->journal_read && now_ns - feed->wanted_ns >= patience_ns) {
        read_journal(feed);
    }
}
