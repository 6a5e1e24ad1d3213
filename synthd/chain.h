/*
 * chain - from the timbres' stems to what is heard: mix, echo, room, tone, width, loudness,
 * limiter.
 *
 * Everything is a function of the stems, the values and the absolute frame; what it remembers
 * fades within TIMELINE_TAIL_SECONDS, so a chain that was fed that long is as good as one that
 * never stopped.
 *
 * Unit:    1 is full scale. A block comes out LIMITER_BLOCKS blocks after it went in.
 * Memory:  the caller's struct (about 500 kB); nothing here allocates.
 * Threads: pure; one thread.
 */
#ifndef AURALIS_CHAIN_H
#define AURALIS_CHAIN_H

#include "synthd/echo.h"
#include "synthd/limiter.h"
#include "synthd/mixer.h"
#include "synthd/reverb.h"
#include "synthd/tone.h"

#include <stdbool.h>
#include <stdint.h>

struct chain {
    struct mixer mixer; /* set by its owner: chain_init() leaves it alone */
    struct echo echo;
    struct reverb reverb;
    struct highpass highpass;
    struct shelf shelf;
    struct width width;
    struct limiter limiter;
    double makeup;          /* linear */
    uint32_t silent_blocks; /* came out since something was heard */
    bool asleep;            /* all has faded: nothing to do until there is something to hear */
};

struct chain_input {
    uint64_t frame;
    const struct stem *stems; /* [TIMBRE_COUNT], NULL: all are silent */
    struct sound sound[2];    /* at `frame`, the stems' first, and behind the last */
    struct tempo tempo;       /* at `frame` */
};

/* How the steered values become sound; the limiter's gain is beside these. */
double chain_loudness_gain(const struct sound *sound); /* of the whole: intensity, preset */
double
chain_brightness_gain(const struct sound *sound); /* of what lies above the shelf's corner */

void chain_init(struct chain *chain, double makeup_db, uint32_t rate_hz);
/* One block of stems in, the block of LIMITER_BLOCKS blocks ago out. */
void chain_block(struct chain *chain, const struct chain_input *in, struct stereo *out);

#endif
