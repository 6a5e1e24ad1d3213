/* What a subscriber missed: gaps, new runs, and snapshots that events have overtaken. */
#include "common/bus.h"
#include "tests/check.h"

#include <string.h>

static struct event_head head(const char *run, enum event_type type, uint64_t n)
{
    struct event_head one = {.type = type, .n = n};

    snprintf(one.run, sizeof one.run, "%s", run);
    return one;
}

static enum bus_seen see(struct bus_gap *gap, const char *run, enum event_type type, uint64_t n)
{
    const struct event_head one = head(run, type, n);

    return bus_gap_event(gap, &one);
}

static void apply_snapshot(struct bus_gap *gap, const char *run, uint64_t phrase,
                           uint64_t params)
{
    const uint64_t last_n[EVENT_TYPE_COUNT] = {
        [EVENT_PHRASE] = phrase, [EVENT_PARAMS] = params};

    bus_gap_snapshot(gap, run, last_n);
}

static enum bus_seen hear(struct bus_gap *gap, const char *run, uint64_t phrase,
                          uint64_t params)
{
    const uint64_t last_n[EVENT_TYPE_COUNT] = {
        [EVENT_PHRASE] = phrase, [EVENT_PARAMS] = params};
    const struct event_head one = head(run, EVENT_HEARTBEAT, 0);

    return bus_gap_heartbeat(gap, &one, last_n);
}

static void test_a_new_subscriber_wants_a_snapshot_whatever_comes_first(void **state)
{
    struct bus_gap gap = {0};

    (void)state;
    CHECK(!gap.known);
    CHECK_INT(see(&gap, "a", EVENT_PHRASE, 1), BUS_SEEN_GAP);
    CHECK(!gap.known);
    apply_snapshot(&gap, "a", 1, 0);
    CHECK(gap.known);
}

static void test_after_a_snapshot_events_follow_one_by_one_each_topic_for_itself(void **state)
{
    struct bus_gap gap = {0};

    (void)state;
    apply_snapshot(&gap, "a", 5, 2);
    CHECK_INT(see(&gap, "a", EVENT_PHRASE, 6), BUS_SEEN_NEXT);
    CHECK_INT(see(&gap, "a", EVENT_PARAMS, 3), BUS_SEEN_NEXT);
    CHECK_INT(see(&gap, "a", EVENT_PHRASE, 7), BUS_SEEN_NEXT);
    CHECK_INT(see(&gap, "a", EVENT_PHRASE, 7), BUS_SEEN_BEFORE);
    CHECK_INT(see(&gap, "a", EVENT_PARAMS, 1), BUS_SEEN_BEFORE);
    CHECK(gap.known);
}

static void test_a_missing_number_is_a_gap_until_a_snapshot_has_closed_it(void **state)
{
    struct bus_gap gap = {0};

    (void)state;
    apply_snapshot(&gap, "a", 5, 2);
    CHECK_INT(see(&gap, "a", EVENT_PHRASE, 8), BUS_SEEN_GAP);
    CHECK(!gap.known);
    CHECK_INT(see(&gap, "a", EVENT_PHRASE, 9), BUS_SEEN_GAP);
    apply_snapshot(&gap, "a", 9, 2);
    CHECK(gap.known);
    CHECK_INT(see(&gap, "a", EVENT_PHRASE, 10), BUS_SEEN_NEXT);
}

static void test_a_snapshot_that_events_have_overtaken_does_not_close_the_gap(void **state)
{
    struct bus_gap gap = {0};

    (void)state;
    see(&gap, "a", EVENT_PHRASE, 9);
    apply_snapshot(&gap, "a", 8, 2);
    CHECK(!gap.known);
    apply_snapshot(&gap, "a", 9, 2);
    CHECK(gap.known);
}

static void test_a_new_run_is_a_gap_even_when_its_numbers_fit(void **state)
{
    struct bus_gap gap = {0};

    (void)state;
    apply_snapshot(&gap, "a", 1, 1);
    CHECK_INT(see(&gap, "b", EVENT_PHRASE, 2), BUS_SEEN_GAP);
    CHECK_TEXT(gap.run, "b");
    apply_snapshot(&gap, "b", 2, 1);
    CHECK_INT(see(&gap, "b", EVENT_PHRASE, 3), BUS_SEEN_NEXT);
    CHECK_INT(see(&gap, "a", EVENT_PHRASE, 4), BUS_SEEN_GAP); /* one of the old run, late */
}

static void test_a_heartbeat_tells_of_what_was_lost_when_nothing_followed(void **state)
{
    struct bus_gap gap = {0};

    (void)state;
    CHECK_INT(hear(&gap, "a", 0, 0), BUS_SEEN_GAP);
    apply_snapshot(&gap, "a", 5, 2);
    CHECK_INT(hear(&gap, "a", 5, 2), BUS_SEEN_NEXT);
    CHECK_INT(hear(&gap, "a", 4, 2), BUS_SEEN_NEXT); /* an event has overtaken it */
    CHECK_INT(hear(&gap, "a", 5, 3), BUS_SEEN_GAP);
    CHECK(!gap.known);
    CHECK_INT(hear(&gap, "a", 5, 3), BUS_SEEN_GAP); /* until a snapshot has come */
    apply_snapshot(&gap, "a", 5, 3);
    CHECK_INT(hear(&gap, "a", 5, 3), BUS_SEEN_NEXT);
    CHECK_INT(hear(&gap, "b", 0, 0), BUS_SEEN_GAP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_subscriber_wants_a_snapshot_whatever_comes_first),
        cmocka_unit_test(test_after_a_snapshot_events_follow_one_by_one_each_topic_for_itself),
        cmocka_unit_test(test_a_missing_number_is_a_gap_until_a_snapshot_has_closed_it),
        cmocka_unit_test(test_a_snapshot_that_events_have_overtaken_does_not_close_the_gap),
        cmocka_unit_test(test_a_new_run_is_a_gap_even_when_its_numbers_fit),
        cmocka_unit_test(test_a_heartbeat_tells_of_what_was_lost_when_nothing_followed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
