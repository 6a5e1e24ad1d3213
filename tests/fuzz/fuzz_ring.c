/* Any bytes as a ring's segment: one that is taken can be read and written without leaving
 * it. */
#include "common/ring.h"
#include "fuzz.h"

#include <string.h>

static void read_all(const struct ring *ring)
{
    static const uint64_t cursors[] = {0, 1, 4410, UINT64_MAX / 2, UINT64_MAX - 64, UINT64_MAX};
    struct ring_chunk_facts facts;
    uint32_t frames[256];

    for (size_t i = 0; i < sizeof cursors / sizeof cursors[0]; i++) {
        uint64_t cursor_frames = cursors[i];

        FUZZ_CHECK(ring_read(ring, &cursor_frames, frames, 256) <= 256);
        ring_chunk_load(ring, cursors[i], &facts);
    }
    uint64_t oldest = ring_oldest(ring);

    ring_read(ring, &oldest, frames, 256);
    ring_epoch(ring);
}

static void write_some(struct ring *ring)
{
    const struct ring_chunk_facts facts = {.first_frame = ring_adopt(ring)};
    const uint32_t frames[64] = {0};

    ring_write(ring, frames, 64);
    ring_chunk_store(ring, &facts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *reason = NULL;
    struct ring *ring = NULL;

    /* as large as the bytes, and not one byte more: AddressSanitizer watches its end */
    FUZZ_CHECK(posix_memalign((void **)&ring, RING_PAGE_BYTES, size > 0 ? size : 1) == 0);
    memcpy((void *)ring, data, size);
    if (ring_check(ring, size, &reason) == 0) {
        read_all(ring);
        write_some(ring);
        read_all(ring);
    } else {
        FUZZ_CHECK(reason != NULL);
    }
    free(ring);
    return 0;
}
