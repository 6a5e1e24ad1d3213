#include "common/service.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

/* Signals have no argument, so what they set is the process's own. */
static volatile sig_atomic_t ending;
static volatile sig_atomic_t reloads;
static volatile sig_atomic_t at_long_work;
static void (*wake_on_signal)(void);

static void on_signal(int number)
{
    const int before = errno;

    if (number == SIGHUP) {
        reloads = 1;
    } else if (at_long_work != 0) {
        _exit(EXIT_SUCCESS);
    } else {
        ending = 1;
    }
    if (wake_on_signal != NULL) {
        wake_on_signal();
    }
    errno = before;
}

int service_init(struct service *service)
{
    const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    struct sigaction action = {.sa_handler = on_signal};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    uint64_t period_us = 0;

    memset(service, 0, sizeof *service);
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (sigaction(numbers[i], &action, NULL) != 0) {
            return -errno;
        }
    }
    if (sigaction(SIGPIPE, &ignore, NULL) != 0) {
        return -errno;
    }
    if (sd_watchdog_enabled(0, &period_us) > 0) {
        /* half the time allowed, as sd_watchdog_enabled(3) recommends */
        service->watchdog_period_ns = (int64_t)period_us * 1000 / 2;
    }
    return 0;
}

bool service_running(void)
{
    return ending == 0;
}

bool service_reload_wanted(void)
{
    if (reloads == 0) {
        return false;
    }
    reloads = 0;
    return true;
}

void service_on_signal(void (*wake)(void))
{
    wake_on_signal = wake;
}

void service_ready(struct service *service)
{
    (void)service;
    sd_notify(0, "READY=1");
}

void service_status(struct service *service, const char *format, ...)
{
    char text[sizeof service->status];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (strcmp(text, service->status) != 0) {
        memcpy(service->status, text, sizeof text);
        sd_notifyf(0, "STATUS=%s", text);
    }
}

void service_alive(struct service *service, int64_t now_ns)
{
    at_long_work = 0;
    if (service->busy) {
        service->busy = false;
        service->watchdog_next_ns = 0;
        sd_notifyf(0, "WATCHDOG_USEC=%" PRId64, service->watchdog_period_ns * 2 / 1000);
    }
    if (service->watchdog_period_ns != 0 && now_ns >= service->watchdog_next_ns) {
        service->watchdog_next_ns = now_ns + service->watchdog_period_ns;
        sd_notify(0, "WATCHDOG=1");
    }
}

void service_busy(struct service *service, int64_t at_most_ns)
{
    const int64_t at_most_us = at_most_ns / 1000;

    at_long_work = 1;
    sd_notifyf(0, "EXTEND_TIMEOUT_USEC=%" PRId64, at_most_us);
    if (service->watchdog_period_ns != 0) {
        service->busy = true;
        sd_notifyf(0, "WATCHDOG_USEC=%" PRId64, at_most_us);
    }
}

void service_stopping(struct service *service)
{
    (void)service;
    sd_notify(0, "STOPPING=1");
}
