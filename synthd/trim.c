#include "synthd/trim.h"

#include <math.h>
#include <string.h>

enum { CHUNKS_A_SECOND = 10 };

void trim_init(struct trim *trim, uint32_t chunk_frames)
{
    memset(trim, 0, sizeof *trim);
    trim->chunk_frames = chunk_frames;
}

static bool is_known(const struct trim *trim, uint64_t chunk)
{
    const uint64_t slot = chunk % TRIM_CHUNKS;

    return trim->chunks[slot].known && trim->chunks[slot].chunk == chunk;
}

static void keep(struct trim *trim, uint64_t chunk, struct trim_state state)
{
    const uint64_t slot = chunk % TRIM_CHUNKS;

    trim->chunks[slot].known = true;
    trim->chunks[slot].chunk = chunk;
    trim->chunks[slot].state = state;
    if (!trim->any || chunk >= trim->newest) {
        trim->any = true;
        trim->newest = chunk;
        trim->latest = state;
    }
}

void trim_know(struct trim *trim, uint64_t chunk, struct trim_state state)
{
    if (fabs(state.trim_db) <= TRIM_MAX_DB && state.excess >= -1 && state.excess < 1e6) {
        keep(trim, chunk, state);
    }
}

struct trim_state trim_state_at(const struct trim *trim, uint64_t chunk)
{
    if (!trim->any) {
        return (struct trim_state){0};
    }
    if (chunk >= trim->newest) {
        return trim->latest;
    }
    for (uint64_t i = 0; i < TRIM_CHUNKS && i <= chunk; i++) {
        if (is_known(trim, chunk - i)) {
            return trim->chunks[(chunk - i) % TRIM_CHUNKS].state;
        }
    }
    return (struct trim_state){0};
}

static double clamped(double value, double most)
{
    return fmin(fmax(value, -most), most);
}

static struct trim_state before(const struct trim *trim, uint64_t chunk)
{
    return chunk > 0 ? trim_state_at(trim, chunk - 1) : (struct trim_state){0};
}

void trim_hold(struct trim *trim, uint64_t chunk)
{
    if (!is_known(trim, chunk)) {
        keep(trim, chunk, before(trim, chunk));
    }
}

void trim_hear(struct trim *trim, uint64_t chunk, double above_db)
{
    const double share = 1 / (TRIM_AVERAGE_S * CHUNKS_A_SECOND);
    const double step_db = TRIM_DB_A_MINUTE / (60.0 * CHUNKS_A_SECOND);
    const double middle = ((double)chunk + 0.5) * trim->chunk_frames;

    if (is_known(trim, chunk)) {
        return;
    }
    if (!(above_db > -TRIM_GATE_DB)) {
        trim_hold(trim, chunk);
        return;
    }
    const double plain_db = above_db - trim_db_at(trim, (uint64_t)middle);
    struct trim_state state = before(trim, chunk);

    state.excess += share * (pow(10, plain_db / 10) - 1 - state.excess);
    const double wanted_db = clamped(-10 * log10(1 + state.excess), TRIM_MAX_DB);

    state.trim_db += clamped(wanted_db - state.trim_db, step_db);
    keep(trim, chunk, state);
}

double trim_db_at(const struct trim *trim, uint64_t frame)
{
    const uint64_t chunk = frame / trim->chunk_frames;
    const double gone = (double)(frame % trim->chunk_frames) / trim->chunk_frames;

    if (chunk + 1 < TRIM_BEHIND) {
        return 0;
    }
    const double from = before(trim, chunk + 1 - TRIM_BEHIND).trim_db;
    const double to = trim_state_at(trim, chunk + 1 - TRIM_BEHIND).trim_db;

    return from + gone * (to - from);
}
