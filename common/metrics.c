#include "common/metrics.h"

#include <math.h>
#include <string.h>

const struct metric_spec metric_specs[METRIC_COUNT] = {
#define METRIC(daemon, name, kind, unit, doc) {#daemon, #name, METRIC_##kind, unit, doc},
#include "common/metrics.def"
#undef METRIC
};

static const double level_steps = 1000;

void metric_set_level(struct metrics *metrics, enum metric_id id, double value)
{
    metric_set(metrics, id, llround(value * level_steps));
}

double metric_in_unit(enum metric_id id, int64_t value)
{
    return metric_specs[id].kind == METRIC_LEVEL ? (double)value / level_steps : (double)value;
}

void metric_max(struct metrics *metrics, enum metric_id id, int64_t value)
{
    int64_t before = metric_get(metrics, id);

    while (value > before &&
           !atomic_compare_exchange_weak_explicit(&metrics->values[id], &before, value,
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
}

int metric_first(const char *daemon)
{
    for (int i = 0; i < METRIC_COUNT; i++) {
        if (strcmp(metric_specs[i].daemon, daemon) == 0) {
            return i;
        }
    }
    return -1;
}

int metric_count(const char *daemon)
{
    int n = 0;

    for (int i = 0; i < METRIC_COUNT; i++) {
        n += strcmp(metric_specs[i].daemon, daemon) == 0;
    }
    return n;
}
