#include "composerd/bells.h"

#include "composerd/form.h"
#include "composerd/grid.h"

enum { LOWEST_MIDI = 74, HIGHEST_MIDI = 96, TRIES = 64 };

#define PERIOD_MIN_SECONDS 17.0
#define PERIOD_MAX_SECONDS 32.0
#define RING_SECONDS       4.0
#define PAIR_CHANCE        0.3 /* of a loop to have a second note */

/* Periods known to be unrelated, for dice that find none. */
static const double spare_seconds[BELLS_MIN] = {17.3, 19.9, 24.2, 31.0};

bool bells_related(int32_t a_frames, int32_t b_frames)
{
    for (int32_t p = 1; p <= BELL_RATIO_MAX; p++) {
        for (int32_t q = 1; q <= BELL_RATIO_MAX; q++) {
            const double off = (double)a_frames * q / ((double)b_frames * p);

            if (off > 1 - BELL_RATIO_TOLERANCE && off < 1 + BELL_RATIO_TOLERANCE) {
                return true;
            }
        }
    }
    return false;
}

static bool related_to_any(const struct composer *composer, int32_t n, int32_t period)
{
    for (int32_t i = 0; i < n; i++) {
        if (bells_related(period, composer->bell_period[i])) {
            return true;
        }
    }
    return false;
}

/* How many periods were found; fewer than asked when the dice run out. */
static int32_t draw_periods(struct composer *composer, int32_t wanted)
{
    int32_t n = 0;

    for (int32_t tries = 0; tries < TRIES && n < wanted; tries++) {
        const double seconds =
            dice_between(composer, DIE_BELL, PERIOD_MIN_SECONDS, PERIOD_MAX_SECONDS);
        const int32_t period = (int32_t)(seconds * composer->rate_hz);

        if (!related_to_any(composer, n, period)) {
            composer->bell_period[n++] = period;
        }
    }
    return n;
}

void bells_plant(struct composer *composer)
{
    const int32_t wanted =
        BELLS_MIN + dice_below(composer, DIE_BELL, BELLS_MAX - BELLS_MIN + 1);
    const int32_t found = draw_periods(composer, wanted);

    composer->n_bells = found < BELLS_MIN ? BELLS_MIN : found;
    for (int32_t i = 0; i < BELLS_MAX; i++) {
        if (found < BELLS_MIN || i >= found) {
            composer->bell_period[i] =
                (int32_t)(spare_seconds[i % BELLS_MIN] * composer->rate_hz);
        }
        const double phase = dice_unit(composer, DIE_BELL) * composer->bell_period[i];
        const double gap = dice_between(composer, DIE_BELL, 1.5, 5) * composer->rate_hz;

        composer->bell_next[i] = composer->frame + (uint64_t)phase;
        composer->bell_gap[i] = dice_chance(composer, DIE_BELL, PAIR_CHANCE) ? (int32_t)gap : 0;
        composer->bell_echo[i] = 0;
        composer->bell_midi[i] =
            LOWEST_MIDI + dice_below(composer, DIE_BELL, HIGHEST_MIDI - LOWEST_MIDI + 1);
    }
}

/* The chance of a stroke that makes all loops together keep the rate. */
static double stroke_chance(const struct score *score)
{
    const struct composer *const composer = score->composer;
    double per_minute = 0;

    for (int32_t i = 0; i < composer->n_bells; i++) {
        const double strokes = composer->bell_gap[i] > 0 ? 2 : 1;

        per_minute += strokes * 60 * composer->rate_hz / composer->bell_period[i];
    }
    return score->levels.bell_rate * form_density(composer) / per_minute;
}

/* Dice are thrown for every stroke, heard or not, so that later ones do not depend on it. */
static void stroke(struct score *score, int32_t loop, uint64_t frame, int32_t lean)
{
    struct composer *const composer = score->composer;
    const bool heard = dice_chance(composer, DIE_BELL, stroke_chance(score));
    const double velocity = score->levels.bell_velocity + 4 * dice_normal(composer, DIE_BELL);
    const struct draft draft = {
        .role = ROLE_bell,
        .why = RULE_bell_loop,
        .midi = theory_nearest(score_chord_mask(composer), composer->bell_midi[loop] + lean,
                               LOWEST_MIDI, HIGHEST_MIDI),
        .velocity = velocity,
        .frame = grid_block_down(frame),
        .frames = grid_seconds(composer, RING_SECONDS),
    };

    if (heard && score->params->mix_bell > 0 && composer->ending != ENDING_CLOSING) {
        score_add(score, &draft, ROOM_FOR_ORNAMENT);
    }
}

static bool falls_in_beat(const struct score *score, uint64_t frame)
{
    return frame >= score->composer->frame && frame < score->next_frame;
}

void bells_play(struct score *score)
{
    struct composer *const composer = score->composer;

    for (int32_t i = 0; i < composer->n_bells; i++) {
        if (composer->bell_echo[i] > 0 && falls_in_beat(score, composer->bell_echo[i])) {
            stroke(score, i, composer->bell_echo[i], -3);
            composer->bell_echo[i] = 0;
        }
        if (composer->bell_next[i] < composer->frame) {
            /* it passed in a rest */
            composer->bell_next[i] = composer->frame + (uint64_t)composer->bell_period[i];
        }
        if (falls_in_beat(score, composer->bell_next[i])) {
            const uint64_t frame = composer->bell_next[i];

            stroke(score, i, frame, 0);
            composer->bell_echo[i] =
                composer->bell_gap[i] > 0 ? frame + (uint64_t)composer->bell_gap[i] : 0;
            composer->bell_next[i] = frame + (uint64_t)composer->bell_period[i];
        }
    }
}
