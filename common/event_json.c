#include "common/event_json.h"

#include "common/json.h"
#include "common/metrics.h"
#include "common/params_json.h"
#include "common/phrase_json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const event_topics[EVENT_TYPE_COUNT] = {
    [EVENT_PHRASE] = "phrase", [EVENT_PARAMS] = "params", [EVENT_HEARTBEAT] = "heartbeat"};

/* ---- writing ---- */

static cJSON *begin_event(const struct event_head *head)
{
    cJSON *const object = cJSON_CreateObject();

    cJSON_AddNumberToObject(object, "v", EVENT_VERSION);
    cJSON_AddStringToObject(object, "type", event_topics[head->type]);
    cJSON_AddStringToObject(object, "run", head->run);
    json_add_frame(object, "n", head->n);
    json_add_hex64(object, "stream", head->stream);
    return object;
}

char *phrase_to_json(const struct event_head *head, const struct phrase *phrase)
{
    cJSON *const object = begin_event(head);

    phrase_add_json(object, phrase);
    return json_print(object);
}

char *params_event_to_json(const struct event_head *head, const struct params_event *event)
{
    cJSON *const object = begin_event(head);

    json_add_frame(object, "change", event->change);
    for (int i = 0; i < PARAM_COUNT; i++) {
        cJSON_AddItemToObject(object, param_specs[i].name, param_to_json(&event->params, i));
    }
    json_add_frame(object, "effective_frame", event->effective_frame);
    json_add_frame(object, "settled_frame", event->settled_frame);
    json_add_frame(object, "sound_frame", event->sound_frame);
    json_add_frame(object, "glide_frames", event->glide_frames);
    cJSON_AddStringToObject(object, "origin", event->origin);
    cJSON_AddNumberToObject(object, "sample_rate", event->rate_hz);
    return json_print(object);
}

cJSON *epoch_to_json(const struct epoch *epoch)
{
    cJSON *const object = cJSON_CreateObject();

    json_add_decimal_i64(object, "monotonic_ns", epoch->monotonic_ns);
    json_add_decimal_i64(object, "wall_ns", epoch->wall_ns);
    cJSON_AddStringToObject(object, "boot_id", epoch->boot_id);
    cJSON_AddNumberToObject(object, "sample_rate", epoch->rate_hz);
    return object;
}

static cJSON *last_n_to_json(const uint64_t last_n[EVENT_TYPE_COUNT])
{
    cJSON *const object = cJSON_CreateObject();

    json_add_frame(object, "phrase", last_n[EVENT_PHRASE]);
    json_add_frame(object, "params", last_n[EVENT_PARAMS]);
    return object;
}

char *heartbeat_to_json(const struct event_head *head, const struct heartbeat *heartbeat,
                        const int64_t *counters)
{
    cJSON *const object = begin_event(head);

    cJSON_AddItemToObject(object, "epoch", epoch_to_json(&heartbeat->epoch));
    json_add_frame(object, "frame", heartbeat->frame);
    cJSON_AddItemToObject(object, "last_n", last_n_to_json(heartbeat->last_n));
    cJSON_AddNumberToObject(object, "pid", heartbeat->pid);
    cJSON_AddStringToObject(object, "version", heartbeat->version);
    cJSON_AddBoolToObject(object, "resting", heartbeat->resting);
    cJSON *const metrics = cJSON_AddObjectToObject(object, "metrics");
    const int first = metric_first("composerd");

    for (int i = first; counters != NULL && i < first + metric_count("composerd"); i++) {
        cJSON_AddNumberToObject(metrics, metric_specs[i].name, (double)counters[i]);
    }
    return json_print(object);
}

static cJSON *snapshot_begin(const struct snapshot_head *head, const struct epoch *epoch)
{
    cJSON *const object = cJSON_CreateObject();

    cJSON_AddStringToObject(object, "id", head->id);
    cJSON_AddTrueToObject(object, "ok");
    cJSON_AddStringToObject(object, "run", head->run);
    json_add_hex64(object, "stream", epoch->stream);
    cJSON_AddItemToObject(object, "last_n", last_n_to_json(head->last_n));
    cJSON_AddItemToObject(object, "epoch", epoch_to_json(epoch));
    return object;
}

char *snapshot_to_json(const struct snapshot_head *head, const char *const *events,
                       size_t n_events)
{
    cJSON *const object = snapshot_begin(head, &head->epoch);
    cJSON *const list = cJSON_AddArrayToObject(object, "events");

    for (size_t i = 0; i < n_events; i++) {
        cJSON_AddItemToArray(list, cJSON_CreateRaw(events[i])); /* as published, to the byte */
    }
    return json_print(object);
}

/* ---- reading ---- */

static void read_params(struct json_reader *reader, struct params_event *event)
{
    static const char *const known[] = {
#define PARAM(member, name, ...) name,
#include "common/params.def"
#undef PARAM
        "v",
        "type",
        "run",
        "n",
        "stream",
        "change",
        "effective_frame",
        "settled_frame",
        "sound_frame",
        "glide_frames",
        "origin",
        "sample_rate",
        NULL};
    struct param_errors errors = {0};

    json_only(reader, known);
    event->change = json_frame(reader, "change");
    event->effective_frame = json_frame(reader, "effective_frame");
    event->settled_frame = json_frame(reader, "settled_frame");
    event->sound_frame = json_frame(reader, "sound_frame");
    event->glide_frames = (uint32_t)json_int(reader, "glide_frames", 0, UINT32_MAX);
    json_text(reader, "origin", event->origin, sizeof event->origin);
    event->rate_hz = (uint32_t)json_int(reader, "sample_rate", 8000, 192000);
    if (params_from_json(reader->object, &event->params, &errors) != 0) {
        json_fail(reader, errors.list[0].param, errors.list[0].error);
    }
}

void epoch_read(struct json_reader *reader, struct epoch *epoch)
{
    epoch->monotonic_ns = json_decimal_i64(reader, "monotonic_ns");
    epoch->wall_ns = json_decimal_i64(reader, "wall_ns");
    json_text(reader, "boot_id", epoch->boot_id, sizeof epoch->boot_id);
    epoch->rate_hz = (uint32_t)json_int(reader, "sample_rate", 8000, 192000);
}

static void read_epoch(struct json_reader *reader, uint64_t stream, struct epoch *epoch)
{
    static const char *const known[] = {"monotonic_ns", "wall_ns", "boot_id", "sample_rate",
                                        NULL};
    struct json_reader inner = *reader;

    inner.object = json_object(reader, "epoch");
    inner.path = "epoch";
    if (inner.object == NULL) {
        return;
    }
    json_only(&inner, known);
    epoch->stream = stream;
    epoch_read(&inner, epoch);
}

static void read_last_n(struct json_reader *reader, uint64_t last_n[EVENT_TYPE_COUNT])
{
    static const char *const known[] = {"phrase", "params", NULL};
    struct json_reader inner = *reader;

    inner.object = json_object(reader, "last_n");
    inner.path = "last_n";
    if (inner.object != NULL) {
        json_only(&inner, known);
        last_n[EVENT_PHRASE] = json_frame(&inner, "phrase");
        last_n[EVENT_PARAMS] = json_frame(&inner, "params");
        last_n[EVENT_HEARTBEAT] = 0;
    }
}

/* They are for those who look on: no part of the program takes them from here. */
static void check_metrics(struct json_reader *reader)
{
    const cJSON *const metrics = json_object(reader, "metrics");
    const cJSON *metric;

    cJSON_ArrayForEach(metric, metrics)
    {
        if (!cJSON_IsNumber(metric)) {
            json_fail(reader, "metrics", "must be numbers");
        }
    }
}

static void read_heartbeat(struct json_reader *reader, uint64_t stream,
                           struct heartbeat *heartbeat)
{
    static const char *const known[] = {"v",       "type",    "run",    "n",   "stream",
                                        "epoch",   "frame",   "last_n", "pid", "version",
                                        "resting", "metrics", NULL};

    json_only(reader, known);
    read_epoch(reader, stream, &heartbeat->epoch);
    heartbeat->frame = json_frame(reader, "frame");
    read_last_n(reader, heartbeat->last_n);
    heartbeat->pid = (uint32_t)json_int(reader, "pid", 1, INT32_MAX);
    json_text(reader, "version", heartbeat->version, sizeof heartbeat->version);
    heartbeat->resting = json_bool(reader, "resting");
    check_metrics(reader);
}

static void read_run(struct json_reader *reader, char run[RUN_ID_SIZE])
{
    json_text(reader, "run", run, RUN_ID_SIZE);
    if (strspn(run, "0123456789abcdef") != strlen(run)) {
        json_fail(reader, "run", "must be hex digits");
    }
}

static void read_event(struct json_reader *reader, struct event *event)
{
    struct event_head *const head = &event->head;

    if (!cJSON_IsObject(reader->object)) {
        json_fail(reader, "", "an event must be an object");
        return;
    }
    json_int(reader, "v", EVENT_VERSION, EVENT_VERSION);
    head->type = (enum event_type)json_choice(reader, "type", event_topics, EVENT_TYPE_COUNT);
    read_run(reader, head->run);
    head->n = json_frame(reader, "n");
    head->stream = json_hex64(reader, "stream");
    if (!json_reader_ok(reader)) {
        return;
    }
    switch (head->type) {
    case EVENT_PHRASE:
        phrase_read_json(reader, &event->phrase);
        break;
    case EVENT_PARAMS:
        read_params(reader, &event->params);
        break;
    case EVENT_HEARTBEAT:
    case EVENT_TYPE_COUNT:
        read_heartbeat(reader, head->stream, &event->heartbeat);
        break;
    }
}

static struct json_reader begin_reading(const cJSON *value, struct json_reason *reason)
{
    reason->text[0] = '\0';
    return (struct json_reader){.object = value,
                                .path = "",
                                .reason = reason->text,
                                .reason_size = sizeof reason->text};
}

/* Only what the event has: the rest of the struct is large. */
static void give_event(const struct event *read, struct event *event)
{
    event->head = read->head;
    switch (read->head.type) {
    case EVENT_PHRASE:
        event->phrase = read->phrase;
        break;
    case EVENT_PARAMS:
        event->params = read->params;
        break;
    case EVENT_HEARTBEAT:
    case EVENT_TYPE_COUNT:
        event->heartbeat = read->heartbeat;
        break;
    }
}

int event_from_json(const char *text, size_t len, struct event *event,
                    struct json_reason *reason)
{
    const char *wrong;
    cJSON *const value = json_parse(text, len, &wrong);
    struct json_reader reader = begin_reading(value, reason);
    struct event *const read = calloc(1, sizeof *read);

    if (value == NULL) {
        json_fail(&reader, "the line", wrong);
    } else if (read == NULL) {
        json_fail(&reader, "the line", "cannot be read without memory");
    } else {
        read_event(&reader, read);
    }
    if (read != NULL && json_reader_ok(&reader)) {
        give_event(read, event);
    }
    free(read);
    cJSON_Delete(value);
    return json_reader_ok(&reader) ? 0 : -EPROTO;
}

/* Goes through the events of a snapshot; each only when `each` is not NULL. */
static void read_snapshot_events(struct json_reader *reader, const cJSON *list,
                                 const struct event_sink *sink)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
    {
        struct json_reader inner = *reader;

        inner.object = item;
        read_event(&inner, sink->scratch);
        if (!json_reader_ok(reader)) {
            return;
        }
        if (sink->each != NULL) {
            sink->each(sink->user, sink->scratch);
        }
    }
}

static const cJSON *read_snapshot_head(struct json_reader *reader, struct snapshot_head *head)
{
    static const char *const known[] = {"id",     "ok",    "run",    "stream",
                                        "last_n", "epoch", "events", NULL};

    json_text(reader, "id", head->id, sizeof head->id);
    if (!json_bool(reader, "ok")) {
        json_fail(reader, "ok", "is false");
    }
    read_run(reader, head->run);
    read_last_n(reader, head->last_n);
    read_epoch(reader, json_hex64(reader, "stream"), &head->epoch);
    json_only(reader, known);
    return json_array(reader, "events", 100000);
}

int snapshot_from_json(const char *text, size_t len, struct snapshot_head *head,
                       const struct event_sink *sink, struct json_reason *reason)
{
    const char *wrong;
    struct snapshot_head read;
    cJSON *const value = json_parse(text, len, &wrong);
    struct json_reader reader = begin_reading(value, reason);

    if (!cJSON_IsObject(value)) {
        json_fail(&reader, "the reply", wrong != NULL ? wrong : "must be an object");
        cJSON_Delete(value);
        return -EPROTO;
    }
    const cJSON *const list = read_snapshot_head(&reader, &read);

    /* once to see that all of it is good, once to give it */
    read_snapshot_events(&reader, list, &(struct event_sink){.scratch = sink->scratch});
    if (json_reader_ok(&reader)) {
        *head = read;
        read_snapshot_events(&reader, list, sink);
    }
    cJSON_Delete(value);
    return json_reader_ok(&reader) ? 0 : -EPROTO;
}
