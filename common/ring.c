#include "common/ring.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2,
               "64-bit atomics must be lock-free between processes");
_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "32-bit atomics must be lock-free between processes");
_Static_assert(sizeof(struct ring_chunk) == 64, "a chunk's facts fill one cache line");
_Static_assert(offsetof(struct ring_chunk, trim_db) == 40, "layout is version 1's");
_Static_assert(offsetof(struct ring, boot_id) == 64, "layout is version 1's");
_Static_assert(offsetof(struct ring, writer_pid) == 112, "layout is version 1's");
_Static_assert(offsetof(struct ring, standby_ns) == 120, "layout is version 1's");
_Static_assert(offsetof(struct ring, reserved_frames) == 128, "layout is version 1's");
_Static_assert(offsetof(struct ring, published_frames) == 192, "layout is version 1's");
_Static_assert(offsetof(struct ring, valid_from_frame) == 200, "layout is version 1's");
_Static_assert(offsetof(struct ring, futex_word) == 256, "layout is version 1's");
_Static_assert(offsetof(struct ring, counters) == 320, "layout is version 1's");
_Static_assert(offsetof(struct ring, info) == 832, "layout is version 1's");
_Static_assert(offsetof(struct ring, chunks) == 2880, "layout is version 1's");
_Static_assert(offsetof(struct ring, frames) == sizeof(struct ring),
               "frames follow the header");
_Static_assert(sizeof(struct ring) % RING_PAGE_BYTES == 0, "frames begin on a page");

/* More than any synth renders ahead of due. */
enum { LEAD_AT_MOST_S = 60 };

size_t ring_bytes(uint32_t capacity_frames)
{
    return sizeof(struct ring) + (size_t)capacity_frames * sizeof(uint32_t);
}

static bool sizes_are_sane(uint32_t capacity_frames, uint32_t rate_hz)
{
    return capacity_frames >= 2 && (capacity_frames & (capacity_frames - 1)) == 0 &&
           capacity_frames <= 1u << 26 && rate_hz >= 10 && rate_hz <= 384000 &&
           capacity_frames / (rate_hz / 10) < RING_CHUNKS;
}

int ring_init(struct ring *ring, const struct ring_format *format)
{
    if (!sizes_are_sane(format->capacity_frames, format->epoch.rate_hz)) {
        return -EINVAL;
    }
    ring->magic = RING_MAGIC;
    ring->version = RING_VERSION;
    ring->header_bytes = sizeof(struct ring);
    ring->segment_bytes = ring_bytes(format->capacity_frames);
    ring->rate_hz = format->epoch.rate_hz;
    ring->channels = RING_CHANNELS;
    ring->capacity_frames = format->capacity_frames;
    ring->chunk_frames = format->epoch.rate_hz / 10;
    ring->stream = format->epoch.stream;
    ring->epoch_monotonic_ns = format->epoch.monotonic_ns;
    ring->epoch_wall_ns = format->epoch.wall_ns;
    memcpy(ring->boot_id, format->epoch.boot_id, sizeof format->epoch.boot_id);
    ring->n_chunks = RING_CHUNKS;
    ring->n_counters = format->n_counters;
    for (int i = 0; i < RING_CHUNKS; i++) {
        atomic_init(&ring->chunks[i].first_frame, UINT64_MAX);
    }
    return 0;
}

static const char *wrong_header(const struct ring *ring)
{
    if (ring->magic != RING_MAGIC) {
        return "it does not begin with the magic of a ring";
    }
    if (ring->version != RING_VERSION) {
        return "it has another version of the layout";
    }
    if (ring->header_bytes != sizeof(struct ring) || ring->channels != RING_CHANNELS ||
        ring->n_chunks != RING_CHUNKS) {
        return "its header describes another layout";
    }
    return memchr(ring->boot_id, '\0', sizeof ring->boot_id) == NULL ? "its boot id is not text"
                                                                     : NULL;
}

static const char *wrong_size(const struct ring *ring, size_t bytes)
{
    if (!sizes_are_sane(ring->capacity_frames, ring->rate_hz) ||
        ring->chunk_frames != ring->rate_hz / 10) {
        return "its capacity or sample rate makes no sense";
    }
    return ring->segment_bytes != ring_bytes(ring->capacity_frames) ||
                   bytes < ring->segment_bytes
               ? "it is truncated"
               : NULL;
}

int ring_check(const struct ring *ring, size_t bytes, const char **reason)
{
    if (bytes < sizeof(struct ring)) {
        *reason = "it is shorter than a ring's header";
        return -EPROTO;
    }
    *reason = wrong_header(ring);
    if (*reason == NULL) {
        *reason = wrong_size(ring, bytes);
    }
    return *reason == NULL ? 0 : -EPROTO;
}

struct epoch ring_epoch(const struct ring *ring)
{
    struct epoch epoch = {.stream = ring->stream,
                          .rate_hz = ring->rate_hz,
                          .monotonic_ns = ring->epoch_monotonic_ns,
                          .wall_ns = ring->epoch_wall_ns};

    memcpy(epoch.boot_id, ring->boot_id, sizeof epoch.boot_id);
    epoch.boot_id[BOOT_ID_SIZE - 1] = '\0';
    return epoch;
}

int ring_check_cursors(const struct ring *ring, int64_t now_ns, const char **reason)
{
    const struct epoch epoch = ring_epoch(ring);
    const uint64_t latest =
        clock_frame_at(&epoch, now_ns) + (uint64_t)LEAD_AT_MOST_S * ring->rate_hz;
    /* in this order: what was published was claimed before */
    const uint64_t published =
        atomic_load_explicit(&ring->published_frames, memory_order_acquire);
    const uint64_t reserved =
        atomic_load_explicit(&ring->reserved_frames, memory_order_acquire);

    if (published <= reserved && reserved <= latest) {
        return 0;
    }
    *reason = published > reserved ? "more is published than was written"
                                   : "its cursors are ahead of time";
    return -EPROTO;
}

uint64_t ring_adopt(struct ring *ring)
{
    /* Nothing to repair: what the dead writer had claimed beyond published is written again,
     * and reserved is never lowered, so a reader never trusts what it half overwrote. */
    return atomic_load_explicit(&ring->published_frames, memory_order_relaxed);
}

/* Only the writer stores reserved; it never goes down. */
static void claim(struct ring *ring, uint64_t end_frame)
{
    if (atomic_load_explicit(&ring->reserved_frames, memory_order_relaxed) < end_frame) {
        /* W1 claim: announced before anything is overwritten (ordered before W2 by its
         * release) */
        atomic_store_explicit(&ring->reserved_frames, end_frame, memory_order_relaxed);
    }
}

/* W3 publish: release, pairs with R1 (acquire). The futex word follows, so that a reader that
 * read it before finding nothing new does not fall asleep on what has come since. */
static void publish(struct ring *ring, uint64_t end_frame)
{
    atomic_store_explicit(&ring->published_frames, end_frame, memory_order_release);
    atomic_fetch_add_explicit(&ring->futex_word, 1, memory_order_release);
}

void ring_write(struct ring *ring, const uint32_t *src, uint32_t n_frames)
{
    const uint64_t mask = ring->capacity_frames - 1;
    /* relaxed: only this thread ever stores published_frames */
    const uint64_t start = atomic_load_explicit(&ring->published_frames, memory_order_relaxed);

    claim(ring, start + n_frames);
    for (uint32_t i = 0; i < n_frames; i++) {
        /* W2 fill: release, so that a reader that sees a new frame (R2) sees its claim too
         * (R3) */
        atomic_store_explicit(&ring->frames[(start + i) & mask], src[i], memory_order_release);
    }
    publish(ring, start + n_frames);
}

void ring_jump(struct ring *ring, uint64_t frame)
{
    const uint64_t chunk = ring->chunk_frames;

    claim(ring, frame);
    /* before publish: whoever sees the new position (R1, acquire) sees what is valid too */
    atomic_store_explicit(&ring->valid_from_frame, (frame + chunk - 1) / chunk * chunk,
                          memory_order_relaxed);
    publish(ring, frame);
}

void ring_chunk_store(struct ring *ring, const struct ring_chunk_facts *facts)
{
    struct ring_chunk *const chunk =
        &ring->chunks[facts->first_frame / ring->chunk_frames % RING_CHUNKS];

    /* A sequence lock whose sequence is first_frame: each field is released after the mark, so
     * a reader that meets a new field finds first_frame changed when it looks again. */
    atomic_store_explicit(&chunk->first_frame, UINT64_MAX, memory_order_relaxed);
    atomic_store_explicit(&chunk->rendered_ns, facts->rendered_ns, memory_order_release);
    atomic_store_explicit(&chunk->phrase, facts->phrase, memory_order_release);
    atomic_store_explicit(&chunk->peak, facts->peak, memory_order_release);
    atomic_store_explicit(&chunk->loudness_lufs, facts->loudness_lufs, memory_order_release);
    atomic_store_explicit(&chunk->limiter_gain, facts->limiter_gain, memory_order_release);
    atomic_store_explicit(&chunk->makeup_gain, facts->makeup_gain, memory_order_release);
    atomic_store_explicit(&chunk->trim_db, facts->trim_db, memory_order_release);
    atomic_store_explicit(&chunk->trim_excess, facts->trim_excess, memory_order_release);
    atomic_store_explicit(&chunk->first_frame, facts->first_frame, memory_order_release);
}

uint64_t ring_published(const struct ring *ring)
{
    return atomic_load_explicit(&ring->published_frames, memory_order_acquire);
}

/* The oldest frame that has not been claimed for overwriting. */
static uint64_t oldest_unclaimed(const struct ring *ring)
{
    const uint64_t reserved =
        atomic_load_explicit(&ring->reserved_frames, memory_order_relaxed);
    const uint64_t valid = atomic_load_explicit(&ring->valid_from_frame, memory_order_relaxed);
    const uint64_t kept =
        reserved > ring->capacity_frames ? reserved - ring->capacity_frames : 0;

    return kept > valid ? kept : valid;
}

uint64_t ring_oldest(const struct ring *ring)
{
    /* acquire first, so that what is valid is at least as new as what is published */
    (void)ring_published(ring);
    return oldest_unclaimed(ring);
}

int ring_read(const struct ring *ring, uint64_t *cursor_frames, uint32_t *dst,
              uint32_t n_frames)
{
    const uint64_t mask = ring->capacity_frames - 1;
    const uint64_t start = *cursor_frames;
    /* R1: acquire, pairs with W3 */
    const uint64_t published = ring_published(ring);
    uint64_t oldest = oldest_unclaimed(ring);

    if (start < oldest) {
        *cursor_frames = oldest;
        return -EOVERFLOW;
    }
    if (start >= published) {
        return 0;
    }
    const uint32_t n = published - start < n_frames ? (uint32_t)(published - start) : n_frames;

    for (uint32_t i = 0; i < n; i++) {
        /* R2: acquire, pairs with W2: meeting a newer frame makes its claim visible to R3 */
        dst[i] = atomic_load_explicit(&ring->frames[(start + i) & mask], memory_order_acquire);
    }
    /* R3: was any of it claimed while it was copied? */
    oldest = oldest_unclaimed(ring);
    if (start < oldest) {
        *cursor_frames = oldest;
        return -EOVERFLOW;
    }
    *cursor_frames = start + n;
    return (int)n;
}

int ring_chunk_load(const struct ring *ring, uint64_t first_frame,
                    struct ring_chunk_facts *facts)
{
    const struct ring_chunk *const chunk =
        &ring->chunks[first_frame / ring->chunk_frames % RING_CHUNKS];
    struct ring_chunk_facts copy = {.first_frame = first_frame};

    if (atomic_load_explicit(&chunk->first_frame, memory_order_acquire) != first_frame) {
        return -ENOENT;
    }
    copy.rendered_ns = atomic_load_explicit(&chunk->rendered_ns, memory_order_acquire);
    copy.phrase = atomic_load_explicit(&chunk->phrase, memory_order_acquire);
    copy.peak = atomic_load_explicit(&chunk->peak, memory_order_acquire);
    copy.loudness_lufs = atomic_load_explicit(&chunk->loudness_lufs, memory_order_acquire);
    copy.limiter_gain = atomic_load_explicit(&chunk->limiter_gain, memory_order_acquire);
    copy.makeup_gain = atomic_load_explicit(&chunk->makeup_gain, memory_order_acquire);
    copy.trim_db = atomic_load_explicit(&chunk->trim_db, memory_order_acquire);
    copy.trim_excess = atomic_load_explicit(&chunk->trim_excess, memory_order_acquire);
    if (atomic_load_explicit(&chunk->first_frame, memory_order_relaxed) != first_frame) {
        return -ENOENT;
    }
    *facts = copy;
    return 0;
}

int ring_chunk_at(const struct ring *ring, int entry, struct ring_chunk_facts *facts)
{
    const uint64_t first_frame =
        atomic_load_explicit(&ring->chunks[entry].first_frame, memory_order_relaxed);

    return first_frame == UINT64_MAX ? -ENOENT : ring_chunk_load(ring, first_frame, facts);
}
