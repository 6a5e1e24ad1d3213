/*
 * render - events in, frames out: timeline, voices and chain, one block after the other.
 *
 * Made for a stream, it is told where to join it (render_join), given what is known
 * (render_phrase, render_change), started, and then gives block after block. An event is heard
 * at its own frame: the limiter's look-ahead is rendered before. The same events give the same
 * frames, wherever it joined, once what sounded before has faded.
 *
 * It works by batches, in steps, each of which has state of its own: the next blocks' events
 * and values (render_take), the voices of each band (render_voices), and what comes out
 * (render_mix). Each takes all batches in order; different batches, and bands, may be in
 * different steps, and threads, at once. Batches end at multiples of RENDER_BATCH_FRAMES of the
 * voices, so that who renders them makes no difference.
 *
 * The slow trim cannot be rebuilt from what sounded lately: its state comes with each chunk,
 * and who joins is told those that are known (render_know). Where none is, it begins at zero.
 *
 * Unit:    frames since the stream's birth; one frame = one word, as in common/ring.h.
 * Memory:  the caller's struct (about 1 MB), zeroed at first; the voices are the caller's and
 *          outlive it. render_start() allocates a meter and render_finish() frees it. Nothing
 *          else here allocates, locks, logs or calls the system.
 * Threads: one thread; or, from render_start() on, one at a time in each of the steps, with all
 *          that is given to it in that of render_take().
 */
#ifndef AURALIS_RENDER_H
#define AURALIS_RENDER_H

#include "common/event.h"
#include "synthd/bars.h"
#include "synthd/chain.h"
#include "synthd/changes.h"
#include "synthd/meter.h"
#include "synthd/timeline.h"
#include "synthd/trim.h"
#include "synthd/voices.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    RENDER_BATCH_BLOCKS = 16,
    RENDER_BATCH_FRAMES = RENDER_BATCH_BLOCKS * BLOCK_FRAMES,
};

/* A block of the voices. */
struct render_step {
    uint64_t frame;
    struct sound sound[2]; /* at its first frame, and behind its last */
    struct tempo tempo;
    uint64_t phrase; /* of the chunk that is complete, or was last, once it has come out */
    bool thin;       /* that chunk, as bars.h says it */
    uint32_t n_events;
    struct timeline_event events[TIMELINE_BLOCK_EVENTS]; /* [n_events] */
    int open_steps;                                      /* of the low-passes */
    bool sounding[TIMBRE_BANDS]; /* where none is, the stems are silent */
};

/* Blocks on their way through the steps. */
struct render_batch {
    uint32_t n_blocks;                             /* 0 at first */
    struct render_step steps[RENDER_BATCH_BLOCKS]; /* [n_blocks] */
    float stems[TIMBRE_COUNT][2][RENDER_BATCH_FRAMES];
};

struct render {
    struct voices voices;
    uint32_t rate_hz;
    double makeup_db;
    uint64_t
        voice_frame;  /* the next block of the voices: LIMITER_FRAMES ahead of what comes out */
    uint64_t frame;   /* the next block that comes out */
    uint64_t clipped; /* samples beyond full scale, ever */
    struct sound sound; /* at voice_frame */
    struct timeline timeline;
    struct changes changes;
    struct bars bars;
    struct chain chain;
    struct meter meter;
    struct trim trim;
    double loudness_gain; /* of the chain, where voice_frame was */
    float limiter_lowest; /* gain since the last chunk */
    struct render_batch batch;
};

/* What is known of a chunk when its last frame comes out. */
struct render_chunk {
    uint64_t first_frame, phrase;
    float peak, limiter_gain, makeup_gain;
    float limiter_lowest; /* gain within the chunk */
    double momentary_lufs;
    struct loudness_reading loudness;
    struct trim_state trim;
};

/* About to join at frame 0, knowing nothing. The voice may come later, by render_play(), before
 * render_start(). */
void render_init(struct render *render, struct voice *voice,
                 const struct timbre timbres[TIMBRE_COUNT], uint32_t rate_hz, double makeup_db);
/* From now on the next block to come out is the one at `frame` (a multiple of BLOCK_FRAMES), as
 * if it had played all along; render_start() must follow. What is known stays known. */
void render_join(struct render *render, uint64_t frame);
/* Between joining and starting: the trim's state behind the chunk at first_frame. */
void render_know(struct render *render, uint64_t first_frame, struct trim_state state);
/* Plays in private what can still be heard at the frame of joining: up to 25 s of voices. */
void render_start(struct render *render);

void render_finish(struct render *render);

/* Plays with another voice and other timbres from the next block on: what is held rings out on
 * the voice before, and the mix glides. There must be room in render->voices. */
void render_play(struct render *render, struct voice *voice,
                 const struct timbre timbres[TIMBRE_COUNT]);

/* False when it was known before. */
bool render_phrase(struct render *render, const struct phrase *phrase);
bool render_change(struct render *render, const struct params_event *event);

/* Nothing sounds or rings: what comes out are zeros, until a note begins. */
bool render_rests(const struct render *render);
/* The next batch, from render->frame, which moves on by as many frames as are returned.
 * *complete: it has completed a chunk; never more than one. */
uint32_t render_next(struct render *render, uint32_t words[RENDER_BATCH_FRAMES],
                     struct render_chunk *chunk, bool *complete);
/* Its steps: the next block; true when the batch ends with it. */
bool render_take(struct render *render, struct render_batch *batch);
void render_voices(struct render *render, int band, struct render_batch *batch);
/* One of its blocks, at render->frame, which then moves on. True when it completes a chunk. */
bool render_mix(struct render *render, struct render_batch *batch, uint32_t block,
                uint32_t words[BLOCK_FRAMES], struct render_chunk *chunk);

#endif
