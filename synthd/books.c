#include "synthd/books.h"

#include <math.h>

uint32_t books_size(void)
{
    const int n = metric_count("synthd");

    return (uint32_t)(n < RING_COUNTERS ? n : RING_COUNTERS);
}

void books_new_voice(struct books *books)
{
    books->voices_stolen = 0;
}

static enum metric_id id_of(uint32_t counter)
{
    return (enum metric_id)(metric_first("synthd") + (int)counter);
}

/* Moves what the renderer has counted into the metrics. */
static void collect(struct books *books, struct render *render)
{
    struct metrics *const m = &books->metrics;
    struct timeline *const t = &render->timeline;

    metric_add(m, METRIC_synthd_notes_begun, (int64_t)t->notes_begun);
    metric_add(m, METRIC_synthd_notes_late, (int64_t)t->notes_late);
    metric_add(m, METRIC_synthd_timeline_dropped, (int64_t)t->notes_dropped);
    metric_add(m, METRIC_synthd_changes_late, (int64_t)render->changes.changes_late);
    metric_add(m, METRIC_synthd_samples_clipped, (int64_t)render->clipped);
    t->notes_begun = t->notes_late = t->notes_dropped = 0;
    render->changes.changes_late = 0;
    render->clipped = 0;
    const uint64_t stolen = voices_stolen(&render->voices);

    metric_add(m, METRIC_synthd_voices_stolen, (int64_t)(stolen - books->voices_stolen));
    books->voices_stolen = stolen;
}

void books_note_levels(struct books *books, const struct render_chunk *chunk)
{
    struct metrics *const m = &books->metrics;
    const struct loudness_reading *const loudness = &chunk->loudness;

    metric_set_level(m, METRIC_synthd_limiter_reduction,
                     -20 * log10((double)chunk->limiter_lowest));
    metric_max(m, METRIC_synthd_limiter_reduction_max,
               metric_get(m, METRIC_synthd_limiter_reduction));
    metric_set_level(m, METRIC_synthd_loudness_momentary, chunk->momentary_lufs);
    metric_set_level(m, METRIC_synthd_loudness_integrated, loudness->integrated_lufs);
    metric_set_level(m, METRIC_synthd_true_peak_max, loudness->true_peak_db);
    metric_set_level(m, METRIC_synthd_trim, chunk->trim.trim_db);
}

void books_keep(struct books *books, struct render *render, struct ring *ring)
{
    struct metrics *const m = &books->metrics;
    const uint32_t voices = voices_count(&render->voices);

    collect(books, render);
    metric_set(m, METRIC_synthd_voices, voices);
    metric_max(m, METRIC_synthd_voices_max, voices);
    metric_set(m, METRIC_synthd_render_time_p50,
               histogram_percentile(&books->block_times, 0.5));
    metric_set(m, METRIC_synthd_render_time_p95,
               histogram_percentile(&books->block_times, 0.95));
    metric_set(m, METRIC_synthd_render_time_p99,
               histogram_percentile(&books->block_times, 0.99));
    metric_set(m, METRIC_synthd_publish_lateness_p50,
               histogram_percentile(&books->lateness, 0.5));
    metric_set(m, METRIC_synthd_publish_lateness_p99,
               histogram_percentile(&books->lateness, 0.99));
    for (uint32_t i = 0; i < books_size(); i++) {
        atomic_store_explicit(&ring->counters[i], metric_get(m, id_of(i)),
                              memory_order_relaxed);
    }
}

void books_continue(struct books *books, struct render *render, const struct ring *ring)
{
    collect(books, render); /* so that it is replaced too */
    for (uint32_t i = 0; ring->n_counters == books_size() && i < books_size(); i++) {
        if (metric_specs[id_of(i)].kind == METRIC_COUNTER) {
            metric_set(&books->metrics, id_of(i),
                       atomic_load_explicit(&ring->counters[i], memory_order_relaxed));
        }
    }
}
