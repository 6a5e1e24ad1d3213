#include "synthd/render.h"

#include "synthd/pcm.h"

#include <math.h>
#include <string.h>

/* So much of what brightness does to the low-passes does intensity, too. */
static const double intensity_opens = 0.2;

_Static_assert((int)LIMITER_FRAMES == (int)SOUND_AHEAD_FRAMES,
               "composerd leaves the limiter as much time as it takes");

void render_init(struct render *render, struct voice *voice,
                 const struct timbre timbres[TIMBRE_COUNT], uint32_t rate_hz, double makeup_db)
{
    voices_set(&render->voices, voice);
    render->rate_hz = rate_hz;
    render->makeup_db = makeup_db;
    render->clipped = 0;
    mixer_init(&render->chain.mixer, timbres, rate_hz);
    timeline_init(&render->timeline, rate_hz);
    changes_init(&render->changes);
    bars_init(&render->bars);
    render_join(render, 0);
}

void render_join(struct render *render, uint64_t frame)
{
    render->frame = frame;
    timeline_join(&render->timeline, frame);
    changes_join(&render->changes);
    chain_init(&render->chain, render->makeup_db, render->rate_hz);
    trim_init(&render->trim, render->rate_hz / 10);
    render->limiter_lowest = 1;
}

void render_know(struct render *render, uint64_t first_frame, struct trim_state state)
{
    trim_know(&render->trim, first_frame / render->trim.chunk_frames, state);
}

void render_finish(struct render *render)
{
    meter_finish(&render->meter);
}

/* The limiter may make something be heard SOUND_AHEAD_FRAMES before it moves; what phrases say
 * is read so much later, as sound_frame is, so that nothing differs before the phrase that says
 * so begins. */
static uint64_t heard_frame(uint64_t frame)
{
    return frame > SOUND_AHEAD_FRAMES ? frame - SOUND_AHEAD_FRAMES : 0;
}

/* What is steered, and what form adds to it; the trim comes later. */
static void sound_at(struct render *render, uint64_t frame, struct sound *sound)
{
    double *const brightness = &sound->values[SOUND_BRIGHTNESS];
    const double shade = bars_shade_at(&render->bars, heard_frame(frame));

    changes_at(&render->changes, frame, sound);
    *brightness = fmin(fmax(*brightness + shade, 0), 1);
}

/* How open the voices' low-passes are. */
static double openness(const struct sound *sound)
{
    return 2 * (sound->values[SOUND_BRIGHTNESS] - 0.5) +
           intensity_opens * 2 * (sound->values[SOUND_INTENSITY] - 0.5);
}

/* The chunk whose end comes out with a block of the voices, or came out last before it. */
static uint64_t chunk_behind(const struct render *render, uint64_t frame)
{
    const uint64_t chunk_frames = render->rate_hz / 10;
    const uint64_t n_complete = (heard_frame(frame) + BLOCK_FRAMES) / chunk_frames;

    return n_complete > 0 ? (n_complete - 1) * chunk_frames : 0;
}

bool render_take(struct render *render, struct render_batch *batch)
{
    struct render_step *const step = &batch->steps[batch->n_blocks++];
    const uint64_t chunk_frame = chunk_behind(render, render->voice_frame);

    step->frame = render->voice_frame;
    step->sound[0] = render->sound;
    step->open_steps = voice_open_steps(openness(&render->sound));
    step->n_events = timeline_pop(&render->timeline, step->events);
    render->voice_frame += BLOCK_FRAMES;
    sound_at(render, render->voice_frame, &render->sound);
    step->sound[1] = render->sound;
    step->tempo = bars_tempo_at(&render->bars, heard_frame(step->frame));
    step->phrase = timeline_phrase_at(&render->timeline, chunk_frame);
    step->thin = bars_thin_at(&render->bars, chunk_frame);
    return render->voice_frame % RENDER_BATCH_FRAMES == 0;
}

static bool has_events(const struct render_step *step, int band)
{
    for (uint32_t i = 0; i < step->n_events; i++) {
        if (timbre_specs[step->events[i].timbre].band == band) {
            return true;
        }
    }
    return false;
}

/* Where the blocks end of which only the first may begin or end notes or turn the low-passes:
 * the voices take them at once. */
static uint32_t run_end(const struct render_batch *batch, int band, uint32_t first)
{
    const int open_steps = batch->steps[first].open_steps;
    uint32_t end = first + 1;

    while (end < batch->n_blocks && batch->steps[end].open_steps == open_steps &&
           !has_events(&batch->steps[end], band)) {
        end++;
    }
    return end;
}

static void stems_at(struct render_batch *batch, uint32_t block,
                     struct stem stems[TIMBRE_COUNT])
{
    for (int i = 0; i < TIMBRE_COUNT; i++) {
        stems[i].left = batch->stems[i][0] + (size_t)block * BLOCK_FRAMES;
        stems[i].right = batch->stems[i][1] + (size_t)block * BLOCK_FRAMES;
    }
}

static void render_run(struct render *render, int band, struct render_batch *batch,
                       uint32_t first, uint32_t end)
{
    struct render_step *const step = &batch->steps[first];
    struct stem stems[TIMBRE_COUNT];

    for (uint32_t i = 0; i < step->n_events; i++) {
        if (timbre_specs[step->events[i].timbre].band == band) {
            voices_event(&render->voices, &step->events[i]);
        }
    }
    voices_open(&render->voices, band, step->open_steps);
    stems_at(batch, first, stems);
    const bool sounding = voices_blocks(&render->voices, band, end - first, stems);

    for (uint32_t i = first; i < end; i++) {
        batch->steps[i].sounding[band] = sounding;
    }
}

void render_voices(struct render *render, int band, struct render_batch *batch)
{
    for (int i = 0; i < TIMBRE_COUNT; i++) {
        if (timbre_specs[i].band == band) {
            memset(batch->stems[i], 0, sizeof batch->stems[i]);
        }
    }
    for (uint32_t first = 0; first < batch->n_blocks;) {
        const uint32_t end = run_end(batch, band, first);

        render_run(render, band, batch, first, end);
        first = end;
    }
}

/* The next batch's events and voices, up to `until` at most. */
static void take_voices(struct render *render, struct render_batch *batch, uint64_t until)
{
    batch->n_blocks = 0;
    while (!render_take(render, batch) && render->voice_frame < until) {
    }
    for (int band = 0; band < TIMBRE_BANDS; band++) {
        render_voices(render, band, batch);
    }
}

/* How many of the next blocks, `most` at most, leave the low-passes where they are at the
 * first; render->sound moves on behind them. */
static uint32_t blocks_alike(struct render *render, uint32_t most)
{
    const int open_steps = voice_open_steps(openness(&render->sound));
    uint32_t n = 0;

    do {
        n++;
        sound_at(render, render->voice_frame + (uint64_t)n * BLOCK_FRAMES, &render->sound);
    } while (n < most && voice_open_steps(openness(&render->sound)) == open_steps);
    return n;
}

/* Blocks in which nothing begins or ends, unheard. */
static void skip_blocks(struct render *render, uint32_t n_blocks)
{
    for (uint32_t left = n_blocks; left > 0;) {
        for (int band = 0; band < TIMBRE_BANDS; band++) {
            voices_open(&render->voices, band, voice_open_steps(openness(&render->sound)));
        }
        const uint32_t n = blocks_alike(render, left);

        for (int band = 0; band < TIMBRE_BANDS; band++) {
            voices_skip(&render->voices, band, n);
        }
        render->voice_frame += (uint64_t)n * BLOCK_FRAMES;
        left -= n;
    }
}

/* The voices alone, up to a frame, unheard. */
static void skip_voices(struct render *render, uint64_t until)
{
    while (render->voice_frame < until) {
        skip_blocks(render, timeline_skip(&render->timeline, until));
        if (render->voice_frame < until) {
            take_voices(render, &render->batch, render->voice_frame);
        }
    }
}

/* Lets the trim learn from a chunk whose last frame has just come out. */
static void learn(struct render *render, const struct render_step *step,
                  const struct meter_reading *reading)
{
    const uint64_t chunk = reading->first_frame / render->trim.chunk_frames;
    const double asked_lufs = step->sound[1].values[SOUND_LOUDNESS];

    if (step->sound[1].values[SOUND_UNTOUCHED] < 1 || step->thin) {
        trim_hold(&render->trim, chunk);
    } else {
        trim_hear(&render->trim, chunk, reading->loudness.chunk_lufs - asked_lufs);
    }
}

/* A block of voices, with the trim, through the chain; what comes out lies LIMITER_FRAMES
 * before it. True when it completes a chunk. */
static bool play(struct render *render, struct render_batch *batch, uint32_t block,
                 struct stereo *out, struct meter_reading *reading)
{
    const struct render_step *const step = &batch->steps[block];
    struct stem stems[TIMBRE_COUNT];
    struct chain_input in = {
        .frame = step->frame,
        .sound = {step->sound[0], step->sound[1]},
        .tempo = step->tempo,
    };

    stems_at(batch, block, stems);
    for (int band = 0; band < TIMBRE_BANDS; band++) {
        in.stems = step->sounding[band] ? stems : in.stems;
    }
    for (int end = 0; end < 2; end++) {
        const uint64_t frame = step->frame + (uint64_t)end * BLOCK_FRAMES;

        in.sound[end].values[SOUND_GAIN] += trim_db_at(&render->trim, frame);
    }
    chain_block(&render->chain, &in, out);
    render->loudness_gain = chain_loudness_gain(&in.sound[1]);
    if (step->frame < LIMITER_FRAMES ||
        !meter_block(&render->meter, step->frame - LIMITER_FRAMES, out, reading)) {
        return false;
    }
    learn(render, step, reading);
    return true;
}

void render_start(struct render *render)
{
    const uint64_t tail =
        (uint64_t)TIMELINE_TAIL_SECONDS * render->rate_hz / BLOCK_FRAMES * BLOCK_FRAMES;
    const uint64_t chain_from = render->frame > tail ? render->frame - tail : 0;
    struct stereo unheard;
    struct meter_reading unread;

    voices_silence(&render->voices);
    render->voice_frame = timeline_start(&render->timeline);
    changes_start(&render->changes, render->voice_frame);
    sound_at(render, render->voice_frame, &render->sound);
    skip_voices(render, chain_from); /* the chain has forgotten by then what it would hear */
    meter_begin(&render->meter, render->rate_hz, heard_frame(chain_from));
    while (render->voice_frame < render->frame + LIMITER_FRAMES) {
        take_voices(render, &render->batch, render->frame + LIMITER_FRAMES);
        for (uint32_t i = 0; i < render->batch.n_blocks; i++) {
            play(render, &render->batch, i, &unheard, &unread);
        }
    }
}

void render_play(struct render *render, struct voice *voice,
                 const struct timbre timbres[TIMBRE_COUNT])
{
    if (render->voices.n == 0) {
        voices_set(&render->voices, voice);
        mixer_init(&render->chain.mixer, timbres, render->rate_hz);
    } else {
        voices_change(&render->voices, voice);
        mixer_change(&render->chain.mixer, timbres);
    }
}

bool render_phrase(struct render *render, const struct phrase *phrase)
{
    if (!timeline_apply(&render->timeline, phrase)) {
        return false;
    }
    bars_apply(&render->bars, phrase);
    return true;
}

bool render_change(struct render *render, const struct params_event *event)
{
    return changes_apply(&render->changes, event);
}

bool render_rests(const struct render *render)
{
    return render->chain.asleep;
}

bool render_mix(struct render *render, struct render_batch *batch, uint32_t block,
                uint32_t words[BLOCK_FRAMES], struct render_chunk *chunk)
{
    const uint64_t frame = render->frame;
    const struct limiter *const limiter = &render->chain.limiter;
    struct meter_reading reading;
    struct stereo out;
    const bool complete = play(render, batch, block, &out, &reading);

    render->clipped += pcm_block(frame, &out, words);
    render->frame = frame + BLOCK_FRAMES;
    render->limiter_lowest = smaller(render->limiter_lowest, limiter->gain);
    if (!complete) {
        return false;
    }
    *chunk = (struct render_chunk){
        .first_frame = reading.first_frame,
        .phrase = batch->steps[block].phrase,
        .peak = reading.peak,
        .limiter_gain = limiter->gain,
        .makeup_gain = (float)(render->chain.makeup * render->loudness_gain),
        .limiter_lowest = render->limiter_lowest,
        .momentary_lufs = reading.momentary_lufs,
        .loudness = reading.loudness,
        .trim = trim_state_at(&render->trim, reading.first_frame / render->trim.chunk_frames),
    };
    render->limiter_lowest = 1;
    return true;
}

uint32_t render_next(struct render *render, uint32_t words[RENDER_BATCH_FRAMES],
                     struct render_chunk *chunk, bool *complete)
{
    take_voices(render, &render->batch, UINT64_MAX);
    *complete = false;
    for (uint32_t i = 0; i < render->batch.n_blocks; i++) {
        *complete |=
            render_mix(render, &render->batch, i, words + (size_t)i * BLOCK_FRAMES, chunk);
    }
    return render->batch.n_blocks * BLOCK_FRAMES;
}
