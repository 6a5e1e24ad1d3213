/* The ring between processes: writers are killed at random and taken over from, the reader's
 * process maps it read-only and accepts no torn frame. Each frame is a function of its
 * position. */
#include "common/file_lock.h"
#include "common/ring_shm.h"
#include "common/rng.h"
#include "tests/check.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RATE_HZ = 44100, CAPACITY = 1 << 10, BLOCK = 64, KILLS = 40 };

static uint32_t frame_at(uint64_t position)
{
    return (uint32_t)(position * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

static const struct ring_format format = {
    .epoch = {.stream = 11, .rate_hz = RATE_HZ, .boot_id = "boot"},
    .capacity_frames = CAPACITY};

/* Adopts the ring under its lock and writes as fast as it can, until it is killed. */
static void run_writer(const char *name, const char *lock_path)
{
    struct file_lock lock = {0};
    struct ring_writer writer = {0};
    const char *reason;
    uint32_t block[BLOCK];

    while (file_lock_take(&lock, lock_path) == -EWOULDBLOCK) {
    }
    if (ring_writer_open(&writer, name, &format, &reason) < 0) {
        _exit(2);
    }
    for (uint64_t start = ring_adopt(writer.ring);; start += BLOCK) {
        for (uint32_t i = 0; i < BLOCK; i++) {
            block[i] = frame_at(start + i);
        }
        ring_write(writer.ring, block, BLOCK);
        ring_writer_wake(&writer);
    }
}

static pid_t fork_writer(const char *name, const char *lock_path)
{
    const pid_t pid = fork();

    if (pid == 0) {
        run_writer(name, lock_path);
    }
    assert_true(pid > 0);
    return pid;
}

static void end_process(pid_t pid)
{
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

struct seen {
    uint64_t accepted, lapped, torn, backwards;
};

/* Reads until `frames` more have been published. */
static void read_some(const struct ring *ring, uint64_t *cursor_frames, uint64_t frames,
                      struct seen *seen)
{
    static uint32_t out[CAPACITY];
    const uint64_t goal = ring_published(ring) + frames;
    uint64_t last = 0;

    while (*cursor_frames < goal) {
        const uint64_t start = *cursor_frames;
        const int n = ring_read(ring, cursor_frames, out, CAPACITY);
        const uint64_t published = ring_published(ring);

        seen->backwards += published < last;
        last = published;
        seen->lapped += n < 0;
        for (int i = 0; i < n; i++) {
            seen->torn += out[i] != frame_at(start + (uint64_t)i);
            seen->accepted++;
        }
    }
}

static void wait_for_ring(struct ring_reader *reader, const char *name)
{
    const char *reason;

    while (ring_reader_open(reader, name, &reason) != 0) {
        usleep(1000); /* the first writer is making it */
    }
}

static void
test_killed_writers_leave_a_ring_that_is_taken_over_without_a_torn_frame(void **state)
{
    char name[64], lock_path[64];
    struct ring_reader reader = {0};
    struct seen seen = {0};
    struct rng rng;
    uint64_t cursor_frames = 0;

    (void)state;
    snprintf(name, sizeof name, "/auralis-test-%d", (int)getpid());
    snprintf(lock_path, sizeof lock_path, "/tmp/auralis-test-%d.lock", (int)getpid());
    rng_init(&rng, 1);
    pid_t writer = fork_writer(name, lock_path);

    wait_for_ring(&reader, name);
    for (int kills = 0; kills < KILLS; kills++) {
        read_some(reader.ring, &cursor_frames, 1 + rng_below(&rng, 100000), &seen);
        const pid_t next = fork_writer(name, lock_path);

        end_process(writer);
        writer = next;
    }
    end_process(writer);
    printf("kills=%d accepted=%llu lapped=%llu torn=%llu\n", KILLS,
           (unsigned long long)seen.accepted, (unsigned long long)seen.lapped,
           (unsigned long long)seen.torn);
    CHECK_U64(seen.torn, 0);
    CHECK_U64(seen.backwards, 0);
    assert_true(seen.accepted > 0);
    ring_reader_finish(&reader);
    shm_unlink(name);
    unlink(lock_path);
}

static void test_a_sleeping_reader_is_woken_by_the_next_publication(void **state)
{
    char name[64];
    struct ring_writer writer = {0};
    struct ring_reader reader = {0};
    const char *reason;
    uint32_t block[BLOCK] = {0};

    (void)state;
    snprintf(name, sizeof name, "/auralis-wake-%d", (int)getpid());
    CHECK_INT(ring_writer_open(&writer, name, &format, &reason), RING_CREATED);
    CHECK_INT(ring_reader_open(&reader, name, &reason), 0);
    const pid_t waker = fork();

    if (waker == 0) {
        usleep(20000);
        ring_write(writer.ring, block, BLOCK);
        ring_writer_wake(&writer);
        _exit(0);
    }
    /* far longer than the waker needs: returning true means having been woken */
    assert_true(ring_reader_wait(&reader, 0, clock_now_ns() + 30 * NS_PER_S));
    assert_int_equal(waitpid(waker, NULL, 0), waker);
    ring_reader_finish(&reader);
    ring_writer_finish(&writer);
    shm_unlink(name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_killed_writers_leave_a_ring_that_is_taken_over_without_a_torn_frame),
        cmocka_unit_test(test_a_sleeping_reader_is_woken_by_the_next_publication),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
