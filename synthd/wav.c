#include "synthd/wav.h"

static void put_name(uint8_t *at, const char *name)
{
    while (*name != '\0') { /* the format's names have no end */
        *at++ = (uint8_t)*name++;
    }
}

static void put(uint8_t *at, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
}

void wav_header(uint8_t header[WAV_HEADER_BYTES], uint32_t rate_hz, uint64_t frames)
{
    const uint32_t bytes = (uint32_t)(frames * WAV_FRAME_BYTES);

    put_name(header, "RIFF....WAVEfmt ");
    put(header + 4, bytes + 36, 4);
    put(header + 16, 16, 4); /* bytes of the format */
    put(header + 20, 1, 2);  /* PCM */
    put(header + 22, 2, 2);  /* channels */
    put(header + 24, rate_hz, 4);
    put(header + 28, rate_hz * WAV_FRAME_BYTES, 4); /* bytes a second */
    put(header + 32, WAV_FRAME_BYTES, 2);
    put(header + 34, 16, 2); /* bits a sample */
    put_name(header + 36, "data");
    put(header + 40, bytes, 4);
}
