#include "synthd/bounce.h"

enum { QUIET_BLOCKS = 100 };

/* The bands' voices, then what is made of them. */
enum { STAGE_MIX = TIMBRE_BANDS, STAGE_COUNT };

_Static_assert((int)STAGE_COUNT <= (int)PIPELINE_STAGES, "every band has its stage");

static int play(struct bounce *bounce, int band, struct bounce_batch *batch)
{
    render_voices(bounce->render, band, &batch->rendered);
    return 0;
}

static bool is_quiet(const uint32_t words[BLOCK_FRAMES])
{
    uint32_t any = 0;

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        any |= words[i];
    }
    return any == 0;
}

static int write_block(struct bounce *bounce, struct bounce_batch *batch, uint32_t i)
{
    const struct bounce_block *const block = &batch->blocks[i];
    uint32_t words[BLOCK_FRAMES];
    struct render_chunk chunk;

    if (block->fading && bounce->quiet_blocks >= QUIET_BLOCKS) {
        return BOUNCE_FADED;
    }
    render_mix(bounce->render, &batch->rendered, i, words, &chunk);
    bounce->quiet_blocks = is_quiet(words) ? bounce->quiet_blocks + 1 : 0;
    return sink_write(bounce->sink, words + block->skip_frames, block->n_frames);
}

static int write_batch(struct bounce *bounce, struct bounce_batch *batch)
{
    int rc = 0;

    for (uint32_t i = 0; i < batch->rendered.n_blocks && rc == 0; i++) {
        rc = write_block(bounce, batch, i);
    }
    return rc;
}

static int work(void *user, int stage, int slot)
{
    struct bounce *const bounce = user;
    struct bounce_batch *const batch = &bounce->batches[slot];

    return stage == STAGE_MIX ? write_batch(bounce, batch) : play(bounce, stage, batch);
}

void bounce_open(struct bounce *bounce, struct render *render, struct sink *sink, int n_threads)
{
    const struct pipeline_work stages = {bounce, BOUNCE_SLOTS, STAGE_COUNT, work};

    bounce->render = render;
    bounce->sink = sink;
    bounce->filling = NULL;
    bounce->quiet_blocks = 0;
    pipeline_open(&bounce->pipeline, &stages, n_threads);
}

int bounce_add(struct bounce *bounce, uint32_t skip_frames, uint32_t n_frames, bool fading)
{
    if (bounce->filling == NULL) {
        int slot = 0;
        const int rc = pipeline_take(&bounce->pipeline, &slot);

        if (rc != 0) {
            return rc;
        }
        bounce->filling = &bounce->batches[slot];
        bounce->filling->rendered.n_blocks = 0;
    }
    struct render_batch *const batch = &bounce->filling->rendered;
    struct bounce_block *const block = &bounce->filling->blocks[batch->n_blocks];

    block->skip_frames = skip_frames;
    block->n_frames = n_frames;
    block->fading = fading;
    if (render_take(bounce->render, batch)) {
        bounce_flush(bounce);
    }
    return 0;
}

void bounce_flush(struct bounce *bounce)
{
    if (bounce->filling != NULL) {
        pipeline_put(&bounce->pipeline);
        bounce->filling = NULL;
    }
}

int bounce_drain(struct bounce *bounce)
{
    bounce_flush(bounce);
    return pipeline_drain(&bounce->pipeline);
}

void bounce_finish(struct bounce *bounce)
{
    pipeline_finish(&bounce->pipeline);
}

int64_t bounce_voices_ns(const struct bounce *bounce)
{
    int64_t ns = 0;

    for (int band = 0; band < TIMBRE_BANDS; band++) {
        ns += pipeline_work_ns(&bounce->pipeline, band);
    }
    return ns;
}

int64_t bounce_mix_ns(const struct bounce *bounce)
{
    return pipeline_work_ns(&bounce->pipeline, STAGE_MIX);
}
