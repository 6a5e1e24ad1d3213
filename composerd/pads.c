#include "composerd/pads.h"

#include "composerd/form.h"
#include "composerd/grid.h"

#define DOUBLING_INTENSITY 0.875 /* above it the lower voices sound an octave higher too */
#define PIECE_SECONDS      18.0  /* longer chords are struck again */
#define JITTER_MS          9.0

/* Voices after the first four double one of those, where it lies free; 0: silent. */
static int32_t pitch_of(const struct score *score, int32_t voice)
{
    const int32_t *const voicing = score->composer->voicing;

    if (voice < VOICES) {
        return voicing[voice];
    }
    const int32_t midi = voicing[voice - VOICES] + 12;

    if (score->params->intensity <= DOUBLING_INTENSITY || !form_fills(score->composer, 0.8) ||
        midi > 77) {
        return 0;
    }
    for (int32_t v = 0; v < VOICES; v++) {
        if (midi > voicing[v] - 2 && midi < voicing[v] + 2) {
            return 0;
        }
    }
    return midi;
}

/* A note that begins at `onset`: to the chord's end, or the first of equal pieces of it. */
static uint64_t length_of(struct score *score, uint64_t onset)
{
    struct composer *const composer = score->composer;
    const uint64_t end = grid_after_bars(composer, score->target_bpm, score->bars_left);
    const uint64_t overlap =
        grid_seconds(composer, dice_between(composer, DIE_PAD, OVERLAP_MIN_SECONDS,
                                            OVERLAP_MAX_SECONDS - 0.05));
    const uint64_t longest = grid_seconds(composer, PIECE_SECONDS);
    const uint64_t rest = end > onset ? end - onset : 0;
    const uint64_t pieces = (rest + longest - 1) / longest;

    return grid_block_down(pieces > 1 ? rest / pieces : rest) + overlap;
}

static void strike(struct score *score, int32_t voice, int32_t midi)
{
    static const double factors[RULE_COUNT] = {
        [RULE_chord_voice] = 1, [RULE_chord_common] = 0.88, [RULE_chord_renew] = 0.8};
    struct composer *const composer = score->composer;
    struct draft draft = {.role = ROLE_pad, .midi = midi};
    const enum rule rule = !score->chord_begins                           ? RULE_chord_renew
                           : score_held_end(composer, ROLE_pad, midi) > 0 ? RULE_chord_common
                                                                          : RULE_chord_voice;

    draft.why = voice < VOICES ? rule : RULE_chord_octave;
    draft.frame = score_onset(score, DIE_PAD, 0, JITTER_MS);
    draft.frames = length_of(score, draft.frame);
    draft.velocity = score->levels.pad_velocity * factors[rule] * (voice < VOICES ? 1 : 0.9) +
                     2 * dice_normal(composer, DIE_PAD);
    if (score_add(score, &draft, voice < VOICES ? ROOM_FOR_HARMONY : ROOM_FOR_DOUBLING)) {
        composer->voice_end[voice] = draft.frame + draft.frames;
    }
}

void pads_play(struct score *score)
{
    struct composer *const composer = score->composer;
    const bool rings = composer->ending == ENDING_CLOSING && !score->chord_begins;
    const uint64_t needed = score->next_frame + grid_seconds(composer, OVERLAP_MIN_SECONDS);
    const uint64_t latest = composer->frame + grid_seconds(composer, OVERLAP_MAX_SECONDS);

    for (int32_t voice = 0; voice < PAD_VOICES; voice++) {
        const int32_t midi = pitch_of(score, voice);

        if (score->chord_begins) {
            const uint64_t end = score_held_end(composer, ROLE_pad, midi);

            /* where the chord before was cut short, its tones that this one shares are held */
            composer->voice_end[voice] = end > latest ? end : 0;
        }
        if (score->params->mix_pad > 0 && midi > 0 && !rings &&
            composer->voice_end[voice] < needed) {
            strike(score, voice, midi);
        }
    }
}
