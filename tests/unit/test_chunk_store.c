/* The chunk store: what the feeder publishes, the loop reads; slots are used again only when it
 * says so. */
#include "streamd/chunk.h"
#include "streamd/chunk_store.h"
#include "tests/check.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>

enum { RATE_HZ = 44100, CHUNK = RATE_HZ / 10 };

static struct chunk_store *make_store(uint64_t first_seq)
{
    const struct epoch epoch = {.stream = 7, .rate_hz = RATE_HZ};
    struct chunk_store *store = chunk_store_create(&epoch, first_seq);

    assert_non_null(store);
    return store;
}

/* Every word of a chunk is its seq. */
static void publish(struct chunk_store *store, bool wants_json)
{
    const uint64_t seq = chunk_store_next(store);
    uint32_t *const samples = chunk_store_samples(store);

    for (uint32_t i = 0; i < CHUNK; i++) {
        samples[i] = (uint32_t)seq;
    }
    chunk_store_publish(store, 0, seq, wants_json);
}

static void check_pcm(struct chunk_store *store, uint64_t seq)
{
    struct chunk_header header = {0};
    size_t len = 0;
    const unsigned char *const message = chunk_store_pcm(store, seq, &len);
    uint32_t last = 0;

    CHECK_INT(chunk_header_decode(message, len, &header), 0);
    CHECK_U64(header.first_frame, seq * CHUNK);
    CHECK_U64(header.stream, 7);
    memcpy(&last, message + len - 4, 4);
    CHECK_U64(last, seq);
}

static void test_chunks_are_read_as_published(void **state)
{
    struct chunk_store *const store = make_store(100);

    (void)state;
    publish(store, false);
    publish(store, false);
    chunk_store_share(store);
    CHECK_U64(chunk_store_head(store), 102);
    assert_false(chunk_store_has(store, 99));
    assert_true(chunk_store_has(store, 100));
    assert_false(chunk_store_has(store, 102));
    check_pcm(store, 100);
    check_pcm(store, 101);
    chunk_store_destroy(store);
}

static void test_the_loop_sees_new_chunks_only_after_a_refresh(void **state)
{
    struct chunk_store *const store = make_store(0);

    (void)state;
    chunk_store_share(store);
    assert_false(chunk_store_refresh(store));
    publish(store, false);
    assert_false(chunk_store_has(store, 0));
    assert_true(chunk_store_refresh(store));
    assert_true(chunk_store_has(store, 0));
    assert_false(chunk_store_refresh(store));
    chunk_store_destroy(store);
}

static void test_json_made_early_and_late_is_the_same(void **state)
{
    struct chunk_store *const early = make_store(3);
    struct chunk_store *const late = make_store(3);
    size_t early_len = 0;
    size_t late_len = 0;

    (void)state;
    publish(early, true);
    publish(late, false);
    chunk_store_share(early);
    chunk_store_share(late);
    const unsigned char *const early_text = chunk_store_json(early, 3, &early_len);
    const unsigned char *const late_text = chunk_store_json(late, 3, &late_len);

    CHECK_U64(early_len, late_len);
    assert_memory_equal(early_text, late_text, early_len);
    assert_ptr_equal(chunk_store_json(late, 3, &late_len), late_text);
    chunk_store_destroy(early);
    chunk_store_destroy(late);
}

static void test_the_feeder_waits_for_a_loop_that_stands_still(void **state)
{
    struct chunk_store *const store = make_store(0);
    int n = 0;

    (void)state;
    chunk_store_share(store);
    for (; chunk_store_may_write(store); n++) {
        publish(store, false);
    }
    CHECK_INT(n, STORE_MARGIN);
    chunk_store_refresh(store);
    assert_true(chunk_store_may_write(store));
    chunk_store_destroy(store);
}

static void test_history_reaches_back_no_further_than_is_safe(void **state)
{
    struct chunk_store *const store = make_store(0);

    (void)state;
    for (int i = 0; i < 1000; i++) {
        publish(store, false);
    }
    chunk_store_share(store);
    CHECK_U64(chunk_store_oldest(store), 1000 - STORE_HISTORY);
    assert_false(chunk_store_has(store, 1000 - STORE_HISTORY - 1));
    check_pcm(store, 1000 - STORE_HISTORY);
    check_pcm(store, 999);
    chunk_store_destroy(store);
}

static void test_chunks_left_out_are_absent_and_told(void **state)
{
    struct chunk_store *const store = make_store(0);
    uint64_t from = 0;
    uint64_t to = 0;

    (void)state;
    publish(store, false);
    chunk_store_share(store);
    chunk_store_skip(store, 4);
    chunk_store_skip(store, 6); /* nothing between: one gap */
    chunk_store_refresh(store);
    publish(store, false);
    chunk_store_refresh(store);
    assert_true(chunk_store_has(store, 0));
    assert_false(chunk_store_has(store, 1));
    assert_false(chunk_store_has(store, 5));
    assert_true(chunk_store_has(store, 6));
    chunk_store_skipped(store, &from, &to);
    CHECK_U64(from, 1);
    CHECK_U64(to, 6);
    chunk_store_destroy(store);
}

static void test_what_a_far_jump_left_in_the_slots_is_not_there(void **state)
{
    struct chunk_store *const store = make_store(0);

    (void)state;
    for (int i = 0; i < 100; i++) {
        publish(store, false);
    }
    chunk_store_share(store);
    chunk_store_skip(store, 100000);
    assert_false(chunk_store_may_write(store)); /* the loop may still be reading the old ones */
    chunk_store_refresh(store);
    assert_true(chunk_store_may_write(store));
    for (uint64_t seq = chunk_store_oldest(store); seq < chunk_store_head(store); seq++) {
        assert_false(chunk_store_has(store, seq));
    }
    chunk_store_destroy(store);
}

enum { RACED_CHUNKS = 3000 };

static void *feed(void *argument)
{
    struct chunk_store *const store = argument;

    while (chunk_store_next(store) < RACED_CHUNKS) {
        if (!chunk_store_may_write(store)) {
            sched_yield();
        } else if (chunk_store_next(store) % 500 == 250) {
            chunk_store_skip(store, chunk_store_next(store) + 40);
        } else {
            publish(store, chunk_store_next(store) % 3 == 0);
        }
    }
    return NULL;
}

static void test_a_feeder_and_a_loop_may_race(void **state)
{
    struct chunk_store *const store = make_store(0);
    pthread_t thread;
    uint64_t n_read = 0;
    size_t len = 0;

    (void)state;
    chunk_store_share(store);
    assert_int_equal(pthread_create(&thread, NULL, feed, store), 0);
    while (chunk_store_head(store) < RACED_CHUNKS) {
        if (!chunk_store_refresh(store)) {
            sched_yield();
            continue;
        }
        /* the ends of what may be read: the newest, and the one that is overwritten next */
        const uint64_t ends[2] = {chunk_store_oldest(store), chunk_store_head(store) - 1};

        for (int i = 0; i < 2; i++) {
            if (chunk_store_has(store, ends[i])) {
                check_pcm(store, ends[i]);
                chunk_store_json(store, ends[i], &len);
                n_read++;
            }
        }
    }
    pthread_join(thread, NULL);
    assert_true(n_read > RACED_CHUNKS / STORE_MARGIN);
    chunk_store_destroy(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chunks_are_read_as_published),
        cmocka_unit_test(test_the_loop_sees_new_chunks_only_after_a_refresh),
        cmocka_unit_test(test_json_made_early_and_late_is_the_same),
        cmocka_unit_test(test_the_feeder_waits_for_a_loop_that_stands_still),
        cmocka_unit_test(test_history_reaches_back_no_further_than_is_safe),
        cmocka_unit_test(test_chunks_left_out_are_absent_and_told),
        cmocka_unit_test(test_what_a_far_jump_left_in_the_slots_is_not_there),
        cmocka_unit_test(test_a_feeder_and_a_loop_may_race),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
