#include "streamd/feeder.h"

#include "streamd/chunk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define RETRY_NS (100 * NS_PER_MS)  /* between attempts to open the ring */
#define SLICE_NS (100 * NS_PER_MS)  /* the longest wait without a look around */
#define STUCK_NS (1000 * NS_PER_MS) /* no progress for so long: open the name again */
#define BUSY_NS  (5 * NS_PER_MS)    /* between looks whether the loop has caught up */

/* ---- waiting ---- */

/* Sleeps until deadline_ns; false when the feeder is to stop. */
static bool sleep_until(struct feeder *feeder, int64_t deadline_ns)
{
    const int64_t until_ns = clock_machine_at_ns(deadline_ns);
    const struct timespec deadline = {.tv_sec = (time_t)(until_ns / NS_PER_S),
                                      .tv_nsec = (long)(until_ns % NS_PER_S)};

    pthread_mutex_lock(&feeder->lock);
    while (!feeder->stopping && clock_now_ns() < deadline_ns) {
        pthread_cond_timedwait(&feeder->stop_wanted, &feeder->lock, &deadline);
    }
    const bool go_on = !feeder->stopping;

    pthread_mutex_unlock(&feeder->lock);
    return go_on;
}

static void wake_loop(struct feeder *feeder)
{
    feeder->options.wake(feeder->options.user);
}

/* ---- the report ---- */

static void report_detached(struct feeder *feeder, const char *reason)
{
    pthread_mutex_lock(&feeder->lock);
    feeder->report.attached = false;
    snprintf(feeder->report.reason, sizeof(feeder->report.reason), "%s", reason);
    pthread_mutex_unlock(&feeder->lock);
}

static void report_attached(struct feeder *feeder)
{
    const struct ring *ring = feeder->reader.ring;
    struct feeder_report *report = &feeder->report;

    pthread_mutex_lock(&feeder->lock);
    report->attached = true;
    report->reason[0] = '\0';
    report->published_frames = ring_published(ring);
    report->writer_pid = atomic_load_explicit(&ring->writer_pid, memory_order_relaxed);
    report->standby_ns = atomic_load_explicit(&ring->standby_ns, memory_order_relaxed);
    for (int i = 0; i < RING_COUNTERS; i++) {
        report->counters[i] = atomic_load_explicit(&ring->counters[i], memory_order_relaxed);
    }
    /* a writer that takes over may be changing it: what is no JSON then is read again next
     * time */
    memcpy(report->info, ring->info, sizeof(report->info));
    report->info[sizeof(report->info) - 1] = '\0';
    pthread_mutex_unlock(&feeder->lock);
}

/* ---- chunks ---- */

static uint64_t seq_up(uint64_t frame, uint32_t chunk_frames)
{
    return (frame + chunk_frames - 1) / chunk_frames;
}

static void skip_to(struct feeder *feeder, uint64_t seq)
{
    const uint64_t next = chunk_store_next(feeder->store);

    metric_add(feeder->options.metrics, METRIC_streamd_chunks_lost, (int64_t)(seq - next));
    chunk_store_skip(feeder->store, seq);
    feeder->lost_before = true;
}

/* Waits until the loop has given back the slot of the next chunk; false: stop. */
static bool wait_for_slot(struct feeder *feeder)
{
    while (!chunk_store_may_write(feeder->store)) {
        wake_loop(feeder);
        if (!sleep_until(feeder, clock_now_ns() + BUSY_NS)) {
            return false;
        }
    }
    return true;
}

/* Copies the next chunk, which the ring has published, or learns that it is lost. */
static void take_chunk(struct feeder *feeder)
{
    struct chunk_store *store = feeder->store;
    const uint64_t seq = chunk_store_next(store);
    const uint32_t frames = store->chunk_frames;
    uint64_t cursor = seq * frames;
    const int copied =
        ring_read(feeder->reader.ring, &cursor, chunk_store_samples(store), frames);

    if (copied == -EOVERFLOW) {
        skip_to(feeder, seq_up(cursor, frames));
    } else if (copied == (int)frames) {
        const int64_t due_ns = clock_due_ns(&store->epoch, seq * frames);
        const int64_t due_unix_ns = clock_wall_at_ns(due_ns);
        /* relaxed: a chunk that is encoded too late or in vain is only slower */
        const bool wants_json = atomic_load_explicit(&feeder->wants_json, memory_order_relaxed);

        chunk_store_publish(store, feeder->lost_before ? CHUNK_LOST_BEFORE : 0,
                            (uint64_t)(due_unix_ns / 1000), wants_json);
        feeder->lost_before = false;
    }
}

static bool is_published(const struct feeder *feeder, uint64_t seq)
{
    return ring_published(feeder->reader.ring) >= (seq + 1) * feeder->store->chunk_frames;
}

/* ---- the ring ---- */

static void detach(struct feeder *feeder, const char *reason)
{
    ring_reader_finish(&feeder->reader);
    report_detached(feeder, reason);
}

static bool same_stream(const struct chunk_store *store, const struct epoch *epoch)
{
    return store && store->epoch.stream == epoch->stream &&
           store->epoch.rate_hz == epoch->rate_hz &&
           store->epoch.monotonic_ns == epoch->monotonic_ns;
}

/* A store for the ring's stream, with all that is due and still there, becomes the feeder's
 * and is offered to the loop. */
static int begin_stream(struct feeder *feeder, const struct epoch *epoch)
{
    const struct ring *ring = feeder->reader.ring;
    struct chunk_store *store =
        chunk_store_create(epoch, seq_up(ring_oldest(ring), ring->chunk_frames));

    if (!store) {
        return -ENOMEM;
    }
    feeder->store = store;
    feeder->lost_before = false;
    for (uint64_t seq = chunk_store_next(store);
         is_published(feeder, seq) &&
         clock_due_ns(epoch, seq * store->chunk_frames) <= clock_now_ns();
         seq = chunk_store_next(store)) {
        take_chunk(feeder);
    }
    chunk_store_share(store);
    /* release, pairs with feeder_take_store(): the loop sees a store that is whole. One that
     * it has not taken is nobody's. */
    chunk_store_destroy(
        atomic_exchange_explicit(&feeder->offered, store, memory_order_acq_rel));
    return 0;
}

/* Whether the mapped ring can be played from; begins its stream when it is another one. */
static int use_ring(struct feeder *feeder, const char **reason)
{
    const struct ring *ring = feeder->reader.ring;
    const struct epoch epoch = ring_epoch(ring);

    if (strcmp(epoch.boot_id, feeder->boot_id) != 0) {
        *reason = "the ring was left by another boot";
        return -ESTALE;
    }
    if (ring_check_cursors(ring, clock_now_ns(), reason) != 0) {
        return -EPROTO;
    }
    if (ring_published(ring) == 0 || ring_published(ring) <= ring_oldest(ring)) {
        *reason = "the ring is empty";
        return -EAGAIN;
    }
    report_attached(feeder); /* before anybody hears of the stream */
    *reason = "no memory for a stream";
    return same_stream(feeder->store, &epoch) ? 0 : begin_stream(feeder, &epoch);
}

static bool attach(struct feeder *feeder)
{
    const char *reason = "";
    int rc = ring_reader_open(&feeder->reader, feeder->options.ring_name, &reason);

    if (rc == -ENOENT) {
        reason = "there is no ring yet: synthd has not made one";
    } else if (rc == -EACCES) {
        reason = "the ring may not be read: this user is not in its group";
    }
    if (rc == 0) {
        rc = use_ring(feeder, &reason);
    }
    if (rc < 0) {
        detach(feeder, reason);
        return false;
    }
    if (feeder->opened_before) {
        metric_add(feeder->options.metrics, METRIC_streamd_ring_reopened, 1);
    }
    feeder->opened_before = true;
    return true;
}

enum waited { WAITED_PUBLISHED, WAITED_DETACH, WAITED_STOP };

/* Waits until the ring has published chunk `seq`, or has no future. */
static enum waited wait_published(struct feeder *feeder, uint64_t seq)
{
    const uint64_t wanted = (seq + 1) * feeder->store->chunk_frames;
    uint64_t published = ring_published(feeder->reader.ring);
    int64_t progress_ns = clock_now_ns();

    while (published < wanted) {
        const int64_t now_ns = clock_now_ns();
        const bool more = ring_reader_wait(&feeder->reader, wanted - 1, now_ns + SLICE_NS);
        const uint64_t after = ring_published(feeder->reader.ring);

        if (after != published) {
            progress_ns = clock_now_ns();
        }
        published = after;
        if (!more &&
            (ring_reader_closed(&feeder->reader) || clock_now_ns() - progress_ns >= STUCK_NS)) {
            return WAITED_DETACH;
        }
        report_attached(feeder);
        wake_loop(feeder);
        if (!sleep_until(feeder, 0)) {
            return WAITED_STOP;
        }
    }
    return WAITED_PUBLISHED;
}

/* One chunk: when it is due and published, into the store. */
static void feed(struct feeder *feeder)
{
    const struct ring *ring = feeder->reader.ring;
    const uint32_t frames = feeder->store->chunk_frames;
    const uint64_t oldest = ring_oldest(ring);
    const char *reason = "the ring was closed";

    if (ring_reader_closed(&feeder->reader) ||
        ring_check_cursors(ring, clock_now_ns(), &reason) != 0) {
        detach(feeder, reason);
        return;
    }
    if (chunk_store_next(feeder->store) * frames < oldest) {
        skip_to(feeder, seq_up(oldest, frames));
        wake_loop(feeder);
    }
    const uint64_t seq = chunk_store_next(feeder->store);

    if (!sleep_until(feeder, clock_due_ns(&feeder->store->epoch, seq * frames))) {
        return;
    }
    const enum waited waited = wait_published(feeder, seq);

    if (waited == WAITED_DETACH) {
        detach(feeder, "the ring stands still: synthd is away");
    } else if (waited == WAITED_PUBLISHED && wait_for_slot(feeder)) {
        report_attached(feeder); /* first: what is said of the ring is as new as the chunk */
        take_chunk(feeder);
        wake_loop(feeder);
    }
}

static void *run(void *argument)
{
    struct feeder *feeder = argument;
    bool go_on = true;

    while (go_on) {
        if (feeder->reader.ring || attach(feeder)) {
            feed(feeder);
            go_on = sleep_until(feeder, 0);
        } else {
            wake_loop(feeder);
            go_on = sleep_until(feeder, clock_now_ns() + RETRY_NS);
        }
    }
    ring_reader_finish(&feeder->reader);
    return NULL;
}

/* ---- the loop's side ---- */

int feeder_start(struct feeder *feeder, const struct feeder_options *options)
{
    pthread_condattr_t monotonic;
    int rc = clock_boot_id(feeder->boot_id);

    if (rc < 0) {
        return rc;
    }
    feeder->options = *options;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&feeder->lock, NULL);
    pthread_cond_init(&feeder->stop_wanted, &monotonic);
    pthread_condattr_destroy(&monotonic);
    rc = pthread_create(&feeder->thread, NULL, run, feeder);
    feeder->started = rc == 0;
    return -rc;
}

struct chunk_store *feeder_take_store(struct feeder *feeder)
{
    /* acquire, pairs with begin_stream() */
    return atomic_exchange_explicit(&feeder->offered, NULL, memory_order_acq_rel);
}

void feeder_want_json(struct feeder *feeder, bool wanted)
{
    atomic_store_explicit(&feeder->wants_json, wanted, memory_order_relaxed);
}

void feeder_report(struct feeder *feeder, struct feeder_report *report)
{
    pthread_mutex_lock(&feeder->lock);
    *report = feeder->report;
    pthread_mutex_unlock(&feeder->lock);
}

void feeder_stop(struct feeder *feeder)
{
    if (!feeder->started) {
        return;
    }
    pthread_mutex_lock(&feeder->lock);
    feeder->stopping = true;
    pthread_cond_signal(&feeder->stop_wanted);
    pthread_mutex_unlock(&feeder->lock);
    pthread_join(feeder->thread, NULL);
    pthread_cond_destroy(&feeder->stop_wanted);
    pthread_mutex_destroy(&feeder->lock);
    chunk_store_destroy(feeder_take_store(feeder));
    feeder->started = false;
}
