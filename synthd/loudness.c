#include "synthd/loudness.h"

#include <ebur128.h>
#include <math.h>
#include <string.h>

/* The histogram keeps what is integrated over days in a few kB. */
enum { MODE = EBUR128_MODE_I | EBUR128_MODE_HISTOGRAM };

/* No true peak is so many times as large as the samples that it lies between. */
static const double reach = 2;

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
    loudness->peaks = ebur128_init(2, rate_hz, EBUR128_MODE_TRUE_PEAK);
    loudness->window_frames = rate_hz / 10 * 4;
    loudness->settled_frames = (uint32_t)(settled_s * rate_hz);
    if (loudness->meter != NULL) {
        /* sums of the same numbers differ in their last bits where another one comes first */
        give_silence(loudness, (uint32_t)(frame % loudness->window_frames));
    }
}

void loudness_finish(struct loudness *loudness)
{
    ebur128_state *states[] = {loudness->meter, loudness->peaks};

    for (int i = 0; i < 2; i++) {
        if (states[i] != NULL) {
            ebur128_destroy(&states[i]);
        }
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

static void interleave(const float *left, const float *right, uint32_t n_frames, float *to)
{
    for (uint32_t i = 0; i < n_frames; i++) {
        *to++ = left[i];
        *to++ = right[i];
    }
}

/* Looking between samples is four times the work of all the rest: it is left out where nothing
 * higher than the highest can lie. The block after a loud one shows how that one ends. */
void loudness_peak(struct loudness *loudness, const float left[BLOCK_FRAMES],
                   const float right[BLOCK_FRAMES], float peak)
{
    const bool loud = peak * reach > loudness->true_peak;
    double peaks[2] = {0, 0};

    if (loudness->peaks == NULL) {
        return;
    }
    if (loud && !loudness->looked) {
        ebur128_add_frames_float(loudness->peaks, loudness->block, BLOCK_FRAMES);
    }
    interleave(left, right, BLOCK_FRAMES, loudness->block);
    if (loud || loudness->looked) {
        ebur128_add_frames_float(loudness->peaks, loudness->block, BLOCK_FRAMES);
        ebur128_true_peak(loudness->peaks, 0, &peaks[0]);
        ebur128_true_peak(loudness->peaks, 1, &peaks[1]);
        loudness->true_peak = fmax(peaks[0], peaks[1]);
    }
    loudness->looked = loud;
}

void loudness_add(struct loudness *loudness, const float *left, const float *right,
                  uint32_t n_frames)
{
    float frames[2 * BLOCK_FRAMES];

    if (loudness->meter == NULL || n_frames == 0) {
        return;
    }
    if (rests(loudness, left, right, n_frames)) {
        loudness->owed_frames = (loudness->owed_frames + n_frames) % loudness->window_frames;
        return;
    }
    give_silence(loudness, loudness->owed_frames);
    loudness->owed_frames = 0;
    interleave(left, right, n_frames, frames);
    ebur128_add_frames_float(loudness->meter, frames, n_frames);
}

static double at_least_floor(double level)
{
    return level > LOUDNESS_FLOOR ? level : LOUDNESS_FLOOR;
}

void loudness_read(const struct loudness *loudness, struct loudness_reading *reading)
{
    double chunk = LOUDNESS_FLOOR;
    double integrated = LOUDNESS_FLOOR;

    if (loudness->meter != NULL && loudness->silent_frames < loudness->settled_frames) {
        ebur128_loudness_window(loudness->meter, 100, &chunk);
    }
    if (loudness->meter != NULL) {
        ebur128_loudness_global(loudness->meter, &integrated);
    }
    *reading = (struct loudness_reading){
        .chunk_lufs = at_least_floor(chunk),
        .integrated_lufs = at_least_floor(integrated),
        .true_peak_db = at_least_floor(20 * log10(loudness->true_peak)),
    };
}
