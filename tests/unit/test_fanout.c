/* Fan-out: where a client begins, what it gets next, and what happens to one that takes
 * nothing. */
#include "streamd/fanout.h"
#include "tests/check.h"

enum { RATE_HZ = 44100, CHUNK = RATE_HZ / 10 };

/* Chunks [0, head) of a stream, as the loop sees them. */
static struct chunk_store *make_store(uint64_t head)
{
    const struct epoch epoch = {.stream = 7, .rate_hz = RATE_HZ};
    struct chunk_store *store = chunk_store_create(&epoch, 0);

    assert_non_null(store);
    for (uint64_t i = 0; i < head; i++) {
        chunk_store_publish(store, 0, 0, false);
    }
    chunk_store_share(store);
    return store;
}

static void add_chunks(struct chunk_store *store, int n)
{
    for (int i = 0; i < n; i++) {
        chunk_store_publish(store, 0, 0, false);
    }
    chunk_store_refresh(store);
}

static struct fanout_joined join(struct fanout_client *client, const struct chunk_store *store,
                                 struct fanout_wish wish)
{
    struct fanout_joined joined;

    fanout_join(client, store, &wish, false, &joined);
    return joined;
}

/* Takes all a client can get now; returns how many chunks, *gap the last gap on the way. */
static int take_all(struct fanout_client *client, const struct chunk_store *store,
                    struct fanout_gap *gap)
{
    uint64_t expected = 0;
    uint64_t seq = 0;
    int n = 0;

    *gap = (struct fanout_gap){0};
    for (;;) {
        const enum fanout_step step = fanout_next(client, store, &seq, gap);

        if (step == FANOUT_NOTHING) {
            return n;
        }
        if (step == FANOUT_CHUNK) {
            assert_true(n == 0 || seq >= expected);
            expected = seq + 1;
            fanout_sent(client, store);
            n++;
        }
    }
}

static void test_a_client_begins_live(void **state)
{
    struct chunk_store *const store = make_store(50);
    struct fanout_client client;
    struct fanout_gap gap;
    const struct fanout_joined joined = join(&client, store, (struct fanout_wish){0});

    (void)state;
    assert_false(joined.resumed);
    CHECK_U64(client.next, 50);
    CHECK_INT(take_all(&client, store, &gap), 0);
    add_chunks(store, 1);
    CHECK_INT(take_all(&client, store, &gap), 1);
    chunk_store_destroy(store);
}

static void test_a_burst_begins_in_the_past(void **state)
{
    struct chunk_store *const store = make_store(50);
    struct fanout_client client;

    (void)state;
    join(&client, store, (struct fanout_wish){.burst_ms = 1000});
    CHECK_U64(client.next, 40);
    join(&client, store, (struct fanout_wish){.burst_ms = 1001});
    CHECK_U64(client.next, 39);
    join(&client, store, (struct fanout_wish){.burst_ms = 10000});
    CHECK_U64(client.next, 0);
    chunk_store_destroy(store);
}

static void test_a_stream_that_stands_still_gives_no_burst(void **state)
{
    struct chunk_store *const store = make_store(50);
    const struct fanout_wish wish = {.burst_ms = 1000};
    struct fanout_client client;
    struct fanout_joined joined;

    (void)state;
    fanout_join(&client, store, &wish, true, &joined);
    CHECK_U64(client.next, 50);
    chunk_store_destroy(store);
}

static void test_a_resume_goes_on_where_it_was(void **state)
{
    struct chunk_store *const store = make_store(50);
    struct fanout_client client;
    struct fanout_gap gap;
    const struct fanout_wish wish = {
        .resume = true, .from_frame = 30 * CHUNK + 17, .names_stream = true, .stream = 7};
    const struct fanout_joined joined = join(&client, store, wish);

    (void)state;
    assert_true(joined.resumed);
    CHECK_U64(joined.lost_frames, 0);
    CHECK_U64(client.next, 30); /* rounded down to a chunk */
    CHECK_INT(take_all(&client, store, &gap), 20);
    chunk_store_destroy(store);
}

static void test_a_resume_of_what_is_gone_says_how_much(void **state)
{
    struct chunk_store *const store = make_store(500);
    struct fanout_client client;
    const struct fanout_joined joined =
        join(&client, store, (struct fanout_wish){.resume = true, .from_frame = 100 * CHUNK});

    (void)state;
    assert_true(joined.resumed);
    CHECK_U64(client.next, 500 - STORE_HISTORY);
    CHECK_U64(joined.lost_frames, (400 - STORE_HISTORY) * CHUNK);
    chunk_store_destroy(store);
}

static void test_a_resume_of_another_stream_begins_live(void **state)
{
    struct chunk_store *const store = make_store(50);
    struct fanout_client client;
    const struct fanout_wish wish = {
        .resume = true, .from_frame = 30 * CHUNK, .names_stream = true, .stream = 8};
    const struct fanout_joined joined = join(&client, store, wish);

    (void)state;
    assert_false(joined.resumed);
    CHECK_U64(client.next, 50);
    chunk_store_destroy(store);
}

static void test_a_client_slightly_ahead_repeats_nothing(void **state)
{
    struct chunk_store *const store = make_store(50);
    struct fanout_client client;
    struct fanout_gap gap;
    struct fanout_joined joined =
        join(&client, store, (struct fanout_wish){.resume = true, .from_frame = 53 * CHUNK});

    (void)state;
    assert_true(joined.resumed);
    add_chunks(store, 3);
    CHECK_INT(take_all(&client, store, &gap), 0);
    add_chunks(store, 1);
    CHECK_INT(take_all(&client, store, &gap), 1);
    joined =
        join(&client, store, (struct fanout_wish){.resume = true, .from_frame = 9999 * CHUNK});
    assert_false(joined.resumed); /* nobody can have got so far */
    CHECK_U64(client.next, 54);
    chunk_store_destroy(store);
}

static void test_a_live_client_that_takes_nothing_keeps_a_queue_of_five(void **state)
{
    struct chunk_store *const store = make_store(50);
    struct fanout_client client;
    struct fanout_gap gap;
    uint64_t n_dropped = 0;

    (void)state;
    join(&client, store, (struct fanout_wish){0});
    for (int i = 0; i < 12; i++) {
        add_chunks(store, 1);
        n_dropped += fanout_tick(&client, store, false, i);
    }
    CHECK_U64(n_dropped, 7);
    CHECK_INT(take_all(&client, store, &gap), FANOUT_QUEUE);
    CHECK_U64(gap.from_seq, 50);
    CHECK_U64(gap.to_seq, 57);
    CHECK_INT(gap.reason, FANOUT_SLOW);
    CHECK_INT(take_all(&client, store, &gap), 0);
    CHECK_U64(gap.to_seq, 0); /* told once */
    chunk_store_destroy(store);
}

static void test_who_is_behind_for_ten_seconds_is_overdue(void **state)
{
    struct chunk_store *const store = make_store(50);
    struct fanout_client client;
    struct fanout_gap gap;

    (void)state;
    join(&client, store, (struct fanout_wish){0});
    add_chunks(store, 6);
    fanout_tick(&client, store, false, NS_PER_S);
    assert_false(fanout_is_overdue(&client, 10 * NS_PER_S));
    assert_true(fanout_is_overdue(&client, 11 * NS_PER_S));
    take_all(&client, store, &gap); /* but who catches up may stay */
    assert_false(fanout_is_overdue(&client, 11 * NS_PER_S));
    chunk_store_destroy(store);
}

static void test_a_burst_is_not_dropped_while_history_holds_it(void **state)
{
    struct chunk_store *const store = make_store(50);
    struct fanout_client client;
    struct fanout_gap gap;

    (void)state;
    join(&client, store, (struct fanout_wish){.burst_ms = 5000});
    for (int i = 0; i < 60; i++) {
        add_chunks(store, 1);
        CHECK_U64(fanout_tick(&client, store, false, i), 0);
    }
    CHECK_INT(take_all(&client, store, &gap), 110);
    CHECK_U64(gap.to_seq, 0);
    chunk_store_destroy(store);
}

static void test_a_burst_that_history_overtakes_counts_as_behind(void **state)
{
    struct chunk_store *const store = make_store(50);
    struct fanout_client client;
    struct fanout_gap gap;

    (void)state;
    join(&client, store, (struct fanout_wish){.burst_ms = 5000});
    for (int i = 0; i < STORE_HISTORY; i++) {
        add_chunks(store, 1);
        fanout_tick(&client, store, false, 1);
    }
    assert_true(fanout_is_overdue(&client, 11 * NS_PER_S));
    CHECK_INT(take_all(&client, store, &gap), STORE_HISTORY);
    CHECK_U64(gap.from_seq, 0);
    CHECK_U64(gap.to_seq, 50);
    CHECK_INT(gap.reason, FANOUT_HISTORY);
    chunk_store_destroy(store);
}

static void test_a_backlog_of_the_stations_own_making_is_not_dropped(void **state)
{
    struct chunk_store *const store = make_store(50);
    struct fanout_client client;
    struct fanout_gap gap;

    (void)state;
    join(&client, store, (struct fanout_wish){0});
    for (int i = 0; i < 40; i++) {
        add_chunks(store, 1);
        CHECK_U64(fanout_tick(&client, store, true, i), 0);
    }
    CHECK_INT(take_all(&client, store, &gap), 40);
    assert_true(client.live);
    chunk_store_destroy(store);
}

static void test_lateness_does_not_forgive_who_was_behind_before(void **state)
{
    struct chunk_store *const store = make_store(50);
    struct fanout_client client;

    (void)state;
    join(&client, store, (struct fanout_wish){0});
    add_chunks(store, 6);
    fanout_tick(&client, store, false, 1);
    add_chunks(store, 6);
    CHECK_U64(fanout_tick(&client, store, true, 2), 6);
    chunk_store_destroy(store);
}

static void test_an_outage_is_told_as_one_gap(void **state)
{
    struct chunk_store *const store = make_store(50);
    struct fanout_client client;
    struct fanout_gap gap;

    (void)state;
    join(&client, store, (struct fanout_wish){0});
    chunk_store_skip(store, 1000000);
    chunk_store_refresh(store);
    CHECK_U64(fanout_tick(&client, store, false, 1), 0);
    add_chunks(store, 2);
    CHECK_U64(fanout_tick(&client, store, false, 2), 0);
    CHECK_INT(take_all(&client, store, &gap), 2);
    CHECK_U64(gap.from_seq, 50);
    CHECK_U64(gap.to_seq, 1000000);
    CHECK_INT(gap.reason, FANOUT_OUTAGE);
    assert_false(fanout_is_overdue(&client, 100 * NS_PER_S));
    chunk_store_destroy(store);
}

static void test_chunks_missing_in_history_are_an_outage_too(void **state)
{
    struct chunk_store *const store = make_store(50);
    struct fanout_client client;
    struct fanout_gap gap;

    (void)state;
    chunk_store_skip(store, 53);
    chunk_store_refresh(store);
    add_chunks(store, 4);
    join(&client, store, (struct fanout_wish){.resume = true, .from_frame = 48 * CHUNK});
    CHECK_INT(take_all(&client, store, &gap), 6);
    CHECK_U64(gap.from_seq, 50);
    CHECK_U64(gap.to_seq, 53);
    CHECK_INT(gap.reason, FANOUT_OUTAGE);
    chunk_store_destroy(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_client_begins_live),
        cmocka_unit_test(test_a_burst_begins_in_the_past),
        cmocka_unit_test(test_a_stream_that_stands_still_gives_no_burst),
        cmocka_unit_test(test_a_resume_goes_on_where_it_was),
        cmocka_unit_test(test_a_resume_of_what_is_gone_says_how_much),
        cmocka_unit_test(test_a_resume_of_another_stream_begins_live),
        cmocka_unit_test(test_a_client_slightly_ahead_repeats_nothing),
        cmocka_unit_test(test_a_live_client_that_takes_nothing_keeps_a_queue_of_five),
        cmocka_unit_test(test_who_is_behind_for_ten_seconds_is_overdue),
        cmocka_unit_test(test_a_burst_is_not_dropped_while_history_holds_it),
        cmocka_unit_test(test_a_burst_that_history_overtakes_counts_as_behind),
        cmocka_unit_test(test_a_backlog_of_the_stations_own_making_is_not_dropped),
        cmocka_unit_test(test_lateness_does_not_forgive_who_was_behind_before),
        cmocka_unit_test(test_an_outage_is_told_as_one_gap),
        cmocka_unit_test(test_chunks_missing_in_history_are_an_outage_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
