/*
 * delay_line - what goes round in a memory, read as a row.
 *
 * Unit:    samples.
 * Memory:  the caller's.
 * Threads: pure.
 */
#ifndef AURALIS_DELAY_LINE_H
#define AURALIS_DELAY_LINE_H

#include "common/phrase.h"

#include <stdint.h>

/* The most that is read at once: a block, and what lies between its samples. */
enum { DELAY_ROW_SAMPLES = BLOCK_FRAMES + 2 };

/* A row of a line of `size` (a power of two) from `from` on, counted without end: in the line
 * itself, or copied to `spare` where it wraps. */
static inline const float *delay_row(const float *line, uint32_t size, uint32_t from,
                                     float spare[DELAY_ROW_SAMPLES])
{
    const uint32_t begin = from % size;

    if (begin + DELAY_ROW_SAMPLES <= size) {
        return line + begin;
    }
    for (uint32_t i = 0; i < DELAY_ROW_SAMPLES; i++) {
        spare[i] = line[(from + i) % size];
    }
    return spare;
}

#endif
