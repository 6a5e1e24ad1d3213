/*
 * json - strict reading of JSON, on cJSON. Only JSON adaptors (*_json.c) include this.
 *
 * The text is as json_text wants it, nothing trails, names are matched case-sensitively, no
 * name stands twice. A number too large for a double reads as infinity: it is refused where it
 * is used, by the name of its member and with the range.
 *
 * Threads: pure.
 */
#ifndef AURALIS_JSON_H
#define AURALIS_JSON_H

#include "common/json_text.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_MAX_EXACT 1e15 /* frames beyond cannot be told apart once printed */

/* Parses exactly [len] bytes as one value; NULL with *reason (static text) when it is none. */
cJSON *json_parse(const char *text, size_t len, const char **reason);

/* A reader of one object: each call takes a member, checks it, and remembers the first
 * failure. */
struct json_reader {
    const cJSON *object;
    const char *path; /* "notes[3]" or "" */
    char *reason;     /* [reason_size] "" while all is well */
    size_t reason_size;
};
bool json_reader_ok(const struct json_reader *reader);
/* Notes a failure at the reader's path and member, unless one was noted before. */
void json_fail(struct json_reader *reader, const char *member, const char *what);

/* Whether there is such a member: for those that may be absent. */
bool json_has(const struct json_reader *reader, const char *member);
uint64_t json_frame(struct json_reader *reader, const char *member); /* 0 to 10^15 */
int64_t json_int(struct json_reader *reader, const char *member, int64_t min, int64_t max);
double json_real(struct json_reader *reader, const char *member, double min, double max);
bool json_bool(struct json_reader *reader, const char *member);
/* A string of at most size - 1 bytes, without control characters, copied; "" on failure. */
void json_text(struct json_reader *reader, const char *member, char *dst, size_t size);
uint64_t json_hex64(struct json_reader *reader, const char *member);     /* 16 hex digits */
uint64_t json_decimal64(struct json_reader *reader, const char *member); /* "42" */
int64_t json_decimal_i64(struct json_reader *reader, const char *member);
/* The index of a string among names[n]; 0 on failure, which says what is allowed. */
int json_choice(struct json_reader *reader, const char *member, const char *const *names,
                int n);
const cJSON *json_array(struct json_reader *reader, const char *member, int max);
const cJSON *json_object(struct json_reader *reader, const char *member);
/* Refuses members that are not in the NULL-terminated list. */
void json_only(struct json_reader *reader, const char *const *names);

/* Writing: frames as exact numbers, ids and seeds as strings. */
void json_add_frame(cJSON *object, const char *name, uint64_t frame);
void json_add_hex64(cJSON *object, const char *name, uint64_t value);
void json_add_decimal64(cJSON *object, const char *name, uint64_t value);
void json_add_decimal_i64(cJSON *object, const char *name, int64_t value);
/* One line of text, to be freed; NULL without memory. Deletes the value. */
char *json_print(cJSON *value);

#endif
