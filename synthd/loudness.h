/*
 * loudness - how loud it is as EBU R 128 has it, by libebur128.
 *
 * Readings depend only on what was heard and where in the stream: two meters that have heard
 * the same for a few seconds read the same bits at the same frame.
 *
 * Unit:    1 is full scale; LUFS, and dB of full scale; LOUDNESS_FLOOR for silence.
 * Memory:  loudness_begin() allocates, loudness_finish() frees and accepts a zeroed struct. The
 *          others allocate nothing. Without memory it reads silence.
 * Threads: one thread.
 */
#ifndef AURALIS_LOUDNESS_H
#define AURALIS_LOUDNESS_H

#include "common/phrase.h"

#include <stdbool.h>
#include <stdint.h>

#define LOUDNESS_FLOOR (-120.0)

struct loudness {
    void *meter, *peaks;           /* NULL without memory */
    float block[2 * BLOCK_FRAMES]; /* that was looked at last for its peaks, interleaved */
    bool looked;                   /* between its samples too */
    double true_peak;              /* the highest */
    uint32_t window_frames;        /* 400 ms, which the meter keeps going round */
    uint32_t settled_frames;
    uint32_t silent_frames; /* given as zeros since there was anything else */
    uint32_t owed_frames;   /* of silence that changes nothing but the place in the window */
};

struct loudness_reading {
    double chunk_lufs;      /* of the last 100 ms */
    double integrated_lufs; /* since it began, gated */
    double true_peak_db;    /* the highest since it began */
};

/* Begins anew, as if there had been silence up to `frame`. The struct is zeroed at first. */
void loudness_begin(struct loudness *loudness, uint32_t rate_hz, uint64_t frame);
void loudness_finish(struct loudness *loudness);
/* At most BLOCK_FRAMES frames. */
void loudness_add(struct loudness *loudness, const float *left, const float *right,
                  uint32_t n_frames);
/* One block, whose largest sample is known, for its true peaks. */
void loudness_peak(struct loudness *loudness, const float left[BLOCK_FRAMES],
                   const float right[BLOCK_FRAMES], float peak);
void loudness_read(const struct loudness *loudness, struct loudness_reading *reading);

#endif
