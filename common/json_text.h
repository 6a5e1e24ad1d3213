/*
 * json_text - what a text must be before it is parsed as JSON: the checks that cJSON leaves
 * out.
 *
 * UTF-8 without control characters, strings that end and hold no \u0000, numbers as RFC 8259
 * writes them, no byte order mark, no deeper nesting than JSON_MAX_DEPTH. The rest of the
 * grammar is cJSON's.
 *
 * Threads: pure.
 */
#ifndef AURALIS_JSON_TEXT_H
#define AURALIS_JSON_TEXT_H

#include <stddef.h>

enum { JSON_MAX_DEPTH = 16 };

/* What is wrong with the characters of [len] bytes (static text), or NULL; tabs and line breaks
 * are none. */
const char *json_text_wrong_characters(const char *text, size_t len);
/* What is wrong with [len] bytes (static text), or NULL. */
const char *json_text_wrong(const char *text, size_t len);

#endif
