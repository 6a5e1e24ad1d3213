#include "synthd/reverb.h"

#include <math.h>
#include <string.h>

#define TWO_PI 6.283185307179586

/* Lengths at 44.1 kHz: primes without small common ratios, 38 to 76 ms. */
static const int line_lengths[REVERB_LINES] = {1693, 1951, 2111, 2347, 2591, 2837, 3067, 3359};
static const int diffuser_lengths[REVERB_DIFFUSERS] = {241, 557, 263, 601};
/* Blocks of 64 frames that each line takes to sway once: 1.1 to 2.6 s, never in step. */
static const uint64_t sway_blocks[REVERB_LINES] = {769,  887,  1013, 1151,
                                                   1289, 1447, 1597, 1777};

static const float sway_frames = 7.0f;
static const float diffusion = 0.62f;
static const float tap_gain = 0.35f;
/* What is heard of the diffusers themselves, before the first line has come round. */
static const float early_gain = 0.25f;
/* What is smaller is none: it would only decay into denormal numbers. */
static const float tiny = 1e-12f;

static float flushed(float value)
{
    return fabsf(value) < tiny ? 0.0f : value;
}

void reverb_init(struct reverb *reverb, uint32_t rate_hz)
{
    const double scale = rate_hz / 44100.0;

    memset(reverb, 0, sizeof *reverb);
    reverb->rate_hz = rate_hz;
    reverb->predelay_frames = (uint32_t)lround(REVERB_PREDELAY_S * rate_hz);
    reverb->damping = (float)exp(-TWO_PI * 4200 / rate_hz);
    reverb->low_cut = (float)(1 - exp(-TWO_PI * 140 / rate_hz));
    for (int i = 0; i < REVERB_DIFFUSERS; i++) {
        reverb->diffuser_frames[i] = (uint32_t)lround(diffuser_lengths[i] * scale);
    }
    for (int i = 0; i < REVERB_LINES; i++) {
        const double frames = floor(line_lengths[i] * scale);

        reverb->line_frames[i] = (float)frames;
        /* 1 / sqrt(8) keeps the energy in the mixing of the lines */
        reverb->feedback[i] =
            (float)(sqrt(0.125) * pow(10, -3 * frames / (REVERB_RT60_S * rate_hz)));
    }
}

void reverb_clear(struct reverb *reverb)
{
    memset(reverb->damped, 0, sizeof reverb->damped);
    memset(reverb->low, 0, sizeof reverb->low);
    memset(reverb->predelay, 0, sizeof reverb->predelay);
    memset(reverb->diffusers, 0, sizeof reverb->diffusers);
    memset(reverb->lines, 0, sizeof reverb->lines);
}

static float sway_at(uint64_t frame, int line)
{
    const uint64_t period = sway_blocks[line] * BLOCK_FRAMES;
    const double phase = (double)(frame % period) / (double)period;

    return sway_frames * (float)sin(TWO_PI * (phase + line / (double)REVERB_LINES));
}

/* Every delay is longer than a block, so each step can take a whole block at once. Blocks are
 * written where they never wrap: positions and buffers are multiples of a block. */

/* A delay of whole frames: the block that was written `frames` ago. */
static void delayed(const float *memory, uint32_t size, uint32_t from, float out[BLOCK_FRAMES])
{
    for (uint32_t i = 0; i < BLOCK_FRAMES; i++) {
        out[i] = memory[(from + i) % size];
    }
}

static void diffuse(struct reverb *reverb, int diffuser, float block[BLOCK_FRAMES])
{
    float *const memory = reverb->diffusers[diffuser];
    float *const now = memory + reverb->at % REVERB_DIFFUSER_FRAMES;
    float old[BLOCK_FRAMES];

    delayed(memory, REVERB_DIFFUSER_FRAMES, reverb->at - reverb->diffuser_frames[diffuser],
            old);
    for (int i = 0; i < BLOCK_FRAMES; i++) {
        now[i] = flushed(block[i] - diffusion * old[i]);
        block[i] = old[i] + diffusion * now[i];
    }
}

/* One side's way in: low cut, pre-delay, two allpasses. */
static void way_in(struct reverb *reverb, int side, const float send[BLOCK_FRAMES],
                   float out[BLOCK_FRAMES])
{
    float *const now = reverb->predelay[side] + reverb->at % REVERB_PREDELAY_FRAMES;
    float low = reverb->low[side];

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        low += reverb->low_cut * (send[i] - low);
        now[i] = send[i] - low;
    }
    reverb->low[side] = flushed(low);
    delayed(reverb->predelay[side], REVERB_PREDELAY_FRAMES,
            reverb->at - reverb->predelay_frames, out);
    diffuse(reverb, 2 * side, out);
    diffuse(reverb, 2 * side + 1, out);
}

/* The line's end, between two frames, damped. */
static void line_out(struct reverb *reverb, uint64_t frame, int line, float out[BLOCK_FRAMES])
{
    const float *const memory = reverb->lines[line];
    const float first = reverb->line_frames[line] + sway_at(frame, line);
    const float last = reverb->line_frames[line] + sway_at(frame + BLOCK_FRAMES, line);
    const float step = (last - first) / BLOCK_FRAMES;
    float damped = reverb->damped[line];

    for (uint32_t i = 0; i < BLOCK_FRAMES; i++) {
        const float delay = first + step * (float)i;
        const uint32_t whole = (uint32_t)delay;
        const float part = delay - (float)whole;
        const float newer = memory[(reverb->at + i - whole) % REVERB_LINE_FRAMES];
        const float older = memory[(reverb->at + i - whole - 1) % REVERB_LINE_FRAMES];

        out[i] = newer + part * (older - newer);
    }
    for (int i = 0; i < BLOCK_FRAMES; i++) {
        damped = out[i] + reverb->damping * (damped - out[i]);
        out[i] = damped;
    }
    reverb->damped[line] = flushed(damped);
}

/* An orthogonal mixing of eight lines: what goes round keeps its energy but for the scale. */
static void hadamard(float lines[REVERB_LINES][BLOCK_FRAMES])
{
    for (int half = 1; half < REVERB_LINES; half *= 2) {
        for (int line = 0; line < REVERB_LINES; line++) {
            float *const low = lines[line];
            float *const high = lines[line | half];

            for (int i = 0; (line & half) == 0 && i < BLOCK_FRAMES; i++) {
                const float a = low[i];
                const float b = high[i];

                low[i] = a + b;
                high[i] = a - b;
            }
        }
    }
}

void reverb_block(struct reverb *reverb, uint64_t frame, const struct stereo *send,
                  struct stereo *wet)
{
    float in[2][BLOCK_FRAMES];
    float lines[REVERB_LINES][BLOCK_FRAMES];

    way_in(reverb, 0, send->left, in[0]);
    way_in(reverb, 1, send->right, in[1]);
    for (int line = 0; line < REVERB_LINES; line++) {
        line_out(reverb, frame, line, lines[line]);
    }
    for (int i = 0; i < BLOCK_FRAMES; i++) {
        wet->left[i] = early_gain * in[0][i] +
                       tap_gain * (lines[0][i] - lines[2][i] + lines[4][i] - lines[6][i]);
        wet->right[i] = early_gain * in[1][i] +
                        tap_gain * (lines[1][i] - lines[3][i] + lines[5][i] - lines[7][i]);
    }
    for (int line = 0; line < REVERB_LINES; line++) {
        for (int i = 0; i < BLOCK_FRAMES; i++) {
            lines[line][i] *= reverb->feedback[line];
        }
    }
    hadamard(lines);
    for (int line = 0; line < REVERB_LINES; line++) {
        float *const now = reverb->lines[line] + reverb->at % REVERB_LINE_FRAMES;

        for (int i = 0; i < BLOCK_FRAMES; i++) {
            now[i] = flushed(lines[line][i] + in[line & 1][i]);
        }
    }
    reverb->at += BLOCK_FRAMES;
}
