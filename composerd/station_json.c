#include "composerd/station_json.h"

#include "common/event_json.h"
#include "common/params_json.h"
#include "composerd/state_json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* With the habits that the music was composed with: the preset may be another one by the time
 * that this is read. */
static void add_params(cJSON *object, const struct params *params)
{
    cJSON_AddItemToObject(object, "params", params_to_json(params));
    cJSON *const habits = cJSON_AddObjectToObject(object, "habits");

    for (int i = 0; i < HABIT_COUNT; i++) {
        cJSON_AddNumberToObject(habits, habit_specs[i].name, habit_value(&params->habits, i));
    }
}

static cJSON *change_to_json(const struct params_event *change)
{
    cJSON *const object = cJSON_CreateObject();

    json_add_frame(object, "change", change->change);
    json_add_frame(object, "effective_frame", change->effective_frame);
    json_add_frame(object, "settled_frame", change->settled_frame);
    json_add_frame(object, "sound_frame", change->sound_frame);
    json_add_frame(object, "glide_frames", change->glide_frames);
    cJSON_AddStringToObject(object, "origin", change->origin);
    add_params(object, &change->params);
    return object;
}

static cJSON *entry_to_json(const struct lookahead_entry *entry)
{
    cJSON *const object = cJSON_CreateObject();

    json_add_frame(object, "phrase", entry->number);
    json_add_frame(object, "start_frame", entry->start_frame);
    cJSON_AddNumberToObject(object, "phrase_bars", entry->phrase_bars);
    add_params(object, &entry->params);
    cJSON_AddItemToObject(object, "composer", composer_to_json(&entry->before));
    return object;
}

char *station_to_json(const struct station *station)
{
    cJSON *const object = cJSON_CreateObject();

    cJSON_AddNumberToObject(object, "version", STATION_STATE_VERSION);
    cJSON *const epoch = epoch_to_json(&station->epoch);

    json_add_hex64(epoch, "stream", station->epoch.stream);
    cJSON_AddItemToObject(object, "epoch", epoch);
    json_add_frame(object, "next_phrase", station->next_phrase);
    cJSON_AddItemToObject(object, "change", change_to_json(&station->change));
    if (station->day_s != DAY_NONE) {
        cJSON_AddNumberToObject(object, "day_s", station->day_s);
    }
    cJSON *const entries = cJSON_AddArrayToObject(object, "entries");

    for (uint32_t i = 0; i < station->ahead.n_entries; i++) {
        cJSON_AddItemToArray(entries, entry_to_json(&station->ahead.entries[i]));
    }
    return json_print(object);
}

/* A reader of a member that is an object, sharing the reason. */
static struct json_reader enter(struct json_reader *reader, const char *member)
{
    struct json_reader inner = *reader;

    inner.object = json_object(reader, member);
    inner.path = member;
    return inner;
}

/* One that is missing was not known when the state was saved: it is the preset's. */
static void read_habits(struct json_reader *reader, struct habits *habits)
{
    struct json_reader inner = enter(reader, "habits");

    for (int i = 0; i < HABIT_COUNT && json_reader_ok(reader); i++) {
        const struct habit_spec *const spec = &habit_specs[i];

        if (!json_has(&inner, spec->name)) {
            continue;
        }
        const double value = json_real(&inner, spec->name, spec->min, spec->max);

        if (json_reader_ok(reader) && habit_set(habits, i, value) != 0) {
            json_fail(&inner, spec->name, "must be a whole number");
        }
    }
}

static void read_params(struct json_reader *reader, struct params *params)
{
    struct param_errors errors = {0};
    const cJSON *const object = json_object(reader, "params");

    if (object != NULL && params_from_json(object, params, &errors) != 0) {
        json_fail(reader, errors.list[0].param, errors.list[0].error);
    }
    read_habits(reader, &params->habits);
}

static void read_change(struct json_reader *reader, struct params_event *change)
{
    change->change = json_frame(reader, "change");
    change->effective_frame = json_frame(reader, "effective_frame");
    change->settled_frame = json_frame(reader, "settled_frame");
    change->sound_frame = json_frame(reader, "sound_frame");
    change->glide_frames = (uint32_t)json_int(reader, "glide_frames", 0, UINT32_MAX);
    json_text(reader, "origin", change->origin, sizeof change->origin);
    read_params(reader, &change->params);
}

static void read_entry(struct json_reader *reader, struct lookahead_entry *entry)
{
    struct json_reason composer_reason;

    entry->number = json_frame(reader, "phrase");
    entry->start_frame = json_frame(reader, "start_frame");
    entry->phrase_bars = (uint32_t)json_int(reader, "phrase_bars", 1, PHRASE_MAX_BARS);
    read_params(reader, &entry->params);
    const cJSON *const composer = json_object(reader, "composer");

    if (composer == NULL) {
        return;
    }
    if (composer_from_json(composer, &entry->before, &composer_reason) != 0) {
        json_fail(reader, "composer", composer_reason.text);
    } else if (entry->before.frame != entry->start_frame) {
        json_fail(reader, "start_frame", "must be where the composer stands");
    }
}

/* Composes each entry again; the station is as it was then. */
static int read_entries(struct json_reader *reader, struct station *station)
{
    const cJSON *const list = json_array(reader, "entries", LOOKAHEAD_ENTRIES);
    const cJSON *item;

    if (!json_reader_ok(reader) || list->child == NULL) {
        json_fail(reader, "entries", "must not be empty");
        return -EPROTO;
    }
    int rc = lookahead_init(&station->ahead);
    struct lookahead_entry *const entry = malloc(sizeof *entry);

    if (rc != 0 || entry == NULL) {
        lookahead_finish(&station->ahead);
        free(entry);
        return -ENOMEM;
    }
    cJSON_ArrayForEach(item, list)
    {
        struct json_reader inner = *reader;

        inner.object = item;
        inner.path = "entries";
        read_entry(&inner, entry);
        if (!json_reader_ok(reader)) {
            break;
        }
        lookahead_restore(&station->ahead, entry);
    }
    free(entry);
    if (!json_reader_ok(reader)) {
        lookahead_finish(&station->ahead);
        rc = -EPROTO;
    }
    return rc;
}

/* Only a station that follows the hour has one. */
static int32_t read_day(struct json_reader *reader)
{
    return cJSON_HasObjectItem(reader->object, "day_s")
               ? (int32_t)json_int(reader, "day_s", 0, DAY_SECONDS - 1)
               : DAY_NONE;
}

static int read_station(struct json_reader *reader, const struct station_circumstances *now,
                        struct station *station, struct station_carried *carried)
{
    struct station read = {.phrase_bars = station->phrase_bars,
                           .lead_frames = station->lead_frames};

    json_int(reader, "version", STATION_STATE_VERSION, STATION_STATE_VERSION);
    struct json_reader epoch = enter(reader, "epoch");
    struct json_reader change = enter(reader, "change");

    if (!json_reader_ok(reader)) {
        return -EPROTO;
    }
    read.epoch.stream = json_hex64(&epoch, "stream");
    epoch_read(&epoch, &read.epoch);
    read_change(&change, &read.change);
    read.change.rate_hz = read.epoch.rate_hz;
    read.next_phrase = json_frame(reader, "next_phrase");
    read.day_s = read_day(reader);
    if (!json_reader_ok(reader)) {
        return -EPROTO;
    }
    *carried = (struct station_carried){read.change.params, read.day_s};
    if (strcmp(read.epoch.boot_id, now->boot_id) != 0 || read.epoch.rate_hz != now->rate_hz) {
        json_fail(reader, "epoch", "belongs to another boot or sample rate");
        return -ESTALE;
    }
    const int rc = read_entries(reader, &read);

    if (rc == 0) {
        *station = read;
    }
    return rc;
}

int station_from_json(const char *text, size_t len, const struct station_circumstances *now,
                      const struct station_taken *taken, struct json_reason *reason)
{
    const char *wrong;
    cJSON *const object = json_parse(text, len, &wrong);
    struct json_reader reader = {.object = object,
                                 .path = "",
                                 .reason = reason->text,
                                 .reason_size = sizeof reason->text};

    reason->text[0] = '\0';
    if (!cJSON_IsObject(object)) {
        json_fail(&reader, "the state", wrong != NULL ? wrong : "must be an object");
        cJSON_Delete(object);
        return -EPROTO;
    }
    const int rc = read_station(&reader, now, taken->station, taken->carried);

    cJSON_Delete(object);
    return rc;
}
