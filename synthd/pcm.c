#include "synthd/pcm.h"

#include "common/rng.h"
#include "synthd/tone.h"

#include <math.h>
#include <string.h>

/* Triangular, from -1 to 1 of the least bit: two uniform numbers of 16 bits each. */
static float dither(uint32_t bits)
{
    return ((float)(bits & 0xffff) + (float)(bits >> 16)) * (1.0f / 65536) - (65535.0f / 65536);
}

static uint32_t sample(float value, uint32_t bits, uint32_t *clipped)
{
    const float scaled = value * 32767.0f + dither(bits);

    if (scaled >= 32767.5f || scaled < -32768.5f || isnan(scaled)) {
        ++*clipped;
        return isnan(scaled) ? 0 : scaled > 0 ? 0x7fff : 0x8000;
    }
    return (uint32_t)lrintf(scaled) & 0xffff;
}

uint32_t pcm_block(uint64_t frame, const struct stereo *block, uint32_t words[BLOCK_FRAMES])
{
    uint32_t clipped = 0;

    if (block_peak(block) < PCM_SILENCE) {
        memset(words, 0, BLOCK_FRAMES * sizeof words[0]);
        return 0;
    }
    for (uint32_t i = 0; i < BLOCK_FRAMES; i++) {
        const uint64_t bits = rng_mix(frame + i);
        const uint32_t left = sample(block->left[i], (uint32_t)bits, &clipped);
        const uint32_t right = sample(block->right[i], (uint32_t)(bits >> 32), &clipped);

        words[i] = left | right << 16;
    }
    return clipped;
}
