/* A ring's segment, as one has it that waits to become its writer. */
#include "common/ring_shm.h"
#include "tests/check.h"
#include "tests/scratch.h"

#include <errno.h>

static char name[64];
static struct ring_writer writer, follower;

static struct ring_format format_of(uint64_t stream)
{
    return (struct ring_format){
        .epoch = {.stream = stream, .rate_hz = 44100, .boot_id = "boot"},
        .capacity_frames = 1 << 10,
        .n_counters = 3};
}

static int open_writer(uint64_t stream)
{
    const struct ring_format format = format_of(stream);
    const char *reason = "";

    ring_writer_finish(&writer);
    return ring_writer_open(&writer, name, &format, &reason);
}

static int follow(uint64_t stream)
{
    const struct ring_format format = format_of(stream);

    ring_writer_finish(&follower);
    return ring_writer_follow(&follower, name, &format);
}

static const char *shm_path(char path[SCRATCH_PATH_BYTES])
{
    snprintf(path, SCRATCH_PATH_BYTES, "/dev/shm%s", name);
    return path;
}

static int setup(void **state)
{
    (void)state;
    snprintf(name, sizeof name, "/auralis-test-ring-follow-%d", (int)getpid());
    return 0;
}

static int teardown(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    ring_writer_finish(&writer);
    ring_writer_finish(&follower);
    remove(shm_path(path));
    return 0;
}

static void test_one_that_follows_has_the_writers_segment(void **state)
{
    const uint32_t frame = 5;

    (void)state;
    CHECK_INT(open_writer(1), RING_CREATED);
    CHECK_INT(follow(1), 0);
    ring_write(writer.ring, &frame, 1);
    CHECK_U64(ring_published(follower.ring), 1);
    CHECK_U64(follower.ring->n_counters, 3);
    CHECK(ring_writer_is_named(&follower));
}

static void test_it_makes_and_replaces_nothing(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    CHECK_INT(follow(1), -ENOENT);
    CHECK(access(shm_path(path), F_OK) != 0);
    CHECK_INT(open_writer(2), RING_CREATED);
    CHECK_INT(follow(1), -ENOENT);
    CHECK(follower.ring == NULL);
    CHECK_INT(follow(2), 0);
    CHECK_INT(atomic_load(&writer.ring->closed), 0);
}

static void test_it_finds_out_when_the_name_is_anothers_or_gone(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    CHECK_INT(open_writer(1), RING_CREATED);
    CHECK_INT(follow(1), 0);
    CHECK_INT(open_writer(2), RING_REPLACED);
    CHECK(!ring_writer_is_named(&follower));
    CHECK_INT(follow(2), 0);
    CHECK_INT(remove(shm_path(path)), 0);
    CHECK(!ring_writer_is_named(&follower));
    CHECK_INT(open_writer(2), RING_CREATED); /* the same stream, but not what is mapped */
    CHECK(!ring_writer_is_named(&follower));
}

#define FOLLOW_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLLOW_TEST(test_one_that_follows_has_the_writers_segment),
        FOLLOW_TEST(test_it_makes_and_replaces_nothing),
        FOLLOW_TEST(test_it_finds_out_when_the_name_is_anothers_or_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
