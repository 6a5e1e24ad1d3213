#include "composerd/publisher.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void publisher_begin_run(struct publisher *publisher, uint64_t run)
{
    snprintf(publisher->run, sizeof publisher->run, "%016" PRIx64, run);
    memset(publisher->last_n, 0, sizeof publisher->last_n);
}

static struct event_head next_head(struct publisher *publisher, enum event_type type)
{
    struct event_head head = {.type = type, .stream = publisher->stream};

    head.n = type == EVENT_HEARTBEAT ? 0 : ++publisher->last_n[type];
    memcpy(head.run, publisher->run, sizeof head.run);
    return head;
}

static int queue(struct publisher *publisher, enum event_type type, uint64_t start_frame,
                 uint64_t kept_until_frame, char *json)
{
    if (json == NULL || publisher->n_queued == PUBLISHER_QUEUE) {
        free(json);
        return -ENOMEM;
    }
    const size_t i = publisher->n_queued++;

    publisher->queue[i].type = type;
    publisher->queue[i].start_frame = start_frame;
    publisher->queue[i].kept_until_frame = kept_until_frame;
    publisher->queue[i].json = json;
    return 0;
}

int publisher_queue_params(struct publisher *publisher, const struct params_event *event)
{
    const struct event_head head = next_head(publisher, EVENT_PARAMS);

    return queue(publisher, EVENT_PARAMS, event->effective_frame, event->effective_frame,
                 params_event_to_json(&head, event));
}

int publisher_queue_phrase(struct publisher *publisher, const struct phrase *phrase)
{
    const struct event_head head = next_head(publisher, EVENT_PHRASE);

    return queue(publisher, EVENT_PHRASE, phrase->start_frame, phrase_matters_until(phrase),
                 phrase_to_json(&head, phrase));
}

/* Where everything published so far is over, and not before start_frame. */
static uint64_t published_end(const struct history *history, uint64_t start_frame)
{
    uint64_t end_frame = start_frame;

    for (size_t i = 0; i < history->n; i++) {
        if (history->events[i].frame > end_frame) {
            end_frame = history->events[i].frame;
        }
    }
    return end_frame;
}

/* A file of the journal begins with the parameters, so that it can be read alone. */
static int begin_file(struct publisher *publisher, enum event_type type, uint64_t start_frame)
{
    const char *const params = history_last_params(&publisher->history);
    const int rc = journal_begin_file(&publisher->journal,
                                      published_end(&publisher->history, start_frame));

    return rc == 0 && type != EVENT_PARAMS && params != NULL &&
                   publisher->journal.file_bytes == 0
               ? journal_append(&publisher->journal, params)
               : rc;
}

static void write_journal(struct publisher *publisher, enum event_type type,
                          uint64_t start_frame, const char *json)
{
    uint64_t swallowed;
    int rc =
        journal_wants_file(&publisher->journal) ? begin_file(publisher, type, start_frame) : 0;

    if (rc == 0) {
        rc = journal_append(&publisher->journal, json);
    }
    metric_set(publisher->metrics, METRIC_composerd_journal_size,
               (int64_t)publisher->journal.file_bytes);
    if (rc == 0) {
        return;
    }
    metric_add(publisher->metrics, METRIC_composerd_journal_errors, 1);
    if (log_limit_pass(&publisher->trouble, clock_now_ns(), &swallowed)) {
        log_warn("cannot write the journal, the music goes on error=\"%s\" swallowed=%" PRIu64,
                 log_errno(rc), swallowed);
    }
}

static void emit(struct publisher *publisher, size_t i)
{
    const enum event_type type = publisher->queue[i].type;
    char *const json = publisher->queue[i].json;

    write_journal(publisher, type, publisher->queue[i].start_frame, json);
    bus_publish(&publisher->bus, type, json);
    history_add(&publisher->history, type, publisher->queue[i].kept_until_frame, json);
}

void publisher_flush(struct publisher *publisher)
{
    for (size_t i = 0; i < publisher->n_queued; i++) {
        if (publisher->queue[i].type == EVENT_PARAMS) {
            emit(publisher, i);
        }
    }
    for (size_t i = 0; i < publisher->n_queued; i++) {
        if (publisher->queue[i].type != EVENT_PARAMS) {
            emit(publisher, i);
        }
        free(publisher->queue[i].json);
    }
    publisher->n_queued = 0;
}

void publisher_heartbeat(struct publisher *publisher, struct heartbeat *heartbeat)
{
    const struct event_head head = next_head(publisher, EVENT_HEARTBEAT);
    int64_t counters[METRIC_COUNT];

    for (int i = 0; i < METRIC_COUNT; i++) {
        counters[i] = metric_get(publisher->metrics, (enum metric_id)i);
    }
    memcpy(heartbeat->last_n, publisher->last_n, sizeof heartbeat->last_n);
    char *const json = heartbeat_to_json(&head, heartbeat, counters);

    if (json != NULL) {
        bus_publish(&publisher->bus, EVENT_HEARTBEAT, json);
        free(json);
    }
}

void publisher_greet(struct publisher *publisher)
{
    const char *const params = history_last_params(&publisher->history);

    if (params != NULL) {
        bus_publish(&publisher->bus, EVENT_PARAMS, params);
    }
}

char *publisher_snapshot(const struct publisher *publisher, const char *id, uint64_t from_frame,
                         const struct epoch *epoch)
{
    const char *list[HISTORY_EVENTS];
    struct snapshot_head head = {.epoch = *epoch};

    snprintf(head.id, sizeof head.id, "%s", id);
    memcpy(head.run, publisher->run, sizeof head.run);
    memcpy(head.last_n, publisher->last_n, sizeof head.last_n);
    return snapshot_to_json(&head, list, history_select(&publisher->history, from_frame, list));
}

void publisher_finish(struct publisher *publisher)
{
    for (size_t i = 0; i < publisher->n_queued; i++) {
        free(publisher->queue[i].json);
    }
    publisher->n_queued = 0;
    history_finish(&publisher->history);
    journal_finish(&publisher->journal);
    bus_server_finish(&publisher->bus);
}
