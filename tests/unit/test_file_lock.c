/* The writer's lock: one process at a time, and its end gives it back. */
#include "common/file_lock.h"
#include "tests/check.h"
#include "tests/scratch.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

/* Takes the lock in a process of its own, which then ends. Its errno, or 0. */
static int take_elsewhere(void)
{
    char path[SCRATCH_PATH_BYTES];
    struct file_lock lock = {0};
    int status = 0;
    const pid_t pid = fork();

    if (pid == 0) {
        _exit(-file_lock_take(&lock, scratch_path(path, "writer.lock")));
    }
    CHECK(waitpid(pid, &status, 0) == pid);
    return WEXITSTATUS(status);
}

static void test_the_lock_is_held_by_one_process_until_it_lets_go_or_dies(void **state)
{
    char path[SCRATCH_PATH_BYTES];
    struct file_lock lock = {0};
    struct stat facts;

    (void)state;
    CHECK_INT(take_elsewhere(), 0); /* and dies with it */
    CHECK_INT(file_lock_take(&lock, scratch_path(path, "writer.lock")), 0);
    CHECK_INT(take_elsewhere(), EWOULDBLOCK);
    CHECK_INT(stat(path, &facts), 0);
    CHECK_INT(facts.st_mode & 0777, 0600);
    file_lock_finish(&lock);
    CHECK_INT(take_elsewhere(), 0);
    file_lock_finish(&lock); /* nothing is held: fine */
}

/* Takes the lock in a process of its own, which waits until it is killed. */
static pid_t hold_elsewhere(void)
{
    char path[SCRATCH_PATH_BYTES];
    struct file_lock lock = {0};
    int ends[2];
    char held = 0;

    CHECK_INT(pipe(ends), 0);
    const pid_t pid = fork();

    if (pid == 0) {
        file_lock_take(&lock, scratch_path(path, "writer.lock"));
        CHECK_INT(write(ends[1], "h", 1), 1);
        for (;;) {
            pause();
        }
    }
    CHECK_INT(read(ends[0], &held, 1), 1);
    close(ends[0]);
    close(ends[1]);
    return pid;
}

static void test_one_that_is_tried_again_and_again_is_had_once_its_holder_dies(void **state)
{
    char path[SCRATCH_PATH_BYTES];
    struct file_lock lock = {0};
    int status = 0;

    (void)state;
    const pid_t holder = hold_elsewhere();

    CHECK_INT(file_lock_take(&lock, scratch_path(path, "writer.lock")), -EWOULDBLOCK);
    const int fd_plus_one = lock.fd_plus_one;

    CHECK_INT(file_lock_take(&lock, path), -EWOULDBLOCK);
    CHECK_INT(lock.fd_plus_one, fd_plus_one); /* not opened again */
    CHECK_INT(kill(holder, SIGKILL), 0);
    CHECK(waitpid(holder, &status, 0) == holder);
    CHECK_INT(file_lock_take(&lock, path), 0);
    CHECK_INT(take_elsewhere(), EWOULDBLOCK);
    file_lock_finish(&lock);
}

static void test_a_lock_that_cannot_be_had_is_an_error(void **state)
{
    char path[SCRATCH_PATH_BYTES];
    char target[SCRATCH_PATH_BYTES];
    struct file_lock lock = {0};

    (void)state;
    CHECK_INT(file_lock_take(&lock, scratch_path(path, "no/lock")), -ENOENT);
    CHECK_INT(symlink(scratch_path(target, "else"), scratch_path(path, "link")), 0);
    CHECK_INT(file_lock_take(&lock, path), -ELOOP);
    CHECK_INT(lock.fd_plus_one, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(test_the_lock_is_held_by_one_process_until_it_lets_go_or_dies),
        SCRATCH_TEST(test_one_that_is_tried_again_and_again_is_had_once_its_holder_dies),
        SCRATCH_TEST(test_a_lock_that_cannot_be_had_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
