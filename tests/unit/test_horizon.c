/* The horizon: what a file of phrases cannot change any more while it is being read. */
#include "synthd/horizon.h"
#include "tests/check.h"

#include <string.h>

enum { RATE_HZ = 44100, MINUTE = 60 * RATE_HZ };

static struct horizon horizon;

static void add(uint64_t start_frame, uint64_t frames)
{
    static struct phrase phrase;

    phrase.start_frame = start_frame;
    phrase.frames = frames;
    horizon_add(&horizon, &phrase);
}

static int set_up(void **state)
{
    (void)state;
    memset(&horizon, 0, sizeof horizon);
    return 0;
}

static void
test_nothing_is_sure_while_the_composer_may_still_be_in_the_first_phrase(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < HORIZON_PHRASES; n++) {
        add(n * 2 * MINUTE, 2 * MINUTE);
        CHECK_U64(horizon_final(&horizon, RATE_HZ), 0);
    }
}

static void test_what_lies_some_phrases_and_minutes_back_is_sure(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 20; n++) {
        add(n * MINUTE, MINUTE);
    }
    CHECK_U64(horizon_final(&horizon, RATE_HZ), 15 * MINUTE);
    CHECK_U64(horizon.end_frame, 20 * MINUTE);
}

static void test_short_phrases_are_held_back_by_time(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 60; n++) {
        add(n * 10 * RATE_HZ, 10 * RATE_HZ);
    }
    CHECK_U64(horizon_final(&horizon, RATE_HZ), 590 * RATE_HZ - HORIZON_SECONDS * RATE_HZ);
}

static void test_a_phrase_that_begins_earlier_takes_the_horizon_back(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 10; n++) {
        add(n * 2 * MINUTE, 2 * MINUTE);
    }
    const uint64_t before = horizon_final(&horizon, RATE_HZ);

    add(15 * MINUTE, 2 * MINUTE); /* a revision, after what was sure */
    CHECK(before <= 15 * MINUTE);
    CHECK(horizon_final(&horizon, RATE_HZ) <= before);
    CHECK_U64(horizon.end_frame, 17 * MINUTE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(
            test_nothing_is_sure_while_the_composer_may_still_be_in_the_first_phrase, set_up),
        cmocka_unit_test_setup(test_what_lies_some_phrases_and_minutes_back_is_sure, set_up),
        cmocka_unit_test_setup(test_short_phrases_are_held_back_by_time, set_up),
        cmocka_unit_test_setup(test_a_phrase_that_begins_earlier_takes_the_horizon_back,
                               set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
