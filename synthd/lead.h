/*
 * lead - how far ahead of due a synth renders: by less while another stands by.
 *
 * The lead outlasts a synth that is back within it, and what is steered waits for it. While
 * another synth stands by it may be short. Whether one does is seen, not configured: so the
 * standby may be stopped, switched off or lost at any time.
 *
 * composerd puts changes just beyond what can have been rendered, so it has to know. It is told
 * of a longer lead before anything is rendered that far ahead, and of a shorter one only when
 * all that was has become due. The lead grows by a millisecond in LEAD_STEP_NS, so that it asks
 * for little work.
 *
 * Unit:    milliseconds of lead; nanoseconds of the machine's time.
 * Threads: pure.
 */
#ifndef AURALIS_LEAD_H
#define AURALIS_LEAD_H

#include "common/clock.h"

#include <stdbool.h>
#include <stdint.h>

#define LEAD_STEP_NS   (10 * NS_PER_MS)
#define LEAD_MARGIN_NS (100 * NS_PER_MS) /* until what is under way has arrived */

struct lead {
    int32_t alone_ms, together_ms; /* together_ms is at most alone_ms */
    int32_t ms;                    /* to render by */
    int32_t told_ms;               /* what composerd knows; 0: unknown, but enough */
    int64_t next_ns;               /* nothing changes before */
};

void lead_init(struct lead *lead, int32_t alone_ms, int32_t together_ms);
/* A standby keeps to what the writer does, which is `ahead_ms` ahead. */
void lead_follow(struct lead *lead, int32_t ahead_ms);
/* The standby is the writer from now on. */
void lead_take_over(struct lead *lead, int64_t now_ns);
/* The writer's lead at `now_ns`. Returns what composerd is to be told now, 0 for nothing; the
 * same again until lead_told(). */
int32_t lead_turn(struct lead *lead, bool standby, int64_t now_ns);
void lead_told(struct lead *lead, int32_t ms, int64_t now_ns);

#endif
