/* When trouble is said: at once or after a moment, after 10 s, a minute, an hour, and at its
 * end. */
#include "common/trouble.h"
#include "tests/check.h"

#include <stdio.h>
#include <string.h>

static const int64_t begin_ns = 1000 * NS_PER_S; /* any time */

/* Of its first `seconds` those at which trouble that is seen ten times a second is said. */
static const char *seconds_said(struct trouble *trouble, int64_t patience_ns, int seconds)
{
    static char said[256];
    size_t len = 0;

    said[0] = '\0';
    for (int tenth = 0; tenth <= seconds * 10; tenth++) {
        const int64_t now_ns = begin_ns + tenth * NS_PER_S / 10;

        if (trouble_lasts(trouble, patience_ns, now_ns)) {
            len += (size_t)snprintf(said + len, sizeof said - len, "%g ", tenth / 10.0);
        }
    }
    return said;
}

static void
test_what_lasts_is_said_at_once_after_10_s_a_minute_and_then_every_hour(void **state)
{
    struct trouble trouble = {0};

    (void)state;
    CHECK_TEXT(seconds_said(&trouble, TROUBLE_AT_ONCE, 3 * 3600), "0 10 60 3660 7260 ");
}

static void test_what_may_pass_by_itself_is_said_after_a_second(void **state)
{
    struct trouble trouble = {0};

    (void)state;
    CHECK_TEXT(seconds_said(&trouble, TROUBLE_AFTER_A_SECOND, 3700), "1 10 60 3660 ");
}

static void test_a_burst_is_said_once_and_then_with_its_number(void **state)
{
    struct trouble trouble = {0};

    (void)state;
    CHECK(trouble_lasts(&trouble, TROUBLE_AT_ONCE, begin_ns));
    CHECK_U64(trouble.times, 1);
    CHECK_INT(trouble.lasted_ns, 0);
    for (int i = 1; i < 5000; i++) {
        CHECK(!trouble_lasts(&trouble, TROUBLE_AT_ONCE, begin_ns + i * NS_PER_MS));
    }
    CHECK(trouble_lasts(&trouble, TROUBLE_AT_ONCE, begin_ns + 10 * NS_PER_S));
    CHECK_U64(trouble.times, 5000);
    CHECK_INT(trouble.lasted_ns, 10 * NS_PER_S);
}

static void test_its_end_is_said_once_and_only_when_it_was_said_itself(void **state)
{
    struct trouble trouble = {0};

    (void)state;
    CHECK(!trouble_ends(&trouble, begin_ns));
    CHECK(!trouble_lasts(&trouble, TROUBLE_AFTER_A_SECOND, begin_ns));
    CHECK(!trouble_ends(&trouble, begin_ns + NS_PER_S / 2)); /* nobody has noticed */
    CHECK(!trouble_lasts(&trouble, TROUBLE_AFTER_A_SECOND, begin_ns + 2 * NS_PER_S));
    CHECK(trouble_lasts(&trouble, TROUBLE_AFTER_A_SECOND, begin_ns + 3 * NS_PER_S));
    CHECK(trouble_ends(&trouble, begin_ns + 7 * NS_PER_S));
    CHECK_INT(trouble.lasted_ns, 5 * NS_PER_S);
    CHECK(!trouble_ends(&trouble, begin_ns + 8 * NS_PER_S));
}

static void test_what_comes_back_soon_waits_for_the_next_of_the_times(void **state)
{
    struct trouble trouble = {0};

    (void)state;
    CHECK(trouble_lasts(&trouble, TROUBLE_AT_ONCE, begin_ns));
    CHECK(trouble_ends(&trouble, begin_ns + NS_PER_S));
    CHECK(!trouble_lasts(&trouble, TROUBLE_AT_ONCE, begin_ns + 60 * NS_PER_S));
    CHECK(!trouble_lasts(&trouble, TROUBLE_AT_ONCE, begin_ns + 69 * NS_PER_S));
    CHECK(trouble_lasts(&trouble, TROUBLE_AT_ONCE, begin_ns + 70 * NS_PER_S));
    CHECK(trouble_ends(&trouble, begin_ns + 71 * NS_PER_S));
}

static void test_what_comes_back_after_ten_minutes_is_new(void **state)
{
    struct trouble trouble = {0};
    const int64_t again_ns = begin_ns + 601 * NS_PER_S;

    (void)state;
    CHECK(trouble_lasts(&trouble, TROUBLE_AT_ONCE, begin_ns));
    CHECK(trouble_ends(&trouble, begin_ns + NS_PER_S / 2));
    CHECK(trouble_lasts(&trouble, TROUBLE_AT_ONCE, again_ns));
    CHECK(!trouble_lasts(&trouble, TROUBLE_AT_ONCE, again_ns + 9 * NS_PER_S));
    CHECK(trouble_lasts(&trouble, TROUBLE_AT_ONCE, again_ns + 10 * NS_PER_S));
}

static void test_what_flickers_for_a_day_is_said_once_an_hour_at_most(void **state)
{
    const int day_s = 24 * 3600;

    (void)state;
    for (int period_s = 2; period_s <= 300; period_s++) {
        struct trouble trouble = {0};
        int lines = 0;

        for (int s = 0; s < day_s; s += period_s) {
            const int64_t now_ns = begin_ns + s * NS_PER_S;

            lines += trouble_lasts(&trouble, TROUBLE_AT_ONCE, now_ns);
            lines += trouble_ends(&trouble, now_ns + NS_PER_S / 2);
        }
        CHECK(lines >= 2 * 23); /* and it is not forgotten, either */
        CHECK(lines <= 2 * 25);
    }
}

static void test_what_nobody_ends_is_over_when_it_is_not_seen_for_ten_minutes(void **state)
{
    struct trouble trouble = {0};

    (void)state;
    CHECK(trouble_lasts(&trouble, TROUBLE_AT_ONCE, begin_ns));
    CHECK(trouble_lasts(&trouble, TROUBLE_AT_ONCE, begin_ns + 599 * NS_PER_S));
    CHECK_INT(trouble.lasted_ns, 599 * NS_PER_S);
    CHECK(trouble_lasts(&trouble, TROUBLE_AT_ONCE, begin_ns + 1200 * NS_PER_S)); /* anew */
    CHECK_INT(trouble.lasted_ns, 0);
    CHECK_U64(trouble.times, 1);
}

static void test_what_is_seen_every_few_minutes_only_ends_with_a_word(void **state)
{
    struct trouble trouble = {0};

    (void)state;
    CHECK(trouble_lasts(&trouble, TROUBLE_AT_ONCE, begin_ns));
    CHECK(trouble_lasts(&trouble, TROUBLE_AT_ONCE, begin_ns + 300 * NS_PER_S));
    CHECK(trouble_ends(&trouble, begin_ns + 600 * NS_PER_S));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_what_lasts_is_said_at_once_after_10_s_a_minute_and_then_every_hour),
        cmocka_unit_test(test_what_may_pass_by_itself_is_said_after_a_second),
        cmocka_unit_test(test_a_burst_is_said_once_and_then_with_its_number),
        cmocka_unit_test(test_its_end_is_said_once_and_only_when_it_was_said_itself),
        cmocka_unit_test(test_what_comes_back_soon_waits_for_the_next_of_the_times),
        cmocka_unit_test(test_what_comes_back_after_ten_minutes_is_new),
        cmocka_unit_test(test_what_flickers_for_a_day_is_said_once_an_hour_at_most),
        cmocka_unit_test(test_what_nobody_ends_is_over_when_it_is_not_seen_for_ten_minutes),
        cmocka_unit_test(test_what_is_seen_every_few_minutes_only_ends_with_a_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
