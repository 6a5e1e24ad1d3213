#include "streamd/chunk_store.h"

#include "streamd/chunk.h"

#include <stdlib.h>

enum { LINE_BYTES = 64, FRAME_BYTES = 4, CHUNKS_PER_SECOND = 10 };

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "a ring's words are s16le pairs as they lie in memory");
_Static_assert((STORE_ROOM_BYTES + CHUNK_HEADER_BYTES) % sizeof(uint32_t) == 0,
               "samples are written as words");

static size_t line_up(size_t bytes)
{
    return (bytes + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
}

struct chunk_store *chunk_store_create(const struct epoch *epoch, uint64_t first_seq)
{
    struct chunk_store *store = aligned_alloc(LINE_BYTES, line_up(sizeof(*store)));

    if (!store) {
        return NULL;
    }
    *store = (struct chunk_store){.epoch = *epoch, .seen_head = first_seq};
    store->chunk_frames = epoch->rate_hz / CHUNKS_PER_SECOND;
    store->payload_bytes = store->chunk_frames * FRAME_BYTES;
    store->pcm_stride = line_up(STORE_ROOM_BYTES + CHUNK_HEADER_BYTES + store->payload_bytes);
    store->json_stride = line_up(STORE_ROOM_BYTES + chunk_json_max_bytes(store->payload_bytes));
    atomic_init(&store->head, first_seq);
    atomic_init(&store->done, first_seq);
    store->pcm = aligned_alloc(LINE_BYTES, STORE_SLOTS * store->pcm_stride);
    store->json = aligned_alloc(LINE_BYTES, STORE_SLOTS * store->json_stride);
    if (!store->pcm || !store->json) {
        chunk_store_destroy(store);
        return NULL;
    }
    return store;
}

void chunk_store_destroy(struct chunk_store *store)
{
    if (store) {
        free(store->pcm);
        free(store->json);
        free(store);
    }
}

static unsigned char *pcm_message(const struct chunk_store *store, uint64_t seq)
{
    return store->pcm + (seq % STORE_SLOTS) * store->pcm_stride + STORE_ROOM_BYTES;
}

static void encode_json(struct chunk_store *store, uint64_t seq)
{
    struct chunk_slot *slot = &store->slots[seq % STORE_SLOTS];
    unsigned char *text =
        store->json + (seq % STORE_SLOTS) * store->json_stride + STORE_ROOM_BYTES;
    const struct chunk_header header = {
        .format = CHUNK_PCM,
        .first_frame = seq * store->chunk_frames,
        .frames = store->chunk_frames,
        .payload_bytes = store->payload_bytes,
        .due_unix_us = slot->due_unix_us,
    };

    slot->json_bytes =
        (uint32_t)chunk_json_encode(&header, store->epoch.rate_hz,
                                    pcm_message(store, seq) + CHUNK_HEADER_BYTES, (char *)text);
}

uint64_t chunk_store_next(const struct chunk_store *store)
{
    /* relaxed: only the feeder, which asks, ever stores head */
    return atomic_load_explicit(&store->head, memory_order_relaxed);
}

void chunk_store_share(struct chunk_store *store)
{
    store->seen_head = chunk_store_next(store);
    /* relaxed: the store itself is handed over with release */
    atomic_store_explicit(&store->done, store->seen_head, memory_order_relaxed);
    store->shared = true;
}

bool chunk_store_may_write(const struct chunk_store *store)
{
    if (!store->shared) {
        return true;
    }
    /* D2 acquire, pairs with D1: the loop's reads under an older head are over before we write
     * */
    return chunk_store_next(store) <
           atomic_load_explicit(&store->done, memory_order_acquire) + STORE_MARGIN;
}

uint32_t *chunk_store_samples(struct chunk_store *store)
{
    /* aligned: slots begin on a cache line, room and header are whole words */
    return (uint32_t *)(void *)(pcm_message(store, chunk_store_next(store)) +
                                CHUNK_HEADER_BYTES);
}

void chunk_store_publish(struct chunk_store *store, uint16_t flags, uint64_t due_unix_us,
                         bool wants_json)
{
    const uint64_t seq = chunk_store_next(store);
    struct chunk_slot *slot = &store->slots[seq % STORE_SLOTS];
    const struct chunk_header header = {
        .format = CHUNK_PCM,
        .flags = flags,
        .stream = store->epoch.stream,
        .first_frame = seq * store->chunk_frames,
        .frames = store->chunk_frames,
        .payload_bytes = store->payload_bytes,
        .due_unix_us = due_unix_us,
    };

    chunk_header_encode(&header, pcm_message(store, seq));
    *slot = (struct chunk_slot){
        .seq_plus_one = seq + 1, .due_unix_us = due_unix_us, .flags = flags};
    if (wants_json) {
        encode_json(store, seq);
    }
    /* H1 release, pairs with H2: who sees this head sees the slot */
    atomic_store_explicit(&store->head, seq + 1, memory_order_release);
}

void chunk_store_skip(struct chunk_store *store, uint64_t seq)
{
    const uint64_t head = chunk_store_next(store);

    /* relaxed: H1 below carries them; a reader that sees newer ones only knows more than it
     * needs */
    if (atomic_load_explicit(&store->skipped_to, memory_order_relaxed) != head) {
        atomic_store_explicit(&store->skipped_from, head, memory_order_relaxed);
    }
    atomic_store_explicit(&store->skipped_to, seq, memory_order_relaxed);
    /* H1 again; what the slots still hold is told from what was left out by its seq */
    atomic_store_explicit(&store->head, seq, memory_order_release);
}

bool chunk_store_refresh(struct chunk_store *store)
{
    /* H2 acquire, pairs with H1 */
    const uint64_t head = atomic_load_explicit(&store->head, memory_order_acquire);
    const bool new = head != store->seen_head;

    store->seen_head = head;
    /* D1 release, pairs with D2: every read made under the head before this one comes before
     * it */
    atomic_store_explicit(&store->done, head, memory_order_release);
    return new;
}

uint64_t chunk_store_head(const struct chunk_store *store)
{
    return store->seen_head;
}

uint64_t chunk_store_oldest(const struct chunk_store *store)
{
    return store->seen_head > STORE_HISTORY ? store->seen_head - STORE_HISTORY : 0;
}

bool chunk_store_has(const struct chunk_store *store, uint64_t seq)
{
    return seq >= chunk_store_oldest(store) && seq < store->seen_head &&
           store->slots[seq % STORE_SLOTS].seq_plus_one == seq + 1;
}

void chunk_store_skipped(const struct chunk_store *store, uint64_t *from, uint64_t *to)
{
    /* relaxed: refresh (H2) made those of the present head visible */
    *from = atomic_load_explicit(&store->skipped_from, memory_order_relaxed);
    *to = atomic_load_explicit(&store->skipped_to, memory_order_relaxed);
}

unsigned char *chunk_store_pcm(struct chunk_store *store, uint64_t seq, size_t *len)
{
    *len = CHUNK_HEADER_BYTES + (size_t)store->payload_bytes;
    return pcm_message(store, seq);
}

unsigned char *chunk_store_json(struct chunk_store *store, uint64_t seq, size_t *len)
{
    struct chunk_slot *slot = &store->slots[seq % STORE_SLOTS];

    if (slot->json_bytes == 0) {
        encode_json(store, seq);
    }
    *len = slot->json_bytes;
    return store->json + (seq % STORE_SLOTS) * store->json_stride + STORE_ROOM_BYTES;
}
