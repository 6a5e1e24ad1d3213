/* The feeder: chunks when they are due, history at the start, and what happens to the ring on
 * the way. */
#include "common/phrase.h"
#include "streamd/chunk.h"
#include "streamd/feeder.h"
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { RATE_HZ = 44100, CHUNK = RATE_HZ / 10, CAPACITY = 1 << 17, PATIENCE_MS = 3000 };

struct fixture {
    char name[64];
    struct ring_writer writer;
    struct epoch epoch;
    struct metrics metrics;
    struct feeder feeder;
    struct chunk_store *store;
    _Atomic unsigned n_wakes;
};

static uint32_t frame_at(uint64_t position)
{
    return (uint32_t)(position * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

static void count_wake(void *user)
{
    atomic_fetch_add(&((struct fixture *)user)->n_wakes, 1);
}

/* A ring whose stream began so long ago. */
static void open_ring(struct fixture *fixture, uint64_t stream, int64_t age_ns)
{
    struct ring_format format = {.epoch = {.stream = stream, .rate_hz = RATE_HZ},
                                 .capacity_frames = CAPACITY};
    const char *reason = "";

    format.epoch.monotonic_ns = clock_now_ns() - age_ns;
    format.epoch.wall_ns = clock_wall_ns() - age_ns;
    assert_int_equal(clock_boot_id(format.epoch.boot_id), 0);
    assert_true(ring_writer_open(&fixture->writer, fixture->name, &format, &reason) >= 0);
    fixture->epoch = ring_epoch(fixture->writer.ring);
}

static void write_until(struct fixture *fixture, uint64_t end)
{
    uint32_t block[BLOCK_FRAMES];

    for (uint64_t at = ring_published(fixture->writer.ring); at + BLOCK_FRAMES <= end;
         at += BLOCK_FRAMES) {
        for (uint64_t i = 0; i < BLOCK_FRAMES; i++) {
            block[i] = frame_at(at + i);
        }
        ring_write(fixture->writer.ring, block, BLOCK_FRAMES);
    }
    ring_writer_wake(&fixture->writer);
}

static void write_ahead(struct fixture *fixture, uint64_t frames)
{
    write_until(fixture, clock_frame_at(&fixture->epoch, clock_now_ns()) + frames);
}

static void start(struct fixture *fixture)
{
    const struct feeder_options options = {.ring_name = fixture->name,
                                           .wake = count_wake,
                                           .user = fixture,
                                           .metrics = &fixture->metrics};

    assert_int_equal(feeder_start(&fixture->feeder, &options), 0);
}

static int set_up(void **state)
{
    struct fixture *const fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    snprintf(fixture->name, sizeof fixture->name, "/auralis-test-feeder-%d", (int)getpid());
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *const fixture = *state;

    feeder_stop(&fixture->feeder);
    chunk_store_destroy(fixture->store);
    ring_writer_finish(&fixture->writer);
    shm_unlink(fixture->name);
    free(fixture);
    return 0;
}

/* Looks until there is a store that is not the present one. */
static void take_store(struct fixture *fixture)
{
    struct chunk_store *store = NULL;

    for (int i = 0; i < PATIENCE_MS && !store; i++) {
        store = feeder_take_store(&fixture->feeder);
        usleep(1000);
    }
    assert_non_null(store);
    chunk_store_destroy(fixture->store);
    fixture->store = store;
    chunk_store_refresh(store);
}

/* Looks until the store's head is there; keeps the ring filled meanwhile. */
static void wait_for_head(struct fixture *fixture, uint64_t head)
{
    for (int i = 0; i < PATIENCE_MS && chunk_store_head(fixture->store) < head; i++) {
        usleep(1000);
        write_ahead(fixture, CHUNK * 3);
        chunk_store_refresh(fixture->store);
    }
    assert_true(chunk_store_head(fixture->store) >= head);
}

static uint16_t check_chunk(struct fixture *fixture, uint64_t seq)
{
    struct chunk_header header = {0};
    size_t len = 0;
    const unsigned char *const message = chunk_store_pcm(fixture->store, seq, &len);

    assert_true(chunk_store_has(fixture->store, seq));
    CHECK_INT(chunk_header_decode(message, len, &header), 0);
    CHECK_U64(header.first_frame, seq * CHUNK);
    for (uint32_t i = 0; i < CHUNK; i++) {
        uint32_t word = 0;

        memcpy(&word, message + CHUNK_HEADER_BYTES + 4 * (size_t)i, 4);
        assert_int_equal(word, frame_at(seq * CHUNK + i));
    }
    return header.flags;
}

static void test_history_comes_as_a_whole_at_the_start(void **state)
{
    struct fixture *const fixture = *state;

    open_ring(fixture, 7, 2 * NS_PER_S);
    write_ahead(fixture, CHUNK * 3);
    start(fixture);
    take_store(fixture);
    assert_true(chunk_store_head(fixture->store) >= 20);
    for (uint64_t seq = 0; seq < 20; seq++) {
        check_chunk(fixture, seq);
    }
}

static void test_no_chunk_comes_before_it_is_due(void **state)
{
    struct fixture *const fixture = *state;

    open_ring(fixture, 7, NS_PER_S / 2);
    write_ahead(fixture, CHUNK * 10);
    start(fixture);
    take_store(fixture);
    for (int i = 0; i < 400; i++) {
        chunk_store_refresh(fixture->store);
        const uint64_t head = chunk_store_head(fixture->store);

        assert_true(clock_due_ns(&fixture->epoch, (head - 1) * CHUNK) <= clock_now_ns());
        usleep(1000);
    }
    assert_true(chunk_store_head(fixture->store) >= 8);
}

static void test_a_chunk_that_is_late_comes_when_it_is_published(void **state)
{
    struct fixture *const fixture = *state;

    open_ring(fixture, 7, NS_PER_S);
    write_until(fixture, CHUNK * 5);
    start(fixture);
    take_store(fixture);
    usleep(100 * 1000);
    chunk_store_refresh(fixture->store);
    CHECK_U64(chunk_store_head(fixture->store), 4); /* 5 chunks are no whole number of blocks */
    wait_for_head(fixture, 10);
    for (uint64_t seq = 0; seq < 10; seq++) {
        check_chunk(fixture, seq);
    }
    CHECK_INT(metric_get(&fixture->metrics, METRIC_streamd_chunks_lost), 0);
}

static void test_a_jump_is_counted_and_told_in_the_next_chunk(void **state)
{
    struct fixture *const fixture = *state;

    open_ring(fixture, 7, 3 * NS_PER_S);
    write_until(fixture, CHUNK * 10);
    start(fixture);
    take_store(fixture);
    const uint64_t before = chunk_store_head(fixture->store);

    ring_jump(fixture->writer.ring, CHUNK * 30 / BLOCK_FRAMES * BLOCK_FRAMES);
    wait_for_head(fixture, 32);
    CHECK_INT(check_chunk(fixture, 30), CHUNK_LOST_BEFORE);
    CHECK_INT(check_chunk(fixture, 31), 0);
    assert_false(chunk_store_has(fixture->store, 29));
    CHECK_INT(metric_get(&fixture->metrics, METRIC_streamd_chunks_lost),
              (int64_t)(30 - before));
}

static void test_another_stream_gets_another_store(void **state)
{
    struct fixture *const fixture = *state;

    open_ring(fixture, 7, NS_PER_S);
    write_ahead(fixture, CHUNK * 3);
    start(fixture);
    take_store(fixture);
    CHECK_U64(fixture->store->epoch.stream, 7);
    ring_writer_finish(&fixture->writer);
    open_ring(fixture, 8, NS_PER_S / 2);
    write_ahead(fixture, CHUNK * 3);
    take_store(fixture);
    CHECK_U64(fixture->store->epoch.stream, 8);
    wait_for_head(fixture, 7);
    check_chunk(fixture, 6);
}

static void test_without_a_ring_the_report_says_why_and_the_loop_is_woken(void **state)
{
    struct fixture *const fixture = *state;
    struct feeder_report report;

    start(fixture);
    usleep(350 * 1000);
    feeder_report(&fixture->feeder, &report);
    assert_false(report.attached);
    assert_string_equal(report.reason, "there is no ring yet: synthd has not made one");
    assert_true(atomic_load(&fixture->n_wakes) >= 3);
    assert_null(feeder_take_store(&fixture->feeder));
}

static void wait_for_reason(struct fixture *fixture, const char *reason)
{
    struct feeder_report report = {.attached = true};

    for (int ms = 0; ms < PATIENCE_MS && strcmp(report.reason, reason) != 0; ms++) {
        usleep(1000);
        feeder_report(&fixture->feeder, &report);
    }
    assert_string_equal(report.reason, reason);
}

static void test_cursors_that_cannot_be_true_are_not_followed(void **state)
{
    struct fixture *const fixture = *state;
    const uint64_t high = UINT64_C(1) << 56;

    open_ring(fixture, 7, NS_PER_S);
    write_ahead(fixture, RATE_HZ);
    start(fixture);
    take_store(fixture);
    atomic_fetch_add(&fixture->writer.ring->reserved_frames, high);
    wait_for_reason(fixture, "its cursors are ahead of time");
    assert_true(atomic_load(&fixture->n_wakes) > 0);
    atomic_fetch_add(&fixture->writer.ring->published_frames, 2 * high);
    wait_for_reason(fixture, "more is published than was written");
}

static void test_a_feeder_that_was_not_started_can_be_stopped(void **state)
{
    struct fixture *const fixture = *state;

    feeder_stop(&fixture->feeder);
}

/* The writer, the feeder and the loop at once, with the loop standing still at times. */
static void test_writer_feeder_and_loop_may_race(void **state)
{
    struct fixture *const fixture = *state;
    uint64_t checked = 0;

    open_ring(fixture, 7, NS_PER_S);
    write_ahead(fixture, CHUNK * 3);
    start(fixture);
    feeder_want_json(&fixture->feeder, true);
    take_store(fixture);
    for (int i = 0; i < 1000; i++) {
        struct feeder_report report;
        size_t len = 0;

        write_ahead(fixture, CHUNK * 3);
        feeder_report(&fixture->feeder, &report);
        if (i % 300 < 150 && chunk_store_refresh(fixture->store)) {
            checked = chunk_store_head(fixture->store) - 1;
            check_chunk(fixture, checked);
            chunk_store_json(fixture->store, checked, &len);
            assert_true(len > CHUNK * 4);
        }
        usleep(1000);
    }
    assert_true(checked >= 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_history_comes_as_a_whole_at_the_start, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_no_chunk_comes_before_it_is_due, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_chunk_that_is_late_comes_when_it_is_published,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_jump_is_counted_and_told_in_the_next_chunk,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_another_stream_gets_another_store, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            test_without_a_ring_the_report_says_why_and_the_loop_is_woken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cursors_that_cannot_be_true_are_not_followed,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_feeder_that_was_not_started_can_be_stopped,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_writer_feeder_and_loop_may_race, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
