/*
 * metrics - the counters and gauges of metrics.def.
 *
 * Each daemon bumps its own; synthd's live in the ring's header, composerd's travel in the
 * heartbeat, and streamd shows them all.
 *
 * Memory:  an array of words, the caller's.
 * Threads: relaxed atomics: any thread may bump, any may read; no order is implied.
 */
#ifndef AURALIS_METRICS_H
#define AURALIS_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

enum metric_id {
#define METRIC(daemon, name, ...) METRIC_##daemon##_##name,
#include "common/metrics.def"
#undef METRIC
    METRIC_COUNT
};

/* A level is a gauge kept in thousandths of its unit. */
enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_LEVEL };

struct metric_spec {
    const char *daemon, *name;
    enum metric_kind kind;
    const char *unit; /* "" for plain numbers */
    const char *doc;
};
extern const struct metric_spec metric_specs[METRIC_COUNT];

struct metrics {
    _Atomic int64_t values[METRIC_COUNT];
};

static inline void metric_add(struct metrics *metrics, enum metric_id id, int64_t n)
{
    atomic_fetch_add_explicit(&metrics->values[id], n, memory_order_relaxed);
}
static inline void metric_set(struct metrics *metrics, enum metric_id id, int64_t value)
{
    atomic_store_explicit(&metrics->values[id], value, memory_order_relaxed);
}
static inline int64_t metric_get(const struct metrics *metrics, enum metric_id id)
{
    return atomic_load_explicit(&metrics->values[id], memory_order_relaxed);
}
/* Sets a level. */
void metric_set_level(struct metrics *metrics, enum metric_id id, double value);
/* What a value stands for in its unit. */
double metric_in_unit(enum metric_id id, int64_t value);
/* Keeps the largest. */
void metric_max(struct metrics *metrics, enum metric_id id, int64_t value);

/* The position of a metric among its daemon's own, and the first of a daemon: the ring's
 * counters[] and the heartbeat hold a daemon's metrics in the order of the table. */
int metric_first(const char *daemon);
int metric_count(const char *daemon);

#endif
