/* The reserve: what a standby gives to the ring when its writer has died. */
#include "synthd/reserve.h"
#include "tests/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CAPACITY = 1 << 19, BATCH = 512, CHUNK = 4410 };

static struct reserve reserve;
static struct ring *ring;

static int set_up(void **state)
{
    const struct ring_format format = {.epoch = {.stream = 7, .rate_hz = 44100},
                                       .capacity_frames = CAPACITY};

    (void)state;
    assert_int_equal(posix_memalign((void **)&ring, RING_PAGE_BYTES, ring_bytes(CAPACITY)), 0);
    memset(ring, 0, ring_bytes(CAPACITY));
    memset(&reserve, 0, sizeof reserve);
    return ring_init(ring, &format);
}

static int tear_down(void **state)
{
    (void)state;
    free(ring);
    return 0;
}

/* Each frame a function of its position, so that any wrong one is seen. */
static uint32_t frame_at(uint64_t position)
{
    return (uint32_t)(position * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

static void fill(uint32_t words[BATCH], uint64_t frame)
{
    for (uint32_t i = 0; i < BATCH; i++) {
        words[i] = frame_at(frame + i);
    }
}

static void write_ring(uint64_t until_frame)
{
    uint32_t words[BATCH];

    for (uint64_t at = ring_published(ring); at < until_frame; at = ring_published(ring)) {
        fill(words, at);
        ring_write(ring, words,
                   until_frame - at < BATCH ? (uint32_t)(until_frame - at) : BATCH);
    }
}

static void stand_by(uint64_t until_frame)
{
    uint32_t words[BATCH];

    while (reserve.end_frame < until_frame) {
        fill(words, reserve.end_frame);
        reserve_add(&reserve, words, BATCH);
    }
}

/* That the ring holds what anybody would have rendered, from `frame` on. */
static void check_ring(uint64_t frame)
{
    uint32_t words[BATCH];
    uint64_t cursor_frames = frame;

    while (cursor_frames < ring_published(ring)) {
        const uint64_t at = cursor_frames;
        const int n = ring_read(ring, &cursor_frames, words, BATCH);

        CHECK(n > 0);
        for (int i = 0; i < n; i++) {
            CHECK_U64(words[i], frame_at(at + (uint64_t)i));
        }
    }
}

static void test_what_the_ring_lacks_is_given_and_nothing_else(void **state)
{
    (void)state;
    write_ring(10 * BATCH);
    reserve_begin(&reserve, 10 * BATCH);
    write_ring(20 * BATCH + 64); /* the writer goes on, and dies between two batches */
    stand_by(22 * BATCH);
    CHECK_INT(reserve_give(&reserve, ring, 5), 2 * BATCH - 64);
    CHECK_U64(ring_published(ring), 22 * BATCH);
    check_ring(0);
}

static void test_nothing_is_given_where_both_are_equally_far(void **state)
{
    (void)state;
    write_ring(10 * BATCH);
    reserve_begin(&reserve, 8 * BATCH);
    stand_by(10 * BATCH);
    CHECK_INT(reserve_give(&reserve, ring, 5), 0);
    CHECK_U64(ring_published(ring), 10 * BATCH);
}

static void test_a_standby_behind_the_ring_renders_on_until_it_is_not(void **state)
{
    (void)state;
    write_ring(10 * BATCH + 64);
    reserve_begin(&reserve, 4 * BATCH);
    for (uint64_t at = 5 * BATCH; at <= 10 * BATCH; at += BATCH) {
        stand_by(at);
        CHECK_INT(reserve_give(&reserve, ring, 5), -EAGAIN);
    }
    CHECK_U64(ring_published(ring), 10 * BATCH + 64);
    stand_by(11 * BATCH);
    CHECK_INT(reserve_give(&reserve, ring, 5), BATCH - 64);
    check_ring(0);
}

static void test_a_standby_stays_so_near_that_all_the_ring_lacks_is_kept(void **state)
{
    /* so that what is kept goes round, in the middle of a batch */
    const uint64_t published = (uint64_t)CHUNK * (BATCH + 64);

    (void)state;
    ring_jump(ring, published);
    reserve_begin(&reserve, published);
    while (reserve_has_room(&reserve, ring, BATCH)) {
        stand_by(reserve.end_frame + BATCH);
    }
    CHECK_U64(reserve.end_frame, published + RESERVE_FRAMES);
    CHECK_INT(reserve_give(&reserve, ring, 5), RESERVE_FRAMES);
    CHECK_U64(ring_published(ring), published + RESERVE_FRAMES);
    check_ring(published);
    CHECK(reserve_has_room(&reserve, ring, BATCH));
}

static void test_a_ring_that_ends_before_what_is_kept_is_left_alone(void **state)
{
    (void)state;
    write_ring(10 * BATCH);
    reserve_begin(&reserve, 10 * BATCH + 64);
    stand_by(12 * BATCH);
    CHECK_INT(reserve_give(&reserve, ring, 5), -ERANGE);
    reserve_begin(&reserve, 10 * BATCH);
    stand_by(10 * BATCH + RESERVE_FRAMES + BATCH); /* the oldest are gone */
    CHECK_INT(reserve_give(&reserve, ring, 5), -ERANGE);
    CHECK_U64(ring_published(ring), 10 * BATCH);
}

static struct ring_chunk_facts chunk_at(uint64_t seq, float peak)
{
    return (struct ring_chunk_facts){.first_frame = seq * CHUNK, .phrase = seq, .peak = peak};
}

static void test_the_facts_of_chunks_are_given_where_the_writer_left_none(void **state)
{
    struct ring_chunk_facts facts = chunk_at(0, 0.25F);

    (void)state;
    ring_chunk_store(ring, &facts); /* of the writer's own */
    write_ring(2 * CHUNK);          /* and it died before saying anything of the second */
    reserve_begin(&reserve, 0);
    stand_by(3 * CHUNK);
    for (uint64_t seq = 0; seq < 3; seq++) {
        facts = chunk_at(seq, 0.5F);
        reserve_add_chunk(&reserve, &facts);
    }
    CHECK(reserve_give(&reserve, ring, 5) > CHUNK);
    CHECK_INT(ring_chunk_load(ring, 0, &facts), 0);
    CHECK(facts.peak == 0.25F);
    for (uint64_t seq = 1; seq < 3; seq++) {
        CHECK_INT(ring_chunk_load(ring, seq * CHUNK, &facts), 0);
        CHECK_U64(facts.phrase, seq);
        CHECK(facts.peak == 0.5F);
        CHECK_INT(facts.rendered_ns, 5);
    }
}

static void test_the_facts_kept_are_those_of_the_newest_chunks(void **state)
{
    struct ring_chunk_facts facts;

    (void)state;
    for (uint64_t seq = 0; seq < 2 * RESERVE_CHUNKS; seq++) {
        facts = chunk_at(seq, 0.5F);
        reserve_add_chunk(&reserve, &facts);
    }
    CHECK_INT(reserve_give(&reserve, ring, 5), 0);
    CHECK_INT(ring_chunk_load(ring, (uint64_t)(RESERVE_CHUNKS - 1) * CHUNK, &facts), -ENOENT);
    CHECK_INT(ring_chunk_load(ring, (uint64_t)RESERVE_CHUNKS * CHUNK, &facts), 0);
    CHECK_INT(ring_chunk_load(ring, (uint64_t)(2 * RESERVE_CHUNKS - 1) * CHUNK, &facts), 0);
}

#define RESERVE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RESERVE_TEST(test_what_the_ring_lacks_is_given_and_nothing_else),
        RESERVE_TEST(test_nothing_is_given_where_both_are_equally_far),
        RESERVE_TEST(test_a_standby_behind_the_ring_renders_on_until_it_is_not),
        RESERVE_TEST(test_a_standby_stays_so_near_that_all_the_ring_lacks_is_kept),
        RESERVE_TEST(test_a_ring_that_ends_before_what_is_kept_is_left_alone),
        RESERVE_TEST(test_the_facts_of_chunks_are_given_where_the_writer_left_none),
        RESERVE_TEST(test_the_facts_kept_are_those_of_the_newest_chunks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
