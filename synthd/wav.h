/*
 * wav - the header of a WAV file: 16-bit stereo PCM.
 *
 * Threads: pure.
 */
#ifndef AURALIS_WAV_H
#define AURALIS_WAV_H

#include <stdint.h>

enum { WAV_HEADER_BYTES = 44, WAV_FRAME_BYTES = 4 };

/* The most frames whose size fits the format's 32 bits. */
#define WAV_MAX_FRAMES ((UINT64_C(0xffffffff) - 36) / WAV_FRAME_BYTES)

void wav_header(uint8_t header[WAV_HEADER_BYTES], uint32_t rate_hz, uint64_t frames);

#endif
