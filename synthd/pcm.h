/*
 * pcm - a block of sound as 16-bit frames.
 *
 * The dither is a hash of the absolute frame: the same sound at the same place gives the same
 * bits, whoever renders it. A block that is silent gives zeros, without dither.
 *
 * Unit:    1 is full scale; a frame is one word, left s16 in the low half, right s16 in the
 *          high half.
 * Memory:  the caller's.
 * Threads: pure.
 */
#ifndef AURALIS_PCM_H
#define AURALIS_PCM_H

#include "synthd/stereo.h"

#include <stdint.h>

/* What is smaller throughout a block is silence: -120 dB, a thirtieth of the least bit. */
#define PCM_SILENCE 1e-6f

/* Overwrites words[]; returns how many samples were beyond full scale. */
uint32_t pcm_block(uint64_t frame, const struct stereo *block, uint32_t words[BLOCK_FRAMES]);

#endif
