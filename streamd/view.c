#include "streamd/view.h"

#include <string.h>

#define STALE_NS   (1000 * NS_PER_MS) /* a chunk so long overdue: audio does not flow */
#define STANDBY_NS (3 * NS_PER_S)     /* a standby shows itself every second */

const char *const audio_names[3] = {"waiting", "flowing", "resting"};

bool view_is_stale(const struct view *view)
{
    const struct chunk_store *store = view->store;

    return !store ||
           clock_due_ns(&store->epoch, chunk_store_head(store) * store->chunk_frames) +
                   STALE_NS <
               view->now_ns;
}

bool view_has_standby(const struct view *view)
{
    const int64_t seen_ns = view->ring->standby_ns;

    return view->ring->attached && seen_ns != 0 && view->now_ns - seen_ns < STANDBY_NS;
}

/* Why no audio flows. */
static const char *waiting_for(const struct view *view)
{
    if (!view->ring->attached && view->ring->reason[0] != '\0') {
        return view->ring->reason;
    }
    return view->store ? "synthd is behind" : "just started";
}

/* composerd was there and no longer is. */
static bool lost_composerd(const struct view *view)
{
    return view->news->has_heartbeat && news_composerd_is_away(view->news, view->now_ns);
}

const char *view_trouble(const struct view *view)
{
    if (lost_composerd(view)) {
        return "composerd is away";
    }
    return view->ring->standby_ns != 0 && !view_has_standby(view) ? "the standby is away" : "";
}

enum audio view_audio(const struct view *view, const char **reason)
{
    if (view_is_stale(view)) {
        *reason = waiting_for(view);
        return AUDIO_WAITING;
    }
    if (lost_composerd(view) && !view->news->heartbeat.resting && view->news->n_phrases == 0) {
        *reason = "composerd is away, and what it composed is over";
        return AUDIO_WAITING;
    }
    *reason = "";
    return view->news->has_heartbeat && view->news->heartbeat.resting ? AUDIO_RESTING
                                                                      : AUDIO_FLOWING;
}

uint64_t view_frame(const struct view *view)
{
    if (view->store) {
        return clock_frame_at(&view->store->epoch, view->now_ns);
    }
    if (view->news->has_heartbeat) {
        return clock_frame_at(&view->news->heartbeat.epoch, view->now_ns);
    }
    return 0;
}

double view_depth_ms(const struct view *view)
{
    if (!view->store || !view->ring->attached) {
        return 0;
    }
    const uint64_t due = clock_frame_at(&view->store->epoch, view->now_ns);

    return ((double)view->ring->published_frames - (double)due) * 1000 /
           view->store->epoch.rate_hz;
}

uint32_t view_clients(const struct view *view)
{
    uint32_t sum = 0;

    for (int i = 0; i < STREAM_FORMAT_COUNT; i++) {
        sum += view->n_clients[i];
    }
    return sum;
}

bool view_metric(const struct view *view, int metric, int64_t *value)
{
    const char *daemon = metric_specs[metric].daemon;

    if (strcmp(daemon, "streamd") == 0) {
        *value = metric_get(view->metrics, (enum metric_id)metric);
        return true;
    }
    if (strcmp(daemon, "composerd") == 0) {
        *value = view->news->counters[metric];
        return view->news->has_heartbeat;
    }
    const int at = metric - metric_first(daemon);

    if (!view->store || at >= RING_COUNTERS) {
        return false;
    }
    *value = view->ring->counters[at];
    return true;
}
