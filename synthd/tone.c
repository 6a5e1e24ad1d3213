#include "synthd/tone.h"

#include <math.h>
#include <string.h>

#define TWO_PI 6.283185307179586

/* What is smaller is none: it would only decay into denormal numbers. */
static const double tiny = 1e-15;

static float step_of(struct ramp gain)
{
    return (float)((gain.last - gain.first) / BLOCK_FRAMES);
}

static float one_pole(double corner_hz, uint32_t rate_hz)
{
    return (float)(1 - exp(-TWO_PI * corner_hz / rate_hz));
}

void highpass_init(struct highpass *highpass, double cutoff_hz, uint32_t rate_hz)
{
    const double k = tan(TWO_PI / 2 * cutoff_hz / rate_hz);
    const double norm = 1 / (1 + sqrt(2) * k + k * k);

    memset(highpass, 0, sizeof *highpass);
    highpass->b0 = norm;
    highpass->a1 = 2 * (k * k - 1) * norm;
    highpass->a2 = (1 - sqrt(2) * k + k * k) * norm;
}

static void highpass_side(struct highpass *h, int side, float samples[BLOCK_FRAMES])
{
    double x1 = h->x[side][0];
    double x2 = h->x[side][1];
    double y1 = h->y[side][0];
    double y2 = h->y[side][1];

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        const double x = samples[i];
        const double y = h->b0 * (x - 2 * x1 + x2) - h->a1 * y1 - h->a2 * y2;

        x2 = x1;
        x1 = x;
        y2 = y1;
        y1 = fabs(y) < tiny ? 0 : y;
        samples[i] = (float)y1;
    }
    h->x[side][0] = x1;
    h->x[side][1] = x2;
    h->y[side][0] = y1;
    h->y[side][1] = y2;
}

void highpass_block(struct highpass *highpass, struct stereo *block)
{
    highpass_side(highpass, 0, block->left);
    highpass_side(highpass, 1, block->right);
}

void shelf_init(struct shelf *shelf, double corner_hz, uint32_t rate_hz)
{
    *shelf = (struct shelf){.coefficient = one_pole(corner_hz, rate_hz)};
}

static float smoothed(float *state, float coefficient, float value)
{
    const float next = *state + coefficient * (value - *state);

    *state = fabsf(next) < (float)tiny ? 0 : next;
    return *state;
}

void shelf_block(struct shelf *shelf, struct ramp gain, struct stereo *block)
{
    const float step = step_of(gain);
    float g = (float)gain.first;

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        const float left = smoothed(&shelf->low[0], shelf->coefficient, block->left[i]);
        const float right = smoothed(&shelf->low[1], shelf->coefficient, block->right[i]);

        block->left[i] = left + g * (block->left[i] - left);
        block->right[i] = right + g * (block->right[i] - right);
        g += step;
    }
}

void width_init(struct width *width, double corner_hz, uint32_t rate_hz)
{
    *width = (struct width){.coefficient = one_pole(corner_hz, rate_hz)};
}

void width_block(struct width *width, struct ramp gain, struct stereo *block)
{
    const float step = step_of(gain);
    float g = (float)gain.first;

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        const float middle = 0.5f * (block->left[i] + block->right[i]);
        const float difference = 0.5f * (block->left[i] - block->right[i]);
        const float side =
            g * (difference - smoothed(&width->low, width->coefficient, difference));

        block->left[i] = middle + side;
        block->right[i] = middle - side;
        g += step;
    }
}

void gain_block(struct ramp gain, struct stereo *block)
{
    const float step = step_of(gain);
    float g = (float)gain.first;

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        block->left[i] *= g;
        block->right[i] *= g;
        g += step;
    }
}

void blend_block(struct ramp gain, const struct stereo *add, struct stereo *block)
{
    const float step = step_of(gain);
    float g = (float)gain.first;

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        block->left[i] += g * add->left[i];
        block->right[i] += g * add->right[i];
        g += step;
    }
}

float block_peak(const struct stereo *block)
{
    float peak = 0;

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        peak = larger(peak, larger(fabsf(block->left[i]), fabsf(block->right[i])));
    }
    return peak;
}

bool block_is_finite(const struct stereo *block)
{
    float sum = 0;

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        sum += fabsf(block->left[i]) + fabsf(block->right[i]);
    }
    return isfinite(sum);
}
