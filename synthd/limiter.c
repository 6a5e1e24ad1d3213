#include "synthd/limiter.h"

#include <math.h>
#include <string.h>

#define PI 3.141592653589793

static const double release_s = 0.2;

/* A sinc under a Hann window, for the point `part` of the way between the middle samples. */
static void shape_taps(float taps[LIMITER_TAPS], double part)
{
    const double half = LIMITER_TAPS / 2.0;
    double shape[LIMITER_TAPS];
    double sum = 0;

    for (int i = 0; i < LIMITER_TAPS; i++) {
        const double apart = half - 1 + part - i;
        const double window = cos(PI / 2 * apart / half);

        shape[i] = sin(PI * apart) / (PI * apart) * window * window;
        sum += shape[i];
    }
    for (int i = 0; i < LIMITER_TAPS; i++) {
        taps[i] = (float)(shape[i] / sum);
    }
}

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
    for (int i = 0; i < LIMITER_BETWEEN; i++) {
        float reach = 0;

        shape_taps(limiter->taps[i], (i + 1.0) / (LIMITER_BETWEEN + 1));
        for (int k = 0; k < LIMITER_TAPS; k++) {
            reach += fabsf(limiter->taps[i][k]);
        }
        limiter->reach = larger(limiter->reach, reach);
    }
}

/* The largest of a block of points between samples. */
static float peak_between(const float taps[LIMITER_TAPS], const float *samples)
{
    float points[BLOCK_FRAMES] = {0};

    for (int k = 0; k < LIMITER_TAPS; k++) {
        for (int i = 0; i < BLOCK_FRAMES; i++) {
            points[i] += taps[k] * samples[i + k];
        }
    }
    return largest(points, BLOCK_FRAMES);
}

/* The largest sample of a block or point up to there; points lie a few samples back. Where no
 * point could pass the ceiling, none is computed. */
static float side_peak(struct limiter *limiter, int side, const float block[BLOCK_FRAMES])
{
    enum { BEFORE = LIMITER_TAPS - 1 };
    float samples[BEFORE + BLOCK_FRAMES];
    float *const last = limiter->last[side];

    memcpy(samples, last, BEFORE * sizeof samples[0]);
    memcpy(samples + BEFORE, block, BLOCK_FRAMES * sizeof samples[0]);
    memcpy(last, samples + BLOCK_FRAMES, BEFORE * sizeof samples[0]);

    float peak = largest(samples, BEFORE + BLOCK_FRAMES);

    if (peak * limiter->reach > LIMITER_CEILING) {
        peak = largest(block, BLOCK_FRAMES);
        for (int i = 0; i < LIMITER_BETWEEN; i++) {
            peak = larger(peak, peak_between(limiter->taps[i], samples));
        }
    }
    return peak;
}

static float gain_needed(struct limiter *limiter, const struct stereo *block)
{
    const float peak =
        larger(side_peak(limiter, 0, block->left), side_peak(limiter, 1, block->right));

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
