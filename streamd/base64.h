/*
 * base64 - bytes as text (RFC 4648, with padding).
 *
 * Memory:  the caller's; nothing is allocated and no 0 is written behind the text.
 * Threads: pure.
 */
#ifndef AURALIS_BASE64_H
#define AURALIS_BASE64_H

#include <stddef.h>

/* Characters that n_bytes become. */
size_t base64_chars(size_t n_bytes);
/* Writes them to dst[base64_chars(n_bytes)] and returns how many they are. */
size_t base64_encode(const unsigned char *src, size_t n_bytes, char *dst);

#endif
