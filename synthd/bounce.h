/*
 * bounce - what a render gives, written to a sink, as fast as two processors can.
 *
 * The steps of many blocks are on their way at once (pipeline.h): while one thread mixes and
 * writes a batch, the other plays the voices of the next. The file is the same with one thread.
 *
 * Memory:  the caller's struct (about 400 kB), zeroed at first; bounce_finish() accepts that.
 * Threads: all calls from one; from bounce_open() to bounce_finish() the render's voices and
 *          mix, and the sink, belong to others.
 * Errors:  0, -errno of the sink, or BOUNCE_FADED: there is nothing more to hear.
 */
#ifndef AURALIS_BOUNCE_H
#define AURALIS_BOUNCE_H

#include "synthd/pipeline.h"
#include "synthd/render.h"
#include "synthd/sink.h"

enum {
    BOUNCE_SLOTS = 4, /* batches on their way: the fewer, the more stays in the caches */
    BOUNCE_FADED = 1,
};

struct bounce_block {
    uint32_t skip_frames, n_frames; /* what of it is written */
    bool fading;
};

struct bounce_batch {
    struct render_batch rendered;
    struct bounce_block blocks[RENDER_BATCH_BLOCKS]; /* those of the batch */
};

struct bounce {
    struct render *render;
    struct sink *sink;
    struct pipeline pipeline;
    struct bounce_batch *filling; /* NULL: none is taken */
    uint64_t quiet_blocks;        /* written since something was heard */
    struct bounce_batch batches[BOUNCE_SLOTS];
};

/* From now on blocks of a render that has been started go to a sink that is open. */
void bounce_open(struct bounce *bounce, struct render *render, struct sink *sink,
                 int n_threads);
/* The render's next block, of which n_frames behind the first skip_frames are written. If it is
 * `fading`, and it has been quiet for long, all ends before it instead. */
int bounce_add(struct bounce *bounce, uint32_t skip_frames, uint32_t n_frames, bool fading);
/* Lets what was added go its way, however little it is. */
void bounce_flush(struct bounce *bounce);
/* Waits until all that was added is written. */
int bounce_drain(struct bounce *bounce);
void bounce_finish(struct bounce *bounce);

/* Processor time of the voices, and of mixing and writing; after bounce_finish(). */
int64_t bounce_voices_ns(const struct bounce *bounce);
int64_t bounce_mix_ns(const struct bounce *bounce);

#endif
