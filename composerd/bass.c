#include "composerd/bass.h"

#include "composerd/form.h"
#include "composerd/grid.h"

#define BASS_INTENSITY  0.05 /* below it there is none */
#define BASS_FULLNESS   0.33 /* of the texture; but the last chord has its bass */
#define LONGEST_SECONDS 18.0
#define JITTER_MS       4.0

/* Lower than any pad by more than a major third. */
enum { LOWEST_MIDI = 29, HIGHEST_MIDI = 43, CENTRE_MIDI = 37 };

static int32_t near_last(const struct composer *composer, int32_t pitch_class)
{
    const int32_t want = (composer->bass_midi + CENTRE_MIDI) / 2;

    return theory_nearest(1U << pitch_class, want, LOWEST_MIDI, HIGHEST_MIDI);
}

/* The tonic may lie below any chord that has nothing a semitone above it. */
static bool pedal_suits(const struct composer *composer)
{
    return composer->degree != 0 &&
           !theory_has(score_chord_mask(composer), composer->key + 1) &&
           theory_has(score_scale(composer), composer->key);
}

static int32_t choose(struct score *score, enum rule *why)
{
    struct composer *const composer = score->composer;
    const int32_t root = theory_pitch_class(composer->key, composer->mode, composer->degree);
    const bool pedal = dice_chance(composer, DIE_BASS, score->habits->pedal);
    const bool fifth = dice_chance(composer, DIE_BASS, 0.4);

    *why = RULE_bass_root;
    if (score->chord_begins && pedal && pedal_suits(composer)) {
        *why = RULE_bass_pedal;
        return near_last(composer, composer->key);
    }
    if (!score->chord_begins && fifth && theory_has(score_scale(composer), root + 7)) {
        *why = RULE_bass_fifth;
        return near_last(composer, theory_wrap(root + 7));
    }
    return near_last(composer, root);
}

/* Bars that the note lasts: the chord's rest, or half of it. */
static int32_t choose_bars(struct score *score)
{
    struct composer *const composer = score->composer;
    const bool half = dice_chance(composer, DIE_BASS, 0.2 + 0.3 * score->params->intensity);
    int32_t n_bars = score->bars_left;

    n_bars = half && n_bars > 1 ? (n_bars + 1) / 2 : n_bars;
    while (n_bars > 1 && grid_after_bars(composer, score->target_bpm, n_bars) >
                             composer->frame + grid_seconds(composer, LONGEST_SECONDS)) {
        n_bars--;
    }
    return n_bars;
}

static bool audible(const struct score *score)
{
    const struct composer *const composer = score->composer;
    const bool there =
        form_fills(composer, BASS_FULLNESS) || composer->ending == ENDING_CLOSING;

    return score->params->mix_bass > 0 && score->params->intensity > BASS_INTENSITY && there &&
           !form_clearing(composer);
}

/* With each chord, and again in it when the note before has ended; the last chord rings. */
static bool is_due(const struct score *score)
{
    const struct composer *const composer = score->composer;

    if (composer->beat != 0) {
        return false;
    }
    return score->chord_begins ||
           (composer->bass_end <= composer->frame && composer->ending != ENDING_CLOSING);
}

void bass_play(struct score *score)
{
    struct composer *const composer = score->composer;
    struct draft draft = {.role = ROLE_bass};

    if (!audible(score) || !is_due(score)) {
        return;
    }
    draft.midi = choose(score, &draft.why);
    draft.frame = score_onset(score, DIE_BASS, 0, JITTER_MS);
    const uint64_t end = grid_after_bars(composer, score->target_bpm, choose_bars(score));

    draft.frames = end - draft.frame;
    draft.velocity = score->levels.bass_velocity * (score->chord_begins ? 1 : 0.9) +
                     2 * dice_normal(composer, DIE_BASS);
    if (score_add(score, &draft, ROOM_FOR_HARMONY)) {
        composer->bass_midi = draft.midi;
        composer->bass_end = end;
    }
}
