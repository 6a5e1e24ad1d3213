#include "synthd/meter.h"

#include <math.h>
#include <string.h>

void meter_begin(struct meter *meter, uint32_t rate_hz, uint64_t frame)
{
    meter->chunk_frames = rate_hz / 10;
    meter->whole = false;
    meter->peak = 0;
    memset(meter->powers, 0, sizeof meter->powers);
    loudness_begin(&meter->loudness, rate_hz, frame);
}

void meter_finish(struct meter *meter)
{
    loudness_finish(&meter->loudness);
}

/* Returns the largest sample of what was added. */
static float add(struct meter *meter, const struct stereo *block, uint32_t from, uint32_t to)
{
    const float peak =
        larger(largest(block->left + from, to - from), largest(block->right + from, to - from));

    loudness_add(&meter->loudness, block->left + from, block->right + from, to - from);
    meter->peak = larger(meter->peak, peak);
    return peak;
}

/* The loudness of the last chunks together; they are as long as each other. */
static double momentary(struct meter *meter, double chunk_lufs)
{
    double sum = 0;

    meter->powers[meter->next_power++ % METER_MOMENT_CHUNKS] =
        chunk_lufs > LOUDNESS_FLOOR ? pow(10, chunk_lufs / 10) : 0;
    for (int i = 0; i < METER_MOMENT_CHUNKS; i++) {
        sum += meter->powers[i];
    }
    return sum > 0 ? 10 * log10(sum / METER_MOMENT_CHUNKS) : LOUDNESS_FLOOR;
}

/* The end of a chunk, and the beginning of the next one. */
static float turn(struct meter *meter, uint64_t frame, const struct stereo *block,
                  uint32_t left, struct meter_reading *reading)
{
    const float before = add(meter, block, 0, left);

    reading->first_frame = frame + left - meter->chunk_frames;
    reading->peak = meter->peak;
    loudness_read(&meter->loudness, &reading->loudness);
    reading->momentary_lufs = momentary(meter, reading->loudness.chunk_lufs);
    meter->peak = 0;
    return larger(before, add(meter, block, left, BLOCK_FRAMES));
}

bool meter_block(struct meter *meter, uint64_t frame, const struct stereo *block,
                 struct meter_reading *reading)
{
    const uint32_t into = (uint32_t)(frame % meter->chunk_frames);
    const uint32_t left = meter->chunk_frames - into;
    const bool ends = left <= BLOCK_FRAMES;
    const bool whole = meter->whole || into == 0;

    meter->whole = whole || ends;
    const float peak =
        ends ? turn(meter, frame, block, left, reading) : add(meter, block, 0, BLOCK_FRAMES);

    loudness_peak(&meter->loudness, block->left, block->right, peak);
    return ends && whole;
}
