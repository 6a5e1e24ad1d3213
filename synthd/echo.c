#include "synthd/echo.h"

#include "synthd/delay_line.h"

#include <math.h>
#include <string.h>

#define TWO_PI 6.283185307179586

static const double low_pass_hz = 2800, low_cut_hz = 250;
static const double plain_bpm = 60; /* before anything has been composed */

/* What the first tap is on its side, the second on the other, and each on the far side. */
static const float near = 1.0f, softer = 0.55f, far = 0.3f;

/* What is smaller is none: it would only decay into denormal numbers. */
static const float tiny = 1e-12f;

void echo_init(struct echo *echo, uint32_t rate_hz)
{
    memset(echo, 0, sizeof *echo);
    echo->rate_hz = rate_hz;
    echo->low_pass = (float)(1 - exp(-TWO_PI * low_pass_hz / rate_hz));
    echo->low_cut = (float)(1 - exp(-TWO_PI * low_cut_hz / rate_hz));
}

void echo_clear(struct echo *echo)
{
    echo->dull = echo->low = 0;
    memset(echo->line, 0, sizeof echo->line);
}

uint32_t echo_frames(double bpm, uint32_t rate_hz)
{
    double seconds = 30 / (bpm > 0 ? bpm : plain_bpm);

    while (seconds > ECHO_MAX_S) {
        seconds /= 2;
    }
    while (seconds < ECHO_MIN_S) {
        seconds *= 2;
    }
    return (uint32_t)lround(seconds * rate_hz);
}

/* Duller, and without what would make the mix muddy; both sides as one. */
static void take(struct echo *echo, const struct stereo *send)
{
    float *const now = echo->line + echo->at % ECHO_LINE_FRAMES;
    float dull = echo->dull;
    float low = echo->low;

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        dull += echo->low_pass * (0.5f * (send->left[i] + send->right[i]) - dull);
        low += echo->low_cut * (dull - low);
        now[i] = dull - low;
    }
    echo->dull = fabsf(dull) < tiny ? 0 : dull;
    echo->low = fabsf(low) < tiny ? 0 : low;
}

/* Adds both taps of one time, by a gain that moves in a straight line. */
static void give(const struct echo *echo, uint32_t frames, float gain, float step,
                 struct stereo *wet)
{
    float spares[2][DELAY_ROW_SAMPLES];
    const float *const once =
        delay_row(echo->line, ECHO_LINE_FRAMES, echo->at - frames, spares[0]);
    const float *const twice =
        delay_row(echo->line, ECHO_LINE_FRAMES, echo->at - 2 * frames, spares[1]);

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        const float now = gain + step * (float)i;
        const float first = now * once[i];
        const float second = now * softer * twice[i];

        wet->left[i] += near * first + far * second;
        wet->right[i] += far * first + near * second;
    }
}

void echo_block(struct echo *echo, const struct tempo *tempo, const struct stereo *send,
                struct stereo *wet)
{
    const uint32_t frames = echo_frames(tempo->bpm, echo->rate_hz);
    const uint32_t before =
        tempo->before_bpm > 0 ? echo_frames(tempo->before_bpm, echo->rate_hz) : frames;
    const float fade_frames = (float)ECHO_FADE_S * (float)echo->rate_hz;

    take(echo, send);
    memset(wet, 0, sizeof *wet);
    if (before != frames && (float)tempo->age_frames < fade_frames) {
        const float step = 1 / fade_frames;
        const float gone = step * (float)tempo->age_frames;
        /* the last block ends at 1 */
        const float most = (1 - gone) / BLOCK_FRAMES;
        const float held = step < most ? step : most;

        give(echo, frames, gone, held, wet);
        give(echo, before, 1 - gone, -held, wet);
    } else {
        give(echo, frames, 1, 0, wet);
    }
    echo->at += BLOCK_FRAMES;
}
