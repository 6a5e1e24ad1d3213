#include "common/json.h"

#include "common/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing beyond U+10FFFF. Returns the length
 * of the character at text[0 .. left), or 0. */
static size_t utf8_character(const unsigned char *text, size_t left)
{
    static const struct {
        unsigned char first_min, first_max, second_min, second_max;
        size_t length;
    } forms[] = {
        {0x20, 0x7e, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (text[0] < forms[i].first_min || text[0] > forms[i].first_max) {
            continue;
        }
        if (forms[i].length > left) {
            return 0;
        }
        for (size_t k = 1; k < forms[i].length; k++) {
            const unsigned char low = k == 1 ? forms[i].second_min : 0x80;
            const unsigned char high = k == 1 ? forms[i].second_max : 0xbf;

            if (text[k] < low || text[k] > high) {
                return 0;
            }
        }
        return forms[i].length;
    }
    return 0;
}

/* Checks what cJSON lets pass: control characters, bad UTF-8, and \u0000, which would end a string early. */
static const char *wrong_text(const unsigned char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        if (text[i] == '\t' || text[i] == '\n' || text[i] == '\r') {
            i++;
            continue;
        }
        const size_t length = utf8_character(text + i, len - i);

        if (length == 0) {
            return "is not UTF-8 without control characters";
        }
        if (len - i >= 6 && memcmp(text + i, "\\u0000", 6) == 0) {
            return "has a \\u0000";
        }
        i += length;
    }
    return NULL;
}

/* The index of the quote that ends the string beginning at text[at], or len. */
static size_t string_end(const char *text, size_t at, size_t len)
{
    for (size_t i = at + 1; i < len; i++) {
        if (text[i] == '\\') {
            i++;
        } else if (text[i] == '"') {
            return i;
        }
    }
    return len;
}

/* Nesting, counted outside of strings before anything recurses. */
static bool too_deep(const char *text, size_t len)
{
    int depth = 0;

    for (size_t i = 0; i < len && depth <= JSON_MAX_DEPTH; i++) {
        if (text[i] == '"') {
            i = string_end(text, i, len);
        } else if (text[i] == '{' || text[i] == '[') {
            depth++;
        } else if (text[i] == '}' || text[i] == ']') {
            depth--;
        }
    }
    return depth > JSON_MAX_DEPTH;
}

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

static const char *wrong_value(const cJSON *value)
{
    if (cJSON_IsNumber(value) && !isfinite(value->valuedouble)) {
        return "has a number out of range";
    }
    if (cJSON_IsObject(value) && name_repeated(value)) {
        return "names a member twice";
    }
    const cJSON *child;

    cJSON_ArrayForEach(child, value)
    {
        /* depth is bounded by too_deep() */
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

    *reason = wrong_text((const unsigned char *)text, len);
    if (*reason == NULL && too_deep(text, len)) {
        *reason = "is nested too deeply";
    }
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

bool json_bool(struct json_reader *reader, const char *member)
{
    const cJSON *const value = take(reader, member);

    if (value != NULL && !cJSON_IsBool(value)) {
        json_fail(reader, member, "must be true or false");
    }
    return cJSON_IsTrue(value);
}

void json_text(struct json_reader *reader, const char *member, char *dst, size_t size)
{
    const cJSON *const value = take(reader, member);
    char what[80];

    dst[0] = '\0';
    if (value == NULL) {
        return;
    }
    if (!cJSON_IsString(value) || strlen(value->valuestring) >= size) {
        snprintf(what, sizeof what, "must be a string of at most %zu bytes", size - 1);
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
    char text[32], what[180] = "must be one of";

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
