#include "streamd/query.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FROM_MAX UINT64_C(1000000000000000) /* frames beyond are not exact in JSON */

enum { HEX_DIGITS = 16 };

const char *const stream_formats[STREAM_FORMAT_COUNT] = {"json", "pcm"};

void query_init(struct query *query)
{
    *query = (struct query){.format = STREAM_JSON};
}

/* A decimal number without sign or blanks, up to max. */
static bool parse_number(const char *text, uint64_t max, uint64_t *value)
{
    uint64_t sum = 0;

    if (text[0] == '\0') {
        return false;
    }
    for (; *text; text++) {
        if (*text < '0' || *text > '9') {
            return false;
        }
        sum = sum * 10 + (uint64_t)(*text - '0');
        if (sum > max) {
            return false;
        }
    }
    *value = sum;
    return true;
}

static int take_format(struct query *query, const char *value, char *error)
{
    for (int i = 0; i < STREAM_FORMAT_COUNT; i++) {
        if (strcmp(value, stream_formats[i]) == 0) {
            query->format = (enum stream_format)i;
            return 0;
        }
    }
    snprintf(error, QUERY_ERROR_BYTES, "format must be json or pcm");
    return -EINVAL;
}

static int take_from(struct query *query, const char *value, char *error)
{
    if (!parse_number(value, FROM_MAX, &query->wish.from_frame)) {
        snprintf(error, QUERY_ERROR_BYTES, "from must be a frame, 0 to 10^15");
        return -EINVAL;
    }
    query->wish.resume = true;
    return 0;
}

static int take_stream(struct query *query, const char *value, char *error)
{
    if (strlen(value) != HEX_DIGITS || strspn(value, "0123456789abcdef") != HEX_DIGITS) {
        snprintf(error, QUERY_ERROR_BYTES,
                 "stream must be the 16 hexadecimal digits that hello gave");
        return -EINVAL;
    }
    query->wish.stream = strtoull(value, NULL, HEX_DIGITS);
    query->wish.names_stream = true;
    return 0;
}

static int take_burst(struct query *query, const char *value, char *error)
{
    uint64_t burst_ms = 0;

    if (!parse_number(value, QUERY_BURST_MAX_MS, &burst_ms)) {
        snprintf(error, QUERY_ERROR_BYTES, "burst must be 0 to %d milliseconds",
                 QUERY_BURST_MAX_MS);
        return -EINVAL;
    }
    query->wish.burst_ms = (uint32_t)burst_ms;
    return 0;
}

int query_argument(struct query *query, const char *argument, char error[QUERY_ERROR_BYTES])
{
    static const struct {
        const char *name;
        int (*take)(struct query *query, const char *value, char *error);
    } known[] = {
        {"format=", take_format},
        {"from=", take_from},
        {"stream=", take_stream},
        {"burst=", take_burst},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        const size_t len = strlen(known[i].name);

        if (strncmp(argument, known[i].name, len) == 0) {
            return known[i].take(query, argument + len, error);
        }
    }
    return 0;
}
