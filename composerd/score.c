#include "composerd/score.h"

#include "composerd/form.h"
#include "composerd/grid.h"

#include <stdlib.h>
#include <string.h>

enum { VELOCITY_MIN = 20, VELOCITY_MAX = 100 };

static void forget_held(struct composer *composer, int32_t i)
{
    const int32_t last = --composer->n_held;

    composer->held_role[i] = composer->held_role[last];
    composer->held_midi[i] = composer->held_midi[last];
    composer->held_end[i] = composer->held_end[last];
    composer->held_role[last] = 0;
    composer->held_midi[last] = 0;
    composer->held_end[last] = 0;
}

void score_prune_held(struct composer *composer)
{
    for (int32_t i = composer->n_held - 1; i >= 0; i--) {
        if (composer->held_end[i] <= composer->frame) {
            forget_held(composer, i);
        }
    }
}

void score_begin_beat(struct score *score)
{
    struct composer *const composer = score->composer;

    score_prune_held(composer);
    levels_at(score->params->intensity, &score->levels);
    score->habits = &score->params->habits;
    score->target_bpm = form_planned_bpm(composer, score->params);
    score->next_frame = grid_beat_frame(composer, composer->beat + 1);
}

static uint8_t limit_velocity(double velocity)
{
    if (velocity < VELOCITY_MIN) {
        return VELOCITY_MIN;
    }
    return (uint8_t)(velocity > VELOCITY_MAX ? VELOCITY_MAX : velocity + 0.5);
}

static uint32_t limit_length(const struct composer *composer, uint64_t frames)
{
    const uint64_t least = grid_seconds(composer, 1);
    const uint64_t most = grid_block_down((uint64_t)composer->rate_hz * NOTE_MAX_SECONDS);
    const uint64_t length = frames < least ? least : frames;

    return (uint32_t)grid_block_down(length > most ? most : length);
}

bool score_add(struct score *score, const struct draft *draft, enum score_room room)
{
    struct composer *const composer = score->composer;
    struct phrase *const phrase = score->phrase;

    if (composer->n_held >= (int32_t)room || phrase->n_notes == PHRASE_MAX_NOTES) {
        return false;
    }
    const struct note note = {
        .frame = draft->frame,
        .frames = limit_length(composer, draft->frames),
        .midi = (uint8_t)draft->midi,
        .velocity = limit_velocity(draft->velocity * form_loudness(composer)),
        .role = (uint8_t)draft->role,
        .why = (uint8_t)draft->why,
    };
    const int32_t i = composer->n_held++;

    composer->held_role[i] = note.role;
    composer->held_midi[i] = note.midi;
    composer->held_end[i] = note.frame + note.frames;
    phrase->notes[phrase->n_notes++] = note;
    return true;
}

uint64_t score_onset(struct score *score, enum die die, int32_t half, double deviation_ms)
{
    const struct composer *const composer = score->composer;
    const uint64_t lag = grid_seconds(composer, SCORE_LAG_MS / 1000);
    const uint64_t written =
        composer->frame +
        grid_block_down((score->next_frame - composer->frame) / 2) * (half ? 1 : 0);
    double jitter_ms = dice_normal(score->composer, die) * deviation_ms;

    jitter_ms = jitter_ms > SCORE_LAG_MS ? SCORE_LAG_MS : jitter_ms;
    jitter_ms = jitter_ms < -SCORE_LAG_MS ? -SCORE_LAG_MS : jitter_ms;
    const double offset = (double)lag + jitter_ms / 1000 * composer->rate_hz;
    const uint64_t frame = written + grid_block_down((uint64_t)(offset < 0 ? 0 : offset));

    /* a damaged state may hold beats that are shorter than the lag */
    return frame < score->next_frame ? frame : composer->frame;
}

void score_chord(const struct composer *composer, struct chord_spec *spec)
{
    *spec =
        (struct chord_spec){composer->key, composer->mode, composer->degree, composer->kind};
}

uint32_t score_chord_mask(const struct composer *composer)
{
    struct chord_spec spec;

    score_chord(composer, &spec);
    return vocabulary_mask(&spec);
}

uint32_t score_scale(const struct composer *composer)
{
    const uint32_t now = theory_scale(composer->key, composer->mode);

    return composer->moving ? now & theory_scale(composer->hop_key, composer->hop_mode) : now;
}

uint64_t score_held_end(const struct composer *composer, enum role role, int32_t midi)
{
    uint64_t end = 0;

    for (int32_t i = 0; i < composer->n_held; i++) {
        const bool same =
            composer->held_role[i] == (int32_t)role && composer->held_midi[i] == midi;

        end = same && composer->held_end[i] > end ? composer->held_end[i] : end;
    }
    return end;
}

static void list_alternatives(const struct composer *composer, struct chord *chord)
{
    chord->n_alternatives = (uint8_t)composer->n_alternatives;
    for (int32_t i = 0; i < composer->n_alternatives; i++) {
        theory_degree_name(composer->mode, composer->alternative[i],
                           chord->alternatives[i].degree);
        chord->alternatives[i].probability = composer->alternative_probability[i];
    }
}

static void close_chord(struct phrase *phrase, uint64_t frame)
{
    if (phrase->n_chords > 0) {
        struct chord *const last = &phrase->chords[phrase->n_chords - 1];

        last->frames = (uint32_t)(frame - last->frame);
    }
}

void score_list_chord(struct score *score)
{
    const struct composer *const composer = score->composer;
    struct phrase *const phrase = score->phrase;
    struct chord_spec spec;

    if (phrase->n_chords == PHRASE_MAX_CHORDS) {
        return;
    }
    close_chord(phrase, composer->frame);
    struct chord *const chord = &phrase->chords[phrase->n_chords++];

    score_chord(composer, &spec);
    chord->frame = composer->frame;
    theory_degree_name(spec.mode, spec.degree, chord->degree);
    vocabulary_name(&spec, chord->name);
    chord->root = (uint8_t)vocabulary_root(&spec);
    chord->n_notes = VOICES;
    for (int32_t v = 0; v < VOICES; v++) {
        chord->notes[v] = (uint8_t)composer->voicing[v];
    }
    chord->why = (uint8_t)composer->chord_why;
    chord->probability = composer->probability;
    list_alternatives(composer, chord);
}

void score_list_bar(struct score *score)
{
    struct phrase *const phrase = score->phrase;

    if (phrase->n_bars < PHRASE_MAX_BARS) {
        phrase->bar_frames[phrase->n_bars] = score->composer->bar_frame;
        phrase->bar_shade[phrase->n_bars] = score->composer->shade;
        phrase->bar_shade[phrase->n_bars + 1] = score->composer->shade_end;
        phrase->bar_bpm[phrase->n_bars++] = score->composer->bpm;
        phrase->thin = phrase->thin || !form_fills(score->composer, 1);
    }
}

/* By frame, role, pitch; the rest only so that the order never depends on the sort. */
static int compare_notes(const void *left, const void *right)
{
    const struct note *const a = left;
    const struct note *const b = right;

    if (a->frame != b->frame) {
        return a->frame < b->frame ? -1 : 1;
    }
    if (a->role != b->role) {
        return a->role - b->role;
    }
    if (a->midi != b->midi) {
        return a->midi - b->midi;
    }
    return a->frames < b->frames ? -1 : a->frames > b->frames;
}

void score_finish(struct score *score)
{
    struct phrase *const phrase = score->phrase;

    phrase->frames = score->composer->frame - phrase->start_frame;
    close_chord(phrase, score->composer->frame);
    qsort(phrase->notes, phrase->n_notes, sizeof phrase->notes[0], compare_notes);
}
