/* Any bytes as a chunk's header: one that is taken is written again as it was. */
#include "fuzz.h"
#include "streamd/chunk.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct chunk_header header;
    unsigned char again[CHUNK_HEADER_BYTES];

    if (chunk_header_decode(data, size, &header) == 0) {
        FUZZ_CHECK(size >= CHUNK_HEADER_BYTES);
        FUZZ_CHECK(header.payload_bytes <= size - CHUNK_HEADER_BYTES);
        chunk_header_encode(&header, again);
        FUZZ_CHECK(memcmp(again, data, sizeof again) == 0);
    }
    return 0;
}
