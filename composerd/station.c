#include "composerd/station.h"

#include <string.h>

void station_configure(struct station *station, const struct settings *settings)
{
    station->phrase_bars = (uint32_t)settings->composer_phrase_bars;
    station->lead_frames =
        clock_ms_frames(settings->station_lead_ms, (uint32_t)settings->station_sample_rate);
}

int station_begin(struct station *station, const struct epoch *epoch,
                  const struct params *params)
{
    struct composer composer;
    const int rc = lookahead_init(&station->ahead);

    if (rc != 0) {
        return rc;
    }
    station->epoch = *epoch;
    station->next_phrase = 0;
    station->change = (struct params_event){.params = *params, .rate_hz = epoch->rate_hz};
    station->day_s = DAY_NONE;
    composer_init(&composer, params, epoch->rate_hz);
    lookahead_begin(&station->ahead, &composer);
    return 0;
}

static void compose_next(struct station *station, const struct station_listener *listener)
{
    lookahead_compose(&station->ahead, &station->change.params, station->phrase_bars,
                      station->next_phrase++);
    listener->phrase(listener->user, &station->ahead.latest->phrase);
}

bool station_compose(struct station *station, uint64_t now_frame,
                     const struct station_listener *listener)
{
    const uint64_t wanted_end =
        now_frame + (uint64_t)STATION_SECONDS_AHEAD * station->epoch.rate_hz;

    if (lookahead_phrases_after(&station->ahead, now_frame) >= STATION_PHRASES_AHEAD &&
        lookahead_end(&station->ahead) >= wanted_end) {
        return false;
    }
    lookahead_forget(&station->ahead, now_frame);
    compose_next(station, listener);
    return true;
}

/* ---- what a change touches ---- */

struct touched {
    bool sound; /* what synthd applies by itself: timbre, mix, loudness */
    bool beat;  /* notes from the next beat */
    bool bar;   /* notes from the next bar line */
    bool turn;  /* those begin a transition */
    bool preset;
};

static void touch(struct touched *touched, enum param_effect effect)
{
    switch (effect) {
    case PARAM_EFFECT_NOW:
        touched->sound = true;
        break;
    case PARAM_EFFECT_BEAT:
        touched->sound = true;
        touched->beat = true;
        break;
    case PARAM_EFFECT_PRESET:
        touched->sound = true;
        touched->preset = true;
        touched->bar = true;
        break;
    case PARAM_EFFECT_BAR:
    case PARAM_EFFECT_SECTION:
        touched->bar = true;
        break;
    }
}

static bool music_differs(const struct params *before, const struct params *after)
{
    for (int id = 0; id < PARAM_COUNT; id++) {
        const enum param_effect effect = param_specs[id].effect;

        if ((effect == PARAM_EFFECT_BAR || effect == PARAM_EFFECT_PRESET) &&
            !params_same(before, after, (enum param_id)id)) {
            return true;
        }
    }
    return false;
}

/* A layer that falls silent or comes back changes the notes too. */
static bool layer_switched(const struct params *before, const struct params *after)
{
    for (int id = PARAM_mix_pad; id <= PARAM_mix_percussion; id++) {
        if ((params_real(before, (enum param_id)id) > 0) !=
            (params_real(after, (enum param_id)id) > 0)) {
            return true;
        }
    }
    return false;
}

static struct touched what_is_touched(const struct control_request *request,
                                      const struct params *before, const struct params *after)
{
    struct touched touched = {false};

    if (request->op != CONTROL_SET) {
        touched.bar = true;
        return touched;
    }
    for (int i = 0; i < PARAM_COUNT; i++) {
        const bool no_preset =
            i == PARAM_preset && strcmp(request->change.values.preset, PRESET_NONE) == 0;

        if (request->change.named[i] && !no_preset) {
            touch(&touched, param_specs[i].effect);
        }
    }
    touched.turn = music_differs(before, after);
    touched.beat = touched.beat || layer_switched(before, after);
    if (touched.preset) {
        touched.beat = false; /* one transition, all of it from the bar line */
    }
    return touched;
}

/* ---- carrying it out ---- */

/* The first composed beat (or bar line) at or after a frame, composing up to there when need
 * be. */
static const struct checkpoint *find_beat(struct station *station, uint64_t frame,
                                          bool bar_line,
                                          const struct station_listener *listener)
{
    const struct checkpoint *beat;

    while ((beat = lookahead_find(&station->ahead, frame, bar_line)) == NULL) {
        compose_next(station, listener);
    }
    return beat;
}

static void instruct(struct station *station, const struct control_request *request,
                     const struct touched *touched, uint64_t now_frame, uint64_t seed)
{
    struct composer *const composer = &station->ahead.composer;
    const double rate_hz = station->epoch.rate_hz;

    switch (request->op) {
    case CONTROL_SET:
        if (touched->turn) {
            composer_turn(composer);
        }
        if (request->change.named[PARAM_seed]) {
            composer_reseed(composer, request->change.values.seed);
        }
        break;
    case CONTROL_NEXT:
        composer_next_section(composer);
        break;
    case CONTROL_RESEED:
        station->change.params.seed = seed;
        composer_reseed(composer, seed);
        break;
    case CONTROL_END:
        composer_end(composer, now_frame + (uint64_t)(request->after_ms * rate_hz / 1000));
        break;
    case CONTROL_BEGIN:
        composer_begin(composer);
        break;
    default:
        break;
    }
}

/* Composes until the music has arrived where it was asked to go, and says where that is. */
static uint64_t settle(struct station *station, uint64_t from_frame,
                       const struct station_listener *listener)
{
    const struct params *const params = &station->change.params;

    do {
        compose_next(station, listener);
    } while (!composer_settled(&station->ahead.composer, params));
    return lookahead_settled(&station->ahead, from_frame, params);
}

/* Where timbre and mix begin to move, and how long. */
static void plan_sound(struct station *station, const struct touched *touched,
                       uint64_t soon_frame, const struct checkpoint *bar)
{
    struct params_event *const change = &station->change;
    const uint32_t rate_hz = station->epoch.rate_hz;

    change->effective_frame = soon_frame;
    change->glide_frames = (uint32_t)clock_ms_frames(STATION_GLIDE_MS, rate_hz);
    if (touched->preset && bar != NULL) {
        const double bar_ms = 4 * 60000 / change->params.bpm;

        change->effective_frame = bar->frame;
        change->glide_frames = (uint32_t)clock_ms_frames(STATION_PRESET_BARS * bar_ms, rate_hz);
    }
    change->sound_frame = change->effective_frame + SOUND_AHEAD_FRAMES;
    change->settled_frame = change->sound_frame + change->glide_frames;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Whether what follows the hour was chosen anew. */
static bool day_is_touched(const struct control_request *request)
{
    const bool *const named = request->change.named;

    return request->op == CONTROL_SET &&
           (named[PARAM_intensity] || named[PARAM_brightness] || named[PARAM_preset]);
}

/* Where an ending or a beginning that was just asked for is complete; 0: it is neither. */
static uint64_t promised(const struct station *station, enum control_op op)
{
    const struct composer *const composer = &station->ahead.composer;

    switch (op) {
    case CONTROL_END:
        return composer_closed_by(composer, &station->change.params);
    case CONTROL_BEGIN:
        return composer_grown_by(composer);
    default:
        return 0;
    }
}

void station_change(struct station *station, const struct control_request *request,
                    uint64_t now_frame, uint64_t seed, const struct station_listener *listener)
{
    struct params_event *const change = &station->change;
    const struct params before = change->params;
    const uint64_t soon_frame =
        clock_block_up(now_frame + station->lead_frames +
                       clock_ms_frames(STATION_MARGIN_MS, station->epoch.rate_hz));

    if (request->op == CONTROL_SET) {
        params_apply(&change->params, &request->change);
    }
    const struct touched touched = what_is_touched(request, &before, &change->params);
    const struct checkpoint *beat = NULL;

    if (touched.bar || touched.beat) {
        /* what waits for the bar line does so by itself, composed from any beat before it */
        beat = find_beat(station, soon_frame, !touched.beat, listener);
    }
    if (day_is_touched(request)) {
        station->day_s = DAY_NONE;
    }
    change->change++;
    memcpy(change->origin, request->origin, sizeof change->origin);
    plan_sound(station, &touched, soon_frame, beat);
    if (beat != NULL) {
        const uint64_t music_frame = beat->frame;

        lookahead_rewind(&station->ahead, beat);
        instruct(station, request, &touched, now_frame, seed);
        const uint64_t promised_frame = promised(station, request->op);
        const uint64_t settled_frame =
            larger(promised_frame, settle(station, music_frame, listener));

        change->effective_frame =
            touched.sound ? smaller(change->effective_frame, music_frame) : music_frame;
        change->settled_frame =
            touched.sound ? larger(change->settled_frame, settled_frame) : settled_frame;
    }
}

bool station_follow_day(struct station *station, int32_t seconds_of_day, uint64_t now_frame,
                        const struct station_listener *listener)
{
    struct control_request request = {.origin = DAY_ORIGIN, .op = CONTROL_SET};
    const bool begins = station->day_s == DAY_NONE;

    if (begins) {
        station->day_s = seconds_of_day;
    }
    if (begins ||
        !day_change(&station->change.params, station->day_s, seconds_of_day, &request.change)) {
        return false;
    }
    station_change(station, &request, now_frame, 0, listener);
    station->day_s = seconds_of_day;
    return true;
}

struct control_answer station_answer(const struct station *station, int64_t now_ns)
{
    const struct params_event *const change = &station->change;
    const int64_t due_ns = clock_due_ns(&station->epoch, change->effective_frame);

    return (struct control_answer){.effective_frame = change->effective_frame,
                                   .settled_frame = change->settled_frame,
                                   .effective_in_ms =
                                       (double)(due_ns - now_ns) / (double)NS_PER_MS,
                                   .params = change->params};
}

bool station_resting(const struct station *station, uint64_t now_frame)
{
    const struct checkpoint *const beat = lookahead_find(&station->ahead, now_frame, false);

    return composer_resting(beat != NULL ? &beat->before : &station->ahead.composer);
}

void station_finish(struct station *station)
{
    lookahead_finish(&station->ahead);
}
