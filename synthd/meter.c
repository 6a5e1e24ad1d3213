#include "synthd/meter.h"

#include <math.h>
#include <string.h>

void meter_init(struct meter *meter, uint32_t rate_hz)
{
    memset(meter, 0, sizeof *meter);
    meter->chunk_frames = rate_hz / 10;
    loudness_init(&meter->loudness, rate_hz);
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
    *reading =
        (struct meter_reading){frame - into, meter->peak, loudness_read(&meter->loudness)};
    meter->peak = 0;
    const bool complete = meter->whole;

    meter->whole = true;
    add(meter, block, left, BLOCK_FRAMES);
    return complete;
}
