#include "synthd/loudness.h"

#include "common/phrase.h"

#include <ebur128.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

/* The histogram keeps what is integrated over days in a few kB. */
enum { MODE = EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK | EBUR128_MODE_HISTOGRAM };

static const double settled_s = 5; /* of zeros, by when the filters are at rest */

static void give_silence(struct loudness *loudness, uint32_t n_frames)
{
    static const float zeros[2 * BLOCK_FRAMES];

    while (n_frames > 0) {
        const uint32_t n = n_frames < BLOCK_FRAMES ? n_frames : BLOCK_FRAMES;

        ebur128_add_frames_float(loudness->meter, zeros, n);
        n_frames -= n;
    }
}

void loudness_begin(struct loudness *loudness, uint32_t rate_hz, uint64_t frame)
{
    loudness_finish(loudness);
    loudness->meter = ebur128_init(2, rate_hz, MODE);
    loudness->window_frames = rate_hz / 10 * 4;
    loudness->settled_frames = (uint32_t)(settled_s * rate_hz);
    if (loudness->meter != NULL) {
        /* sums of the same numbers differ in their last bits where another one comes first */
        give_silence(loudness, (uint32_t)(frame % loudness->window_frames));
    }
}

void loudness_finish(struct loudness *loudness)
{
    ebur128_state *meter = loudness->meter;

    if (meter != NULL) {
        ebur128_destroy(&meter);
    }
    memset(loudness, 0, sizeof *loudness);
}

/* Counts zeros. True when they need not be heard: the meter has been at rest before them. */
static bool rests(struct loudness *loudness, const float *left, const float *right,
                  uint32_t n_frames)
{
    for (uint32_t i = 0; i < n_frames; i++) {
        if (fabsf(left[i]) + fabsf(right[i]) > 0) {
            loudness->silent_frames = 0;
            return false;
        }
    }
    if (loudness->silent_frames >= loudness->settled_frames) {
        return true;
    }
    loudness->silent_frames += n_frames;
    return false;
}

void loudness_add(struct loudness *loudness, const float *left, const float *right,
                  uint32_t n_frames)
{
    float frames[2 * BLOCK_FRAMES];
    float *to = frames;

    if (loudness->meter == NULL || n_frames == 0) {
        return;
    }
    if (rests(loudness, left, right, n_frames)) {
        loudness->owed_frames = (loudness->owed_frames + n_frames) % loudness->window_frames;
        return;
    }
    give_silence(loudness, loudness->owed_frames);
    loudness->owed_frames = 0;
    for (uint32_t i = 0; i < n_frames; i++) {
        *to++ = left[i];
        *to++ = right[i];
    }
    ebur128_add_frames_float(loudness->meter, frames, n_frames);
}

static double at_least_floor(double level)
{
    return level > LOUDNESS_FLOOR ? level : LOUDNESS_FLOOR;
}

void loudness_read(const struct loudness *loudness, struct loudness_reading *reading)
{
    double chunk = LOUDNESS_FLOOR;
    double momentary = LOUDNESS_FLOOR;
    double integrated = LOUDNESS_FLOOR;
    double left = 0;
    double right = 0;

    if (loudness->meter != NULL && loudness->silent_frames < loudness->settled_frames) {
        ebur128_loudness_window(loudness->meter, 100, &chunk);
        ebur128_loudness_momentary(loudness->meter, &momentary);
    }
    if (loudness->meter != NULL) {
        ebur128_loudness_global(loudness->meter, &integrated);
        ebur128_true_peak(loudness->meter, 0, &left);
        ebur128_true_peak(loudness->meter, 1, &right);
    }
    *reading = (struct loudness_reading){
        .chunk_lufs = at_least_floor(chunk),
        .momentary_lufs = at_least_floor(momentary),
        .integrated_lufs = at_least_floor(integrated),
        .true_peak_db = at_least_floor(20 * log10(fmax(left, right))),
    };
}
