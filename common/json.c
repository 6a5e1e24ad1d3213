#include "common/json.h"

#include "common/json_text.h"
#include "common/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static bool name_repeated(const cJSON *object)
{
    const cJSON *member;

    cJSON_ArrayForEach(member, object)
    {
        for (const cJSON *other = object->child; other != member; other = other->next) {
            if (strcmp(other->string, member->string) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* It calls itself as deep as the text is nested, which json_text_wrong() bounds. */
/* NOLINTNEXTLINE(misc-no-recursion) */
static const char *wrong_value(const cJSON *value)
{
    if (cJSON_IsObject(value) && name_repeated(value)) {
        return "names a member twice";
    }
    const cJSON *child;

    cJSON_ArrayForEach(child, value)
    {
        const char *const wrong = wrong_value(child);

        if (wrong != NULL) {
            return wrong;
        }
    }
    return NULL;
}

static bool all_blank(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')) {
        at++;
    }
    return at == end;
}

cJSON *json_parse(const char *text, size_t len, const char **reason)
{
    const char *end = NULL;

    *reason = json_text_wrong(text, len);
    if (*reason != NULL) {
        return NULL;
    }
    cJSON *const value = cJSON_ParseWithLengthOpts(text, len, &end, 0);

    *reason = value == NULL || !all_blank(end, text + len) ? "is not one JSON value"
                                                           : wrong_value(value);
    if (*reason != NULL) {
        cJSON_Delete(value);
        return NULL;
    }
    return value;
}

bool json_reader_ok(const struct json_reader *reader)
{
    return reader->reason[0] == '\0';
}

void json_fail(struct json_reader *reader, const char *member, const char *what)
{
    if (!json_reader_ok(reader)) {
        return;
    }
    snprintf(reader->reason, reader->reason_size, "%s%s%s: %s", reader->path,
             reader->path[0] != '\0' && member[0] != '\0' ? "." : "", member, what);
}

static const cJSON *take(struct json_reader *reader, const char *member)
{
    const cJSON *const value = cJSON_GetObjectItemCaseSensitive(reader->object, member);

    if (value == NULL) {
        json_fail(reader, member, "is missing");
    }
    return value;
}

static double take_number(struct json_reader *reader, const char *member, double min,
                          double max)
{
    const cJSON *const value = take(reader, member);
    char what[80];

    if (value == NULL) {
        return min;
    }
    if (!cJSON_IsNumber(value) || value->valuedouble < min || value->valuedouble > max) {
        snprintf(what, sizeof what, "must be a number, %.15g to %.15g", min, max);
        json_fail(reader, member, what);
        return min;
    }
    return value->valuedouble;
}

static double take_whole(struct json_reader *reader, const char *member, double min, double max)
{
    const double value = take_number(reader, member, min, max);

    if (value != floor(value)) {
        json_fail(reader, member, "must be a whole number");
        return min;
    }
    return value;
}

uint64_t json_frame(struct json_reader *reader, const char *member)
{
    return (uint64_t)take_whole(reader, member, 0, JSON_MAX_EXACT);
}

int64_t json_int(struct json_reader *reader, const char *member, int64_t min, int64_t max)
{
    return (int64_t)take_whole(reader, member, (double)min, (double)max);
}

double json_real(struct json_reader *reader, const char *member, double min, double max)
{
    return take_number(reader, member, min, max);
}

bool json_has(const struct json_reader *reader, const char *member)
{
    return cJSON_GetObjectItemCaseSensitive(reader->object, member) != NULL;
}

bool json_bool(struct json_reader *reader, const char *member)
{
    const cJSON *const value = take(reader, member);

    if (value != NULL && !cJSON_IsBool(value)) {
        json_fail(reader, member, "must be true or false");
    }
    return cJSON_IsTrue(value);
}

/* What is copied may be logged and shown: it stays in its line, however it was escaped. */
static bool has_control_characters(const char *text)
{
    while ((unsigned char)*text >= 0x20 && *text != 0x7f) {
        text++;
    }
    return *text != '\0';
}

void json_text(struct json_reader *reader, const char *member, char *dst, size_t size)
{
    const cJSON *const value = take(reader, member);
    char what[80];

    dst[0] = '\0';
    if (value == NULL) {
        return;
    }
    if (!cJSON_IsString(value) || strlen(value->valuestring) >= size ||
        has_control_characters(value->valuestring)) {
        snprintf(what, sizeof what,
                 "must be a string of at most %zu bytes, without control characters", size - 1);
        json_fail(reader, member, what);
        return;
    }
    memcpy(dst, value->valuestring, strlen(value->valuestring) + 1);
}

uint64_t json_hex64(struct json_reader *reader, const char *member)
{
    char text[24];
    uint64_t value = 0;

    json_text(reader, member, text, sizeof text);
    if (!number_hex64(text, &value)) {
        json_fail(reader, member, "must be a string of 16 hex digits");
    }
    return value;
}

uint64_t json_decimal64(struct json_reader *reader, const char *member)
{
    char text[24];
    uint64_t value = 0;

    json_text(reader, member, text, sizeof text);
    if (!number_decimal64(text, &value)) {
        json_fail(reader, member, "must be a string of decimal digits");
    }
    return value;
}

int64_t json_decimal_i64(struct json_reader *reader, const char *member)
{
    char text[24];
    int64_t value = 0;

    json_text(reader, member, text, sizeof text);
    if (!number_decimal_i64(text, &value)) {
        json_fail(reader, member, "must be a string of decimal digits");
    }
    return value;
}

const cJSON *json_array(struct json_reader *reader, const char *member, int max)
{
    const cJSON *const value = take(reader, member);
    char what[64];

    if (value == NULL) {
        return NULL;
    }
    if (!cJSON_IsArray(value) || cJSON_GetArraySize(value) > max) {
        snprintf(what, sizeof what, "must be an array of at most %d", max);
        json_fail(reader, member, what);
        return NULL;
    }
    return value;
}

const cJSON *json_object(struct json_reader *reader, const char *member)
{
    const cJSON *const value = take(reader, member);

    if (value != NULL && !cJSON_IsObject(value)) {
        json_fail(reader, member, "must be an object");
        return NULL;
    }
    return value;
}

int json_choice(struct json_reader *reader, const char *member, const char *const *names, int n)
{
    char text[32];
    char what[180] = "must be one of";

    json_text(reader, member, text, sizeof text);
    for (int i = 0; i < n; i++) {
        if (strcmp(names[i], text) == 0) {
            return i;
        }
    }
    for (int i = 0; i < n; i++) {
        const size_t length = strlen(what);

        snprintf(what + length, sizeof what - length, " %s", names[i]);
    }
    json_fail(reader, member, what);
    return 0;
}

void json_only(struct json_reader *reader, const char *const *names)
{
    const cJSON *member;

    if (!cJSON_IsObject(reader->object)) {
        json_fail(reader, "", "must be an object");
        return;
    }
    cJSON_ArrayForEach(member, reader->object)
    {
        bool known = false;

        for (const char *const *name = names; *name != NULL && !known; name++) {
            known = strcmp(*name, member->string) == 0;
        }
        if (!known) {
            json_fail(reader, member->string, "is unknown");
        }
    }
}

void json_add_frame(cJSON *object, const char *name, uint64_t frame)
{
    cJSON_AddNumberToObject(object, name, (double)frame);
}

void json_add_hex64(cJSON *object, const char *name, uint64_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%016" PRIx64, value);
    cJSON_AddStringToObject(object, name, text);
}

void json_add_decimal64(cJSON *object, const char *name, uint64_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRIu64, value);
    cJSON_AddStringToObject(object, name, text);
}

void json_add_decimal_i64(cJSON *object, const char *name, int64_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, value);
    cJSON_AddStringToObject(object, name, text);
}

char *json_print(cJSON *value)
{
    char *const text = cJSON_PrintUnformatted(value);

    cJSON_Delete(value);
    return text;
}
