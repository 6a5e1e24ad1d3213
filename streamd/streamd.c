#include "streamd/streamd.h"

#include "streamd/api_json.h"
#include "streamd/bus_link.h"
#include "streamd/message_json.h"
#include "streamd/steering.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LATE_CHUNKS 2 /* a chunk so much later than due is not the clients' backlog */

#define RATE_TEXT   "too many changes a second from this address"
#define BUSY_TEXT   "too many changes are waiting for composerd"

int streamd_init(struct streamd *streamd, uint64_t random)
{
    const struct settings *settings = &streamd->settings;
    const struct peers_limits limits = {
        .max_connections = (uint32_t)settings->stream_max_clients,
        .max_per_address = (uint32_t)settings->stream_max_clients_per_address,
        .changes_per_second = (uint32_t)settings->stream_max_changes_per_second,
    };

    streamd->started_ns = clock_now_ns();
    control_init(&streamd->control, random);
    streamd->event = calloc(1, sizeof(*streamd->event));
    if (!streamd->event) {
        return -ENOMEM;
    }
    return peers_init(&streamd->peers, &limits);
}

void streamd_finish(struct streamd *streamd)
{
    feeder_stop(&streamd->feeder);
    chunk_store_destroy(streamd->store);
    bus_client_finish(&streamd->bus);
    control_finish(&streamd->control);
    news_finish(&streamd->news);
    peers_finish(&streamd->peers);
    page_finish(&streamd->page);
    free(streamd->event);
}

int streamd_reload(struct streamd *streamd)
{
    const int rc = page_load(&streamd->page, streamd->web_dir);

    if (rc < 0) {
        const struct log_facts facts = {.path = streamd->web_dir, .reason = log_errno(rc)};

        log_event(LOG_EVENT_config_refused, &facts, "cannot read the page");
    }
    return rc;
}

struct view streamd_view(const struct streamd *streamd)
{
    struct view view = {
        .version = AURALIS_VERSION,
        .pid = streamd->pid,
        .now_ns = clock_now_ns(),
        .started_ns = streamd->started_ns,
        .store = streamd->store,
        .ring = &streamd->ring,
        .news = &streamd->news,
        .metrics = &streamd->metrics,
        .lateness = &streamd->lateness,
        .roundtrip = &streamd->roundtrip,
        .avg_depth_ms =
            streamd->depth_count > 0 ? streamd->depth_sum_ms / (double)streamd->depth_count : 0,
        .control = streamd->access.mode,
        .listening = &streamd->listening,
    };

    for (const struct connection *one = streamd->connections; one; one = one->next) {
        if (one->listener.present) {
            view.n_clients[one->listener.query.format]++;
        }
    }
    return view;
}

void streamd_tell(struct streamd *streamd, struct text *text)
{
    for (struct connection *one = streamd->connections; one; one = one->next) {
        if (one->listener.greeted) {
            listener_tell(&one->listener, text);
        }
    }
}

/* Those who wait for a stream are told too. */
static void tell_status(struct streamd *streamd, const struct view *view)
{
    struct text *text = text_from(message_status_json(view));

    for (struct connection *one = streamd->connections; one; one = one->next) {
        if (one->listener.present) {
            listener_tell(&one->listener, text);
        }
    }
    text_drop(text);
}

/* ---- chunks ---- */

/* Says hello, and what a listener cannot know yet. */
static void greet(struct streamd *streamd, struct listener *listener)
{
    const struct view view = streamd_view(streamd);
    struct fanout_joined joined;

    fanout_join(&listener->cursor, streamd->store, &listener->query.wish, view_is_stale(&view),
                &joined);
    listener->greeted = true;
    listener_say(listener,
                 message_hello_json(&view, &listener->cursor, &joined, listener->query.format));
    for (int i = 0; i < streamd->news.n_phrases; i++) {
        listener_tell(listener, streamd->news.phrases[i].text);
    }
}

static void greet_new(struct streamd *streamd)
{
    for (struct connection *one = streamd->connections; streamd->store && one;
         one = one->next) {
        if (one->listener.present && !one->listener.greeted) {
            greet(streamd, &one->listener);
        }
    }
}

void streamd_listen(struct streamd *streamd, struct connection *connection)
{
    const struct view view = streamd_view(streamd);

    if (streamd->store) {
        greet(streamd, &connection->listener);
    } else {
        listener_say(&connection->listener, message_status_json(&view));
    }
}

/* Another stream has begun: everybody starts anew, live. */
static void take_store(struct streamd *streamd)
{
    struct chunk_store *store = feeder_take_store(&streamd->feeder);

    if (!store) {
        return;
    }
    for (struct connection *one = streamd->connections; one; one = one->next) {
        if (one->listener.greeted) {
            one->listener.greeted = false;
            one->listener.query.wish = (struct fanout_wish){0};
        }
    }
    chunk_store_destroy(streamd->store);
    streamd->store = store;
    streamd->first_sent = chunk_store_head(store);
}

static void check_listener(struct streamd *streamd, struct listener *listener, bool late,
                           int64_t now_ns)
{
    const uint64_t dropped = fanout_tick(&listener->cursor, streamd->store, late, now_ns);

    metric_add(&streamd->metrics, METRIC_streamd_chunks_dropped, (int64_t)dropped);
    if (fanout_is_overdue(&listener->cursor, now_ns) && listener->close_code == 0) {
        metric_add(&streamd->metrics, METRIC_streamd_clients_disconnected_slow, 1);
        listener_close(listener, LISTENER_CLOSE_POLICY, "behind for 10 s");
    }
}

static void take_chunks(struct streamd *streamd, int64_t now_ns)
{
    struct chunk_store *store = streamd->store;
    bool anybody = false;

    if (!store) {
        return;
    }
    const uint64_t first = chunk_store_head(store) * store->chunk_frames;

    if (!chunk_store_refresh(store)) {
        return;
    }
    feeder_report(&streamd->feeder, &streamd->ring); /* at least as new as the chunks */
    const struct view view = streamd_view(streamd);
    /* of the first that is new: after an outage many may come at once, the last of them in time
     */
    const int64_t late_ns = now_ns - clock_due_ns(&store->epoch, first);
    const bool late = late_ns > clock_frames_ns((uint64_t)LATE_CHUNKS * store->chunk_frames,
                                                store->epoch.rate_hz);

    streamd->depth_sum_ms += view_depth_ms(&view);
    streamd->depth_count++;
    for (struct connection *one = streamd->connections; one; one = one->next) {
        if (one->listener.greeted) {
            check_listener(streamd, &one->listener, late, now_ns);
            anybody = true;
        }
    }
    if (anybody && late) {
        histogram_add(&streamd->lateness, late_ns);
    }
    if (!anybody || late) {
        streamd->first_sent = chunk_store_head(store); /* what nobody waits for is not late */
    }
}

void streamd_chunk_sent(struct streamd *streamd, uint64_t seq, size_t bytes, bool keeps_up)
{
    const struct chunk_store *store = streamd->store;

    metric_add(&streamd->metrics, METRIC_streamd_chunks_sent, 1);
    metric_add(&streamd->metrics, METRIC_streamd_bytes_sent, (int64_t)bytes);
    if (keeps_up && seq >= streamd->first_sent) {
        streamd->first_sent = seq + 1;
        histogram_add(&streamd->lateness,
                      clock_now_ns() - clock_due_ns(&store->epoch, seq * store->chunk_frames));
    }
}

/* ---- the rest of a tick ---- */

static void set_gauges(struct streamd *streamd, const struct view *view)
{
    struct metrics *metrics = &streamd->metrics;

    metric_set(metrics, METRIC_streamd_clients, view_clients(view));
    metric_set(metrics, METRIC_streamd_chunk_lateness_p50,
               histogram_percentile(&streamd->lateness, 0.5));
    metric_set(metrics, METRIC_streamd_chunk_lateness_p99,
               histogram_percentile(&streamd->lateness, 0.99));
}

/* Says that no audio flows, and that it does: the first time, and again. */
static void log_audio(struct streamd *streamd, const struct view *view, const char *reason)
{
    /* one that has just started waits for a moment; where chunks fail, it was noticed late */
    const struct log_trouble_kind kind = {
        .event = LOG_EVENT_audio_stopped,
        .sentence = "no audio flows",
        .over_event = LOG_EVENT_audio_flowing,
        .over_sentence = "audio flows",
        .patience_ns = streamd->store ? TROUBLE_AT_ONCE : TROUBLE_AFTER_A_SECOND,
        .watched = true,
    };
    const struct log_facts facts = {
        .stream = streamd->store ? streamd->store->epoch.stream : 0,
        .frame = view_frame(view),
        .reason = reason[0] ? reason : NULL,
    };
    const bool stopped = view_is_stale(view);
    const bool said = log_trouble(&streamd->audio_stopped, &kind, stopped, &facts);

    if (!stopped && !streamd->was_flowing) {
        streamd->was_flowing = true;
        if (!said) {
            log_event(LOG_EVENT_audio_flowing, &facts, "audio flows");
        }
    }
}

/* Tells listeners and the supervisor whether audio flows, when that changes. */
static void tell_audio(struct streamd *streamd, const struct view *view)
{
    const char *reason = "";
    const enum audio audio = view_audio(view, &reason);

    service_status(&streamd->service, "%s%s%s, listeners: %u", audio_names[audio],
                   reason[0] ? ": " : "", reason, (unsigned)view_clients(view));
    if (audio != streamd->audio) {
        streamd->audio = audio;
        tell_status(streamd, view);
    }
    log_audio(streamd, view, reason);
}

void streamd_tick(struct streamd *streamd)
{
    const int64_t now_ns = clock_now_ns();
    bool json_wanted = false;

    take_store(streamd);
    feeder_report(&streamd->feeder, &streamd->ring); /* at least as new as the stream */
    take_chunks(streamd, now_ns);
    bus_link_tick(streamd, clock_machine_ns());
    const struct view view = streamd_view(streamd);

    json_wanted = view.n_clients[STREAM_JSON] > 0;
    feeder_want_json(&streamd->feeder, json_wanted);
    news_forget(&streamd->news, view_frame(&view));
    set_gauges(streamd, &view);
    tell_audio(streamd, &view);
    greet_new(streamd);
    service_alive(&streamd->service, clock_machine_ns());
}

/* ---- what listeners say ---- */

static void say_error(struct streamd *streamd, struct listener *listener, const char *code,
                      const char *text, const char *id_json)
{
    metric_add(&streamd->metrics, METRIC_streamd_messages_refused, 1);
    listener_say(listener, message_error_json(code, text, id_json));
}

/* Why a change may not be made now; NULL when it may. */
static const char *refuse_change(struct streamd *streamd, struct connection *connection)
{
    const char *refusal = steering_refuse(streamd, connection);

    if (refusal) {
        return refusal;
    }
    if (!peers_may_change(&streamd->peers, connection->peer, clock_machine_ns())) {
        metric_add(&streamd->metrics, METRIC_streamd_changes_refused, 1);
        return RATE_TEXT;
    }
    return NULL;
}

static void refuse_ack(struct listener *listener, const char *text, const char *id_json)
{
    char *errors = api_errors_json(text);

    listener_say(listener, message_refusal_json(errors ? errors : "[]", id_json));
    free(errors);
}

static void on_control(struct streamd *streamd, struct connection *connection,
                       const struct client_message *message)
{
    struct listener *listener = &connection->listener;
    const char *refusal = refuse_change(streamd, connection);

    if (refusal) {
        refuse_ack(listener, refusal, message->id_json);
    } else if (message->errors_json) {
        listener_say(listener, message_refusal_json(message->errors_json, message->id_json));
    } else if (bus_link_ask(streamd, connection, &message->ask, message->id_json) < 0) {
        refuse_ack(listener, BUSY_TEXT, message->id_json);
    }
}

static void on_message(struct streamd *streamd, struct connection *connection,
                       const struct client_message *message)
{
    struct listener *listener = &connection->listener;
    const struct view view = streamd_view(streamd);

    switch (message->type) {
    case CLIENT_CONTROL:
        on_control(streamd, connection, message);
        break;
    case CLIENT_TOKEN:
        steering_show(streamd, connection, message);
        break;
    case CLIENT_STATUS:
        listener_say(listener, message_status_json(&view));
        break;
    case CLIENT_PING:
        listener_say(listener, message_pong_json(&view, message->id_json, clock_wall_ns()));
        break;
    }
}

void streamd_message(struct streamd *streamd, struct connection *connection)
{
    struct listener *listener = &connection->listener;
    struct client_message message;
    struct client_error error;

    if (listener->rx_too_large) {
        say_error(streamd, listener, "too_large", "the message is too large", "");
        listener_close(listener, LISTENER_CLOSE_TOO_LARGE, "the message is too large");
    } else if (client_message_from_json(listener->rx, listener->rx_len, &message, &error) < 0) {
        say_error(streamd, listener, error.code, error.text, "");
        listener_rubbish(listener, clock_machine_ns());
    } else {
        on_message(streamd, connection, &message);
        client_message_finish(&message);
    }
    listener->rx_len = 0;
}

void streamd_post(struct streamd *streamd, struct connection *connection)
{
    struct api_answer *answer = &connection->answer;
    struct control_ask ask = {0};

    if (!peers_may_change(&streamd->peers, connection->peer, clock_machine_ns())) {
        metric_add(&streamd->metrics, METRIC_streamd_changes_refused, 1);
        api_refuse(answer, 429, "too_many_changes", RATE_TEXT);
        return;
    }
    api_control(connection->body, connection->body_len, &ask, answer);
    if (answer->kind == API_FORWARD) {
        connection->waits = true;
        if (bus_link_ask(streamd, connection, &ask, "") < 0) {
            connection->waits = false;
            api_refuse(answer, 503, "busy", BUSY_TEXT);
        }
    }
    control_ask_finish(&ask);
}

void streamd_forget(struct streamd *streamd, struct connection *connection)
{
    control_forget(&streamd->control, connection);
}
