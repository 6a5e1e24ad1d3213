/* Lead: how far ahead of due to render, and what composerd is told of it. */
#include "synthd/lead.h"
#include "tests/check.h"

enum { ALONE_MS = 300, TOGETHER_MS = 120 };

static struct lead lead;
static int64_t now_ns;
static int32_t highest_ms; /* of what was rendered by and may not be due yet */
static int64_t highest_ns; /* since when it is no longer rendered by */

static int set_up(void **state)
{
    (void)state;
    lead_init(&lead, ALONE_MS, TOGETHER_MS);
    now_ns = 5 * NS_PER_S;
    highest_ms = 0;
    return 0;
}

/* What lies in the ring reaches no further than composerd knows. */
static void check_told(void)
{
    if (lead.ms >= highest_ms || now_ns - highest_ns >= (highest_ms - lead.ms) * NS_PER_MS) {
        highest_ms = lead.ms;
        highest_ns = now_ns;
    }
    CHECK(lead.told_ms == 0 || lead.told_ms >= highest_ms);
}

/* Lets time pass, a millisecond a turn. */
static void pass(bool standby, int32_t n_ms)
{
    for (int32_t i = 0; i < n_ms; i++) {
        const int32_t ms = lead_turn(&lead, standby, now_ns);

        if (ms != 0) {
            lead_told(&lead, ms, now_ns);
        }
        check_told();
        now_ns += NS_PER_MS;
    }
}

static void test_alone_it_renders_by_the_whole_lead_and_says_so_first(void **state)
{
    (void)state;
    CHECK_INT(lead_turn(&lead, false, now_ns), ALONE_MS);
    CHECK_INT(lead_turn(&lead, false, now_ns), ALONE_MS);
    lead_told(&lead, ALONE_MS, now_ns);
    CHECK_INT(lead_turn(&lead, false, now_ns), 0);
    CHECK_INT(lead.ms, ALONE_MS);
}

static void test_a_standby_makes_it_short_and_composerd_hears_once_all_is_due(void **state)
{
    (void)state;
    pass(false, 10);
    pass(true, 1);
    CHECK_INT(lead.ms, TOGETHER_MS);
    pass(true, ALONE_MS - TOGETHER_MS);
    CHECK_INT(lead.told_ms, ALONE_MS);
    pass(true, 110);
    CHECK_INT(lead.told_ms, TOGETHER_MS);
}

static void test_without_it_composerd_hears_before_it_grows_slowly(void **state)
{
    (void)state;
    pass(true, 1000);
    CHECK_INT(lead.told_ms, TOGETHER_MS);
    pass(false, 1);
    CHECK_INT(lead.told_ms, ALONE_MS);
    CHECK_INT(lead.ms, TOGETHER_MS);
    pass(false, 1000);
    CHECK(lead.ms > TOGETHER_MS && lead.ms < ALONE_MS);
    pass(false, 2000);
    CHECK_INT(lead.ms, ALONE_MS);
}

static void test_a_standby_that_comes_and_goes_never_makes_it_exceed_what_is_told(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++) {
        pass(i % 2 == 0, 17 * (i % 23) + 1);
    }
    CHECK(lead.told_ms >= lead.ms);
}

static void test_while_composerd_cannot_be_told_it_does_not_grow(void **state)
{
    (void)state;
    pass(true, 1000);
    for (int i = 0; i < 1000; i++) {
        CHECK_INT(lead_turn(&lead, false, now_ns), ALONE_MS);
        now_ns += NS_PER_MS;
    }
    CHECK_INT(lead.ms, TOGETHER_MS);
}

static void test_a_standby_follows_the_writer_within_the_limits(void **state)
{
    (void)state;
    lead_follow(&lead, 250);
    CHECK_INT(lead.ms, 250);
    lead_follow(&lead, 1000);
    CHECK_INT(lead.ms, ALONE_MS);
    lead_follow(&lead, -50);
    CHECK_INT(lead.ms, TOGETHER_MS);
}

static void test_what_the_one_before_told_holds_until_its_lead_is_due(void **state)
{
    (void)state;
    lead_follow(&lead, 100);
    lead_take_over(&lead, now_ns);
    CHECK_INT(lead_turn(&lead, false, now_ns), 0);
    now_ns += 279 * NS_PER_MS;
    CHECK_INT(lead_turn(&lead, false, now_ns), 0);
    now_ns += NS_PER_MS;
    CHECK_INT(lead_turn(&lead, false, now_ns), TOGETHER_MS);
}

static void test_a_short_lead_that_is_the_longer_one_changes_nothing(void **state)
{
    (void)state;
    lead_init(&lead, 80, TOGETHER_MS);
    pass(true, 500);
    CHECK_INT(lead.ms, 80);
    CHECK_INT(lead.told_ms, 80);
}

int main(void)
{
#define LEAD_TEST(test) cmocka_unit_test_setup(test, set_up)
    const struct CMUnitTest tests[] = {
        LEAD_TEST(test_alone_it_renders_by_the_whole_lead_and_says_so_first),
        LEAD_TEST(test_a_standby_makes_it_short_and_composerd_hears_once_all_is_due),
        LEAD_TEST(test_without_it_composerd_hears_before_it_grows_slowly),
        LEAD_TEST(test_a_standby_that_comes_and_goes_never_makes_it_exceed_what_is_told),
        LEAD_TEST(test_while_composerd_cannot_be_told_it_does_not_grow),
        LEAD_TEST(test_a_standby_follows_the_writer_within_the_limits),
        LEAD_TEST(test_what_the_one_before_told_holds_until_its_lead_is_due),
        LEAD_TEST(test_a_short_lead_that_is_the_longer_one_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
