#include "streamd/message_json.h"

#include "streamd/station_json.h"

#include <stdio.h>

static cJSON *begin(const char *type)
{
    cJSON *object = cJSON_CreateObject();

    cJSON_AddStringToObject(object, "type", type);
    return object;
}

static void add_id(cJSON *object, const char *id_json)
{
    if (id_json[0] != '\0') {
        cJSON_AddRawToObject(object, "id", id_json);
    }
}

char *message_hello_json(const struct view *view, const struct fanout_client *client,
                         const struct fanout_joined *joined, enum stream_format format)
{
    const struct chunk_store *store = view->store;
    const char *reason = "";
    cJSON *object = begin("hello");

    cJSON_AddNumberToObject(object, "protocol", MESSAGE_PROTOCOL);
    cJSON_AddStringToObject(object, "version", view->version);
    json_add_hex64(object, "stream", store->epoch.stream);
    cJSON_AddBoolToObject(object, "resumed", joined->resumed);
    cJSON_AddNumberToObject(object, "sample_rate", store->epoch.rate_hz);
    cJSON_AddNumberToObject(object, "channels", RING_CHANNELS);
    cJSON_AddNumberToObject(object, "chunk_frames", store->chunk_frames);
    cJSON_AddStringToObject(object, "format", stream_formats[format]);
    json_add_frame(object, "next_frame", client->next * store->chunk_frames);
    json_add_frame(object, "lost_frames", joined->lost_frames);
    json_add_frame(object, "frame", view_frame(view));
    cJSON_AddStringToObject(object, "audio", audio_names[view_audio(view, &reason)]);
    station_add_control(object, view);
    return json_print(object);
}

char *message_params_json(const struct view *view)
{
    const struct params_event *event = &view->news->params;
    cJSON *object = begin("params");

    station_add_params(object, view);
    json_add_frame(object, "effective_frame", event->effective_frame);
    json_add_frame(object, "settled_frame", event->settled_frame);
    cJSON_AddStringToObject(object, "origin", event->origin);
    return json_print(object);
}

char *message_status_json(const struct view *view)
{
    cJSON *object = begin("status");

    station_add_status(object, view);
    return json_print(object);
}

char *message_gap_json(const struct fanout_gap *gap, uint32_t chunk_frames)
{
    cJSON *object = begin("gap");

    json_add_frame(object, "from_frame", gap->from_seq * chunk_frames);
    json_add_frame(object, "to_frame", gap->to_seq * chunk_frames);
    json_add_frame(object, "lost_frames", (gap->to_seq - gap->from_seq) * chunk_frames);
    cJSON_AddStringToObject(object, "reason", fanout_reasons[gap->reason]);
    return json_print(object);
}

char *message_pong_json(const struct view *view, const char *id_json, int64_t wall_ns)
{
    char seconds[32];
    cJSON *object = begin("pong");

    add_id(object, id_json);
    json_add_frame(object, "frame", view_frame(view));
    /* as text: a double printed by cJSON would lose the microseconds */
    snprintf(seconds, sizeof(seconds), "%lld.%06lld", (long long)(wall_ns / NS_PER_S),
             (long long)(wall_ns % NS_PER_S / 1000));
    cJSON_AddRawToObject(object, "timestamp", seconds);
    return json_print(object);
}

char *message_error_json(const char *code, const char *text, const char *id_json)
{
    cJSON *object = begin("error");

    add_id(object, id_json);
    cJSON_AddStringToObject(object, "code", code);
    cJSON_AddStringToObject(object, "message", text);
    return json_print(object);
}

char *message_refusal_json(const char *errors_json, const char *id_json)
{
    cJSON *object = begin("control_ack");

    add_id(object, id_json);
    cJSON_AddFalseToObject(object, "ok");
    cJSON_AddRawToObject(object, "errors", errors_json);
    return json_print(object);
}

char *message_token_json(enum access_verdict verdict, const char *id_json)
{
    cJSON *object = begin("token_ack");

    add_id(object, id_json);
    cJSON_AddBoolToObject(object, "ok", verdict == ACCESS_GRANTED);
    if (verdict != ACCESS_GRANTED) {
        cJSON_AddStringToObject(object, "code", access_refusals[verdict].code);
        cJSON_AddStringToObject(object, "message", access_refusals[verdict].text);
    }
    return json_print(object);
}
