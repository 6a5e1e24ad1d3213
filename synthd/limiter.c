#include "synthd/limiter.h"

#include <math.h>
#include <string.h>

static const double release_s = 0.2;

void limiter_init(struct limiter *limiter, uint32_t rate_hz)
{
    memset(limiter, 0, sizeof *limiter);
    limiter->release = (float)(1 - exp(-(double)BLOCK_FRAMES / (release_s * rate_hz)));
    for (int i = 0; i <= LIMITER_BLOCKS; i++) {
        limiter->needed[i] = 1;
    }
    for (int i = 0; i < LIMITER_BLOCKS; i++) {
        limiter->lowest[i] = 1;
    }
    limiter->gain = 1;
}

/* The largest sample, or value half-way between two by cubic interpolation. `last` are the
 * samples before the block, newest first; they become this block's. */
static float side_peak(const float samples[BLOCK_FRAMES], float last[LIMITER_MEMORY])
{
    float d = last[0];
    float c = last[1];
    float b = last[2];
    float peak = 0;

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        const float a = b;

        b = c;
        c = d;
        d = samples[i];
        const float between = 0.5625f * (b + c) - 0.0625f * (a + d);

        peak = larger(peak, larger(fabsf(d), fabsf(between)));
    }
    last[0] = d;
    last[1] = c;
    last[2] = b;
    return peak;
}

static float gain_needed(struct limiter *limiter, const struct stereo *block)
{
    const float peak = larger(side_peak(block->left, limiter->last[0]),
                              side_peak(block->right, limiter->last[1]));

    return peak > LIMITER_CEILING ? LIMITER_CEILING / peak : 1;
}

/* The gain at the border behind the oldest block. The lowest of the borders ahead is averaged
 * over as many borders as it looks ahead, so the gain is there in time and never jumps. */
static float next_gain(struct limiter *limiter)
{
    const float *const needed = limiter->needed;
    float lowest = smaller(smaller(needed[0], needed[1]), smaller(needed[2], needed[3]));
    const float released = limiter->lowest[LIMITER_BLOCKS - 1];

    lowest = smaller(lowest, released + (1 - released) * limiter->release);
    memmove(limiter->lowest, limiter->lowest + 1, (LIMITER_BLOCKS - 1) * sizeof(float));
    limiter->lowest[LIMITER_BLOCKS - 1] = lowest;
    return (limiter->lowest[0] + limiter->lowest[1] + limiter->lowest[2]) / 3;
}

void limiter_block(struct limiter *limiter, struct stereo *block)
{
    struct stereo out = limiter->blocks[0];
    const float first = limiter->gain;

    memmove(limiter->needed, limiter->needed + 1, LIMITER_BLOCKS * sizeof(float));
    limiter->needed[LIMITER_BLOCKS] = gain_needed(limiter, block);
    memmove(limiter->blocks, limiter->blocks + 1,
            (LIMITER_BLOCKS - 1) * sizeof limiter->blocks[0]);
    limiter->blocks[LIMITER_BLOCKS - 1] = *block;
    limiter->gain = next_gain(limiter);

    const float step = (limiter->gain - first) / BLOCK_FRAMES;

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        const float gain = first + step * (float)i;

        block->left[i] = gain * out.left[i];
        block->right[i] = gain * out.right[i];
    }
}
