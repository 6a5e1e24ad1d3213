/* Presets: those that come with Auralis, and the user's own behind them. */
#include "common/presets.h"
#include "tests/check.h"

#include <string.h>

static struct param_error error;

static int forget(void **state)
{
    (void)state;
    presets_forget_own();
    memset(&error, 0, sizeof error);
    return 0;
}

static void check_refused(const char *name, const char *why)
{
    const int32_t before = preset_count();

    CHECK(preset_add(name, &error) < 0);
    CHECK_TEXT(error.param, name);
    CHECK(strstr(error.error, why) != NULL);
    CHECK_INT(preset_count(), before);
}

static void test_each_has_a_name_and_is_found_by_it(void **state)
{
    (void)state;
    CHECK_INT(preset_count(), 4);
    CHECK_TEXT(preset_name(-1), "none");
    for (int32_t i = 0; i < preset_count(); i++) {
        CHECK(preset_find(preset_name(i)) == preset_at(i));
        CHECK(preset_name_allowed(preset_name(i)));
        CHECK_INT(preset_find_own(preset_name(i)), -1);
    }
    assert_null(preset_find("none"));
    assert_null(preset_find("Sleep"));
    assert_null(preset_find("slee"));
    assert_null(preset_find(""));
}

static void test_ones_own_stands_behind_them_with_the_defaults(void **state)
{
    struct params plain;

    (void)state;
    params_init(&plain);
    CHECK_INT(preset_add("dawn", &error), 0);
    CHECK_INT(preset_count(), 5);
    CHECK_TEXT(preset_name(4), "dawn");
    CHECK_INT(preset_find_own("dawn"), 0);
    CHECK(preset_own(0) == preset_at(4));
    assert_null(preset_own(1));
    assert_null(preset_own(-1));
    preset_set_name(plain.preset, "dawn");
    assert_memory_equal(&preset_at(4)->values, &plain, sizeof plain);
    presets_forget_own();
    CHECK_INT(preset_count(), 4);
    assert_null(preset_find("dawn"));
    assert_null(preset_own(0));
}

static void test_a_name_is_letters_digits_and_minus_and_stands_once(void **state)
{
    (void)state;
    CHECK_INT(preset_add("A-9-0123456789-0123456789-0123", &error), 0);
    CHECK_INT(preset_add("0123456789012345678901234567890", &error), 0); /* 31 */
    check_refused("", "1 to 31 letters, digits or -");
    check_refused("a b", "1 to 31 letters");
    check_refused("a_b", "1 to 31 letters");
    check_refused("\xc3\xa9t\xc3\xa9", "1 to 31 letters");
    check_refused("none", "and not none");
    check_refused("sleep", "comes with Auralis");
    check_refused("A-9-0123456789-0123456789-0123", "stands twice");
    CHECK(preset_add("01234567890123456789012345678901", &error) < 0); /* 32 */
}

static void test_there_are_16_of_ones_own_at_most(void **state)
{
    char name[16];

    (void)state;
    for (int i = 0; i < 16; i++) {
        snprintf(name, sizeof name, "own-%d", i);
        CHECK_INT(preset_add(name, &error), 0);
    }
    check_refused("seventeen", "is one too many: 16 are allowed");
}

static void test_the_refusal_of_an_unknown_preset_names_all_even_the_longest(void **state)
{
    struct params_change change = {0};

    (void)state;
    for (int i = 0; i < 16; i++) {
        char name[64];

        snprintf(name, sizeof name, "%02d-45678901234567890123456789-%d", i, i % 10);
        CHECK_INT(preset_add(name, &error), 0);
    }
    CHECK(params_change_text(&change, "preset", "loud", &error) < 0);
    for (int32_t i = -1; i < preset_count(); i++) {
        CHECK(strstr(error.error, preset_name(i)) != NULL);
    }
}

static void test_choosing_ones_own_sets_values_and_habits_but_no_key_or_seed(void **state)
{
    struct params_change change = {0};
    struct params params;

    (void)state;
    params_init(&params);
    params.key = 3;
    params.seed = 77;
    CHECK_INT(preset_add("dawn", &error), 0);
    preset_own(0)->values.bpm = 62;
    preset_own(0)->values.habits.chords = 4;
    CHECK_INT(params_change_text(&change, "preset", "dawn", &error), 0);
    params_apply(&params, &change);
    CHECK(params.bpm == 62);
    CHECK_INT(params.habits.chords, 4);
    CHECK_INT(params.key, 3);
    CHECK_U64(params.seed, 77);
    CHECK_TEXT(params.preset, "dawn");
    CHECK_INT(params_change_text(&change, "preset", "none", &error), 0);
    params_apply(&params, &change);
    CHECK(params.bpm == 62); /* what it had set stays */
    CHECK_INT(params.habits.chords, habits_plain.chords);
}

static void test_habits_are_set_within_their_limits_and_whole_where_they_count(void **state)
{
    (void)state;
    for (int i = 0; i < HABIT_COUNT; i++) {
        const struct habit_spec *const spec = &habit_specs[i];
        struct habits habits = habits_plain;

        CHECK_INT(habit_find(spec->name), i);
        CHECK(habit_value(&habits, i) == spec->initial);
        CHECK_INT(habit_set(&habits, i, spec->min), 0);
        CHECK(habit_value(&habits, i) == spec->min);
        CHECK_INT(habit_set(&habits, i, spec->max), 0);
        CHECK(habit_set(&habits, i, spec->max + 1e-9) < 0);
        CHECK(habit_set(&habits, i, spec->min - 1e-9) < 0);
        CHECK((habit_set(&habits, i, spec->min + 0.25) == 0) ==
              (spec->kind == HABIT_KIND_REAL));
    }
    CHECK_INT(habit_find("bpm"), -1);
}

int main(void)
{
#define PRESET_TEST(test) cmocka_unit_test_setup_teardown(test, forget, forget)
    const struct CMUnitTest tests[] = {
        PRESET_TEST(test_each_has_a_name_and_is_found_by_it),
        PRESET_TEST(test_ones_own_stands_behind_them_with_the_defaults),
        PRESET_TEST(test_a_name_is_letters_digits_and_minus_and_stands_once),
        PRESET_TEST(test_there_are_16_of_ones_own_at_most),
        PRESET_TEST(test_the_refusal_of_an_unknown_preset_names_all_even_the_longest),
        PRESET_TEST(test_choosing_ones_own_sets_values_and_habits_but_no_key_or_seed),
        PRESET_TEST(test_habits_are_set_within_their_limits_and_whole_where_they_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
