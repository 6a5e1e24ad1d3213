#include "synthd/meter.h"

#include <math.h>

void meter_begin(struct meter *meter, uint32_t rate_hz, uint64_t frame)
{
    meter->chunk_frames = rate_hz / 10;
    meter->whole = false;
    meter->peak = 0;
    loudness_begin(&meter->loudness, rate_hz, frame);
}

void meter_finish(struct meter *meter)
{
    loudness_finish(&meter->loudness);
}

static void add(struct meter *meter, const struct stereo *block, uint32_t from, uint32_t to)
{
    loudness_add(&meter->loudness, block->left + from, block->right + from, to - from);
    for (uint32_t i = from; i < to; i++) {
        meter->peak =
            larger(meter->peak, larger(fabsf(block->left[i]), fabsf(block->right[i])));
    }
}

bool meter_block(struct meter *meter, uint64_t frame, const struct stereo *block,
                 struct meter_reading *reading)
{
    const uint32_t into = (uint32_t)(frame % meter->chunk_frames);
    const uint32_t left = meter->chunk_frames - into;

    if (into == 0) {
        meter->whole = true;
    }
    if (left > BLOCK_FRAMES) {
        add(meter, block, 0, BLOCK_FRAMES);
        return false;
    }
    add(meter, block, 0, left);
    reading->first_frame = frame - into;
    reading->peak = meter->peak;
    loudness_read(&meter->loudness, &reading->loudness);
    meter->peak = 0;
    const bool complete = meter->whole;

    meter->whole = true;
    add(meter, block, left, BLOCK_FRAMES);
    return complete;
}
