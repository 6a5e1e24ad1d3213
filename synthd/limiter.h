/*
 * limiter - nothing that leaves it is larger than the ceiling.
 *
 * It looks LIMITER_BLOCKS blocks ahead and moves its gain in straight lines that have arrived
 * where they must be when the loud block begins. Three points between each two samples are
 * computed, so that the ceiling holds for what a converter makes of them too. After a burst the
 * gain comes back within about 200 ms.
 *
 * Unit:    1 is full scale. A block comes out LIMITER_BLOCKS blocks after it went in.
 * Memory:  the caller's struct; nothing here allocates.
 * Threads: pure; one thread.
 */
#ifndef AURALIS_LIMITER_H
#define AURALIS_LIMITER_H

#include "synthd/stereo.h"

#include <stdint.h>

enum {
    LIMITER_BLOCKS = 3,
    LIMITER_FRAMES = LIMITER_BLOCKS * BLOCK_FRAMES,
    LIMITER_BETWEEN = 3, /* points between two samples */
    LIMITER_TAPS = 12,   /* samples that each is made of */
};

#define LIMITER_CEILING 0.85f /* -1.4 dB: what a finer look at the peaks may still find */

struct limiter {
    float release;                    /* share of the way back to 1 that a block takes */
    float needed[LIMITER_BLOCKS + 1]; /* gain that each block may have at most, oldest first */
    float lowest[LIMITER_BLOCKS];     /* released minima behind the last gains, oldest first */
    float gain;                       /* at the end of the block that came out last */
    float taps[LIMITER_BETWEEN][LIMITER_TAPS]; /* weights of the samples, oldest first */
    float reach; /* no point can be larger than so many times the largest sample */
    float last[2]
              [LIMITER_TAPS - 1]; /* a side's samples before the newest block, oldest first */
    struct stereo blocks[LIMITER_BLOCKS]; /* on their way, oldest first */
};

void limiter_init(struct limiter *limiter, uint32_t rate_hz);
/* One block in, the one of LIMITER_BLOCKS blocks ago out, in place. */
void limiter_block(struct limiter *limiter, struct stereo *block);

#endif
