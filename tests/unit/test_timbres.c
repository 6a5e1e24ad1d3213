/* The table of timbres: within its own limits, and every note has one. */
#include "common/timbres.h"
#include "tests/check.h"

#include <errno.h>
#include <math.h>

static void test_every_value_of_the_table_is_within_its_limits(void **state)
{
    struct timbre timbres[TIMBRE_COUNT];

    (void)state;
    timbres_init(timbres);
    for (int i = 0; i < TIMBRE_COUNT; i++) {
        for (int key = 0; key < TIMBRE_KEY_COUNT; key++) {
            const double value = timbre_value(&timbres[i], key);

            CHECK_INT(timbre_set(&timbres[i], key, value), 0);
            CHECK_NEAR(timbre_value(&timbres[i], key), value, 0);
        }
    }
}

static void test_what_is_out_of_range_is_refused_and_changes_nothing(void **state)
{
    struct timbre timbre = timbre_specs[TIMBRE_pad].values;

    (void)state;
    for (int key = 0; key < TIMBRE_KEY_COUNT; key++) {
        const double before = timbre_value(&timbre, key);

        CHECK_INT(timbre_set(&timbre, key, timbre_key_specs[key].max + 1), -EINVAL);
        CHECK_INT(timbre_set(&timbre, key, timbre_key_specs[key].min - 1), -EINVAL);
        CHECK_INT(timbre_set(&timbre, key, NAN), -EINVAL);
        CHECK_NEAR(timbre_value(&timbre, key), before, 0);
    }
    CHECK_INT(timbre_set(&timbre, TIMBRE_KEY_program, 1.5), -EINVAL);
}

static void test_each_role_has_a_timbre_of_its_own(void **state)
{
    (void)state;
    for (int role = 0; role < ROLE_COUNT; role++) {
        const struct note note = {.role = (uint8_t)role};

        CHECK_INT(timbre_of(&note), timbre_of_role((enum role)role));
        CHECK_INT(timbre_specs[timbre_of(&note)].role, role);
        CHECK_TEXT(timbre_specs[timbre_of(&note)].name, role_names[role]);
    }
}

static void test_what_doubles_the_chords_has_the_second_pad(void **state)
{
    const struct note doubling = {.role = ROLE_pad, .why = RULE_chord_octave};
    const struct note voice = {.role = ROLE_pad, .why = RULE_chord_voice};

    (void)state;
    CHECK_INT(timbre_of(&doubling), TIMBRE_pad2);
    CHECK_INT(timbre_of(&voice), TIMBRE_pad);
    CHECK_INT(timbre_specs[TIMBRE_pad2].role, ROLE_pad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_value_of_the_table_is_within_its_limits),
        cmocka_unit_test(test_what_is_out_of_range_is_refused_and_changes_nothing),
        cmocka_unit_test(test_what_doubles_the_chords_has_the_second_pad),
        cmocka_unit_test(test_each_role_has_a_timbre_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
