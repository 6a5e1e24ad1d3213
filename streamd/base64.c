#include "streamd/base64.h"

#include <string.h>

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t base64_chars(size_t n_bytes)
{
    return (n_bytes + 2) / 3 * 4;
}

static void encode_three(const unsigned char src[3], char dst[4])
{
    const unsigned word = ((unsigned)src[0] << 16) | ((unsigned)src[1] << 8) | src[2];

    dst[0] = alphabet[word >> 18];
    dst[1] = alphabet[(word >> 12) & 63];
    dst[2] = alphabet[(word >> 6) & 63];
    dst[3] = alphabet[word & 63];
}

size_t base64_encode(const unsigned char *src, size_t n_bytes, char *dst)
{
    const size_t chars = base64_chars(n_bytes);
    unsigned char last[3] = {0};

    for (; n_bytes >= 3; n_bytes -= 3) {
        encode_three(src, dst);
        src += 3;
        dst += 4;
    }
    if (n_bytes > 0) {
        memcpy(last, src, n_bytes);
        encode_three(last, dst);
        dst[3] = '=';
        if (n_bytes == 1) {
            dst[2] = '=';
        }
    }
    return chars;
}
