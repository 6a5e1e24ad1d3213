#include "streamd/bus_link.h"

#include "streamd/api_json.h"
#include "streamd/message_json.h"
#include "streamd/reply_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SNAPSHOT_RETRY_NS NS_PER_S
#define SNAPSHOT_ID       "snapshot-"
#define AWAY_TEXT         "composerd does not answer; try again in a moment"

/* ---- events ---- */

static void tell_news(struct streamd *streamd, enum news_kind kind)
{
    const struct news *news = &streamd->news;

    if (kind == NEWS_PARAMS) {
        const struct view view = streamd_view(streamd);
        struct text *text = text_from(message_params_json(&view));

        streamd_tell(streamd, text);
        text_drop(text);
    } else if (kind == NEWS_PHRASE) {
        streamd_tell(streamd, news->phrases[news->n_phrases - 1].text);
    }
}

static void complain(struct streamd *streamd, const char *what, const char *reason)
{
    struct trouble *trouble = &streamd->bus_refused;

    if (trouble_lasts(trouble, TROUBLE_AT_ONCE, clock_machine_ns())) {
        const struct log_facts facts = {.peer = "composerd",
                                        .reason = reason,
                                        .lasted_ns = trouble->lasted_ns,
                                        .times = trouble->times};

        log_event(LOG_EVENT_bus_refused, &facts, "cannot use %s from the bus", what);
    }
}

/* Whether composerd is heard. */
static void tell_silence(struct streamd *streamd)
{
    static const struct log_trouble_kind kind = {
        .event = LOG_EVENT_peer_away,
        .sentence = "composerd is away: there is no control",
        .over_event = LOG_EVENT_peer_back,
        .over_sentence = "composerd is back",
        .patience_ns = TROUBLE_AFTER_A_SECOND,
        .watched = true,
    };
    static const struct log_facts facts = {.peer = "composerd"};
    const bool away = news_composerd_is_away(&streamd->news, clock_now_ns());

    log_trouble(&streamd->composerd_silent, &kind, away, &facts);
}

static void on_event(void *user, enum event_type topic, const char *json, size_t len)
{
    struct streamd *streamd = user;
    struct event *event = streamd->event;
    struct json_reason reason = {""};

    if (event_from_json(json, len, event, &reason) < 0) {
        complain(streamd, event_topics[topic], reason.text);
        return;
    }
    tell_news(streamd, news_take(&streamd->news, event, json, len, clock_now_ns()));
}

/* ---- snapshots ---- */

static void on_snapshot_event(void *user, const struct event *event)
{
    struct streamd *streamd = user;

    tell_news(streamd, news_take_again(&streamd->news, event));
}

static void on_snapshot(struct streamd *streamd, const char *json, size_t len)
{
    const struct event_sink sink = {streamd->event, on_snapshot_event, streamd};
    struct snapshot_head head;
    struct json_reason reason = {""};

    if (snapshot_from_json(json, len, &head, &sink, &reason) < 0) {
        complain(streamd, "a snapshot", reason.text);
        return;
    }
    news_end_snapshot(&streamd->news, head.run, head.last_n);
    streamd->snapshot_asked_ns = 0; /* events that overtook it want another at once */
}

static void ask_snapshot(struct streamd *streamd, int64_t now_ns)
{
    const struct view view = streamd_view(streamd);
    char request[160];

    snprintf(request, sizeof(request),
             "{\"v\":%d,\"id\":\"" SNAPSHOT_ID "%" PRIu64
             "\",\"op\":\"snapshot\",\"from\":%" PRIu64 ",\"origin\":\"streamd\"}",
             EVENT_VERSION, ++streamd->n_snapshots, view_frame(&view));
    if (bus_request(&streamd->bus, request) == 0) {
        streamd->snapshot_asked_ns = now_ns; /* else asked again in the next tick */
    }
}

/* ---- control ---- */

/* Gives a waiting HTTP request its answer; takes the text. */
static void answer_http(struct connection *connection, int status, char *json)
{
    connection->answer = (struct api_answer){.kind = API_ANSWER,
                                             .status = json ? status : 503,
                                             .content_type = API_JSON,
                                             .body = json};
    connection->waits = false;
    connection->has_answer = true;
}

static void on_control_reply(struct streamd *streamd, struct control_pending *pending,
                             const char *json, size_t len)
{
    struct connection *connection = pending->who;
    bool ok = false;

    histogram_add(&streamd->roundtrip, clock_machine_ns() - pending->asked_ns);
    if (connection->listener.present) {
        listener_say(&connection->listener, reply_ack_json(json, len, pending->client_id_json));
    } else if (connection->waits) {
        char *answer = reply_http_json(json, len, &ok);

        answer_http(connection, ok ? 200 : 400, answer);
    }
    control_done(pending);
}

static void give_up(struct streamd *streamd, struct control_pending *pending)
{
    struct connection *connection = pending->who;

    metric_add(&streamd->metrics, METRIC_streamd_control_timeouts, 1);
    if (connection->listener.present) {
        listener_say(&connection->listener,
                     message_refusal_json("[{\"param\":\"\",\"error\":\"" AWAY_TEXT "\"}]",
                                          pending->client_id_json));
    } else if (connection->waits) {
        answer_http(connection, 503, api_error_json("composerd_away", AWAY_TEXT, NULL));
    }
    control_done(pending);
}

static void on_reply(void *user, const char *json, size_t len)
{
    struct streamd *streamd = user;
    struct control_pending *pending = NULL;
    char id[REPLY_ID_BYTES] = "";

    if (reply_id_from_json(json, len, id) < 0) {
        complain(streamd, "a reply", "it has no id");
        return;
    }
    if (strncmp(id, SNAPSHOT_ID, strlen(SNAPSHOT_ID)) == 0) {
        on_snapshot(streamd, json, len);
        return;
    }
    pending = control_find(&streamd->control, id);
    if (pending) {
        on_control_reply(streamd, pending, json, len);
    }
}

static void send_due(struct streamd *streamd, int64_t now_ns)
{
    struct control_pending *due = NULL;

    while ((due = control_due(&streamd->control, now_ns)) != NULL) {
        (void)bus_request(&streamd->bus, due->request); /* sent again until it is answered */
    }
}

void bus_link_drain(struct streamd *streamd)
{
    static const struct bus_handlers handlers = {.event = on_event, .reply = on_reply};

    bus_client_drain(&streamd->bus, &handlers, streamd);
}

int bus_link_ask(struct streamd *streamd, struct connection *connection,
                 const struct control_ask *ask, const char *client_id_json)
{
    struct control_pending *pending = NULL;
    const int64_t now_ns = clock_machine_ns();
    const int rc = control_add(&streamd->control, ask,
                               connection->listener.present ? "ws" : "http", now_ns, &pending);

    if (rc == 0) {
        pending->who = connection;
        snprintf(pending->client_id_json, sizeof(pending->client_id_json), "%s",
                 client_id_json);
        send_due(streamd, now_ns);
        bus_link_drain(
            streamd); /* sending may have swallowed the edge that tells of an arrival */
    }
    return rc;
}

void bus_link_tick(struct streamd *streamd, int64_t now_ns)
{
    struct control_pending *expired = NULL;

    while ((expired = control_expired(&streamd->control, now_ns)) != NULL) {
        give_up(streamd, expired);
    }
    send_due(streamd, now_ns);
    if (news_want_snapshot(&streamd->news) &&
        now_ns - streamd->snapshot_asked_ns >= SNAPSHOT_RETRY_NS) {
        ask_snapshot(streamd, now_ns);
    }
    bus_link_drain(streamd);
    tell_silence(streamd);
}
