#include "common/phrase_json.h"

#include "common/params.h"

#include <stdio.h>
#include <string.h>

static cJSON *chord_to_json(const struct chord *chord)
{
    cJSON *const object = cJSON_CreateObject();

    json_add_frame(object, "frame", chord->frame);
    json_add_frame(object, "frames", chord->frames);
    cJSON_AddStringToObject(object, "degree", chord->degree);
    cJSON_AddStringToObject(object, "name", chord->name);
    cJSON_AddNumberToObject(object, "root", chord->root);
    cJSON *const notes = cJSON_AddArrayToObject(object, "notes");

    for (int i = 0; i < chord->n_notes; i++) {
        cJSON_AddItemToArray(notes, cJSON_CreateNumber(chord->notes[i]));
    }
    cJSON_AddStringToObject(object, "why", chord_rule_texts[chord->why]);
    cJSON_AddNumberToObject(object, "probability", chord->probability);
    cJSON *const alternatives = cJSON_AddArrayToObject(object, "alternatives");

    for (int i = 0; i < chord->n_alternatives; i++) {
        cJSON *const alternative = cJSON_CreateObject();

        cJSON_AddStringToObject(alternative, "degree", chord->alternatives[i].degree);
        cJSON_AddNumberToObject(alternative, "probability", chord->alternatives[i].probability);
        cJSON_AddItemToArray(alternatives, alternative);
    }
    return object;
}

static cJSON *note_to_json(const struct note *note)
{
    cJSON *const object = cJSON_CreateObject();

    json_add_frame(object, "frame", note->frame);
    json_add_frame(object, "frames", note->frames);
    cJSON_AddNumberToObject(object, "midi", note->midi);
    cJSON_AddNumberToObject(object, "velocity", note->velocity);
    cJSON_AddStringToObject(object, "role", role_names[note->role]);
    cJSON_AddStringToObject(object, "why", rule_texts[note->why]);
    return object;
}

static cJSON *end_to_json(const struct note_end *end)
{
    cJSON *const object = cJSON_CreateObject();

    json_add_frame(object, "frame", end->frame);
    cJSON_AddStringToObject(object, "role", role_names[end->role]);
    cJSON_AddNumberToObject(object, "midi", end->midi);
    return object;
}

void phrase_add_json(cJSON *object, const struct phrase *phrase)
{
    json_add_frame(object, "phrase", phrase->phrase);
    json_add_frame(object, "start_frame", phrase->start_frame);
    json_add_frame(object, "frames", phrase->frames);
    cJSON_AddNumberToObject(object, "bars", phrase->n_bars);
    cJSON *const bar_frames = cJSON_AddArrayToObject(object, "bar_frames");
    cJSON *const bar_bpm = cJSON_AddArrayToObject(object, "bar_bpm");

    for (uint32_t i = 0; i < phrase->n_bars; i++) {
        cJSON_AddItemToArray(bar_frames, cJSON_CreateNumber((double)phrase->bar_frames[i]));
        cJSON_AddItemToArray(bar_bpm, cJSON_CreateNumber(phrase->bar_bpm[i]));
    }
    cJSON *const bar_shade = cJSON_AddArrayToObject(object, "bar_shade");

    for (uint32_t i = 0; i <= phrase->n_bars; i++) {
        cJSON_AddItemToArray(bar_shade, cJSON_CreateNumber(phrase->bar_shade[i]));
    }
    if (phrase->thin) {
        cJSON_AddTrueToObject(object, "thin");
    }
    cJSON_AddStringToObject(object, "key", key_name(phrase->key));
    cJSON_AddStringToObject(object, "mode", mode_name(phrase->mode));
    cJSON_AddNumberToObject(object, "section", phrase->section);
    cJSON_AddNumberToObject(object, "arc", phrase->arc);
    json_add_decimal64(object, "seed", phrase->seed);
    cJSON *const chords = cJSON_AddArrayToObject(object, "chords");
    cJSON *const notes = cJSON_AddArrayToObject(object, "notes");
    cJSON *const ends = cJSON_AddArrayToObject(object, "ends");

    for (uint32_t i = 0; i < phrase->n_chords; i++) {
        cJSON_AddItemToArray(chords, chord_to_json(&phrase->chords[i]));
    }
    for (uint32_t i = 0; i < phrase->n_notes; i++) {
        cJSON_AddItemToArray(notes, note_to_json(&phrase->notes[i]));
    }
    for (uint32_t i = 0; i < phrase->n_ends; i++) {
        cJSON_AddItemToArray(ends, end_to_json(&phrase->ends[i]));
    }
}

/* A position or duration on the 64-frame grid. */
static uint64_t read_grid(struct json_reader *reader, const char *member)
{
    const uint64_t frame = json_frame(reader, member);

    if (frame % BLOCK_FRAMES != 0) {
        json_fail(reader, member, "must be a multiple of 64");
    }
    return frame;
}

static uint32_t read_length(struct json_reader *reader, const char *member)
{
    const uint64_t frames = read_grid(reader, member);

    if (frames == 0 || frames > UINT32_MAX) {
        json_fail(reader, member, "must be 64 to 4294967232");
    }
    return (uint32_t)frames;
}

static void read_alternatives(struct json_reader *reader, struct chord *chord)
{
    const cJSON *const list = json_array(reader, "alternatives", CHORD_MAX_ALTERNATIVES);
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
    {
        static const char *const known[] = {"degree", "probability", NULL};
        struct chord_alternative *const alternative =
            &chord->alternatives[chord->n_alternatives++];
        struct json_reader inner = *reader;

        inner.object = item;
        json_only(&inner, known);
        json_text(&inner, "degree", alternative->degree, sizeof alternative->degree);
        alternative->probability = json_real(&inner, "probability", 0, 1);
    }
}

static void read_chord(struct json_reader *reader, struct chord *chord)
{
    static const char *const known[] = {"frame",        "frames", "degree", "name",
                                        "root",         "notes",  "why",    "probability",
                                        "alternatives", NULL};
    const cJSON *item;

    memset(chord, 0, sizeof *chord);
    json_only(reader, known);
    chord->frame = read_grid(reader, "frame");
    chord->frames = read_length(reader, "frames");
    json_text(reader, "degree", chord->degree, sizeof chord->degree);
    json_text(reader, "name", chord->name, sizeof chord->name);
    chord->root = (uint8_t)json_int(reader, "root", 0, 11);
    chord->why = (uint8_t)json_choice(reader, "why", chord_rule_texts, CHORD_RULE_COUNT);
    chord->probability = json_real(reader, "probability", 0, 1);
    const cJSON *const notes = json_array(reader, "notes", CHORD_MAX_NOTES);

    cJSON_ArrayForEach(item, notes)
    {
        if (!cJSON_IsNumber(item) || item->valuedouble < 0 || item->valuedouble > 127 ||
            item->valuedouble != item->valueint) {
            json_fail(reader, "notes", "must be whole numbers, 0 to 127");
            return;
        }
        chord->notes[chord->n_notes++] = (uint8_t)item->valueint;
    }
    read_alternatives(reader, chord);
}

static void read_note(struct json_reader *reader, struct note *note)
{
    static const char *const known[] = {"frame", "frames", "midi", "velocity",
                                        "role",  "why",    NULL};

    json_only(reader, known);
    note->frame = read_grid(reader, "frame");
    note->frames = read_length(reader, "frames");
    note->midi = (uint8_t)json_int(reader, "midi", 0, 127);
    note->velocity = (uint8_t)json_int(reader, "velocity", 1, 127);
    note->role = (uint8_t)json_choice(reader, "role", role_names, ROLE_COUNT);
    note->why = (uint8_t)json_choice(reader, "why", rule_texts, RULE_COUNT);
}

static void read_end(struct json_reader *reader, struct note_end *end)
{
    static const char *const known[] = {"frame", "role", "midi", NULL};

    json_only(reader, known);
    end->frame = read_grid(reader, "frame");
    end->role = (uint8_t)json_choice(reader, "role", role_names, ROLE_COUNT);
    end->midi = (uint8_t)json_int(reader, "midi", 0, 127);
}

/* Reads each object of an array; the path in a failure names the item. */
static uint32_t read_list(struct json_reader *reader, const char *member, int max,
                          void (*read_item)(struct json_reader *item, struct phrase *phrase,
                                            uint32_t index),
                          struct phrase *phrase)
{
    const cJSON *const list = json_array(reader, member, max);
    const cJSON *item;
    uint32_t index = 0;

    cJSON_ArrayForEach(item, list)
    {
        char path[40];
        struct json_reader inner = *reader;

        snprintf(path, sizeof path, "%s[%u]", member, index);
        inner.object = item;
        inner.path = path;
        read_item(&inner, phrase, index);
        index++;
        if (!json_reader_ok(reader)) {
            return 0;
        }
    }
    return index;
}

static void read_chord_item(struct json_reader *item, struct phrase *phrase, uint32_t index)
{
    read_chord(item, &phrase->chords[index]);
}

static void read_note_item(struct json_reader *item, struct phrase *phrase, uint32_t index)
{
    read_note(item, &phrase->notes[index]);
    if (json_reader_ok(item) && phrase->notes[index].frame < phrase->start_frame) {
        json_fail(item, "frame", "must not lie before start_frame");
    }
}

static void read_end_item(struct json_reader *item, struct phrase *phrase, uint32_t index)
{
    read_end(item, &phrase->ends[index]);
}

/* One item of bar_frames and of bar_bpm. */
static bool bar_is_good(const cJSON *frame, const cJSON *tempo)
{
    return cJSON_IsNumber(frame) && frame->valuedouble >= 0 &&
           frame->valuedouble <= JSON_MAX_EXACT && cJSON_IsNumber(tempo) &&
           tempo->valuedouble >= 1 && tempo->valuedouble <= 1000;
}

static void read_bars(struct json_reader *reader, struct phrase *phrase)
{
    const cJSON *const frames = json_array(reader, "bar_frames", PHRASE_MAX_BARS);
    const cJSON *const bpm = json_array(reader, "bar_bpm", PHRASE_MAX_BARS);

    phrase->n_bars = (uint32_t)json_int(reader, "bars", 1, PHRASE_MAX_BARS);
    if (!json_reader_ok(reader)) {
        return;
    }
    if (cJSON_GetArraySize(frames) != (int)phrase->n_bars ||
        cJSON_GetArraySize(bpm) != (int)phrase->n_bars) {
        json_fail(reader, "bars", "must be the length of bar_frames and bar_bpm");
        return;
    }
    for (uint32_t i = 0; i < phrase->n_bars; i++) {
        const cJSON *const frame = cJSON_GetArrayItem(frames, (int)i);
        const cJSON *const tempo = cJSON_GetArrayItem(bpm, (int)i);

        if (!bar_is_good(frame, tempo)) {
            json_fail(reader, "bar_frames", "must be frames, and bar_bpm 1 to 1000");
            return;
        }
        phrase->bar_frames[i] = (uint64_t)frame->valuedouble;
        phrase->bar_bpm[i] = tempo->valuedouble;
    }
}

static void read_shades(struct json_reader *reader, struct phrase *phrase)
{
    const cJSON *const shades = json_array(reader, "bar_shade", PHRASE_MAX_BARS + 1);
    const cJSON *item;
    uint32_t n = 0;

    if (json_reader_ok(reader) && cJSON_GetArraySize(shades) != (int)phrase->n_bars + 1) {
        json_fail(reader, "bar_shade", "must be one more than bars");
    }
    if (!json_reader_ok(reader)) {
        return;
    }
    cJSON_ArrayForEach(item, shades)
    {
        if (!cJSON_IsNumber(item) || !(item->valuedouble >= -1 && item->valuedouble <= 1)) {
            json_fail(reader, "bar_shade", "must be numbers, -1 to 1");
            return;
        }
        phrase->bar_shade[n++] = item->valuedouble;
    }
}

static int read_key(struct json_reader *reader)
{
    const char *names[12];

    for (int i = 0; i < 12; i++) {
        names[i] = key_name(i);
    }
    return json_choice(reader, "key", names, 12);
}

static int read_mode(struct json_reader *reader)
{
    const char *names[MODE_COUNT];

    for (int i = 0; i < MODE_COUNT; i++) {
        names[i] = mode_name(i);
    }
    return json_choice(reader, "mode", names, MODE_COUNT);
}

void phrase_read_json(struct json_reader *reader, struct phrase *phrase)
{
    static const char *const known[] = {
        "v",           "type",   "run",  "n",          "stream",  "phrase",
        "start_frame", "frames", "bars", "bar_frames", "bar_bpm", "bar_shade",
        "thin",        "key",    "mode", "section",    "arc",     "seed",
        "chords",      "notes",  "ends", NULL};

    json_only(reader, known);
    phrase->phrase = json_frame(reader, "phrase");
    phrase->start_frame = read_grid(reader, "start_frame");
    phrase->frames = read_length(reader, "frames");
    read_bars(reader, phrase);
    read_shades(reader, phrase);
    phrase->thin = json_has(reader, "thin") && json_bool(reader, "thin");
    phrase->key = read_key(reader);
    phrase->mode = read_mode(reader);
    phrase->section = (uint32_t)json_int(reader, "section", 0, UINT32_MAX);
    phrase->arc = (uint32_t)json_int(reader, "arc", 0, UINT32_MAX);
    phrase->seed = json_decimal64(reader, "seed");
    phrase->n_chords = read_list(reader, "chords", PHRASE_MAX_CHORDS, read_chord_item, phrase);
    phrase->n_notes = read_list(reader, "notes", PHRASE_MAX_NOTES, read_note_item, phrase);
    phrase->n_ends = read_list(reader, "ends", PHRASE_MAX_ENDS, read_end_item, phrase);
}
