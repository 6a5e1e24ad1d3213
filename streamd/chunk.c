#include "streamd/chunk.h"

#include "streamd/base64.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { JSON_FRAME_BYTES = 256 }; /* the longest text around the samples is 170 */

static const unsigned char magic[4] = {'A', 'U', 'R', 'C'};

static void put(unsigned char *dst, uint64_t value, unsigned n_bytes)
{
    for (unsigned i = 0; i < n_bytes; i++) {
        dst[i] = (unsigned char)(value >> (8 * i));
    }
}

static uint64_t get(const unsigned char *src, unsigned n_bytes)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < n_bytes; i++) {
        value |= (uint64_t)src[i] << (8 * i);
    }
    return value;
}

void chunk_header_encode(const struct chunk_header *header,
                         unsigned char dst[CHUNK_HEADER_BYTES])
{
    memcpy(dst, magic, sizeof(magic));
    dst[4] = CHUNK_VERSION;
    dst[5] = header->format;
    put(dst + 6, header->flags, 2);
    put(dst + 8, header->stream, 8);
    put(dst + 16, header->first_frame, 8);
    put(dst + 24, header->frames, 4);
    put(dst + 28, header->payload_bytes, 4);
    put(dst + 32, header->due_unix_us, 8);
}

int chunk_header_decode(const unsigned char *src, size_t len, struct chunk_header *header)
{
    if (len < CHUNK_HEADER_BYTES || memcmp(src, magic, sizeof(magic)) != 0 ||
        src[4] != CHUNK_VERSION || get(src + 28, 4) > len - CHUNK_HEADER_BYTES) {
        return -EPROTO;
    }
    header->format = src[5];
    header->flags = (uint16_t)get(src + 6, 2);
    header->stream = get(src + 8, 8);
    header->first_frame = get(src + 16, 8);
    header->frames = (uint32_t)get(src + 24, 4);
    header->payload_bytes = (uint32_t)get(src + 28, 4);
    header->due_unix_us = get(src + 32, 8);
    return 0;
}

size_t chunk_json_max_bytes(size_t payload_bytes)
{
    return JSON_FRAME_BYTES + base64_chars(payload_bytes);
}

size_t chunk_json_encode(const struct chunk_header *header, uint32_t rate_hz,
                         const unsigned char *payload, char *dst)
{
    const uint64_t seq = header->first_frame / header->frames;
    const unsigned duration_ms = (unsigned)((uint64_t)header->frames * 1000 / rate_hz);
    const int prefix = snprintf(
        dst, JSON_FRAME_BYTES,
        "{\"type\":\"audio_chunk\",\"seq\":%" PRIu64 ",\"timestamp\":%" PRIu64 ".%06" PRIu64
        ",\"duration_ms\":%u,\"sample_rate\":%" PRIu32 ",\"channels\":%u,\"audio_data\":\"",
        seq, header->due_unix_us / 1000000, header->due_unix_us % 1000000, duration_ms, rate_hz,
        header->payload_bytes / header->frames / 2);
    size_t len = (size_t)prefix;

    len += base64_encode(payload, header->payload_bytes, dst + len);
    dst[len++] = '"';
    dst[len++] = '}';
    return len;
}
