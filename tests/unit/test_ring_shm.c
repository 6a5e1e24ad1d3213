/* The ring's segment: adoption, replacement, what is set aside, and who may write. */
#include "common/ring_shm.h"
#include "tests/check.h"
#include "tests/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { CAPACITY = 1 << 10, NOBODY = 65534 };

static const int64_t patience_ns = 20 * NS_PER_S;
static char name[64];
static struct ring_writer writer;
static struct ring_reader reader;
static const char *reason;

static struct ring_format format_of(uint64_t stream)
{
    return (struct ring_format){.epoch = {.stream = stream,
                                          .rate_hz = 44100,
                                          .monotonic_ns = 5,
                                          .wall_ns = 6,
                                          .boot_id = "boot"},
                                .capacity_frames = CAPACITY};
}

static int open_writer(uint64_t stream)
{
    const struct ring_format format = format_of(stream);

    reason = "unset";
    ring_writer_finish(&writer);
    return ring_writer_open(&writer, name, &format, &reason);
}

static int open_reader(void)
{
    reason = "unset";
    ring_reader_finish(&reader);
    return ring_reader_open(&reader, name, &reason);
}

static const char *shm_path(char path[SCRATCH_PATH_BYTES], const char *suffix)
{
    snprintf(path, SCRATCH_PATH_BYTES, "/dev/shm%s%s", name, suffix);
    return path;
}

static bool shm_exists(const char *suffix)
{
    char path[SCRATCH_PATH_BYTES];

    return access(shm_path(path, suffix), F_OK) == 0;
}

static void shm_write(const char *suffix, const void *bytes, size_t n)
{
    char path[SCRATCH_PATH_BYTES];
    FILE *const file = fopen(shm_path(path, suffix), "we");

    assert_non_null(file);
    CHECK_U64(fwrite(bytes, 1, n, file), n);
    fclose(file);
}

static int setup(void **state)
{
    snprintf(name, sizeof name, "/auralis-test-ring-shm-%d", (int)getpid());
    return scratch_setup(state);
}

static int teardown(void **state)
{
    char path[SCRATCH_PATH_BYTES];
    static const char *const suffixes[] = {"", ".bad", ".new"};

    ring_writer_finish(&writer);
    ring_reader_finish(&reader);
    for (int i = 0; i < 3; i++) {
        remove(shm_path(path, suffixes[i]));
    }
    return scratch_teardown(state);
}

static void write_frames(uint32_t first, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t frame = first + i;

        ring_write(writer.ring, &frame, 1);
    }
}

/* Runs a function in a process of its own and gives its result. */
static int run_elsewhere(int (*run)(void))
{
    int status = 0;
    const pid_t pid = fork();

    if (pid == 0) {
        _exit(run());
    }
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status)); /* by no signal */
    return WEXITSTATUS(status);
}

/* ---- making and adopting ---- */

static void test_the_first_writer_makes_a_segment_that_its_group_may_read(void **state)
{
    char path[SCRATCH_PATH_BYTES];
    struct stat facts;
    const mode_t before = umask(0777);

    (void)state;
    const int rc = open_writer(1);

    umask(before);
    CHECK_INT(rc, RING_CREATED);
    CHECK_TEXT(reason, "");
    CHECK_INT(stat(shm_path(path, ""), &facts), 0);
    CHECK_INT(facts.st_mode & 0777, 0640);
    CHECK_INT(facts.st_size, (int64_t)ring_bytes(CAPACITY));
    CHECK(facts.st_blocks * 512 >= (int64_t)ring_bytes(CAPACITY)); /* reserved */
    CHECK(!shm_exists(".new"));
    CHECK_U64(ring_adopt(writer.ring), 0);
}

static void test_the_next_writer_of_the_stream_goes_on_where_the_last_one_ended(void **state)
{
    uint64_t cursor_frames = 0;
    uint32_t frames[200];

    (void)state;
    CHECK_INT(open_writer(1), RING_CREATED);
    write_frames(0, 100);
    CHECK_INT(open_reader(), 0);
    CHECK_INT(open_writer(1), RING_ADOPTED);
    CHECK_U64(ring_adopt(writer.ring), 100);
    write_frames(100, 50);
    CHECK_INT(ring_read(reader.ring, &cursor_frames, frames, 200), 150);
    for (uint32_t i = 0; i < 150; i++) {
        CHECK_U64(frames[i], i);
    }
    CHECK(!ring_reader_closed(&reader));
}

static void check_not_adopted(const struct ring_format *format)
{
    CHECK(open_writer(1) >= 0);
    write_frames(0, 10);
    CHECK_INT(open_reader(), 0);
    ring_writer_finish(&writer);
    CHECK_INT(ring_writer_open(&writer, name, format, &reason), RING_REPLACED);
    CHECK_TEXT(reason, "it belongs to another stream");
    CHECK_U64(ring_adopt(writer.ring), 0);
    CHECK(ring_reader_closed(&reader));
    CHECK_U64(ring_published(reader.ring), 10); /* what it has mapped is still there */
    CHECK_INT(open_reader(), 0);
    CHECK(!ring_reader_closed(&reader));
    CHECK_U64(reader.ring->stream, format->epoch.stream);
}

static void
test_another_stream_rate_size_or_epoch_gets_a_new_segment_and_the_old_is_closed(void **state)
{
    struct ring_format format = format_of(2);

    (void)state;
    check_not_adopted(&format);
    format = format_of(1);
    format.epoch.rate_hz = 48000;
    check_not_adopted(&format);
    format = format_of(1);
    format.capacity_frames = 2 * CAPACITY;
    check_not_adopted(&format);
    format = format_of(1);
    format.epoch.monotonic_ns++;
    check_not_adopted(&format);
    format = format_of(1);
    format.epoch.boot_id[0] = 'x';
    check_not_adopted(&format);
}

static void test_a_segment_that_was_closed_is_not_adopted(void **state)
{
    (void)state;
    CHECK_INT(open_writer(1), RING_CREATED);
    atomic_store(&writer.ring->closed, 1);
    CHECK_INT(open_writer(1), RING_REPLACED);
    CHECK_INT(open_reader(), 0);
    CHECK(!ring_reader_closed(&reader));
}

static void test_what_a_crash_left_under_the_temporary_name_does_not_matter(void **state)
{
    (void)state;
    shm_write(".new", "half", 4);
    CHECK_INT(open_writer(1), RING_CREATED);
    CHECK(!shm_exists(".new"));
}

/* ---- what is no ring ---- */

static void check_set_aside(const char *says)
{
    CHECK_INT(open_reader(), -EPROTO);
    CHECK_TEXT(reason, says);
    assert_null(reader.ring);
    CHECK_INT(open_writer(1), RING_SET_ASIDE);
    CHECK_TEXT(reason, says);
    CHECK(shm_exists(".bad"));
    CHECK_INT(open_reader(), 0);
}

/* A good segment but for one word at an offset. */
static void damage_word(size_t offset, uint32_t value)
{
    CHECK(open_writer(1) >= 0);
    *(uint32_t *)(void *)((char *)writer.ring + offset) = value;
}

static void test_what_is_no_ring_is_refused_by_readers_and_set_aside_by_the_writer(void **state)
{
    static char zeros[sizeof(struct ring)];

    (void)state;
    shm_write("", "hello", 5);
    check_set_aside("it is shorter than a ring's header");
    shm_write("", "", 0);
    check_set_aside("it is shorter than a ring's header");
    shm_write("", zeros, sizeof zeros);
    check_set_aside("it does not begin with the magic of a ring");
    damage_word(offsetof(struct ring, version), 2);
    check_set_aside("it has another version of the layout");
    damage_word(offsetof(struct ring, channels), 1);
    check_set_aside("its header describes another layout");
    damage_word(offsetof(struct ring, capacity_frames), 1000);
    check_set_aside("its capacity or sample rate makes no sense");
    damage_word(offsetof(struct ring, capacity_frames), 1U << 25);
    check_set_aside("its capacity or sample rate makes no sense");
    damage_word(offsetof(struct ring, rate_hz), 0);
    check_set_aside("its capacity or sample rate makes no sense");
    damage_word(offsetof(struct ring, segment_bytes), 1U << 30);
    check_set_aside("it is truncated");
    damage_word(offsetof(struct ring, reserved_frames) + 4, 1U << 24);
    CHECK_INT(open_writer(1), RING_SET_ASIDE); /* readers ask when they know their boot */
    CHECK_TEXT(reason, "its cursors are ahead of time");
}

static void test_a_truncated_segment_is_set_aside(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    CHECK_INT(open_writer(1), RING_CREATED);
    ring_writer_finish(&writer);
    CHECK_INT(truncate(shm_path(path, ""), (off_t)ring_bytes(CAPACITY) - 1), 0);
    check_set_aside("it is truncated");
}

static void test_a_folder_in_the_segments_place_is_set_aside(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    CHECK_INT(mkdir(shm_path(path, ""), 0700), 0);
    CHECK_INT(open_writer(1), RING_SET_ASIDE);
    CHECK_INT(open_reader(), 0);
}

static void test_without_a_segment_a_reader_has_none(void **state)
{
    (void)state;
    CHECK_INT(open_reader(), -ENOENT);
    CHECK_TEXT(reason, "No such file or directory");
    assert_null(reader.ring);
    ring_reader_finish(&reader);
}

static void test_a_format_that_makes_no_sense_is_refused_and_leaves_nothing(void **state)
{
    struct ring_format format = format_of(1);

    (void)state;
    format.capacity_frames = 1000; /* no power of two */
    CHECK_INT(ring_writer_open(&writer, name, &format, &reason), -EINVAL);
    CHECK(!shm_exists("") && !shm_exists(".new"));
}

/* ---- no room ---- */

/* As a full /dev/shm, or as root a really full one: an error, no signal, and the old ring as
 * it was. */
static int open_another_without_room(void)
{
    struct rlimit limit = {4096, 4096};

    if (unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
        mount("none", "/dev/shm", "tmpfs", 0, "size=64k") == 0) {
        const struct ring_format large = {.epoch = format_of(1).epoch,
                                          .capacity_frames = 1 << 19};

        return -ring_writer_open(&writer, name, &large, &reason);
    }
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    return open_writer(2) == -EFBIG ? ENOSPC : 1;
}

static int open_another_beyond_the_limit(void)
{
    struct rlimit limit = {4096, 4096};

    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    return -open_writer(2);
}

static void test_without_room_for_a_segment_there_is_an_error_and_no_signal(void **state)
{
    (void)state;
    CHECK_INT(run_elsewhere(open_another_without_room), ENOSPC);
}

static void test_when_the_new_segment_cannot_be_made_the_old_one_stays(void **state)
{
    (void)state;
    CHECK_INT(open_writer(1), RING_CREATED);
    write_frames(0, 10);
    CHECK_INT(open_reader(), 0);
    CHECK_INT(run_elsewhere(open_another_beyond_the_limit), EFBIG);
    CHECK(!ring_reader_closed(&reader));
    CHECK(!shm_exists(".new"));
    CHECK_INT(open_writer(1), RING_ADOPTED);
    CHECK_U64(ring_adopt(writer.ring), 10);
}

/* ---- who may write ---- */

static int become_nobody_and_open(void)
{
    if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0) {
        return 1;
    }
    if (open_writer(1) != -EACCES && open_writer(1) != -EPERM) {
        return 2;
    }
    return open_reader() == -EACCES ? 0 : 3;
}

static int become_nobody_and_read(void)
{
    const uint32_t *frame;

    if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0 || open_reader() != 0) {
        return 1;
    }
    frame = (const uint32_t *)(const void *)reader.ring;
    if (mprotect((void *)(uintptr_t)frame, 4096, PROT_READ | PROT_WRITE) == 0 ||
        errno != EACCES) {
        return 2;
    }
    return shm_open(name, O_RDWR, 0) < 0 && errno == EACCES ? 0 : 3;
}

static void test_another_user_can_neither_write_nor_replace_the_segment(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        skip(); /* only root can become somebody else */
    }
    CHECK_INT(open_writer(1), RING_CREATED);
    CHECK_INT(run_elsewhere(become_nobody_and_open), 0);
    CHECK(shm_exists("") && !shm_exists(".bad"));
    CHECK_INT(open_writer(1), RING_ADOPTED);
}

static void test_one_who_may_read_cannot_make_its_mapping_writable(void **state)
{
    char path[SCRATCH_PATH_BYTES];
    void *at;

    (void)state;
    CHECK_INT(open_writer(1), RING_CREATED);
    CHECK_INT(open_reader(), 0);
    at = (void *)(uintptr_t)reader.ring;
    CHECK_INT(mprotect(at, 4096, PROT_READ | PROT_WRITE), -1); /* not even for root */
    CHECK_INT(errno, EACCES);
    if (geteuid() == 0) {
        CHECK_INT(chmod(shm_path(path, ""), 0644), 0);
        CHECK_INT(run_elsewhere(become_nobody_and_read), 0);
    }
}

/* ---- sleeping ---- */

struct sleeper {
    uint64_t published_frames;
    bool more;
    int64_t woke_ns;
};

static void *sleep_on_ring(void *user)
{
    struct sleeper *const sleeper = user;

    sleeper->more =
        ring_reader_wait(&reader, sleeper->published_frames, clock_now_ns() + patience_ns);
    sleeper->woke_ns = clock_now_ns();
    return NULL;
}

static void test_a_wait_ends_at_its_deadline_or_at_once_when_there_is_more(void **state)
{
    const int64_t deadline_ns = clock_now_ns() + 3 * NS_PER_MS;

    (void)state;
    CHECK_INT(open_writer(1), RING_CREATED);
    CHECK_INT(open_reader(), 0);
    CHECK(!ring_reader_wait(&reader, 0, deadline_ns));
    CHECK(clock_now_ns() >= deadline_ns);
    CHECK(!ring_reader_wait(&reader, 0, 0));
    write_frames(0, 1);
    CHECK(ring_reader_wait(&reader, 0, 0));
    CHECK(!ring_reader_wait(&reader, 1, 0));
}

static void test_a_sleeper_is_woken_by_the_writer(void **state)
{
    struct sleeper sleeper = {.published_frames = 0};
    const int64_t begun_ns = clock_now_ns();
    pthread_t thread;

    (void)state;
    CHECK_INT(open_writer(1), RING_CREATED);
    CHECK_INT(open_reader(), 0);
    CHECK_INT(pthread_create(&thread, NULL, sleep_on_ring, &sleeper), 0);
    write_frames(0, 64);
    ring_writer_wake(&writer);
    CHECK_INT(pthread_join(thread, NULL), 0);
    CHECK(sleeper.more);
    CHECK(sleeper.woke_ns - begun_ns < patience_ns / 2);
}

static void test_a_sleeper_on_a_replaced_ring_is_woken_and_told_that_it_is_closed(void **state)
{
    struct sleeper sleeper = {.published_frames = 0};
    const int64_t begun_ns = clock_now_ns();
    pthread_t thread;

    (void)state;
    CHECK_INT(open_writer(1), RING_CREATED);
    CHECK_INT(open_reader(), 0);
    CHECK_INT(pthread_create(&thread, NULL, sleep_on_ring, &sleeper), 0);
    CHECK_INT(open_writer(2), RING_REPLACED);
    CHECK_INT(pthread_join(thread, NULL), 0);
    CHECK(!sleeper.more);
    CHECK(ring_reader_closed(&reader));
    CHECK(sleeper.woke_ns - begun_ns < patience_ns / 2);
}

int main(void)
{
#define RING_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        RING_TEST(test_the_first_writer_makes_a_segment_that_its_group_may_read),
        RING_TEST(test_the_next_writer_of_the_stream_goes_on_where_the_last_one_ended),
        RING_TEST(
            test_another_stream_rate_size_or_epoch_gets_a_new_segment_and_the_old_is_closed),
        RING_TEST(test_a_segment_that_was_closed_is_not_adopted),
        RING_TEST(test_what_a_crash_left_under_the_temporary_name_does_not_matter),
        RING_TEST(test_what_is_no_ring_is_refused_by_readers_and_set_aside_by_the_writer),
        RING_TEST(test_a_truncated_segment_is_set_aside),
        RING_TEST(test_a_folder_in_the_segments_place_is_set_aside),
        RING_TEST(test_without_a_segment_a_reader_has_none),
        RING_TEST(test_a_format_that_makes_no_sense_is_refused_and_leaves_nothing),
        RING_TEST(test_without_room_for_a_segment_there_is_an_error_and_no_signal),
        RING_TEST(test_when_the_new_segment_cannot_be_made_the_old_one_stays),
        RING_TEST(test_another_user_can_neither_write_nor_replace_the_segment),
        RING_TEST(test_one_who_may_read_cannot_make_its_mapping_writable),
        RING_TEST(test_a_wait_ends_at_its_deadline_or_at_once_when_there_is_more),
        RING_TEST(test_a_sleeper_is_woken_by_the_writer),
        RING_TEST(test_a_sleeper_on_a_replaced_ring_is_woken_and_told_that_it_is_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
