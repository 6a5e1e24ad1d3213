#include "synthd/pace.h"

#include "common/phrase.h"

void pace_init(struct pace *pace, const struct epoch *epoch, int32_t lead_ms)
{
    pace->epoch = *epoch;
    pace->lead_frames = clock_ms_frames(lead_ms, epoch->rate_hz);
}

int64_t pace_ahead_frames(const struct pace *pace, uint64_t position, int64_t now_ns)
{
    return (int64_t)(position - clock_frame_at(&pace->epoch, now_ns));
}

bool pace_lost(const struct pace *pace, uint64_t position, int64_t now_ns)
{
    const int64_t most = (int64_t)PACE_CATCH_UP_SECONDS * pace->epoch.rate_hz;

    return pace_ahead_frames(pace, position, now_ns) < -most;
}

uint64_t pace_join(const struct pace *pace, uint64_t position, int64_t now_ns)
{
    if (!pace_lost(pace, position, now_ns)) {
        return clock_block_up(position);
    }
    const uint64_t chunk = pace->epoch.rate_hz / 10;
    const uint64_t frame = clock_frame_at(&pace->epoch, now_ns) - chunk;

    return frame - frame % BLOCK_FRAMES;
}

int64_t pace_deadline_ns(const struct pace *pace, uint64_t position)
{
    const uint64_t lead = pace->lead_frames;

    /* before the stream's birth plus the lead there is nothing to wait for */
    return clock_due_ns(&pace->epoch, position > lead ? position - lead : 0);
}
