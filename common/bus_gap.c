#include "common/bus.h"

#include <stdio.h>
#include <string.h>

static void follow_run(struct bus_gap *gap, const char *run)
{
    if (strcmp(gap->run, run) != 0) {
        /* a new run counts anew, and what came before it is unknown */
        memset(gap, 0, sizeof *gap);
        snprintf(gap->run, sizeof gap->run, "%s", run);
    }
}

enum bus_seen bus_gap_event(struct bus_gap *gap, const struct event_head *head)
{
    follow_run(gap, head->run);
    uint64_t *const last = &gap->last_n[head->type];

    if (gap->known && head->n <= *last) {
        return BUS_SEEN_BEFORE;
    }
    const bool next = gap->known && head->n == *last + 1;

    *last = head->n > *last ? head->n : *last;
    gap->known = next;
    return next ? BUS_SEEN_NEXT : BUS_SEEN_GAP;
}

enum bus_seen bus_gap_heartbeat(struct bus_gap *gap, const struct event_head *head,
                                const uint64_t last_n[EVENT_TYPE_COUNT])
{
    follow_run(gap, head->run);
    for (int i = 0; i < EVENT_TYPE_COUNT; i++) {
        if (last_n[i] > gap->last_n[i]) {
            gap->known = false;
        }
    }
    return gap->known ? BUS_SEEN_NEXT : BUS_SEEN_GAP;
}

void bus_gap_snapshot(struct bus_gap *gap, const char *run,
                      const uint64_t last_n[EVENT_TYPE_COUNT])
{
    bool all = true;

    follow_run(gap, run);
    for (int i = 0; i < EVENT_TYPE_COUNT; i++) {
        /* events may have overtaken the snapshot: another one is needed then */
        all = all && gap->last_n[i] <= last_n[i];
        gap->last_n[i] = last_n[i] > gap->last_n[i] ? last_n[i] : gap->last_n[i];
    }
    gap->known = all;
}
