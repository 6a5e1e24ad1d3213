#include "synthd/reverb.h"

#include "synthd/delay_line.h"

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
    reverb->sway_frame = UINT64_MAX;
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

static void diffuse(struct reverb *reverb, int diffuser, const float *in,
                    float out[BLOCK_FRAMES])
{
    float *const memory = reverb->diffusers[diffuser];
    float *const now = memory + reverb->at % REVERB_DIFFUSER_FRAMES;
    float spare[DELAY_ROW_SAMPLES];
    const float *const old = delay_row(memory, REVERB_DIFFUSER_FRAMES,
                                       reverb->at - reverb->diffuser_frames[diffuser], spare);

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        const float kept = flushed(in[i] - diffusion * old[i]);

        out[i] = old[i] + diffusion * kept;
        now[i] = kept;
    }
}

/* Both sides at once: each sample waits for the one before it. */
static void cut_lows(struct reverb *reverb, const struct stereo *send)
{
    const uint32_t at = reverb->at % REVERB_PREDELAY_FRAMES;
    float *const left = reverb->predelay[0] + at;
    float *const right = reverb->predelay[1] + at;
    float low_left = reverb->low[0];
    float low_right = reverb->low[1];

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        low_left += reverb->low_cut * (send->left[i] - low_left);
        low_right += reverb->low_cut * (send->right[i] - low_right);
        left[i] = send->left[i] - low_left;
        right[i] = send->right[i] - low_right;
    }
    reverb->low[0] = flushed(low_left);
    reverb->low[1] = flushed(low_right);
}

/* One side's way in, behind the low cut: pre-delay, two allpasses. */
static void way_in(struct reverb *reverb, int side, float out[BLOCK_FRAMES])
{
    float spare[DELAY_ROW_SAMPLES];
    float once[BLOCK_FRAMES];

    diffuse(reverb, 2 * side,
            delay_row(reverb->predelay[side], REVERB_PREDELAY_FRAMES,
                      reverb->at - reverb->predelay_frames, spare),
            once);
    diffuse(reverb, 2 * side + 1, once, out);
}

/* How many samples of a block, from i on, lie as many whole frames back as sample i. */
static int alike(float first, float step, int i)
{
    const uint32_t whole = (uint32_t)(first + step * (float)i);
    int end = BLOCK_FRAMES;

    if ((uint32_t)(first + step * (BLOCK_FRAMES - 1)) == whole) {
        return end;
    }
    while ((uint32_t)(first + step * (float)(end - 1)) != whole) {
        end--;
    }
    return end;
}

/* The line's end, between two frames. It sways by less than a frame within a block. */
static void line_out(struct reverb *reverb, int line, float sway, float out[BLOCK_FRAMES])
{
    const float first = reverb->line_frames[line] + reverb->sway[line];
    const float last = reverb->line_frames[line] + sway;
    const float step = (last - first) / BLOCK_FRAMES;
    const uint32_t longest = (uint32_t)larger(first, last) + 1;
    float spare[DELAY_ROW_SAMPLES];
    const float *const old =
        delay_row(reverb->lines[line], REVERB_LINE_FRAMES, reverb->at - longest, spare);

    for (int i = 0; i < BLOCK_FRAMES;) {
        const uint32_t whole = (uint32_t)(first + step * (float)i);
        const float *const older = old + (longest - 1 - whole);

        for (const int end = alike(first, step, i); i < end; i++) {
            const float part = first + step * (float)i - (float)whole;

            out[i] = older[i + 1] + part * (older[i] - older[i + 1]);
        }
    }
}

/* All lines at once: each sample waits for the one before it. */
static void damp(struct reverb *reverb, float lines[REVERB_LINES][BLOCK_FRAMES])
{
    float damped[REVERB_LINES];

    memcpy(damped, reverb->damped, sizeof damped);
    for (int i = 0; i < BLOCK_FRAMES; i++) {
        for (int line = 0; line < REVERB_LINES; line++) {
            const float now = lines[line][i];

            damped[line] = now + reverb->damping * (damped[line] - now);
            lines[line][i] = damped[line];
        }
    }
    for (int line = 0; line < REVERB_LINES; line++) {
        reverb->damped[line] = flushed(damped[line]);
    }
}

static void lines_out(struct reverb *reverb, uint64_t frame,
                      float lines[REVERB_LINES][BLOCK_FRAMES])
{
    for (int line = 0; line < REVERB_LINES; line++) {
        if (reverb->sway_frame != frame) {
            reverb->sway[line] = sway_at(frame, line);
        }
        const float sway = sway_at(frame + BLOCK_FRAMES, line);

        line_out(reverb, line, sway, lines[line]);
        reverb->sway[line] = sway;
    }
    reverb->sway_frame = frame + BLOCK_FRAMES;
    damp(reverb, lines);
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

    cut_lows(reverb, send);
    way_in(reverb, 0, in[0]);
    way_in(reverb, 1, in[1]);
    lines_out(reverb, frame, lines);
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
