#include "composerd/compose.h"

#include "composerd/bass.h"
#include "composerd/bells.h"
#include "composerd/ends.h"
#include "composerd/form.h"
#include "composerd/grid.h"
#include "composerd/harmony.h"
#include "composerd/melody.h"
#include "composerd/pads.h"
#include "composerd/progression.h"
#include "composerd/texture.h"

#include <string.h>

_Static_assert(BEATS_PER_BAR == 4, "beats in state.def and on the grid");

void composer_init(struct composer *composer, const struct params *params, uint32_t rate_hz)
{
    static const int32_t first_voicing[VOICES] = {52, 57, 60, 67};

    memset(composer, 0,
           sizeof *composer); /* padding too, so that equal composers are equal bytes */
    composer->rate_hz = (int32_t)rate_hz;
    composer->bpm = params->bpm;
    composer->bar_frames = grid_bar_frames(params->bpm, (int32_t)rate_hz);
    composer->key = composer->hop_key = composer->goal_key = params->key;
    composer->mode = composer->hop_mode = composer->goal_mode = params->mode;
    composer->previous_degree = -1;
    composer->ending = ENDING_WAKING;
    composer->probability = 1;
    composer->fullness = 1;
    composer->bass_midi = 40;
    composer->lead_midi = 71;
    composer->hunger = 2.5; /* a line soon after the first chord */
    memcpy(composer->voicing, first_voicing, sizeof composer->voicing);
    for (int32_t i = 0; i < MOTIF_MAX_NOTES; i++) {
        composer->line_rhythm[i] = 1;
    }
    form_plant(composer, params->seed);
}

static void play(struct score *score)
{
    pads_play(score);
    bass_play(score);
    melody_play(score);
    bells_play(score);
    texture_play(score);
}

static void end_beat(struct score *score)
{
    struct composer *const composer = score->composer;

    composer->frame = score->next_frame;
    composer->beat = (composer->beat + 1) % BEATS_PER_BAR;
    if (composer->beat == 0) {
        harmony_end_bar(composer);
        form_end_bar(composer);
    }
}

/* One beat; `first` of its phrase. */
static void compose_beat(struct score *score, bool first)
{
    struct composer *const composer = score->composer;
    const bool bar_line = composer->beat == 0;

    if (bar_line) {
        form_begin_bar(composer, score->params);
    }
    score_begin_beat(score);
    score->chord_begins = false;
    if (bar_line) {
        progression_begin_bar(score);
    }
    score->bars_left = progression_bars_left(score);
    if (score->chord_begins) {
        ends_cut_clashes(score);
    }
    if (bar_line || first) {
        score_list_bar(score);
    }
    if (!form_silent(composer)) {
        if (score->chord_begins || first) {
            score_list_chord(score);
        }
        play(score);
    }
    end_beat(score);
}

/* Whether the bar line that the composer has come to begins another phrase. */
static bool phrase_over(const struct composer *composer, const struct params *params,
                        uint32_t phrase_bars)
{
    if (composer->beat != 0) {
        return false;
    }
    return (uint32_t)composer->section_bar % phrase_bars == 0 ||
           composer->section_bar >= SECTION_BARS || composer->renewal != RENEWAL_NONE ||
           progression_arrives(composer, params);
}

static void take_checkpoint(struct composition *out, const struct composer *composer)
{
    struct checkpoint *const checkpoint = &out->beats[out->n_beats++];

    checkpoint->frame = composer->frame;
    checkpoint->bar_line = composer->beat == 0;
    checkpoint->before = *composer;
}

void compose_phrase(struct composer *composer, const struct params *params,
                    uint32_t phrase_bars, uint64_t number, struct composition *out)
{
    struct phrase *const phrase = &out->phrase;
    struct score score = {.composer = composer, .params = params, .phrase = phrase};
    const uint32_t most = phrase_bars < PHRASE_MAX_BARS ? phrase_bars : PHRASE_MAX_BARS;

    memset(phrase, 0, sizeof *phrase); /* equal phrases are equal bytes */
    out->n_beats = 0;
    phrase->phrase = number;
    phrase->start_frame = composer->frame;
    if (number != composer->next_phrase) {
        ends_restate(&score); /* this revises phrases that may have cut them */
    }
    do {
        const bool first = out->n_beats == 0;

        take_checkpoint(out, composer);
        composer->next_phrase = 0;
        compose_beat(&score, first);
        if (first) {
            phrase->key = composer->key;
            phrase->mode = composer->mode;
            phrase->section = (uint32_t)composer->section;
            phrase->arc = form_arc(composer);
            phrase->seed = composer->seed;
        }
    } while (out->n_beats < COMPOSITION_MAX_BEATS &&
             !phrase_over(composer, params, most > 0 ? most : 1));
    score_finish(&score);
    composer->next_phrase = number + 1;
}

bool composer_settled(const struct composer *composer, const struct params *params)
{
    return composer->renewal == RENEWAL_NONE && form_settled(composer, params);
}

static void renew_at_least(struct composer *composer, enum renewal renewal)
{
    if (composer->renewal < (int32_t)renewal) {
        composer->renewal = (int32_t)renewal;
    }
}

void composer_turn(struct composer *composer)
{
    /* the last chord is not turned away from, and a rest has none */
    if (composer->ending == ENDING_NONE || composer->ending == ENDING_ASKED) {
        renew_at_least(composer, RENEWAL_CHORD);
    }
}

void composer_next_section(struct composer *composer)
{
    renew_at_least(composer, RENEWAL_SECTION);
}

void composer_reseed(struct composer *composer, uint64_t seed)
{
    composer->renewal = RENEWAL_SEED;
    composer->renewal_seed = seed;
}

void composer_end(struct composer *composer, uint64_t frame)
{
    const bool waking = composer->ending == ENDING_WAKING;

    if (waking || composer->ending == ENDING_NONE || composer->ending == ENDING_ASKED) {
        composer->ending = ENDING_ASKED;
        composer->end_asked = frame < composer->frame ? frame : composer->frame;
        composer->end_frame = frame;
    }
    if (waking) { /* nothing sounds yet: it wakes for a while, or not at all */
        composer->ending = frame > composer->frame ? ENDING_WAKING : ENDING_RESTING;
    }
}

uint64_t composer_closed_by(const struct composer *composer, const struct params *params)
{
    const uint64_t from =
        composer->end_frame > composer->frame ? composer->end_frame : composer->frame;

    return from + (uint64_t)form_slowest_bar_frames(composer, params);
}

void composer_begin(struct composer *composer)
{
    composer->end_frame = 0;
    if (composer->ending == ENDING_ASKED) {
        composer->ending = ENDING_NONE;
    } else if (composer->ending != ENDING_NONE) {
        composer->ending = ENDING_WAKING;
        composer_next_section(composer);
    }
}

uint64_t composer_grown_by(const struct composer *composer)
{
    return composer->frame + form_growth_frames(composer);
}

bool composer_resting(const struct composer *composer)
{
    return composer->ending == ENDING_RESTING;
}
