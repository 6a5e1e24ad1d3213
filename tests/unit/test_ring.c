/* The ring: what one writer publishes, any reader gets intact or is told that it was too late.
 * */
#include "common/ring.h"
#include "tests/check.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { RATE_HZ = 44100, CHUNK = RATE_HZ / 10 };

static struct ring *make_ring(uint32_t capacity_frames)
{
    const struct ring_format format = {.epoch = {.stream = 7, .rate_hz = RATE_HZ},
                                       .capacity_frames = capacity_frames};
    struct ring *ring = NULL;

    assert_int_equal(
        posix_memalign((void **)&ring, RING_PAGE_BYTES, ring_bytes(capacity_frames)), 0);
    memset(ring, 0, ring_bytes(capacity_frames));
    assert_int_equal(ring_init(ring, &format), 0);
    return ring;
}

/* Each frame a function of its position, so that any wrong one is seen. */
static uint32_t frame_at(uint64_t position)
{
    return (uint32_t)(position * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

static void write_frames(struct ring *ring, uint32_t n_frames)
{
    uint32_t block[1024];
    const uint64_t start = ring_published(ring);

    assert_true(n_frames <= 1024);
    for (uint32_t i = 0; i < n_frames; i++) {
        block[i] = frame_at(start + i);
    }
    ring_write(ring, block, n_frames);
}

static void test_what_is_written_is_read(void **state)
{
    struct ring *const ring = make_ring(1024);
    uint32_t out[64];
    uint64_t cursor_frames = 0;

    (void)state;
    CHECK_INT(ring_read(ring, &cursor_frames, out, 64), 0);
    write_frames(ring, 64);
    CHECK_INT(ring_read(ring, &cursor_frames, out, 40), 40);
    CHECK_INT(ring_read(ring, &cursor_frames, out + 40, 40), 24);
    for (uint64_t i = 0; i < 64; i++) {
        assert_int_equal(out[i], frame_at(i));
    }
    CHECK_U64(cursor_frames, 64);
    free(ring);
}

static void test_a_lapped_reader_is_told_and_resumes_at_the_oldest_intact_frame(void **state)
{
    struct ring *const ring = make_ring(8);
    uint32_t out[8];
    uint64_t cursor_frames = 0;

    (void)state;
    write_frames(ring, 8);
    write_frames(ring, 1); /* overwrites frame 0 */
    CHECK_INT(ring_read(ring, &cursor_frames, out, 8), -EOVERFLOW);
    CHECK_U64(cursor_frames, 1);
    CHECK_INT(ring_read(ring, &cursor_frames, out, 8), 8);
    assert_int_equal(out[0], frame_at(1));
    free(ring);
}

static void test_a_new_writer_goes_on_where_the_last_one_ended(void **state)
{
    struct ring *const ring = make_ring(64);

    (void)state;
    write_frames(ring, 40);
    CHECK_U64(ring_adopt(ring), 40);
    free(ring);
}

static void test_what_a_dead_writer_had_claimed_is_not_trusted_after_adoption(void **state)
{
    struct ring *const ring = make_ring(64);
    uint32_t out[64];
    uint64_t cursor_frames = 0;

    (void)state;
    write_frames(ring, 64);
    /* a writer that died between claiming 16 more frames and publishing them */
    atomic_store(&ring->reserved_frames, 80);
    CHECK_U64(ring_adopt(ring), 64);
    write_frames(ring, 1);
    CHECK_U64(atomic_load(&ring->reserved_frames), 80);
    CHECK_INT(ring_read(ring, &cursor_frames, out, 64), -EOVERFLOW);
    CHECK_U64(cursor_frames, 16);
    free(ring);
}

static void
test_a_jump_makes_everything_before_it_lost_from_the_next_chunk_border_on(void **state)
{
    struct ring *const ring = make_ring(1 << 15);
    uint32_t out[64];
    uint64_t cursor_frames = 0;

    (void)state;
    write_frames(ring, 64);
    ring_jump(ring, 64000);
    CHECK_U64(ring_published(ring), 64000);
    CHECK_U64(ring_oldest(ring), (64000 + CHUNK - 1) / CHUNK * CHUNK);
    CHECK_INT(ring_read(ring, &cursor_frames, out, 64), -EOVERFLOW);
    CHECK_U64(cursor_frames % CHUNK, 0);
    CHECK_INT(ring_read(ring, &cursor_frames, out, 64), 0); /* not yet written */
    free(ring);
}

static void test_facts_of_a_chunk_are_found_until_another_takes_their_place(void **state)
{
    struct ring *const ring = make_ring(1024);
    const struct ring_chunk_facts facts = {.first_frame = CHUNK,
                                           .phrase = 3,
                                           .rendered_ns = 9,
                                           .peak = 0.5F,
                                           .limiter_gain = 1,
                                           .trim_db = -1.5,
                                           .trim_excess = 0.25};
    struct ring_chunk_facts read = {0};

    (void)state;
    CHECK_INT(ring_chunk_load(ring, CHUNK, &read), -ENOENT);
    ring_chunk_store(ring, &facts);
    CHECK_INT(ring_chunk_load(ring, CHUNK, &read), 0);
    assert_memory_equal(&read, &facts, sizeof facts);
    CHECK_INT(ring_chunk_load(ring, CHUNK * (1 + (uint64_t)RING_CHUNKS), &read), -ENOENT);
    memset(&read, 0, sizeof read);
    CHECK_INT(ring_chunk_at(ring, 1, &read), 0);
    assert_memory_equal(&read, &facts, sizeof facts);
    CHECK_INT(ring_chunk_at(ring, 2, &read), -ENOENT);
    free(ring);
}

static void test_formats_that_make_no_sense_are_refused(void **state)
{
    struct ring *const ring = make_ring(1024);
    struct ring_format format = {.epoch = {.rate_hz = RATE_HZ}, .capacity_frames = 1000};

    (void)state;
    CHECK_INT(ring_init(ring, &format), -EINVAL); /* no power of two */
    format.capacity_frames = 1 << 20;
    CHECK_INT(ring_init(ring, &format), -EINVAL); /* more chunks than the table holds */
    format = (struct ring_format){.epoch = {.rate_hz = 0}, .capacity_frames = 1024};
    CHECK_INT(ring_init(ring, &format), -EINVAL);
    free(ring);
}

static void expect_refused(struct ring *ring, size_t bytes, const char *words)
{
    const char *reason = NULL;

    CHECK_INT(ring_check(ring, bytes, &reason), -EPROTO);
    assert_non_null(strstr(reason, words));
}

static void expect_cursors(struct ring *ring, uint64_t published, uint64_t reserved,
                           const char *words)
{
    const char *reason = "";

    atomic_store(&ring->published_frames, published);
    atomic_store(&ring->reserved_frames, reserved);
    CHECK_INT(ring_check_cursors(ring, ring->epoch_monotonic_ns + NS_PER_S, &reason),
              words[0] == '\0' ? 0 : -EPROTO);
    CHECK_TEXT(reason, words);
}

static void test_cursors_that_cannot_be_true_are_refused_with_a_reason(void **state)
{
    struct ring *const ring = make_ring(1024);
    const uint64_t high = UINT64_C(1) << 56;

    (void)state;
    expect_cursors(ring, 0, 0, "");
    expect_cursors(ring, 10, 10, "");
    expect_cursors(ring, 10, 61 * RATE_HZ, "");
    expect_cursors(ring, 10, 61 * RATE_HZ + 1, "its cursors are ahead of time");
    expect_cursors(ring, 11, 10, "more is published than was written");
    expect_cursors(ring, high + 10, 10, "more is published than was written");
    expect_cursors(ring, high + 10, high + 10, "its cursors are ahead of time");
    free(ring);
}

static void test_foreign_truncated_and_damaged_segments_are_refused_with_a_reason(void **state)
{
    struct ring *const ring = make_ring(1024);
    const size_t bytes = ring_bytes(1024);
    const char *reason;

    (void)state;
    CHECK_INT(ring_check(ring, bytes, &reason), 0);
    expect_refused(ring, 100, "shorter");
    expect_refused(ring, bytes - 1, "truncated");
    ring->magic ^= 1;
    expect_refused(ring, bytes, "magic");
    ring->magic ^= 1;
    ring->version++;
    expect_refused(ring, bytes, "version");
    ring->version--;
    ring->capacity_frames = 1000;
    expect_refused(ring, bytes, "capacity");
    ring->capacity_frames = 1024;
    memset(ring->boot_id, 'x', sizeof ring->boot_id);
    expect_refused(ring, bytes, "boot id");
    free(ring);
}

/* ---- the race ---- */

enum { RACE_CAPACITY = 256, RACE_BLOCK = 64, READERS = 2 };
static const uint64_t race_frames = 8000000;

struct race {
    struct ring *ring;
    uint64_t accepted, lapped, torn;
};

static void *race_reader(void *user)
{
    struct race *const race = user;
    uint32_t out[RACE_CAPACITY];
    uint64_t cursor_frames = 0;

    while (cursor_frames < race_frames) {
        const uint64_t start = cursor_frames;
        /* as much as there is, so that the copy is slow and often overtaken */
        const int n = ring_read(race->ring, &cursor_frames, out, RACE_CAPACITY);

        race->lapped += n < 0;
        for (int i = 0; i < n; i++) {
            race->torn += out[i] != frame_at(start + (uint64_t)i);
            race->accepted++;
        }
    }
    return NULL;
}

static void test_no_reader_ever_accepts_a_torn_frame_while_the_writer_laps_it(void **state)
{
    struct ring *const ring = make_ring(RACE_CAPACITY);
    struct race races[READERS] = {{.ring = ring}, {.ring = ring}};
    pthread_t threads[READERS];

    (void)state;
    for (int i = 0; i < READERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, race_reader, &races[i]), 0);
    }
    while (ring_published(ring) < race_frames) {
        write_frames(ring, RACE_BLOCK);
    }
    for (int i = 0; i < READERS; i++) {
        pthread_join(threads[i], NULL);
        printf("reader %d: accepted=%llu lapped=%llu torn=%llu\n", i,
               (unsigned long long)races[i].accepted, (unsigned long long)races[i].lapped,
               (unsigned long long)races[i].torn);
        CHECK_U64(races[i].torn, 0);
    }
    free(ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_a_lapped_reader_is_told_and_resumes_at_the_oldest_intact_frame),
        cmocka_unit_test(test_a_new_writer_goes_on_where_the_last_one_ended),
        cmocka_unit_test(test_what_a_dead_writer_had_claimed_is_not_trusted_after_adoption),
        cmocka_unit_test(
            test_a_jump_makes_everything_before_it_lost_from_the_next_chunk_border_on),
        cmocka_unit_test(test_facts_of_a_chunk_are_found_until_another_takes_their_place),
        cmocka_unit_test(test_formats_that_make_no_sense_are_refused),
        cmocka_unit_test(test_foreign_truncated_and_damaged_segments_are_refused_with_a_reason),
        cmocka_unit_test(test_cursors_that_cannot_be_true_are_refused_with_a_reason),
        cmocka_unit_test(test_no_reader_ever_accepts_a_torn_frame_while_the_writer_laps_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
