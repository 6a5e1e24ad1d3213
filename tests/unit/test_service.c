/* What a daemon tells its supervisor, and what signals do: as systemd would see it, by its
 * socket. */
#include "common/clock.h"
#include "common/service.h"
#include "tests/check.h"
#include "tests/scratch.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

static int supervisor;
static struct service service;

static int setup(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char path[SCRATCH_PATH_BYTES];

    if (scratch_setup(state) != 0) {
        return -1;
    }
    snprintf(address.sun_path, sizeof address.sun_path, "%.90s/notify", scratch);
    supervisor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    setenv("NOTIFY_SOCKET", scratch_path(path, "notify"), 1);
    unsetenv("WATCHDOG_USEC");
    return bind(supervisor, (const struct sockaddr *)&address, sizeof address);
}

static int teardown(void **state)
{
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    close(supervisor);
    return scratch_teardown(state);
}

/* The next thing the supervisor was told, or "". */
static const char *told(void)
{
    static char text[300];
    const ssize_t n = recv(supervisor, text, sizeof text - 1, MSG_DONTWAIT);

    text[n > 0 ? n : 0] = '\0';
    return text;
}

static void test_ready_and_stopping_are_told(void **state)
{
    (void)state;
    CHECK_INT(service_init(&service), 0);
    CHECK_TEXT(told(), "");
    service_ready(&service);
    CHECK_TEXT(told(), "READY=1");
    service_stopping(&service);
    CHECK_TEXT(told(), "STOPPING=1");
}

static void test_a_status_is_told_only_when_it_has_changed(void **state)
{
    (void)state;
    CHECK_INT(service_init(&service), 0);
    service_status(&service, "composing in %s", "A");
    CHECK_TEXT(told(), "STATUS=composing in A");
    service_status(&service, "composing in %s", "A");
    CHECK_TEXT(told(), "");
    service_status(&service, "resting");
    CHECK_TEXT(told(), "STATUS=resting");
}

static void test_the_watchdog_is_fed_twice_a_period_and_no_more(void **state)
{
    (void)state;
    setenv("WATCHDOG_USEC", "2000000", 1);
    CHECK_INT(service_init(&service), 0);
    CHECK_INT(service.watchdog_period_ns, NS_PER_S);
    service_alive(&service, 10 * NS_PER_S);
    CHECK_TEXT(told(), "WATCHDOG=1");
    service_alive(&service, 11 * NS_PER_S - 1);
    CHECK_TEXT(told(), "");
    service_alive(&service, 11 * NS_PER_S);
    CHECK_TEXT(told(), "WATCHDOG=1");
}

static void test_the_watchdog_waits_for_long_work_and_no_longer(void **state)
{
    (void)state;
    setenv("WATCHDOG_USEC", "2000000", 1);
    CHECK_INT(service_init(&service), 0);
    service_alive(&service, 10 * NS_PER_S);
    CHECK_TEXT(told(), "WATCHDOG=1");
    service_busy(&service, 60 * NS_PER_S);
    CHECK_TEXT(told(), "EXTEND_TIMEOUT_USEC=60000000");
    CHECK_TEXT(told(), "WATCHDOG_USEC=60000000");
    service_alive(&service, 10 * NS_PER_S + 1);
    CHECK_TEXT(told(), "WATCHDOG_USEC=2000000");
    CHECK_TEXT(told(), "WATCHDOG=1");
    service_alive(&service, 10 * NS_PER_S + 2);
    CHECK_TEXT(told(), "");
}

static void test_without_a_watchdog_nothing_is_fed(void **state)
{
    (void)state;
    CHECK_INT(service_init(&service), 0);
    service_alive(&service, 10 * NS_PER_S);
    CHECK_TEXT(told(), "");
}

static void test_long_work_ends_at_once_when_the_process_is_told_to_end(void **state)
{
    int status = -1;

    (void)state;
    CHECK_INT(service_init(&service), 0);
    const pid_t pid = fork();

    if (pid == 0) {
        service_busy(&service, 60 * NS_PER_S);
        raise(SIGTERM);
        _exit(1); /* the work went on */
    }
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS);
}

static volatile sig_atomic_t woken;

static void on_wake(void)
{
    woken = 1;
}

static void test_hangup_asks_for_a_reload_once_and_a_broken_pipe_for_nothing(void **state)
{
    (void)state;
    CHECK_INT(service_init(&service), 0);
    service_on_signal(on_wake);
    CHECK(!service_reload_wanted());
    raise(SIGPIPE);
    CHECK_INT(woken, 0);
    raise(SIGHUP);
    CHECK_INT(woken, 1);
    CHECK(service_reload_wanted());
    CHECK(!service_reload_wanted());
    CHECK(service_running());
    service_on_signal(NULL);
}

/* The last one: the process is ending from here on. */
static void test_a_termination_signal_ends_the_work(void **state)
{
    (void)state;
    CHECK_INT(service_init(&service), 0);
    CHECK(service_running());
    raise(SIGTERM);
    CHECK(!service_running());
    CHECK(!service_reload_wanted());
}

int main(void)
{
#define SERVICE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        SERVICE_TEST(test_ready_and_stopping_are_told),
        SERVICE_TEST(test_a_status_is_told_only_when_it_has_changed),
        SERVICE_TEST(test_the_watchdog_is_fed_twice_a_period_and_no_more),
        SERVICE_TEST(test_the_watchdog_waits_for_long_work_and_no_longer),
        SERVICE_TEST(test_without_a_watchdog_nothing_is_fed),
        SERVICE_TEST(test_long_work_ends_at_once_when_the_process_is_told_to_end),
        SERVICE_TEST(test_hangup_asks_for_a_reload_once_and_a_broken_pipe_for_nothing),
        SERVICE_TEST(test_a_termination_signal_ends_the_work),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
