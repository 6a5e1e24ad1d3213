#include "composerd/form.h"

#include "common/presets.h"
#include "common/rng.h"
#include "composerd/bells.h"
#include "composerd/dice.h"
#include "composerd/grid.h"
#include "composerd/motif.h"

enum {
    CLEARING_BARS = 8,
    CLEARING_ARCS_MIN = 3,
    CLEARING_ARCS_SPAN = 3,
    SECTIONS_MAX = 2000000000, /* as in state.def; some thousand years */
};

#define ENDING_TEMPO     0.8  /* of the tempo, where an ending closes */
#define TEMPO_FLOOR_BPM  45.0 /* as in state.def */
#define GROWTH_SECONDS   60.0 /* from nothing to a full texture */
#define PLAN_SECONDS     8.0  /* to the middle of a long chord */
#define SHADE_PER_SECOND 0.004
#define SHADE_DRIFT      0.06
#define DARKENING_S      3600.0

struct arc_part {
    double density, loudness, shade;
};

static const struct arc_part arc_parts[] = {
#define ARC_PART(text, density, loudness, shade) {density, loudness, shade},
#include "composerd/arc.def"
#undef ARC_PART
};
_Static_assert(sizeof(arc_parts) / sizeof(arc_parts[0]) == ARC_SECTIONS, "a row for each");

/* Seeds drawn from one another must not meet those that users choose. */
#define RENEWAL_SALT UINT64_C(0x5ec7104e5ec7104e)

static const struct arc_part *part_of_arc(const struct composer *composer)
{
    return &arc_parts[composer->section % ARC_SECTIONS];
}

static bool is_ending(const struct composer *composer)
{
    return composer->ending == ENDING_ASKED || composer->ending == ENDING_CLOSING;
}

/* How much of the way to where an ending closes is left at a frame. */
static double ending_left(const struct composer *composer, double frame)
{
    const double span = (double)composer->end_frame - (double)composer->end_asked;
    const double rest = (double)composer->end_frame - frame;

    if (rest <= 0) {
        return 0;
    }
    return span > rest ? rest / span : 1;
}

/* Slower by up to a fifth, the less is left. */
static double ending_bpm(const struct params *params, double left)
{
    const double bpm = params->bpm * (ENDING_TEMPO + (1 - ENDING_TEMPO) * left);

    return bpm < TEMPO_FLOOR_BPM ? TEMPO_FLOOR_BPM : bpm;
}

double form_target_bpm(const struct composer *composer, const struct params *params)
{
    const double left = ending_left(composer, (double)composer->frame);

    return is_ending(composer) ? ending_bpm(params, left) : params->bpm;
}

double form_planned_bpm(const struct composer *composer, const struct params *params)
{
    const double later = (double)composer->frame + PLAN_SECONDS * composer->rate_hz;

    return is_ending(composer) ? ending_bpm(params, ending_left(composer, later)) : params->bpm;
}

int32_t form_slowest_bar_frames(const struct composer *composer, const struct params *params)
{
    return grid_bar_frames(ending_bpm(params, 0), composer->rate_hz);
}

uint64_t form_growth_frames(const struct composer *composer)
{
    const double missing = form_silent(composer) ? 1 : 1 - composer->fullness;
    const uint64_t bars = (uint64_t)composer->bar_frames * 2; /* it grows at bar lines */

    return missing > 0 ? grid_seconds(composer, missing * GROWTH_SECONDS) + bars : 0;
}

int32_t form_mode(const struct composer *composer, const struct params *params)
{
    const struct preset_spec *const preset = preset_find(params->preset);
    const bool own = preset != NULL && params->mode == preset->values.mode;

    return composer->tinted && own ? params->habits.tint_mode : params->mode;
}

bool form_settled(const struct composer *composer, const struct params *params)
{
    const double bpm = form_target_bpm(composer, params);
    /* an ending slows down all the way */
    const bool in_time = is_ending(composer) || !(composer->bpm < bpm || composer->bpm > bpm);

    return in_time && composer->key == params->key &&
           composer->mode == form_mode(composer, params) && !composer->moving;
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

/* A section in another mode only begins where harmony has nothing else to do. */
static void tint(struct composer *composer, const struct params *params)
{
    const bool drawn = dice_chance(composer, DIE_FORM, params->habits.tint);

    composer->tinted =
        drawn && composer->ending == ENDING_NONE && form_settled(composer, params);
}

static void begin_section(struct composer *composer, const struct params *params)
{
    composer->section = composer->section < SECTIONS_MAX ? composer->section + 1 : 0;
    composer->section_bar = 0;
    const int32_t arc = (int32_t)form_arc(composer);

    if (composer->section % ARC_SECTIONS == 0 && arc >= composer->next_clearing) {
        composer->clearing_left = CLEARING_BARS;
        composer->next_clearing = draw_next_clearing(composer, arc);
    }
    tint(composer, params);
}

static void renew(struct composer *composer, const struct params *params)
{
    const enum renewal renewal = (enum renewal)composer->renewal;
    /* a transition leads to the mode that was asked for, a new section goes on in its own */
    const int32_t tinted = renewal == RENEWAL_CHORD ? 0 : composer->tinted;

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
        begin_section(composer, params);
    }
    composer->tinted = tinted;
}

static double towards(double value, double target, double most)
{
    if (target > value + most) {
        return value + most;
    }
    return target < value - most ? value - most : target;
}

/* It grows until it is whole, but never beyond what an ending leaves of it. */
static void breathe(struct composer *composer)
{
    const double left = ending_left(composer, (double)composer->frame);
    const double grown = towards(composer->fullness, 1, 240 / composer->bpm / GROWTH_SECONDS);

    if (composer->ending == ENDING_RESTING) {
        composer->fullness = 0;
    } else if (composer->ending != ENDING_WAKING) {
        composer->fullness = is_ending(composer) && left < grown ? left : grown;
    }
}

/* What the bar's end should sound like: the section, the slow walk, and what darkens. */
static double wanted_shade(const struct composer *composer)
{
    return part_of_arc(composer)->shade + SHADE_DRIFT * form_drift(composer) -
           composer->darkness;
}

static void cast_shade(struct composer *composer, const struct params *params)
{
    const double seconds = 240 / composer->bpm;
    const double darkening = params->habits.darkening;
    const double darker = composer->darkness < darkening ? darkening * seconds / DARKENING_S
                                                         : SHADE_PER_SECOND * seconds;

    composer->darkness = towards(composer->darkness, darkening, darker);
    composer->shade = composer->shade_end;
    composer->shade_end =
        towards(composer->shade_end, wanted_shade(composer), SHADE_PER_SECOND * seconds);
}

void form_begin_bar(struct composer *composer, const struct params *params)
{
    if (composer->renewal != RENEWAL_NONE) {
        renew(composer, params);
    }
    if (composer->section_bar >= SECTION_BARS) {
        begin_section(composer, params);
    }
    breathe(composer);
    if (composer->frame > 0) {
        composer->bpm = grid_tempo_step(composer->bpm, form_target_bpm(composer, params));
    }
    composer->bar_frame = composer->frame;
    composer->bar_frames = grid_bar_frames(composer->bpm, composer->rate_hz);
    cast_shade(composer, params);
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
    return part_of_arc(composer)->density * (0.2 + 0.8 * composer->fullness);
}

double form_loudness(const struct composer *composer)
{
    return part_of_arc(composer)->loudness * (0.82 + 0.18 * composer->fullness);
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

bool form_fills(const struct composer *composer, double fullness)
{
    return composer->fullness >= fullness;
}
