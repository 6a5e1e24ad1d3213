#include "common/number.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool number_decimal64(const char *text, uint64_t *value)
{
    uint64_t sum = 0;

    if (*text == '\0' || (text[0] == '0' && text[1] != '\0')) {
        return false;
    }
    for (const char *at = text; *at != '\0'; at++) {
        const unsigned digit = (unsigned)(*at - '0');

        if (digit > 9 || sum > (UINT64_MAX - digit) / 10) {
            return false;
        }
        sum = sum * 10 + digit;
    }
    *value = sum;
    return true;
}

bool number_decimal_i64(const char *text, int64_t *value)
{
    uint64_t magnitude;
    const bool negative = *text == '-';

    if (!number_decimal64(text + negative, &magnitude) || magnitude > INT64_MAX) {
        return false;
    }
    *value = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

bool number_hex64(const char *text, uint64_t *value)
{
    uint64_t sum = 0;

    if (strlen(text) != 16) {
        return false;
    }
    for (const char *at = text; *at != '\0'; at++) {
        if (*at >= '0' && *at <= '9') {
            sum = sum << 4 | (uint64_t)(*at - '0');
        } else if (*at >= 'a' && *at <= 'f') {
            sum = sum << 4 | (uint64_t)(*at - 'a' + 10);
        } else {
            return false;
        }
    }
    *value = sum;
    return true;
}

bool number_real(const char *text, double *value)
{
    char *end;

    /* strtod also takes blanks, hex, "inf" and "nan" */
    if (strspn(text, "+-.0123456789eE") != strlen(text)) {
        return false;
    }
    const double parsed = strtod(text, &end);

    if (end == text || *end != '\0' || !isfinite(parsed)) {
        return false;
    }
    *value = parsed;
    return true;
}

double number_rounded(double value)
{
    return round(value * 1e6) / 1e6;
}
