#include "streamd/station_json.h"

#include "common/params_json.h"
#include "common/presets.h"

#include <string.h>

static cJSON *presets_to_json(void)
{
    cJSON *presets = cJSON_CreateArray();

    for (int i = 0; i < preset_count(); i++) {
        cJSON *preset = cJSON_CreateObject();

        cJSON_AddStringToObject(preset, "name", preset_name(i));
        cJSON_AddStringToObject(preset, "doc", preset_at(i)->doc);
        cJSON_AddItemToArray(presets, preset);
    }
    return presets;
}

void station_add_params(cJSON *object, const struct view *view)
{
    cJSON_AddItemToObject(object, "params",
                          view->news->has_params ? params_to_json(&view->news->params.params)
                                                 : cJSON_CreateObject());
}

void station_add_control(cJSON *object, const struct view *view)
{
    station_add_params(object, view);
    cJSON_AddItemToObject(object, "schema", params_schema_json());
    cJSON_AddItemToObject(object, "presets", presets_to_json());
    cJSON_AddStringToObject(object, "control", access_modes[view->control]);
}

static void add_daemon(cJSON *daemons, const char *name, bool runs, uint32_t pid,
                       const char *version)
{
    cJSON *daemon = cJSON_AddObjectToObject(daemons, name);

    cJSON_AddStringToObject(daemon, "state", runs ? "running" : "away");
    if (runs) {
        cJSON_AddNumberToObject(daemon, "pid", pid);
        cJSON_AddStringToObject(daemon, "version", version);
    } else {
        cJSON_AddNullToObject(daemon, "pid");
        cJSON_AddNullToObject(daemon, "version");
    }
}

static void add_daemons(cJSON *object, const struct view *view, const cJSON *info)
{
    cJSON *daemons = cJSON_AddObjectToObject(object, "daemons");
    const struct heartbeat *heartbeat = &view->news->heartbeat;
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(info, "version");
    const bool synthd_runs = view->ring->attached && !view_is_stale(view);

    add_daemon(daemons, "composerd", !news_composerd_is_away(view->news, view->now_ns),
               heartbeat->pid, heartbeat->version);
    add_daemon(daemons, "synthd", synthd_runs, view->ring->writer_pid,
               cJSON_IsString(version) ? version->valuestring : "");
    add_daemon(daemons, "streamd", true, view->pid, view->version);
    cJSON_AddStringToObject(cJSON_AddObjectToObject(daemons, "standby"), "state",
                            view_has_standby(view) ? "ready" : "absent");
}

/* Copies a list that synthd wrote into the ring, or an empty one. */
static void add_list(cJSON *object, const cJSON *info, const char *name)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(info, name);

    cJSON_AddItemToObject(object, name,
                          cJSON_IsArray(list) ? cJSON_Duplicate(list, 1) : cJSON_CreateArray());
}

static void add_stream(cJSON *object, const struct view *view)
{
    const struct chunk_store *store = view->store;

    if (!store) {
        cJSON_AddNullToObject(object, "stream");
        return;
    }
    json_add_hex64(object, "stream", store->epoch.stream);
    cJSON_AddNumberToObject(object, "sample_rate", store->epoch.rate_hz);
    cJSON_AddNumberToObject(object, "channels", RING_CHANNELS);
    cJSON_AddNumberToObject(object, "chunk_frames", store->chunk_frames);
}

static void add_clients(cJSON *object, const struct view *view)
{
    cJSON *formats = NULL;

    cJSON_AddNumberToObject(object, "num_clients", view_clients(view));
    formats = cJSON_AddObjectToObject(object, "clients");
    for (int i = 0; i < STREAM_FORMAT_COUNT; i++) {
        cJSON_AddNumberToObject(formats, stream_formats[i], view->n_clients[i]);
    }
}

static void add_listening(cJSON *object, const struct listening *listening)
{
    cJSON *list = cJSON_AddArrayToObject(object, "listening");
    char text[ADDRESS_TEXT_BYTES];

    for (int i = 0; i < listening->n; i++) {
        address_print(&listening->addresses[i], text);
        cJSON_AddItemToArray(list, cJSON_CreateString(text));
    }
}

void station_add_status(cJSON *object, const struct view *view)
{
    const char *reason = "";
    const char *json_reason = NULL;
    const enum audio audio = view_audio(view, &reason);
    const char *text = view->ring->info;
    cJSON *info = json_parse(text, strlen(text), &json_reason);
    const int64_t uptime_s = (view->now_ns - view->started_ns) / NS_PER_S;

    add_stream(object, view);
    json_add_frame(object, "frame", view_frame(view));
    cJSON_AddNumberToObject(object, "uptime_sec", (double)uptime_s);
    cJSON_AddStringToObject(object, "audio", audio_names[audio]);
    if (reason[0] != '\0') {
        cJSON_AddStringToObject(object, "reason", reason);
    }
    cJSON_AddNumberToObject(object, "buffer_depth_ms", (double)(int64_t)view_depth_ms(view));
    add_clients(object, view);
    add_listening(object, view->listening);
    cJSON_AddStringToObject(object, "control", access_modes[view->control]);
    add_list(object, info, "degraded");
    add_daemons(object, view, info);
    add_list(object, info, "soundfonts");
    cJSON_Delete(info);
}
