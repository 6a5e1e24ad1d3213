#include "synthd/flac.h"

#include <FLAC/stream_encoder.h>
#include <errno.h>
#include <stdlib.h>

enum { CHANNELS = 2, BITS = 16, LEVEL = 5 };

struct flac {
    FLAC__StreamEncoder *encoder;
    FLAC__int32 samples[CHANNELS * FLAC_MAX_FRAMES];
};

struct flac *flac_create(const char *path, uint32_t rate_hz)
{
    struct flac *const flac = calloc(1, sizeof *flac);

    if (flac == NULL) {
        return NULL;
    }
    flac->encoder = FLAC__stream_encoder_new();
    if (flac->encoder == NULL || !FLAC__stream_encoder_set_channels(flac->encoder, CHANNELS) ||
        !FLAC__stream_encoder_set_bits_per_sample(flac->encoder, BITS) ||
        !FLAC__stream_encoder_set_sample_rate(flac->encoder, rate_hz) ||
        !FLAC__stream_encoder_set_compression_level(flac->encoder, LEVEL) ||
        FLAC__stream_encoder_init_file(flac->encoder, path, NULL, NULL) !=
            FLAC__STREAM_ENCODER_INIT_STATUS_OK) {
        flac_destroy(flac);
        return NULL;
    }
    return flac;
}

static FLAC__int32 low_half(uint32_t word)
{
    const FLAC__int32 value = (FLAC__int32)(word & 0xffff);

    return value < 0x8000 ? value : value - 0x10000;
}

int flac_write(struct flac *flac, const uint32_t *words, uint32_t n_frames)
{
    for (uint32_t i = 0; i < n_frames; i++) {
        flac->samples[(size_t)2 * i] = low_half(words[i]);
        flac->samples[(size_t)2 * i + 1] = low_half(words[i] >> 16);
    }
    return FLAC__stream_encoder_process_interleaved(flac->encoder, flac->samples, n_frames)
               ? 0
               : -EIO;
}

int flac_close(struct flac *flac)
{
    return FLAC__stream_encoder_finish(flac->encoder) ? 0 : -EIO;
}

void flac_destroy(struct flac *flac)
{
    if (flac == NULL) {
        return;
    }
    if (flac->encoder != NULL) {
        FLAC__stream_encoder_delete(flac->encoder);
    }
    free(flac);
}
