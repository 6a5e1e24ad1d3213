/*
 * pace - where to play, and when: ahead of due by the lead, and what to do after an outage.
 *
 * Unit:    frames since the stream's birth; nanoseconds of the station's time.
 * Threads: pure.
 */
#ifndef AURALIS_PACE_H
#define AURALIS_PACE_H

#include "common/clock.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    PACE_CATCH_UP_SECONDS =
        8, /* an outage up to this long is rendered, faster than real time */
    PACE_HISTORY_SECONDS = 25, /* what can still be heard began no longer ago */
};

struct pace {
    struct epoch epoch;
    uint64_t lead_frames;
};

void pace_init(struct pace *pace, const struct epoch *epoch, int32_t lead_ms);
/* Too far behind to catch up. */
bool pace_lost(const struct pace *pace, uint64_t position, int64_t now_ns);
/* Where to go on for a ring that is published up to `position`: there, or one chunk before now.
 * A multiple of BLOCK_FRAMES, never before `position`. */
uint64_t pace_join(const struct pace *pace, uint64_t position, int64_t now_ns);
/* When the batch at `position` is to be rendered: as it is the lead ahead of due; past when it
 * is late. */
int64_t pace_deadline_ns(const struct pace *pace, uint64_t position);
/* How far `position` lies ahead of what is due; negative behind. */
int64_t pace_ahead_frames(const struct pace *pace, uint64_t position, int64_t now_ns);

#endif
