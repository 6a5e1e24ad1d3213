#include "common/habits.h"
#include "common/params.h"
#include "common/presets.h"
#include "composerd/bells.h"
#include "composerd/compose.h"
#include "composerd/motif.h"
#include "tests/check.h"
#include "tests/unit/piece.h"

#include <stdlib.h>

#define RATE UINT64_C(44100)

static struct composition composition;

static void compose_minutes(const struct params *params, int minutes, struct piece *piece)
{
    struct composer composer;

    composer_init(&composer, params, RATE);
    piece_init(piece, RATE);
    for (uint64_t n = 0; composer.frame < (uint64_t)minutes * 60 * RATE; n++) {
        compose_phrase(&composer, params, 8, n, &composition);
        piece_add(piece, &composition.phrase);
    }
}

static struct params params_with(int32_t mode, double bpm, double intensity, uint64_t seed)
{
    struct params params;

    params_init(&params);
    params.mode = mode;
    params.bpm = bpm;
    params.intensity = intensity;
    params.seed = seed;
    return params;
}

static uint64_t beat_frames(const struct params *params)
{
    return (uint64_t)(60 / params->bpm * RATE) + BLOCK_FRAMES;
}

static double share(int part, int whole)
{
    return 100.0 * part / whole;
}

static void
test_an_hour_of_any_mode_is_seventy_chord_twenty_five_scale_five_chromatic(void **state)
{
    (void)state;
    for (int32_t mode = 0; mode < MODE_COUNT; mode++) {
        const struct params params =
            params_with(mode, 60 + 12 * mode, 0.7, 30 + (uint64_t)mode);
        struct piece piece;
        struct melody_heard melody;

        compose_minutes(&params, 60, &piece);
        piece_melody(&piece, 0, beat_frames(&params), &melody);
        CHECK(melody.notes > 600);
        CHECK_NEAR(share(melody.chord, melody.notes), 70, 5);
        CHECK_NEAR(share(melody.scale, melody.notes), 25, 5);
        CHECK_NEAR(share(melody.chromatic, melody.notes), 5, 2);
        CHECK_INT(melody.unresolved, 0);
        CHECK_INT(melody.astray, 0);
        piece_finish(&piece);
    }
}

static void test_intervals_lean_to_steps_and_leaps_are_rare(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        const struct params params =
            params_with(i, 120 - 10 * i, 0.3 + 0.1 * i, 60 + (uint64_t)i);
        struct piece piece;
        struct melody_heard melody;

        compose_minutes(&params, 60, &piece);
        piece_melody(&piece, 0, beat_frames(&params), &melody);
        CHECK(share(melody.steps, melody.intervals) >= 35);
        CHECK(share(melody.steps, melody.intervals) <= 80);
        CHECK(share(melody.over_fifth, melody.intervals) <= 12);
        CHECK(share(melody.over_octave, melody.intervals) <= 1);
        piece_finish(&piece);
    }
}

static void test_the_melody_rests_two_seconds_in_every_minute(void **state)
{
    const struct params params = params_with(MODE_dorian, 100, 1, 8);
    struct piece piece;
    uint64_t silent_from = 0;
    uint64_t last_rest = 0;

    (void)state;
    compose_minutes(&params, 30, &piece);
    for (size_t i = 0; i < piece.n_notes; i++) {
        const struct heard *const heard = &piece.notes[i];

        if (heard->note.role != ROLE_lead) {
            continue;
        }
        if (heard->note.frame >= silent_from + 2 * RATE) {
            last_rest = heard->note.frame;
        }
        CHECK(heard->note.frame - last_rest <= 58 * RATE);
        silent_from = heard->end > silent_from ? heard->end : silent_from;
    }
    piece_finish(&piece);
}

static void test_a_line_begins_two_seconds_after_the_last_has_ended(void **state)
{
    const struct params params = params_with(MODE_dorian, 100, 1, 8);
    struct composer composer;
    int lines = 0;

    (void)state;
    composer_init(&composer, &params, RATE);
    for (uint64_t n = 0; n < 100; n++) {
        compose_phrase(&composer, &params, 8, n, &composition);
        for (uint32_t i = 0; i + 1 < composition.n_beats; i++) {
            const struct composer *const before = &composition.beats[i].before;
            const bool begins =
                before->line_notes == 0 && composition.beats[i + 1].before.line_notes > 0;

            CHECK(!begins || before->lead_end == 0 ||
                  before->frame >= before->lead_end + 2 * RATE);
            lines += begins;
        }
    }
    CHECK(lines > 150);
}

static void test_sleep_has_no_chromatic_notes_and_stays_low(void **state)
{
    struct params params = params_with(MODE_aeolian, 60, 0.5, 5);
    struct piece piece;
    struct melody_heard melody;

    (void)state;
    params.habits = preset_find("sleep")->values.habits;
    compose_minutes(&params, 60, &piece);
    piece_melody(&piece, 0, beat_frames(&params), &melody);
    CHECK_INT(melody.chromatic, 0);
    CHECK(melody.notes > 300);
    for (size_t i = 0; i < piece.n_notes; i++) {
        CHECK(piece.notes[i].note.role != ROLE_lead || piece.notes[i].note.midi < 76);
    }
    piece_finish(&piece);
}

static void test_lines_come_back_from_a_bank_that_slowly_changes(void **state)
{
    const struct params params = params_with(MODE_ionian, 70, 0.5, 12);
    struct composer composer;
    int renewed = 0;
    int recalled = 0;

    struct levels levels;

    (void)state;
    levels_at(1, &levels); /* where a line takes any motif, and hardly ever at half speed */
    levels.stretch_chance = 0;
    composer_init(&composer, &params, RATE);
    for (int i = 0; i < 1000; i++) {
        struct composer before = composer;

        motif_begin_line(&composer, &levels);
        CHECK(composer.line_notes >= MOTIF_MIN_NOTES && composer.line_notes <= MOTIF_MAX_NOTES);
        for (int m = 0; m < MOTIFS; m++) {
            int same = 0;

            for (int k = 0; k < MOTIF_MAX_NOTES; k++) {
                const int at = m * MOTIF_MAX_NOTES + k;

                same += composer.line_rhythm[k] == composer.motif_rhythm[at] &&
                        abs(composer.line_contour[k]) == abs(composer.motif_contour[at]);
                renewed += before.motif_rhythm[at] != composer.motif_rhythm[at];
            }
            recalled += same == MOTIF_MAX_NOTES;
        }
    }
    CHECK(recalled > 750 && recalled < 900);
    CHECK(renewed > 200 && renewed < 1000);
}

static void test_a_motif_turns_once_or_twice(void **state)
{
    struct composer composer;
    const struct params params = params_with(MODE_ionian, 70, 0.5, 13);

    (void)state;
    composer_init(&composer, &params, RATE);
    for (int i = 0; i < 200; i++) {
        motif_fill_bank(&composer);
        for (int m = 0; m < MOTIFS; m++) {
            int turns = 0;
            int direction = 0;

            for (int k = 0; k < composer.motif_notes[m]; k++) {
                const int step = composer.motif_contour[m * MOTIF_MAX_NOTES + k];

                turns += step * direction < 0;
                direction = step != 0 ? step : direction;
            }
            CHECK(turns <= 2);
        }
    }
}

static void test_bells_never_come_round_together(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        const struct params params = params_with(MODE_ionian, 70, 0.5, seed);
        struct composer composer;

        composer_init(&composer, &params, seed % 2 == 0 ? 44100 : 48000);
        CHECK(composer.n_bells >= BELLS_MIN && composer.n_bells <= BELLS_MAX);
        for (int i = 0; i < composer.n_bells; i++) {
            const double seconds = (double)composer.bell_period[i] / composer.rate_hz;

            CHECK(seconds >= 17 && seconds <= 32);
            for (int k = 0; k < i; k++) {
                CHECK(!bells_related(composer.bell_period[i], composer.bell_period[k]));
            }
        }
    }
}

static void test_bell_periods_near_a_ratio_of_small_integers_are_related(void **state)
{
    (void)state;
    CHECK(bells_related(20000, 20300));
    CHECK(bells_related(30000, 20100)); /* 3:2 */
    CHECK(bells_related(20000, 25300)); /* 4:5 */
    CHECK(!bells_related(20000, 22600));
}

/* Counts strokes that do not lie on the grid of any loop. */
static int off_grid(const struct piece *piece, const struct composer *born)
{
    int off = 0;

    for (size_t i = 0; i < piece->n_notes; i++) {
        const struct note *const note = &piece->notes[i].note;
        bool on = note->role != ROLE_bell;

        for (int k = 0; k < born->n_bells && !on; k++) {
            const uint64_t period = (uint64_t)born->bell_period[k];
            /* a stroke lies less than a block before the loop's own time */
            const uint64_t after = note->frame + 2 * period - born->bell_next[k] % period;
            const uint64_t gap = (uint64_t)born->bell_gap[k];

            on = (after + BLOCK_FRAMES) % period <= UINT64_C(2) * BLOCK_FRAMES ||
                 (gap > 0 &&
                  (after - gap + BLOCK_FRAMES) % period <= UINT64_C(2) * BLOCK_FRAMES);
        }
        off += !on;
    }
    return off;
}

static void test_bells_go_on_in_seconds_whatever_tempo_and_key_do(void **state)
{
    struct params params = params_with(MODE_ionian, 66, 0.5, 21);
    struct composer composer;
    struct composer born;
    struct piece piece;
    double velocity;

    (void)state;
    composer_init(&composer, &params, RATE);
    born = composer;
    piece_init(&piece, RATE);
    for (uint64_t n = 0; composer.frame < 20UL * 60 * RATE; n++) {
        params.bpm = n % 2 == 0 ? 66 : 118;
        params.key = (int32_t)(n / 3 % 12);
        compose_phrase(&composer, &params, 8, n, &composition);
        piece_add(&piece, &composition.phrase);
    }
    CHECK(piece_count(&piece, ROLE_bell, &velocity) > 50);
    CHECK_INT(off_grid(&piece, &born), 0);
    piece_finish(&piece);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_an_hour_of_any_mode_is_seventy_chord_twenty_five_scale_five_chromatic),
        cmocka_unit_test(test_intervals_lean_to_steps_and_leaps_are_rare),
        cmocka_unit_test(test_the_melody_rests_two_seconds_in_every_minute),
        cmocka_unit_test(test_a_line_begins_two_seconds_after_the_last_has_ended),
        cmocka_unit_test(test_sleep_has_no_chromatic_notes_and_stays_low),
        cmocka_unit_test(test_lines_come_back_from_a_bank_that_slowly_changes),
        cmocka_unit_test(test_a_motif_turns_once_or_twice),
        cmocka_unit_test(test_bells_never_come_round_together),
        cmocka_unit_test(test_bell_periods_near_a_ratio_of_small_integers_are_related),
        cmocka_unit_test(test_bells_go_on_in_seconds_whatever_tempo_and_key_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
