/*
 * meter - the facts about each chunk, gathered while its blocks go by.
 *
 * Unit:    1 is full scale; LUFS; dB.
 * Memory:  as loudness.h has it.
 * Threads: one thread.
 */
#ifndef AURALIS_METER_H
#define AURALIS_METER_H

#include "synthd/loudness.h"
#include "synthd/stereo.h"

#include <stdbool.h>
#include <stdint.h>

enum { METER_MOMENT_CHUNKS = 4 };

struct meter {
    uint32_t chunk_frames;
    bool whole; /* the chunk has been seen from its first frame on */
    float peak; /* so far */
    struct loudness loudness;
    uint32_t next_power;
    double powers[METER_MOMENT_CHUNKS]; /* of the last chunks */
};

struct meter_reading {
    uint64_t first_frame; /* of the chunk */
    float peak;
    double momentary_lufs; /* of the last 400 ms */
    struct loudness_reading loudness;
};

/* Begins at a frame that is a multiple of BLOCK_FRAMES. The struct is zeroed at first. */
void meter_begin(struct meter *meter, uint32_t rate_hz, uint64_t frame);
void meter_finish(struct meter *meter);
/* True when a chunk was completed by this block, which begins at `frame`. */
bool meter_block(struct meter *meter, uint64_t frame, const struct stereo *block,
                 struct meter_reading *reading);

#endif
