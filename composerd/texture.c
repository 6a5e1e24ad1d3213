#include "composerd/texture.h"

#include "composerd/form.h"
#include "composerd/grid.h"

#define KICK_INTENSITY  0.25 /* below it there is none */
#define KICK_JITTER_MS  4.0
#define BRUSH_JITTER_MS 9.0
#define BRUSH_SOFTNESS  0.5 /* of a kick: it is noise, where nothing else sounds */

enum {
    SWELL_LOWEST_MIDI = 55,
    SWELL_HIGHEST_MIDI = 69,
    SWELL_CENTRE_MIDI = 62,
    AIR_BAR = 4,                    /* of a section: where a swell for its own sake may begin */
    LEAD_IN_BAR = SECTION_BARS - 2, /* where one that leads into the next section may */
    SWELL_BEAT = 2, /* a chord that changes has let go of the one before by then */
    BRUSH_BEAT = 2,
};

static void swell_play(struct score *score)
{
    struct composer *const composer = score->composer;
    const bool leads_in = composer->section_bar == LEAD_IN_BAR;

    if (composer->section_bar != AIR_BAR && !leads_in) {
        return;
    }
    const bool heard = dice_chance(composer, DIE_SWELL, score->levels.swell_chance);
    const double seconds = dice_between(composer, DIE_SWELL, 8, 14);
    const int32_t root = theory_pitch_class(composer->key, composer->mode, composer->degree);
    const struct draft draft = {
        .role = ROLE_swell,
        .why = leads_in ? RULE_swell_section : RULE_swell_air,
        .midi = theory_nearest(1U << root, SWELL_CENTRE_MIDI, SWELL_LOWEST_MIDI,
                               SWELL_HIGHEST_MIDI),
        .velocity = score->levels.swell_velocity,
        .frame = score_onset(score, DIE_SWELL, 0, 0),
        .frames = grid_seconds(composer, seconds),
    };

    if (heard && score->params->mix_texture > 0) {
        score_add(score, &draft, ROOM_FOR_ORNAMENT);
    }
}

static void kick_play(struct score *score)
{
    struct composer *const composer = score->composer;

    const double hunger = composer->kick_hunger + score->levels.kicks / SECTION_BARS;

    composer->kick_hunger = hunger < 1 ? hunger : 1;
    if (hunger < 1) {
        return;
    }
    const struct draft draft = {
        .role = ROLE_kick,
        .why = RULE_kick_pulse,
        .midi = KICK_MIDI,
        .velocity = score->levels.pulse_velocity + 2 * dice_normal(composer, DIE_PULSE),
        .frame = score_onset(score, DIE_PULSE, 0, KICK_JITTER_MS),
    };

    if (score_add(score, &draft, ROOM_FOR_PULSE)) {
        composer->kick_hunger = hunger - 1;
    }
}

static void brush_play(struct score *score)
{
    struct composer *const composer = score->composer;
    const bool heard = dice_chance(composer, DIE_PULSE, score->levels.brush_chance);
    const struct draft draft = {
        .role = ROLE_brush,
        .why = RULE_brush_breath,
        .midi = BRUSH_MIDI,
        .velocity = score->levels.pulse_velocity * BRUSH_SOFTNESS,
        .frame = score_onset(score, DIE_PULSE, 0, BRUSH_JITTER_MS),
        .frames = grid_seconds(composer, 2),
    };

    if (heard) {
        score_add(score, &draft, ROOM_FOR_ORNAMENT);
    }
}

void texture_play(struct score *score)
{
    struct composer *const composer = score->composer;
    const bool beating =
        score->params->mix_percussion > 0 && score->params->intensity >= KICK_INTENSITY;

    if (form_clearing(composer) || !form_fills(composer, 0.6)) {
        return;
    }
    if (composer->beat == SWELL_BEAT) {
        swell_play(score);
    }
    if (composer->beat == 0 && beating) {
        kick_play(score);
    }
    if (composer->beat == BRUSH_BEAT && beating) {
        brush_play(score);
    }
}
