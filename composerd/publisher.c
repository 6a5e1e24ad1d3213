#include "composerd/publisher.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* A file of the journal begins with the parameters, so that it can be read alone: also one in
 * which there was no room for them before, or that lost a first line cut in half. */
static int begin_with_params(struct publisher *publisher, enum event_type type)
{
    const char *const params = history_last_params(&publisher->history);

    return type != EVENT_PARAMS && params != NULL && publisher->journal.file_bytes == 0
               ? journal_append(&publisher->journal, params)
               : 0;
}

void publisher_tell_disk(struct trouble *trouble, const char *path, int rc)
{
    static const struct log_trouble_kind kind = {
        .event = LOG_EVENT_disk_trouble,
        .sentence = "cannot write to the state folder, the music goes on",
        .over_event = LOG_EVENT_disk_well,
        .over_sentence = "the state folder can be written again",
    };
    const struct log_facts facts = {.path = path, .reason = rc != 0 ? log_errno(rc) : NULL};

    log_trouble(trouble, &kind, rc != 0, &facts);
}

static void write_journal(struct publisher *publisher, enum event_type type,
                          uint64_t start_frame, const char *json)
{
    struct journal *const journal = &publisher->journal;
    int rc = journal_wants_file(journal)
                 ? journal_begin_file(journal, published_end(&publisher->history, start_frame))
                 : 0;

    if (rc == 0) {
        rc = begin_with_params(publisher, type);
    }
    if (rc == 0) {
        rc = journal_append(journal, json);
    }
    metric_set(publisher->metrics, METRIC_composerd_journal_size, (int64_t)journal->file_bytes);
    metric_add(publisher->metrics, METRIC_composerd_journal_errors, rc != 0);
    publisher_tell_disk(&publisher->trouble, journal->dir, rc);
}

static void publish(void *user, const struct outbox_event *event)
{
    struct publisher *const publisher = user;

    write_journal(publisher, event->type, event->start_frame, event->json);
    bus_publish(&publisher->bus, event->type, event->json);
    history_add(&publisher->history, event->type, event->kept_until_frame, event->json);
}

void publisher_flush(struct publisher *publisher)
{
    const struct outbox_reader world = {.user = publisher, .event = publish};

    outbox_flush(&publisher->outbox, &world);
}

void publisher_heartbeat(struct publisher *publisher, struct heartbeat *heartbeat)
{
    const struct event_head head = outbox_head(&publisher->outbox, EVENT_HEARTBEAT);
    int64_t counters[METRIC_COUNT];

    for (int i = 0; i < METRIC_COUNT; i++) {
        counters[i] = metric_get(publisher->metrics, (enum metric_id)i);
    }
    memcpy(heartbeat->last_n, publisher->outbox.last_n, sizeof heartbeat->last_n);
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
    memcpy(head.run, publisher->outbox.run, sizeof head.run);
    memcpy(head.last_n, publisher->outbox.last_n, sizeof head.last_n);
    return snapshot_to_json(&head, list, history_select(&publisher->history, from_frame, list));
}

void publisher_finish(struct publisher *publisher)
{
    outbox_finish(&publisher->outbox);
    history_finish(&publisher->history);
    journal_finish(&publisher->journal);
    bus_server_finish(&publisher->bus);
}
