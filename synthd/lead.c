#include "synthd/lead.h"

void lead_init(struct lead *lead, int32_t alone_ms, int32_t together_ms)
{
    *lead = (struct lead){
        .alone_ms = alone_ms,
        .together_ms = together_ms < alone_ms ? together_ms : alone_ms,
        .ms = alone_ms,
    };
}

void lead_follow(struct lead *lead, int32_t ahead_ms)
{
    lead->ms = ahead_ms < lead->together_ms ? lead->together_ms
               : ahead_ms > lead->alone_ms  ? lead->alone_ms
                                            : ahead_ms;
}

/* What the one before told still holds; once all of its lead has become due, ours does. */
void lead_take_over(struct lead *lead, int64_t now_ns)
{
    lead->told_ms = 0;
    lead->next_ns = now_ns + (lead->alone_ms - lead->together_ms) * NS_PER_MS + LEAD_MARGIN_NS;
}

static int32_t shrink(struct lead *lead, int32_t goal_ms, int64_t now_ns)
{
    lead->next_ns = now_ns + (lead->ms - goal_ms) * NS_PER_MS + LEAD_MARGIN_NS;
    lead->ms = goal_ms;
    return 0;
}

static int32_t grow(struct lead *lead, int32_t goal_ms, int64_t now_ns)
{
    if (lead->told_ms < goal_ms) {
        return goal_ms;
    }
    lead->ms++;
    lead->next_ns = now_ns + LEAD_STEP_NS;
    return 0;
}

int32_t lead_turn(struct lead *lead, bool standby, int64_t now_ns)
{
    const int32_t goal_ms = standby ? lead->together_ms : lead->alone_ms;

    if (now_ns < lead->next_ns) {
        return 0;
    }
    if (lead->told_ms < lead->ms) {
        return lead->ms;
    }
    if (lead->ms > goal_ms) {
        return shrink(lead, goal_ms, now_ns);
    }
    if (lead->ms < goal_ms) {
        return grow(lead, goal_ms, now_ns);
    }
    return lead->told_ms != lead->ms ? lead->ms : 0;
}

void lead_told(struct lead *lead, int32_t ms, int64_t now_ns)
{
    lead->told_ms = ms;
    lead->next_ns = now_ns + (ms > lead->ms ? LEAD_MARGIN_NS : 0);
}
