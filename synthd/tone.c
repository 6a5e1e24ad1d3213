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

static float flushed(float value)
{
    return fabsf(value) < (float)tiny ? 0 : value;
}

static struct highpass_side flushed_side(struct highpass_side side)
{
    side.y1 = fabs(side.y1) < tiny ? 0 : side.y1;
    side.y2 = fabs(side.y2) < tiny ? 0 : side.y2;
    return side;
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

/* Both sides at once: each sample waits for the two before it. */
void highpass_block(struct highpass *highpass, struct stereo *block)
{
    const struct highpass h = *highpass;
    struct highpass_side l = h.sides[0];
    struct highpass_side r = h.sides[1];

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        const double left = block->left[i];
        const double right = block->right[i];
        const double y = h.b0 * (left - 2 * l.x1 + l.x2) - h.a1 * l.y1 - h.a2 * l.y2;
        const double z = h.b0 * (right - 2 * r.x1 + r.x2) - h.a1 * r.y1 - h.a2 * r.y2;

        l = (struct highpass_side){left, l.x1, y, l.y1};
        r = (struct highpass_side){right, r.x1, z, r.y1};
        block->left[i] = (float)y;
        block->right[i] = (float)z;
    }
    highpass->sides[0] = flushed_side(l);
    highpass->sides[1] = flushed_side(r);
}

void shelf_init(struct shelf *shelf, double corner_hz, uint32_t rate_hz)
{
    *shelf = (struct shelf){.coefficient = one_pole(corner_hz, rate_hz)};
}

void shelf_block(struct shelf *shelf, struct ramp gain, struct stereo *block)
{
    const float step = step_of(gain);
    const float coefficient = shelf->coefficient;
    float left = shelf->low[0];
    float right = shelf->low[1];

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        const float g = (float)gain.first + step * (float)i;

        left += coefficient * (block->left[i] - left);
        right += coefficient * (block->right[i] - right);
        block->left[i] = left + g * (block->left[i] - left);
        block->right[i] = right + g * (block->right[i] - right);
    }
    shelf->low[0] = flushed(left);
    shelf->low[1] = flushed(right);
}

void width_init(struct width *width, double corner_hz, uint32_t rate_hz)
{
    *width = (struct width){.coefficient = one_pole(corner_hz, rate_hz)};
}

void width_block(struct width *width, struct ramp gain, struct stereo *block)
{
    const float step = step_of(gain);
    float low = width->low;

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        const float middle = 0.5f * (block->left[i] + block->right[i]);
        const float difference = 0.5f * (block->left[i] - block->right[i]);

        low += width->coefficient * (difference - low);
        const float side = ((float)gain.first + step * (float)i) * (difference - low);

        block->left[i] = middle + side;
        block->right[i] = middle - side;
    }
    width->low = flushed(low);
}

void gain_block(struct ramp gain, struct stereo *block)
{
    const float step = step_of(gain);

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        const float g = (float)gain.first + step * (float)i;

        block->left[i] *= g;
        block->right[i] *= g;
    }
}

void blend_block(struct ramp gain, const struct stereo *add, struct stereo *block)
{
    const float step = step_of(gain);

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        const float g = (float)gain.first + step * (float)i;

        block->left[i] += g * add->left[i];
        block->right[i] += g * add->right[i];
    }
}

float block_peak(const struct stereo *block)
{
    return larger(largest(block->left, BLOCK_FRAMES), largest(block->right, BLOCK_FRAMES));
}

bool block_is_finite(const struct stereo *block)
{
    float sum = 0;

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        sum += fabsf(block->left[i]) + fabsf(block->right[i]);
    }
    return isfinite(sum);
}
