/* The state on disk: one copy and the one before it, a lock, and disks that are full. */
#include "composerd/state_file.h"
#include "tests/check.h"
#include "tests/scratch.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

static void check_copy(enum state_copy copy, const char *expected)
{
    char *text = NULL;
    size_t len = 0;

    CHECK_INT(state_load(scratch, copy, &text, &len), 0);
    CHECK_TEXT(text, expected);
    CHECK_U64(len, strlen(expected));
    free(text);
}

static int load_result(enum state_copy copy)
{
    char *text = NULL;
    size_t len = 0;
    const int rc = state_load(scratch, copy, &text, &len);

    free(text);
    return rc;
}

static void test_without_a_state_there_is_none(void **state)
{
    (void)state;
    CHECK_INT(load_result(STATE_LATEST), -ENOENT);
    CHECK_INT(load_result(STATE_PREVIOUS), -ENOENT);
    CHECK_INT(state_set_aside(scratch, STATE_LATEST), -ENOENT);
}

static void test_the_latest_state_and_the_one_before_are_kept(void **state)
{
    (void)state;
    CHECK_INT(state_save(scratch, "one"), 0);
    check_copy(STATE_LATEST, "one");
    CHECK_INT(load_result(STATE_PREVIOUS), -ENOENT);
    CHECK_INT(state_save(scratch, "two"), 0);
    CHECK_INT(state_save(scratch, "three"), 0);
    check_copy(STATE_LATEST, "three");
    check_copy(STATE_PREVIOUS, "two");
    CHECK(!scratch_exists("state.new.json"));
}

static void test_a_state_that_was_half_written_leaves_the_good_one(void **state)
{
    (void)state;
    CHECK_INT(state_save(scratch, "good"), 0);
    scratch_write("state.new.json", "ha"); /* where a crash may leave it */
    check_copy(STATE_LATEST, "good");
    CHECK_INT(state_save(scratch, "better"), 0);
    check_copy(STATE_LATEST, "better");
    check_copy(STATE_PREVIOUS, "good");
}

static void test_a_state_that_cannot_be_used_is_set_aside(void **state)
{
    (void)state;
    CHECK_INT(state_save(scratch, "one"), 0);
    CHECK_INT(state_save(scratch, "bad"), 0);
    CHECK_INT(state_set_aside(scratch, STATE_LATEST), 0);
    CHECK_INT(load_result(STATE_LATEST), -ENOENT);
    check_copy(STATE_PREVIOUS, "one");
    char *const aside = scratch_read("state.json.bad");

    CHECK_TEXT(aside, "bad");
    free(aside);
    CHECK_INT(state_save(scratch, "new"), 0); /* after which the previous one is still there */
    check_copy(STATE_LATEST, "new");
    check_copy(STATE_PREVIOUS, "one");
}

static void limit_files_to(rlim_t bytes)
{
    struct rlimit limit;

    CHECK_INT(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
    signal(SIGXFSZ, SIG_IGN);
}

static void test_a_full_disk_keeps_both_copies_as_they_were(void **state)
{
    (void)state;
    CHECK_INT(state_save(scratch, "one"), 0);
    CHECK_INT(state_save(scratch, "two"), 0);
    limit_files_to(5);
    const int rc = state_save(scratch, "longer than that");

    limit_files_to(RLIM_INFINITY);
    CHECK(rc < 0);
    check_copy(STATE_LATEST, "two");
    check_copy(STATE_PREVIOUS, "one");
    CHECK(!scratch_exists("state.new.json"));
}

static void test_what_cannot_be_a_state_is_not_read(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    CHECK_INT(mkdir(scratch_path(path, "state.json"), 0700), 0);
    CHECK_INT(load_result(STATE_LATEST), -EFBIG);
    scratch_write("state.previous.json", "");
    CHECK_INT(truncate(scratch_path(path, "state.previous.json"), STATE_MAX_BYTES + 1), 0);
    CHECK_INT(load_result(STATE_PREVIOUS), -EFBIG);
    CHECK_INT(truncate(path, STATE_MAX_BYTES), 0);
    CHECK_INT(load_result(STATE_PREVIOUS), 0);
    CHECK_INT(state_set_aside(scratch, STATE_LATEST), 0); /* a folder, too */
    CHECK_INT(state_save(scratch, "x"), 0);
}

static void test_an_empty_state_is_read_as_such(void **state)
{
    (void)state;
    scratch_write("state.json", "");
    check_copy(STATE_LATEST, "");
}

static void test_a_state_in_a_folder_that_is_not_there_is_an_error(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    CHECK_INT(state_save(scratch_path(path, "nowhere"), "x"), -ENOENT);
}

/* Tries the lock in a process of its own, which then ends. */
static int lock_elsewhere(const char *dir)
{
    int status = 0;
    const pid_t pid = fork();

    if (pid == 0) {
        _exit(state_lock(dir) == -EWOULDBLOCK ? 1 : 0);
    }
    CHECK(waitpid(pid, &status, 0) == pid);
    return WEXITSTATUS(status);
}

static void test_one_process_at_a_time_has_the_lock_and_its_end_gives_it_back(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    scratch_path(path, "state");
    CHECK_INT(lock_elsewhere(path), 0); /* it made the folder, and is gone */
    CHECK_INT(state_lock(path), 0);
    CHECK_INT(lock_elsewhere(path), 1);
    CHECK_INT(state_lock(path), -EWOULDBLOCK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(test_without_a_state_there_is_none),
        SCRATCH_TEST(test_the_latest_state_and_the_one_before_are_kept),
        SCRATCH_TEST(test_a_state_that_was_half_written_leaves_the_good_one),
        SCRATCH_TEST(test_a_state_that_cannot_be_used_is_set_aside),
        SCRATCH_TEST(test_a_full_disk_keeps_both_copies_as_they_were),
        SCRATCH_TEST(test_what_cannot_be_a_state_is_not_read),
        SCRATCH_TEST(test_an_empty_state_is_read_as_such),
        SCRATCH_TEST(test_a_state_in_a_folder_that_is_not_there_is_an_error),
        SCRATCH_TEST(test_one_process_at_a_time_has_the_lock_and_its_end_gives_it_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
