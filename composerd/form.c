#include "composerd/form.h"

#include "common/rng.h"
#include "composerd/bells.h"
#include "composerd/dice.h"
#include "composerd/grid.h"
#include "composerd/motif.h"

enum {
    CLEARING_BARS = 8,
    CLEARING_ARCS_MIN = 3,
    CLEARING_ARCS_SPAN = 3,
    TEMPO_FLOOR_BPM = 60,
    SECTIONS_MAX = 2000000000, /* as in state.def; some thousand years */
};

/* Seeds drawn from one another must not meet those that users choose. */
#define RENEWAL_SALT UINT64_C(0x5ec7104e5ec7104e)

double form_target_bpm(const struct composer *composer, const struct params *params)
{
    const double slower = params->bpm * 0.85;

    if (composer->ending != ENDING_ASKED && composer->ending != ENDING_CLOSING) {
        return params->bpm;
    }
    return slower < TEMPO_FLOOR_BPM ? TEMPO_FLOOR_BPM : slower;
}

static int32_t draw_next_clearing(struct composer *composer, int32_t arc)
{
    return arc + CLEARING_ARCS_MIN + dice_below(composer, DIE_FORM, CLEARING_ARCS_SPAN);
}

void form_plant(struct composer *composer, uint64_t seed)
{
    composer->seed = seed;
    dice_seed(composer, seed);
    composer->drift_seconds = dice_between(composer, DIE_FORM, 720, 1200);
    composer->drift_phase = dice_unit(composer, DIE_FORM);
    composer->next_clearing = draw_next_clearing(composer, (int32_t)form_arc(composer));
    composer->appetite = dice_between(composer, DIE_LEAD, 0.5, 1.5);
    motif_fill_bank(composer);
    bells_plant(composer);
}

static void begin_section(struct composer *composer)
{
    composer->section = composer->section < SECTIONS_MAX ? composer->section + 1 : 0;
    composer->section_bar = 0;
    const int32_t arc = (int32_t)form_arc(composer);

    if (composer->section % ARC_SECTIONS == 0 && arc >= composer->next_clearing) {
        composer->clearing_left = CLEARING_BARS;
        composer->next_clearing = draw_next_clearing(composer, arc);
    }
}

static void renew(struct composer *composer)
{
    const enum renewal renewal = (enum renewal)composer->renewal;

    composer->renewal = RENEWAL_NONE;
    composer->chord_left = 0;
    if (renewal == RENEWAL_SEED) {
        form_plant(composer, composer->renewal_seed);
    } else {
        /* so that it differs from what would have come, whatever is asked for */
        dice_seed(composer, rng_mix(composer->dice[0] ^ RENEWAL_SALT));
    }
    if (renewal != RENEWAL_CHORD) {
        composer->clearing_left = 0;
        begin_section(composer);
    }
}

void form_begin_bar(struct composer *composer, const struct params *params)
{
    if (composer->renewal != RENEWAL_NONE) {
        renew(composer);
    }
    if (composer->section_bar >= SECTION_BARS) {
        begin_section(composer);
    }
    if (composer->frame > 0) {
        composer->bpm = grid_tempo_step(composer->bpm, form_target_bpm(composer, params));
    }
    composer->bar_frame = composer->frame;
    composer->bar_frames = grid_bar_frames(composer->bpm, composer->rate_hz);
}

void form_end_bar(struct composer *composer)
{
    composer->section_bar++;
    if (composer->clearing_left > 0) {
        composer->clearing_left--;
    }
    if (composer->chord_left > 0) {
        composer->chord_left--;
    }
}

uint32_t form_arc(const struct composer *composer)
{
    return (uint32_t)composer->section / ARC_SECTIONS;
}

double form_density(const struct composer *composer)
{
    static const double factors[ARC_SECTIONS] = {0.85, 1, 1.2, 0.9};
    const double ending = form_fading(composer) ? 0.5 : 1;

    return factors[composer->section % ARC_SECTIONS] * ending;
}

double form_loudness(const struct composer *composer)
{
    static const double factors[ARC_SECTIONS] = {0.97, 1, 1.04, 0.98};
    const double ending = form_fading(composer) ? 0.85 : 1;

    return factors[composer->section % ARC_SECTIONS] * ending;
}

/* Two parabolas for a sine: the same bits on every machine. */
double form_drift(const struct composer *composer)
{
    const double seconds = (double)composer->frame / composer->rate_hz;
    const double turns = seconds / composer->drift_seconds + composer->drift_phase;
    const double at = turns - (double)(uint64_t)turns;

    return at < 0.5 ? 16 * at * (0.5 - at) : -16 * (at - 0.5) * (1 - at);
}

bool form_clearing(const struct composer *composer)
{
    return composer->clearing_left > 0;
}

bool form_silent(const struct composer *composer)
{
    return composer->ending == ENDING_RESTING || composer->ending == ENDING_WAKING;
}

bool form_fading(const struct composer *composer)
{
    return composer->ending == ENDING_ASKED || composer->ending == ENDING_CLOSING;
}
