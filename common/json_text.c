#include "common/json_text.h"

#include <stdbool.h>
#include <string.h>

/* Whether the bytes of a character behind its first one are what they may be. */
static bool utf8_continues(const unsigned char *text, size_t length, unsigned char second_min,
                           unsigned char second_max)
{
    for (size_t i = 1; i < length; i++) {
        const unsigned char low = i == 1 ? second_min : 0x80;
        const unsigned char high = i == 1 ? second_max : 0xbf;

        if (text[i] < low || text[i] > high) {
            return false;
        }
    }
    return true;
}

/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing beyond U+10FFFF. Returns
 * the length of the character at text[0 .. left), or 0. */
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
        const size_t length = forms[i].length;

        if (text[0] >= forms[i].first_min && text[0] <= forms[i].first_max) {
            return length <= left && utf8_continues(text, length, forms[i].second_min,
                                                    forms[i].second_max)
                       ? length
                       : 0;
        }
    }
    return 0;
}

const char *json_text_wrong_characters(const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        const bool blank = text[i] == '\t' || text[i] == '\n' || text[i] == '\r';
        const size_t length =
            blank ? 1 : utf8_character((const unsigned char *)text + i, len - i);

        if (length == 0) {
            return "is not UTF-8 without control characters";
        }
        i += length;
    }
    return NULL;
}

/* The length of the string at text[0 .. left) with its quotes; 0 when it does not end, or holds
 * a raw tab or line break, or \u0000, which would end it early. */
static size_t string_length(const char *text, size_t left)
{
    for (size_t i = 1; i < left; i++) {
        if (text[i] == '"') {
            return i + 1;
        }
        if ((unsigned char)text[i] < 0x20 ||
            (left - i >= 6 && memcmp(text + i, "\\u0000", 6) == 0)) {
            return 0;
        }
        i += text[i] == '\\'; /* what is escaped ends nothing */
    }
    return 0;
}

static size_t digits_length(const char *text, size_t left)
{
    size_t n = 0;

    while (n < left && text[n] >= '0' && text[n] <= '9') {
        n++;
    }
    return n;
}

/* Whether one of two characters stands at text[at]. */
static bool is_one_of(const char *text, size_t at, size_t left, char one, char other)
{
    return at < left && (text[at] == one || text[at] == other);
}

/* Takes the digits at *at; false when there are none. */
static bool take_digits(const char *text, size_t left, size_t *at)
{
    const size_t digits = digits_length(text + *at, left - *at);

    *at += digits;
    return digits > 0;
}

/* The length of the number at text[0 .. left), or 0: cJSON also takes "01", "1." and "-.5". */
static size_t number_length(const char *text, size_t left)
{
    const size_t sign = text[0] == '-';
    size_t at = sign;

    if (!take_digits(text, left, &at) || (text[sign] == '0' && at > sign + 1)) {
        return 0;
    }
    if (is_one_of(text, at, left, '.', '.')) {
        at++;
        if (!take_digits(text, left, &at)) {
            return 0;
        }
    }
    if (is_one_of(text, at, left, 'e', 'E')) {
        at++;
        at += is_one_of(text, at, left, '+', '-');
        return take_digits(text, left, &at) ? at : 0;
    }
    return at;
}

/* The length of what begins at text[0 .. left): a string, a number, or one character of the
 * rest. */
static size_t token_length(const char *text, size_t left)
{
    if (text[0] == '"') {
        return string_length(text, left);
    }
    if (text[0] == '-' || (text[0] >= '0' && text[0] <= '9')) {
        return number_length(text, left);
    }
    return (unsigned char)text[0] < 0x80; /* a byte order mark is not */
}

static int nesting(char character)
{
    if (character == '{' || character == '[') {
        return 1;
    }
    return character == '}' || character == ']' ? -1 : 0;
}

const char *json_text_wrong(const char *text, size_t len)
{
    const char *const wrong = json_text_wrong_characters(text, len);
    int depth = 0;

    for (size_t i = 0; i < len && wrong == NULL;) {
        const size_t length = token_length(text + i, len - i);

        if (length == 0) {
            return "has a string or number that is not JSON's";
        }
        depth += nesting(text[i]);
        if (depth > JSON_MAX_DEPTH) {
            return "is nested too deeply";
        }
        i += length;
    }
    return wrong;
}
