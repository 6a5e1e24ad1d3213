#include "composerd/state_json.h"

#include "common/number.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PATH_SIZE = 48 };

static size_t element_size(enum state_kind kind)
{
    static const size_t sizes[] = {[STATE_WORD] = sizeof(uint64_t),
                                   [STATE_FRAME] = sizeof(uint64_t),
                                   [STATE_INT] = sizeof(int32_t),
                                   [STATE_REAL] = sizeof(double)};

    return sizes[kind];
}

static const void *const_element(const struct composer *composer,
                                 const struct state_field *field, uint32_t i)
{
    return (const char *)composer + field->offset + i * element_size(field->kind);
}

static void *element(struct composer *composer, const struct state_field *field, uint32_t i)
{
    return (char *)composer + field->offset + i * element_size(field->kind);
}

static cJSON *element_to_json(const struct state_field *field, const void *value)
{
    char text[40];

    switch (field->kind) {
    case STATE_WORD:
        snprintf(text, sizeof text, "%" PRIu64, *(const uint64_t *)value);
        return cJSON_CreateString(text);
    case STATE_FRAME:
        return cJSON_CreateNumber((double)*(const uint64_t *)value);
    case STATE_INT:
        return cJSON_CreateNumber(*(const int32_t *)value);
    default:
        /* cJSON rounds to 15 digits where it deems that near enough */
        snprintf(text, sizeof text, "%.17g", *(const double *)value);
        return cJSON_CreateRaw(text);
    }
}

cJSON *composer_to_json(const struct composer *composer)
{
    cJSON *const object = cJSON_CreateObject();

    for (int f = 0; f < STATE_FIELD_COUNT; f++) {
        const struct state_field *const field = &state_fields[f];

        if (field->count == 0) {
            cJSON_AddItemToObject(object, field->name,
                                  element_to_json(field, const_element(composer, field, 0)));
            continue;
        }
        cJSON *const array = cJSON_AddArrayToObject(object, field->name);

        for (uint32_t i = 0; i < field->count; i++) {
            cJSON_AddItemToArray(array,
                                 element_to_json(field, const_element(composer, field, i)));
        }
    }
    return object;
}

static bool whole_in_range(const struct state_field *field, const cJSON *value)
{
    return cJSON_IsNumber(value) && value->valuedouble >= field->min &&
           value->valuedouble <= field->max && value->valuedouble == floor(value->valuedouble);
}

/* One value into place; false when it is not what the table allows. */
static bool element_from_json(const struct state_field *field, const cJSON *value, void *dst)
{
    switch (field->kind) {
    case STATE_WORD:
        return cJSON_IsString(value) && number_decimal64(value->valuestring, dst);
    case STATE_FRAME:
        if (!whole_in_range(field, value)) {
            return false;
        }
        *(uint64_t *)dst = (uint64_t)value->valuedouble;
        return true;
    case STATE_INT:
        if (!whole_in_range(field, value)) {
            return false;
        }
        *(int32_t *)dst = (int32_t)value->valuedouble;
        return true;
    default:
        *(double *)dst = cJSON_IsNumber(value) ? value->valuedouble : field->min - 1;
        return *(double *)dst >= field->min && *(double *)dst <= field->max;
    }
}

static void fail(struct json_reader *reader, const struct state_field *field, int index)
{
    char path[PATH_SIZE];
    char what[80];

    if (index < 0) {
        snprintf(path, sizeof path, "%s", field->name);
    } else {
        snprintf(path, sizeof path, "%s[%d]", field->name, index);
    }
    if (field->kind == STATE_WORD) {
        snprintf(what, sizeof what, "must be a string of decimal digits");
    } else {
        snprintf(what, sizeof what, "must be a %snumber, %.15g to %.15g",
                 field->kind == STATE_REAL ? "" : "whole ", field->min, field->max);
    }
    json_fail(reader, path, what);
}

static void read_array(struct json_reader *reader, const struct state_field *field,
                       struct composer *composer)
{
    const cJSON *const array = json_array(reader, field->name, (int)field->count);
    uint32_t i = 0;
    const cJSON *item;

    if (array == NULL || cJSON_GetArraySize(array) != (int)field->count) {
        json_fail(reader, field->name, "must be an array of the right length");
        return;
    }
    cJSON_ArrayForEach(item, array)
    {
        if (!element_from_json(field, item, element(composer, field, i))) {
            fail(reader, field, (int)i);
            return;
        }
        i++;
    }
}

static void read_field(struct json_reader *reader, const struct state_field *field,
                       struct composer *composer)
{
    if (field->count > 0) {
        read_array(reader, field, composer);
        return;
    }
    const cJSON *const value = cJSON_GetObjectItemCaseSensitive(reader->object, field->name);

    if (value == NULL) {
        json_fail(reader, field->name, "is missing");
    } else if (!element_from_json(field, value, element(composer, field, 0))) {
        fail(reader, field, -1);
    }
}

int composer_from_json(const cJSON *object, struct composer *composer,
                       struct json_reason *reason)
{
    static const char *const known[] = {
#define STATE(name, ...)       #name,
#define STATE_ARRAY(name, ...) #name,
#include "composerd/state.def"
#undef STATE_ARRAY
#undef STATE
        NULL};
    struct json_reader reader = {object, "", reason->text, sizeof reason->text};
    struct composer read;

    reason->text[0] = '\0';
    memset(&read, 0, sizeof read); /* padding too, so that equal composers are equal bytes */
    json_only(&reader, known);
    for (int f = 0; f < STATE_FIELD_COUNT && json_reader_ok(&reader); f++) {
        read_field(&reader, &state_fields[f], &read);
    }
    if (json_reader_ok(&reader) && composer_invalid(&read) != NULL) {
        json_fail(&reader, "state", composer_invalid(&read));
    }
    if (!json_reader_ok(&reader)) {
        return -EPROTO;
    }
    *composer = read;
    return 0;
}
