/* A start that fails: how the process ends, and what it says of it, try by try. */
#include "common/clock.h"
#include "common/service.h"
#include "common/start.h"
#include "tests/check.h"
#include "tests/scratch.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/wait.h>

static int setup_supervised(void **state)
{
    if (scratch_setup(state) != 0) {
        return -1;
    }
    return setenv("RUNTIME_DIRECTORY", scratch, 1);
}

static int teardown(void **state)
{
    unsetenv("RUNTIME_DIRECTORY");
    return scratch_teardown(state);
}

#define SUPERVISED_TEST(test) cmocka_unit_test_setup_teardown(test, setup_supervised, teardown)

static void fail_at_a_step(void)
{
    start_must(0, "do what can be done");
    start_must(-EACCES, "make the folder %s", "here");
}

static void refuse_a_setting(void)
{
    start_refuse("%s must be 60 to 120", "bpm");
}

/* Another process starts, and ends by that; its exit status. What it said is in `said` then. */
static char said[1000];
static int run(void (*start)(void))
{
    int ends[2];
    int status = 0;
    size_t len = 0;
    ssize_t n;

    CHECK_INT(pipe(ends), 0);
    const pid_t pid = fork();

    if (pid == 0) {
        dup2(ends[1], STDERR_FILENO);
        start();
        _exit(0);
    }
    close(ends[1]);
    while ((n = read(ends[0], said + len, sizeof said - 1 - len)) > 0) {
        len += (size_t)n;
    }
    said[len] = '\0';
    close(ends[0]);
    CHECK(waitpid(pid, &status, 0) == pid);
    return WEXITSTATUS(status);
}

static int start_in_vain(void)
{
    return run(fail_at_a_step);
}

static bool it_is_said(void)
{
    return strstr(said, "cannot make the folder here reason=\"Permission denied\"") != NULL;
}

static void test_without_a_supervisor_each_failure_is_said(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        CHECK_INT(start_in_vain(), EXIT_FAILURE);
        CHECK(it_is_said());
    }
}

static void test_the_first_tries_follow_at_once_and_the_rest_wait(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        CHECK_INT(start_in_vain(), EXIT_FAILURE);
    }
    for (int i = 0; i < 3; i++) {
        CHECK_INT(start_in_vain(), EXIT_TRY_LATER);
    }
}

static void test_what_lasts_is_said_once_though_each_try_is_another_process(void **state)
{
    (void)state;
    start_in_vain();
    CHECK(it_is_said());
    for (int i = 0; i < 4; i++) {
        start_in_vain();
        CHECK_TEXT(said, "");
    }
}

/* What is remembered of `tries` since so many seconds ago, last said and met then. */
static void remember(int tries, int steps, int since_s, int seen_s)
{
    const int64_t now_ns = clock_machine_ns();
    char text[200];

    snprintf(text, sizeof text, "%d %d %d %" PRId64 " %" PRId64 " %" PRId64 "\n", tries, steps,
             tries - steps, now_ns - since_s * NS_PER_S, now_ns - seen_s * NS_PER_S,
             now_ns - seen_s * NS_PER_S);
    scratch_write("start-failed", text);
}

static void test_it_is_said_again_after_ten_seconds_with_how_often(void **state)
{
    (void)state;
    remember(5, 1, 11, 2);
    CHECK_INT(start_in_vain(), EXIT_TRY_LATER);
    CHECK(it_is_said());
    CHECK(strstr(said, "times=5") != NULL);
    CHECK_INT(start_in_vain(), EXIT_TRY_LATER);
    CHECK_TEXT(said, "");
}

static void test_once_a_start_has_succeeded_the_next_failure_is_a_new_one(void **state)
{
    (void)state;
    remember(5, 1, 5, 2);
    start_succeeded();
    CHECK_INT(start_in_vain(), EXIT_FAILURE);
    CHECK(it_is_said());
}

static void test_what_is_no_record_of_this_boot_is_as_good_as_none(void **state)
{
    static const char *const records[] = {"",
                                          "rubbish",
                                          "5 1 4\n",
                                          "5 -1 4 1 2 2\n",
                                          "5 1 4 2 1 1\n",
                                          "5 1 4 1 2 3\n",
                                          "5 1 4 1 9223372036854775807 1\n"};

    (void)state;
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        scratch_write("start-failed", records[i]);
        CHECK_INT(start_in_vain(), EXIT_FAILURE);
        CHECK(it_is_said());
    }
}

static void test_a_folder_that_cannot_be_written_hides_nothing(void **state)
{
    (void)state;
    setenv("RUNTIME_DIRECTORY", "/nowhere", 1);
    for (int i = 0; i < 5; i++) {
        CHECK_INT(start_in_vain(), EXIT_FAILURE);
        CHECK(it_is_said());
    }
}

static void test_a_setting_that_cannot_be_used_is_final_and_said_each_time(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        CHECK_INT(run(refuse_a_setting), EXIT_CONFIG);
        CHECK(strstr(said, "bpm must be 60 to 120") != NULL);
    }
    CHECK(!scratch_exists("start-failed"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(test_without_a_supervisor_each_failure_is_said),
        SUPERVISED_TEST(test_the_first_tries_follow_at_once_and_the_rest_wait),
        SUPERVISED_TEST(test_what_lasts_is_said_once_though_each_try_is_another_process),
        SUPERVISED_TEST(test_it_is_said_again_after_ten_seconds_with_how_often),
        SUPERVISED_TEST(test_once_a_start_has_succeeded_the_next_failure_is_a_new_one),
        SUPERVISED_TEST(test_what_is_no_record_of_this_boot_is_as_good_as_none),
        SUPERVISED_TEST(test_a_folder_that_cannot_be_written_hides_nothing),
        SUPERVISED_TEST(test_a_setting_that_cannot_be_used_is_final_and_said_each_time),
    };

    log_init("test", "info");
    unsetenv("RUNTIME_DIRECTORY");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
