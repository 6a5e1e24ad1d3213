#include "common/params.h"
#include "composerd/compose.h"
#include "composerd/harmony.h"
#include "tests/check.h"
#include "tests/unit/piece.h"

#include <math.h>
#include <string.h>

enum { CHORDS = 20000 };

static struct composer composer_in(int32_t mode, uint64_t seed)
{
    struct params params;
    struct composer composer;

    params_init(&params);
    params.mode = mode;
    params.seed = seed;
    composer_init(&composer, &params, 44100);
    return composer;
}

static void test_the_weights_sum_to_one_and_only_the_tonic_may_repeat(void **state)
{
    double weights[DEGREES];

    (void)state;
    for (int32_t i = 0; i < MODE_COUNT * DEGREES * (DEGREES + 1); i++) {
        const int32_t mode = i % MODE_COUNT;
        const int32_t current = i / MODE_COUNT % DEGREES;
        const int32_t previous = i / MODE_COUNT / DEGREES - 1;
        double sum = 0;

        harmony_weights(mode, UINT32_MAX, previous, current, weights);
        for (int32_t degree = 0; degree < DEGREES; degree++) {
            sum += weights[degree];
            CHECK(weights[degree] <= 0 || harmony_degree_label(mode, degree) != NULL);
        }
        CHECK_NEAR(sum, 1, 1e-12);
        CHECK(current == 0 || harmony_degree_label(mode, current) == NULL ||
              weights[current] <= 0);
    }
}

static void test_going_back_weighs_half_unless_to_the_tonic(void **state)
{
    double plain[DEGREES];
    double back[DEGREES];

    (void)state;
    harmony_weights(MODE_ionian, UINT32_MAX, -1, 4, plain);
    CHECK_NEAR(plain[3], 0.22, 1e-12);
    harmony_weights(MODE_ionian, UINT32_MAX, 3, 4, back); /* IV V, and back to IV? */
    CHECK_NEAR(back[3], 0.11 / 0.89, 1e-12);
    CHECK_NEAR(back[5], 0.24 / 0.89, 1e-12);
    harmony_weights(MODE_ionian, UINT32_MAX, 0, 4, back);
    CHECK_NEAR(back[0], plain[0], 1e-12);
}

/* What was expected and what came, for one state of the chain. */
struct cell {
    double expected;
    int came;
};

/* Chi-square of the unforced transitions in the mode, over all states of the chain, with its
 * degrees of freedom. */
static double chi_square(int32_t mode, int *freedom)
{
    static struct cell cells[DEGREES + 1][DEGREES][DEGREES];
    struct composer composer = composer_in(mode, 77 + (uint64_t)mode);
    double weights[DEGREES];
    double sum = 0;

    memset(cells, 0, sizeof cells);
    for (int i = 0; i < CHORDS; i++) {
        const int32_t previous = composer.previous_degree;
        const int32_t current = composer.degree;
        struct cell *const row = cells[previous + 1][current];

        harmony_next(&composer, &habits_plain, 2);
        for (int bar = 0; bar < 2; bar++) {
            harmony_end_bar(&composer);
        }
        harmony_weights(mode, UINT32_MAX, previous, current, weights);
        CHECK(composer.probability >= 1 || weights[composer.degree] > 0);
        for (int32_t d = 0; d < DEGREES && composer.n_alternatives > 0; d++) {
            row[d].expected += weights[d];
            row[d].came += d == composer.degree;
        }
    }
    *freedom = 0;
    for (int i = 0; i < (DEGREES + 1) * DEGREES; i++) {
        const struct cell *const row = cells[i / DEGREES][i % DEGREES];
        int used = 0;

        for (int d = 0; d < DEGREES; d++) {
            if (row[d].expected >= 5) { /* fewer say nothing */
                sum += (row[d].came - row[d].expected) * (row[d].came - row[d].expected) /
                       row[d].expected;
                used++;
            }
        }
        *freedom += used > 1 ? used - 1 : 0;
    }
    return sum;
}

static void test_realised_transitions_are_those_of_the_table(void **state)
{
    (void)state;
    for (int32_t mode = 0; mode < MODE_COUNT; mode++) {
        int freedom = 0;
        const double sum = chi_square(mode, &freedom);

        CHECK(freedom > 50);
        /* three deviations of a chi-square variable above its mean */
        CHECK(sum < freedom + 3 * sqrt(2.0 * freedom));
    }
}

static struct composition composition;

static bool is_characteristic(const struct harmony_heard *heard)
{
    char name[DEGREE_NAME_SIZE];

    theory_degree_name(heard->mode, mode_characters[heard->mode].chord_degree, name);
    return strcmp(name, heard->chord.degree) == 0;
}

static void test_the_characteristic_chord_sounds_in_any_sixteen_bars(void **state)
{
    (void)state;
    for (int i = 0; i < 3 * MODE_COUNT; i++) {
        const int turn = i / MODE_COUNT;
        struct params params;
        struct composer composer;
        struct piece piece;
        double plain_frames = 0;

        params_init(&params);
        params.mode = i % MODE_COUNT;
        params.intensity = 0.1 + 0.4 * turn;
        params.seed = 5 + (uint64_t)i;
        composer_init(&composer, &params, 44100);
        piece_init(&piece, 44100);
        for (uint64_t n = 0; n < 100; n++) {
            compose_phrase(&composer, &params, 8, n, &composition);
            piece_add(&piece, &composition.phrase);
        }
        for (size_t k = 0; k < piece.n_chords; k++) {
            const struct harmony_heard *const heard = &piece.chords[k];
            const int32_t tone = theory_pitch_class(heard->key, heard->mode,
                                                    mode_characters[heard->mode].tone_degree);

            plain_frames = is_characteristic(heard) ? 0 : plain_frames + heard->chord.frames;
            CHECK(plain_frames * params.bpm / 240 / 44100 < 16);
            CHECK(!is_characteristic(heard) || theory_has(heard->mask, tone));
        }
        piece_finish(&piece);
    }
}

static void test_each_chord_tells_its_probability_and_the_alternatives(void **state)
{
    struct params params;
    struct composer composer;
    int certain = 0;
    int drawn = 0;

    (void)state;
    params_init(&params);
    params.seed = 9;
    composer_init(&composer, &params, 44100);
    for (uint64_t n = 0; n < 100; n++) {
        compose_phrase(&composer, &params, 8, n, &composition);
        for (uint32_t i = 0; i < composition.phrase.n_chords; i++) {
            const struct chord *const chord = &composition.phrase.chords[i];
            double sum = chord->probability;

            for (int k = 0; k < chord->n_alternatives; k++) {
                CHECK(strcmp(chord->alternatives[k].degree, chord->degree) != 0);
                sum += chord->alternatives[k].probability;
            }
            CHECK_NEAR(sum, 1, 1e-9);
            certain += chord->n_alternatives == 0;
            drawn += chord->n_alternatives > 0;
        }
    }
    CHECK(drawn > 5 * certain);
}

static void test_at_least_half_of_the_chords_carry_colour(void **state)
{
    (void)state;
    for (int32_t mode = 0; mode < MODE_COUNT; mode++) {
        struct composer composer = composer_in(mode, 3);
        int coloured = 0;

        for (int i = 0; i < 2000; i++) {
            harmony_next(&composer, &habits_plain, 2);
            harmony_end_bar(&composer);
            coloured += composer.kind != CHORD_triad;
            CHECK(composer.kind < CHORD_sus2); /* those that follow only lead over */
        }
        CHECK(coloured > 1000);
    }
}

static void test_chords_last_at_least_five_seconds_and_rarely_over_forty(void **state)
{
    (void)state;
    for (int i = 0; i < 60; i++) {
        struct params params;
        struct composer composer = composer_in(i % MODE_COUNT, (uint64_t)i);

        params_init(&params);
        composer.bpm = params.bpm = 60 + i;
        params.intensity = (i * 7 % 60) / 59.0;
        for (int k = 0; k < 200; k++) {
            const int32_t n_bars = harmony_draw_bars(&composer, &params, &habits_plain);
            const double seconds = n_bars * 240 / params.bpm;

            CHECK(n_bars >= 2 && n_bars <= 16);
            CHECK(seconds >= 5 && seconds <= 40);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_weights_sum_to_one_and_only_the_tonic_may_repeat),
        cmocka_unit_test(test_going_back_weighs_half_unless_to_the_tonic),
        cmocka_unit_test(test_realised_transitions_are_those_of_the_table),
        cmocka_unit_test(test_the_characteristic_chord_sounds_in_any_sixteen_bars),
        cmocka_unit_test(test_each_chord_tells_its_probability_and_the_alternatives),
        cmocka_unit_test(test_at_least_half_of_the_chords_carry_colour),
        cmocka_unit_test(test_chords_last_at_least_five_seconds_and_rarely_over_forty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
