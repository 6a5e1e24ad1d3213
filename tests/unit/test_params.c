/* Parameters: every row of the table, its limits, and how keys may be written. */
#include "common/params.h"
#include "common/presets.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

static void check_refused_number(const char *name, double value, const char *range)
{
    struct params_change change = {0};
    struct param_error error = {0};

    CHECK(params_change_number(&change, name, value, &error) < 0);
    CHECK_TEXT(error.param, name);
    CHECK(strstr(error.error, range) != NULL);
    CHECK(!change.named[param_find(name)]);
}

static void test_numbers_are_taken_up_to_their_limits_and_refused_beyond(void **state)
{
    (void)state;
    for (int id = 0; id < PARAM_COUNT; id++) {
        const struct param_spec *const spec = &param_specs[id];
        struct params_change change = {0};
        struct param_error error;
        char range[40];

        if (spec->kind != PARAM_KIND_REAL) {
            continue;
        }
        snprintf(range, sizeof range, "%g to %g", spec->min, spec->max);
        CHECK_INT(params_change_number(&change, spec->name, spec->min, &error), 0);
        CHECK(params_real(&change.values, (enum param_id)id) == spec->min);
        CHECK_INT(params_change_number(&change, spec->name, spec->max, &error), 0);
        CHECK(params_real(&change.values, (enum param_id)id) == spec->max);
        CHECK(change.named[id]);
        check_refused_number(spec->name, spec->max + 1e-9, range);
        check_refused_number(spec->name, spec->min - 1e-9, range);
        check_refused_number(spec->name, NAN, range);
        check_refused_number(spec->name, INFINITY, range);
        check_refused_number(spec->name, -INFINITY, range);
    }
}

static void
test_numbers_are_refused_for_what_is_a_string_and_strings_for_what_is_a_number(void **state)
{
    (void)state;
    for (int id = 0; id < PARAM_COUNT; id++) {
        struct params_change change = {0};
        struct param_error error = {0};
        const bool real = param_specs[id].kind == PARAM_KIND_REAL;
        const int rc = real ? params_change_text(&change, param_specs[id].name, "70", &error)
                            : params_change_number(&change, param_specs[id].name, 1, &error);

        CHECK(rc < 0);
        CHECK_TEXT(error.param, param_specs[id].name);
        CHECK(strstr(error.error, real ? "must be a number" : "must be a string") != NULL);
        CHECK(!change.named[id]);
    }
}

static void test_the_table_is_that_of_the_manual(void **state)
{
    struct params params;

    (void)state;
    params_init(&params);
    CHECK_INT(PARAM_COUNT, 15);
    CHECK_TEXT(key_name(params.key), "A");
    CHECK_TEXT(mode_name(params.mode), "aeolian");
    CHECK_TEXT(params.preset, "none");
    CHECK(params.bpm == 70 && params.intensity == 0.5 && params.brightness == 0.5);
    CHECK(params.space == 0.5 && params.width == 0.5);
    CHECK(params.mix_pad == 0.8 && params.mix_lead == 0.8 && params.mix_bass == 0.8);
    CHECK(params.mix_bell == 0.8 && params.mix_texture == 0.8 && params.mix_percussion == 0.8);
    CHECK_U64(params.seed, 0);
    CHECK_INT(param_find("mix.pad"), PARAM_mix_pad);
    CHECK_INT(param_find("mix_pad"), -1);
    CHECK_INT(param_find("BPM"), -1);
    CHECK_INT(param_find(""), -1);
}

static void test_unknown_parameters_are_refused_with_those_there_are(void **state)
{
    struct params_change change = {0};
    struct param_error error;

    (void)state;
    CHECK(params_change_text(&change, "tempo", "70", &error) < 0);
    CHECK_TEXT(error.param, "tempo");
    for (int id = 0; id < PARAM_COUNT; id++) {
        CHECK(strstr(error.error, param_specs[id].name) != NULL);
    }
    CHECK(params_change_number(&change, "Bpm", 70, &error) < 0);
    CHECK(params_change_word(&change, "", "70", &error) < 0);
    for (int id = 0; id < PARAM_COUNT; id++) {
        CHECK(!change.named[id]);
    }
}

static void test_a_name_of_any_length_is_refused_and_cut(void **state)
{
    struct params_change change = {0};
    struct param_error error;
    char name[500];

    (void)state;
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    CHECK(params_change_text(&change, name, "70", &error) < 0);
    CHECK_U64(strlen(error.param), sizeof error.param - 1);
}

static int32_t key_of(const char *text)
{
    struct params_change change = {.values.key = 99};
    struct param_error error;

    return params_change_text(&change, "key", text, &error) == 0 ? change.values.key : -1;
}

static void test_keys_may_be_written_with_sharps_flats_and_small_letters(void **state)
{
    static const struct {
        const char *text;
        int32_t key;
    } keys[] = {{"C", 0},   {"C#", 1}, {"Db", 1}, {"D", 2},   {"Eb", 3},  {"D#", 3},
                {"E", 4},   {"F", 5},  {"E#", 5}, {"F#", 6},  {"Gb", 6},  {"G", 7},
                {"Ab", 8},  {"G#", 8}, {"A", 9},  {"Bb", 10}, {"A#", 10}, {"B", 11},
                {"Cb", 11}, {"B#", 0}, {"a", 9},  {"bb", 10}, {"b", 11},  {"f#", 6}};

    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        CHECK_INT(key_of(keys[i].text), keys[i].key);
    }
    for (int32_t key = 0; key < 12; key++) {
        CHECK_INT(key_of(key_name(key)), key); /* what is shown can be given back */
    }
}

static void test_what_is_no_key_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",         "H",     "A##",     "Abb", "A ", " A",    "1",        "AB",      "A minor ",
        "A  minor", "A foo", "A Minor", "Am",  "#",  "minor", "A\tminor", "\xc3\xa9"};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct params_change change = {0};
        struct param_error error;

        CHECK(params_change_text(&change, "key", wrong[i], &error) < 0);
        CHECK_TEXT(error.param, "key");
        CHECK(!change.named[PARAM_key] && !change.named[PARAM_mode]);
    }
}

static void test_a_key_may_name_its_scale_and_then_sets_the_mode_too(void **state)
{
    struct params_change change = {0};
    struct param_error error;

    (void)state;
    CHECK_INT(params_change_text(&change, "key", "A minor", &error), 0);
    CHECK_INT(change.values.key, 9);
    CHECK_INT(change.values.mode, MODE_aeolian);
    CHECK(change.named[PARAM_key] && change.named[PARAM_mode]);
    CHECK_INT(params_change_text(&change, "key", "F# major", &error), 0);
    CHECK_INT(change.values.mode, MODE_ionian);
    CHECK_INT(params_change_text(&change, "key", "Bb dorian", &error), 0);
    CHECK_INT(change.values.key, 10);
    CHECK_INT(change.values.mode, MODE_dorian);
    memset(&change, 0, sizeof change);
    CHECK_INT(params_change_text(&change, "key", "D", &error), 0);
    CHECK(!change.named[PARAM_mode]);
}

static void
test_modes_and_presets_are_taken_by_name_and_refused_with_those_there_are(void **state)
{
    struct params_change change = {0};
    struct param_error error;

    (void)state;
    for (int32_t mode = 0; mode < MODE_COUNT; mode++) {
        CHECK_INT(params_change_text(&change, "mode", mode_name(mode), &error), 0);
        CHECK_INT(change.values.mode, mode);
    }
    for (int32_t preset = -1; preset < preset_count(); preset++) {
        CHECK_INT(params_change_text(&change, "preset", preset_name(preset), &error), 0);
        CHECK_TEXT(change.values.preset, preset_name(preset));
    }
    CHECK(params_change_text(&change, "mode", "Dorian", &error) < 0);
    CHECK(strstr(error.error, "ionian, dorian, phrygian, lydian, mixolydian, aeolian") != NULL);
    CHECK(params_change_text(&change, "preset", "loud", &error) < 0);
    CHECK(strstr(error.error, "focus, meditation, sleep, bright") != NULL);
    CHECK(params_change_text(&change, "preset", "", &error) < 0);
}

static void test_a_seed_is_any_64_bit_number_as_a_decimal_string(void **state)
{
    struct params_change change = {0};
    struct param_error error;

    (void)state;
    CHECK_INT(params_change_text(&change, "seed", "18446744073709551615", &error), 0);
    CHECK_U64(change.values.seed, UINT64_MAX);
    CHECK(params_change_text(&change, "seed", "18446744073709551616", &error) < 0);
    CHECK(params_change_text(&change, "seed", "-1", &error) < 0);
    CHECK(params_change_text(&change, "seed", "", &error) < 0);
    CHECK_TEXT(error.param, "seed");
    CHECK_U64(change.values.seed, UINT64_MAX);
}

static void test_words_of_a_command_line_are_numbers_where_numbers_are_wanted(void **state)
{
    struct params_change change = {0};
    struct param_error error;

    (void)state;
    CHECK_INT(params_change_word(&change, "bpm", "72.5", &error), 0);
    CHECK(change.values.bpm == 72.5);
    CHECK_INT(params_change_word(&change, "key", "Eb", &error), 0);
    CHECK_INT(params_change_word(&change, "seed", "42", &error), 0);
    CHECK(params_change_word(&change, "bpm", "fast", &error) < 0);
    CHECK(strstr(error.error, "must be a number, 60 to 120") != NULL);
    CHECK(params_change_word(&change, "bpm", "nan", &error) < 0);
    CHECK(params_change_word(&change, "bpm", "59", &error) < 0);
    CHECK(change.values.bpm == 72.5);
}

static void test_numbers_are_kept_to_a_millionth(void **state)
{
    struct params_change change = {0};
    struct param_error error;

    (void)state;
    CHECK_INT(params_change_number(&change, "space", 0.1 + 0.2, &error), 0);
    CHECK(change.values.space == 0.3);
    CHECK_INT(params_change_number(&change, "bpm", 72.1234567, &error), 0);
    CHECK(change.values.bpm == 72.123457);
}

static void test_a_change_lays_only_what_it_names_over_the_parameters(void **state)
{
    struct params params;
    struct params before;
    struct params_change change = {.values.bpm = 99, .values.space = 0.9};

    (void)state;
    params_init(&params);
    before = params;
    change.named[PARAM_bpm] = true;
    params_apply(&params, &change);
    CHECK(params.bpm == 99);
    params.bpm = before.bpm;
    assert_memory_equal(&params, &before, sizeof params);
}

static void test_a_preset_sets_all_but_key_and_seed(void **state)
{
    (void)state;
    for (int32_t preset = 0; preset < preset_count(); preset++) {
        const struct params *const values = &preset_at(preset)->values;
        struct params_change change = {0};
        struct params params;

        CHECK(params_change_preset(&change, preset_name(preset)));
        params_init(&params);
        params.key = 3;
        params.seed = 77;
        params_apply(&params, &change);
        CHECK_INT(params.key, 3);
        CHECK_U64(params.seed, 77);
        CHECK_TEXT(params.preset, preset_name(preset));
        assert_memory_equal(&params.habits, &values->habits, sizeof params.habits);
        CHECK_INT(params.mode, values->mode);
        for (int id = 0; id < PARAM_COUNT; id++) {
            const struct param_spec *const spec = &param_specs[id];

            if (spec->kind == PARAM_KIND_REAL) {
                const double value = params_real(&params, (enum param_id)id);

                CHECK(value == params_real(values, (enum param_id)id));
                CHECK(value >= spec->min && value <= spec->max);
            }
        }
    }
}

static void test_what_is_named_beside_a_preset_wins_over_it(void **state)
{
    struct params_change change = {.values = {.preset = "sleep", .bpm = 90, .key = 4}};
    struct params params;

    (void)state;
    params_init(&params);
    change.named[PARAM_preset] = change.named[PARAM_bpm] = change.named[PARAM_key] = true;
    params_apply(&params, &change);
    CHECK(params.bpm == 90);
    CHECK_INT(params.key, 4);
    CHECK(params.intensity == 0.12);
    CHECK_TEXT(params.preset, "sleep");
}

static void test_two_sets_of_values_agree_in_all_parameters_but_those_that_differ(void **state)
{
    struct params params;
    struct params others[PARAM_COUNT];

    (void)state;
    params_init(&params);
    for (int id = 0; id < PARAM_COUNT; id++) {
        others[id] = params;
    }
    others[PARAM_key].key = 3;
    others[PARAM_mode].mode = MODE_lydian;
    preset_set_name(others[PARAM_preset].preset, "none-other");
    others[PARAM_seed].seed = UINT64_C(1) << 63;
    for (int id = 0; id < PARAM_COUNT; id++) {
        if (param_specs[id].kind == PARAM_KIND_REAL) {
            *(double *)((char *)&others[id] + param_specs[id].offset) += 1e-6;
        }
        for (int other = 0; other < PARAM_COUNT; other++) {
            CHECK_INT(params_same(&params, &others[id], (enum param_id)other), other != id);
            CHECK_INT(params_same(&others[id], &params, (enum param_id)other), other != id);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_are_taken_up_to_their_limits_and_refused_beyond),
        cmocka_unit_test(
            test_numbers_are_refused_for_what_is_a_string_and_strings_for_what_is_a_number),
        cmocka_unit_test(test_the_table_is_that_of_the_manual),
        cmocka_unit_test(test_unknown_parameters_are_refused_with_those_there_are),
        cmocka_unit_test(test_a_name_of_any_length_is_refused_and_cut),
        cmocka_unit_test(test_keys_may_be_written_with_sharps_flats_and_small_letters),
        cmocka_unit_test(test_what_is_no_key_is_refused),
        cmocka_unit_test(test_a_key_may_name_its_scale_and_then_sets_the_mode_too),
        cmocka_unit_test(
            test_modes_and_presets_are_taken_by_name_and_refused_with_those_there_are),
        cmocka_unit_test(test_a_seed_is_any_64_bit_number_as_a_decimal_string),
        cmocka_unit_test(test_words_of_a_command_line_are_numbers_where_numbers_are_wanted),
        cmocka_unit_test(test_numbers_are_kept_to_a_millionth),
        cmocka_unit_test(test_a_change_lays_only_what_it_names_over_the_parameters),
        cmocka_unit_test(test_a_preset_sets_all_but_key_and_seed),
        cmocka_unit_test(test_what_is_named_beside_a_preset_wins_over_it),
        cmocka_unit_test(test_two_sets_of_values_agree_in_all_parameters_but_those_that_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
