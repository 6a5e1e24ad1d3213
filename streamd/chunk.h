/*
 * chunk - how 100 ms of audio look on the wire: behind a header of 40 bytes, or as JSON.
 *
 * The header, little-endian (web/chunk.js reads the same; tests/golden/chunk_header.json binds
 * them):
 *    0  magic          4 bytes "AURC"
 *    4  version        u8   1
 *    5  format         u8   1 pcm (s16le, interleaved), 2 opus
 *    6  flags          u16  bit 0: frames of the stream were lost just before this chunk
 *    8  stream         u64  id
 *   16  first_frame    u64
 *   24  frames         u32
 *   28  payload_bytes  u32  what follows the header
 *   32  due_unix_us    u64  wall-clock time when first_frame is due, microseconds since 1970
 *
 * Memory:  the caller's; nothing is allocated.
 * Threads: pure.
 * Errors:  0, or -EPROTO.
 */
#ifndef AURALIS_CHUNK_H
#define AURALIS_CHUNK_H

#include <stddef.h>
#include <stdint.h>

enum { CHUNK_HEADER_BYTES = 40, CHUNK_VERSION = 1 };
enum chunk_format { CHUNK_PCM = 1, CHUNK_OPUS = 2 };
enum chunk_flag { CHUNK_LOST_BEFORE = 1 };

struct chunk_header {
    uint8_t format; /* enum chunk_format */
    uint16_t flags; /* of enum chunk_flag */
    uint64_t stream;
    uint64_t first_frame;
    uint32_t frames;
    uint32_t payload_bytes;
    uint64_t due_unix_us;
};

void chunk_header_encode(const struct chunk_header *header,
                         unsigned char dst[CHUNK_HEADER_BYTES]);
/* Reads the header of a message of `len` bytes; -EPROTO when it is none, or its payload is not
 * there. */
int chunk_header_decode(const unsigned char *src, size_t len, struct chunk_header *header);

/* Bytes that a chunk of this payload takes as JSON at most. */
size_t chunk_json_max_bytes(size_t payload_bytes);
/* Writes {"type":"audio_chunk",...,"audio_data":"<base64>"} to dst[chunk_json_max_bytes()],
 * without a 0 behind it, and returns its length. The chunk is `header`; its samples are
 * payload. */
size_t chunk_json_encode(const struct chunk_header *header, uint32_t rate_hz,
                         const unsigned char *payload, char *dst);

#endif
