#include "common/params.h"
#include "composerd/harmony.h"
#include "composerd/vocabulary.h"
#include "tests/check.h"

#include <string.h>

static void test_every_scale_has_seven_tones_and_its_parent_has_the_same(void **state)
{
    (void)state;
    for (int32_t key = 0; key < 12; key++) {
        for (int32_t mode = 0; mode < MODE_COUNT; mode++) {
            const int32_t parent = theory_parent(key, mode);

            CHECK_INT(theory_count(theory_scale(key, mode)), 7);
            CHECK_INT(theory_scale(parent, MODE_ionian), theory_scale(key, mode));
            CHECK_INT(theory_key_of_parent(parent, mode), key);
        }
    }
}

static void test_fifths_count_the_tones_that_two_scales_do_not_share(void **state)
{
    (void)state;
    for (int32_t to = 0; to < 12; to++) {
        const int32_t fifths = theory_fifths(0, to);
        const int32_t apart = fifths < 0 ? -fifths : fifths;
        const uint32_t shared = theory_scale(0, MODE_ionian) & theory_scale(to, MODE_ionian);

        CHECK_INT(theory_count(shared), apart < 6 ? 7 - apart : 2);
    }
    CHECK_INT(theory_fifths(0, 7), 1);
    CHECK_INT(theory_fifths(0, 5), -1);
}

static void test_degrees_are_named_as_in_the_matrices(void **state)
{
    char name[DEGREE_NAME_SIZE];

    (void)state;
    for (int32_t mode = 0; mode < MODE_COUNT; mode++) {
        int named = 0;

        for (int32_t degree = 0; degree < DEGREES; degree++) {
            const char *const label = harmony_degree_label(mode, degree);

            theory_degree_name(mode, degree, name);
            if (label != NULL) {
                CHECK_TEXT(name, label);
                named++;
            }
        }
        CHECK_INT(named, 6);
    }
}

static void test_only_the_degree_with_the_diminished_triad_is_left_out(void **state)
{
    (void)state;
    for (int32_t mode = 0; mode < MODE_COUNT; mode++) {
        for (int32_t degree = 0; degree < DEGREES; degree++) {
            const struct chord_spec triad = {0, mode, degree, CHORD_triad};

            CHECK_INT(vocabulary_allowed(&triad), harmony_degree_label(mode, degree) != NULL);
        }
    }
}

static void check_name(struct chord_spec spec, const char *expected)
{
    char name[NAME_SIZE];

    vocabulary_name(&spec, name);
    CHECK_TEXT(name, expected);
}

static void test_chords_are_named_as_musicians_write_them(void **state)
{
    (void)state;
    check_name((struct chord_spec){9, MODE_aeolian, 3, CHORD_ninth}, "Dm9");
    check_name((struct chord_spec){0, MODE_ionian, 0, CHORD_seventh}, "Cmaj7");
    check_name((struct chord_spec){0, MODE_ionian, 4, CHORD_sus2}, "Gsus2");
    check_name((struct chord_spec){9, MODE_aeolian, 6, CHORD_sus2_7}, "G7sus2");
    check_name((struct chord_spec){9, MODE_aeolian, 5, CHORD_sus2_7}, "Fmaj7sus2");
    check_name((struct chord_spec){9, MODE_dorian, 3, CHORD_add9}, "Dadd9");
    check_name((struct chord_spec){9, MODE_dorian, 0, CHORD_add9}, "Amadd9");
    check_name((struct chord_spec){5, MODE_ionian, 3, CHORD_triad}, "Bb");
    check_name((struct chord_spec){4, MODE_ionian, 2, CHORD_seventh}, "G#m7");
    check_name((struct chord_spec){9, MODE_aeolian, 0, CHORD_quartal}, "Am11");
    check_name((struct chord_spec){9, MODE_aeolian, 0, CHORD_fifth}, "A5");
}

static void test_every_name_fits_and_is_spelled_with_one_accidental_at_most(void **state)
{
    char name[NAME_SIZE];

    (void)state;
    for (int32_t i = 0; i < 12 * MODE_COUNT * DEGREES; i++) {
        theory_tone_name(i % 12, i / 12 % MODE_COUNT, i / 12 / MODE_COUNT, name);
        CHECK(strlen(name) <= 2);
        CHECK(name[0] >= 'A' && name[0] <= 'G');
    }
}

static void test_no_allowed_chord_has_a_semitone_above_its_root_or_a_tritone(void **state)
{
    (void)state;
    for (int32_t i = 0; i < MODE_COUNT * DEGREES * CHORD_KIND_COUNT; i++) {
        const struct chord_spec spec = {0, i / (DEGREES * CHORD_KIND_COUNT),
                                        i / CHORD_KIND_COUNT % DEGREES, i % CHORD_KIND_COUNT};
        int32_t tones[CHORD_TONES];
        const int32_t n = vocabulary_tones(&spec, tones);

        for (int32_t a = 0; a < n && vocabulary_allowed(&spec); a++) {
            CHECK(tones[a] != 1);
            for (int32_t b = 0; b < a; b++) {
                CHECK(theory_wrap(tones[a] - tones[b]) != 6);
            }
        }
    }
}

static void test_the_nearest_pitch_is_in_the_mask_and_in_range(void **state)
{
    (void)state;
    CHECK_INT(theory_nearest(1U << 0, 61, 48, 72), 60);
    CHECK_INT(theory_nearest(1U << 0, 66, 48, 72), 60); /* a tie goes down */
    CHECK_INT(theory_nearest(1U << 0, 67, 48, 72), 72);
    CHECK_INT(theory_nearest(1U << 0, 100, 48, 71), 60);
    CHECK_INT(theory_nearest(1U << 0, 61, 61, 71), -1);
    CHECK_INT(theory_nearest(0, 61, 0, 127), -1);
}

/* Sharps, less flats, of the names of a scale's tones; false where one has another letter. */
static bool count_accidentals(int32_t key, int32_t mode, int32_t *sharps)
{
    static const char letters[] = "CDEFGAB";
    const char *const tonic = strchr(letters, key_name(key)[0]);

    *sharps = 0;
    for (int32_t degree = 0; degree < DEGREES; degree++) {
        char name[NAME_SIZE];

        theory_tone_name(key, mode, degree, name);
        if (name[0] != letters[(tonic - letters + degree) % DEGREES]) {
            return false;
        }
        *sharps += name[1] == '#' ? 1 : name[1] == 'b' ? -1 : 0;
    }
    return true;
}

static void
test_a_key_signature_has_the_accidentals_that_the_names_of_its_tones_have(void **state)
{
    int32_t named = 0;

    (void)state;
    for (int32_t key = 0; key < 12; key++) {
        for (int32_t mode = 0; mode < MODE_COUNT; mode++) {
            const int32_t sharps = theory_sharps(key, mode);
            int32_t expected;

            CHECK(sharps >= -7 && sharps <= 7);
            CHECK_INT(theory_wrap(7 * sharps), theory_parent(key, mode));
            if (count_accidentals(key, mode, &expected)) {
                CHECK_INT(sharps, expected);
                named++;
            }
        }
    }
    CHECK_INT(named, 12 * MODE_COUNT - 2); /* not C# lydian, Ab phrygian: double accidentals */
    CHECK_INT(theory_sharps(1, MODE_ionian), 7);
    CHECK_INT(theory_sharps(3, MODE_aeolian), -6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_scale_has_seven_tones_and_its_parent_has_the_same),
        cmocka_unit_test(
            test_a_key_signature_has_the_accidentals_that_the_names_of_its_tones_have),
        cmocka_unit_test(test_fifths_count_the_tones_that_two_scales_do_not_share),
        cmocka_unit_test(test_degrees_are_named_as_in_the_matrices),
        cmocka_unit_test(test_only_the_degree_with_the_diminished_triad_is_left_out),
        cmocka_unit_test(test_chords_are_named_as_musicians_write_them),
        cmocka_unit_test(test_every_name_fits_and_is_spelled_with_one_accidental_at_most),
        cmocka_unit_test(test_no_allowed_chord_has_a_semitone_above_its_root_or_a_tritone),
        cmocka_unit_test(test_the_nearest_pitch_is_in_the_mask_and_in_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
