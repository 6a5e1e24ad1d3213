#include "synthd/reserve.h"

#include <errno.h>
#include <string.h>

void reserve_begin(struct reserve *reserve, uint64_t frame)
{
    reserve->end_frame = frame;
    reserve->n_frames = 0;
    reserve->n_chunks = 0;
}

uint64_t reserve_first_frame(const struct reserve *reserve)
{
    return reserve->end_frame - reserve->n_frames;
}

bool reserve_has_room(const struct reserve *reserve, const struct ring *ring, uint32_t n_frames)
{
    return reserve->end_frame + n_frames <= ring_published(ring) + RESERVE_FRAMES;
}

void reserve_add(struct reserve *reserve, const uint32_t *words, uint32_t n_frames)
{
    const uint32_t at = (uint32_t)(reserve->end_frame % RESERVE_FRAMES);
    const uint32_t first = n_frames < RESERVE_FRAMES - at ? n_frames : RESERVE_FRAMES - at;
    const uint32_t kept = reserve->n_frames + n_frames;

    memcpy(reserve->words + at, words, first * sizeof words[0]);
    memcpy(reserve->words, words + first, (n_frames - first) * sizeof words[0]);
    reserve->end_frame += n_frames;
    reserve->n_frames = kept < RESERVE_FRAMES ? kept : RESERVE_FRAMES;
}

void reserve_add_chunk(struct reserve *reserve, const struct ring_chunk_facts *facts)
{
    if (reserve->n_chunks == RESERVE_CHUNKS) {
        reserve->n_chunks--;
        memmove(reserve->chunks, reserve->chunks + 1,
                reserve->n_chunks * sizeof reserve->chunks[0]);
    }
    reserve->chunks[reserve->n_chunks++] = *facts;
}

/* A writer that died may have published a chunk's last frame without its facts. */
static void give_chunks(const struct reserve *reserve, struct ring *ring, int64_t now_ns)
{
    for (uint32_t i = 0; i < reserve->n_chunks; i++) {
        struct ring_chunk_facts facts;

        if (ring_chunk_load(ring, reserve->chunks[i].first_frame, &facts) != 0) {
            facts = reserve->chunks[i];
            facts.rendered_ns = now_ns;
            ring_chunk_store(ring, &facts);
        }
    }
}

int reserve_give(const struct reserve *reserve, struct ring *ring, int64_t now_ns)
{
    const uint64_t published = ring_published(ring);

    if (published > reserve->end_frame) {
        return -EAGAIN;
    }
    if (published < reserve_first_frame(reserve)) {
        return -ERANGE;
    }
    const uint32_t n_frames = (uint32_t)(reserve->end_frame - published);
    const uint32_t at = (uint32_t)(published % RESERVE_FRAMES);
    const uint32_t first = n_frames < RESERVE_FRAMES - at ? n_frames : RESERVE_FRAMES - at;

    ring_write(ring, reserve->words + at, first);
    if (n_frames > first) {
        ring_write(ring, reserve->words, n_frames - first);
    }
    give_chunks(reserve, ring, now_ns);
    return (int)n_frames;
}
