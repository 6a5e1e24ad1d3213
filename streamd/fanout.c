#include "streamd/fanout.h"

const char *const fanout_reasons[3] = {"slow", "outage", "history"};

static uint64_t max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* The first chunk at or after seq that the store has; its head when there is none. */
static uint64_t first_present(const struct chunk_store *store, uint64_t seq)
{
    const uint64_t head = chunk_store_head(store);

    seq = max_u64(seq, chunk_store_oldest(store));
    while (seq < head && !chunk_store_has(store, seq)) {
        seq++;
    }
    return seq;
}

static void join_resume(struct fanout_client *client, const struct chunk_store *store,
                        uint64_t from_frame, struct fanout_joined *joined)
{
    const uint64_t from = from_frame / store->chunk_frames;
    const uint64_t head = chunk_store_head(store);

    if (from > head + FANOUT_AHEAD) {
        return; /* no client of this stream can have got so far */
    }
    client->next = from >= head ? from : first_present(store, from);
    client->live = from >= head;
    joined->resumed = true;
    joined->lost_frames = (client->next - from) * store->chunk_frames;
}

static void join_burst(struct fanout_client *client, const struct chunk_store *store,
                       uint32_t burst_ms)
{
    const uint64_t head = chunk_store_head(store);
    const uint64_t chunk_ms = (uint64_t)store->chunk_frames * 1000 / store->epoch.rate_hz;
    const uint64_t back = (burst_ms + chunk_ms - 1) / chunk_ms;

    client->next = first_present(store, head > back ? head - back : 0);
    client->live = client->next == head;
}

void fanout_join(struct fanout_client *client, const struct chunk_store *store,
                 const struct fanout_wish *wish, bool stale, struct fanout_joined *joined)
{
    *client = (struct fanout_client){.next = chunk_store_head(store), .live = true};
    *joined = (struct fanout_joined){0};
    if (wish->resume) {
        if (!wish->names_stream || wish->stream == store->epoch.stream) {
            join_resume(client, store, wish->from_frame, joined);
        }
    } else if (wish->burst_ms > 0 && !stale) {
        join_burst(client, store, wish->burst_ms);
    }
}

/* When the client has all there is. */
static void arrive(struct fanout_client *client)
{
    client->live = true;
    client->behind_since_ns = 0;
}

enum fanout_step fanout_next(struct fanout_client *client, const struct chunk_store *store,
                             uint64_t *seq, struct fanout_gap *gap)
{
    if (client->dropped.from_seq != client->dropped.to_seq) {
        *gap = client->dropped;
        client->dropped = (struct fanout_gap){0};
        return FANOUT_GAP;
    }
    if (client->next >= chunk_store_head(store)) {
        arrive(client);
        return FANOUT_NOTHING;
    }
    if (!chunk_store_has(store, client->next)) {
        gap->from_seq = client->next;
        gap->to_seq = first_present(store, client->next);
        gap->reason = FANOUT_OUTAGE;
        client->next = gap->to_seq;
        return FANOUT_GAP;
    }
    *seq = client->next;
    return FANOUT_CHUNK;
}

void fanout_sent(struct fanout_client *client, const struct chunk_store *store)
{
    client->next++;
    if (client->next >= chunk_store_head(store)) {
        arrive(client);
    }
}

/* Leaves out what lies before `to`; what is left out before it can be told becomes one gap. */
static uint64_t leave_out(struct fanout_client *client, uint64_t to, enum fanout_reason reason)
{
    const uint64_t n_chunks = to - client->next;

    if (client->dropped.from_seq == client->dropped.to_seq) {
        client->dropped.from_seq = client->next;
    }
    client->dropped.to_seq = to;
    client->dropped.reason = reason;
    client->next = to;
    return n_chunks;
}

static uint64_t drop(struct fanout_client *client, uint64_t to, enum fanout_reason reason,
                     int64_t now_ns)
{
    if (client->behind_since_ns == 0) {
        client->behind_since_ns = now_ns;
    }
    return leave_out(client, to, reason);
}

/* A jump of the stream is nobody's fault but the station's. */
static void leave_out_outage(struct fanout_client *client, const struct chunk_store *store)
{
    uint64_t from = 0;
    uint64_t to = 0;

    chunk_store_skipped(store, &from, &to);
    if (from != to && to <= chunk_store_head(store) && client->next < to &&
        client->next + FANOUT_QUEUE >= from && !chunk_store_has(store, client->next)) {
        leave_out(client, to, FANOUT_OUTAGE);
    }
}

uint64_t fanout_tick(struct fanout_client *client, const struct chunk_store *store, bool late,
                     int64_t now_ns)
{
    const uint64_t head = chunk_store_head(store);

    leave_out_outage(client, store);
    if (late && client->behind_since_ns == 0) {
        client->live = false; /* everybody has to catch up now */
    }
    if (client->live && client->next + FANOUT_QUEUE < head) {
        return drop(client, head - FANOUT_QUEUE, FANOUT_SLOW, now_ns);
    }
    if (client->next < chunk_store_oldest(store)) {
        return drop(client, chunk_store_oldest(store), FANOUT_HISTORY, now_ns);
    }
    return 0;
}

bool fanout_is_overdue(const struct fanout_client *client, int64_t now_ns)
{
    return client->behind_since_ns != 0 && now_ns - client->behind_since_ns >= FANOUT_BEHIND_NS;
}
