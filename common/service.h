/*
 * service - what a daemon owes its supervisor: READY, STATUS, WATCHDOG from the working loop,
 * and the signals that end or reload it. Without systemd all of it is quiet.
 *
 * Memory:  the caller's.
 * Threads: the main thread; signals only set flags.
 */
#ifndef AURALIS_SERVICE_H
#define AURALIS_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

struct service {
    int64_t watchdog_period_ns; /* 0: none wanted */
    int64_t watchdog_next_ns;
    bool busy; /* the watchdog waits longer */
    char status[160];
};

/* SIGTERM and SIGINT end service_running(), SIGHUP sets service_reload_wanted(), SIGPIPE is
 * ignored. */
int service_init(struct service *service);
bool service_running(void);
/* True once for each SIGHUP. */
bool service_reload_wanted(void);
/* Called when a signal arrives, from the handler: only async-signal-safe work. */
void service_on_signal(void (*wake)(void));
void service_ready(struct service *service);
/* Shows one line in `systemctl status`; sent only when it changed. */
void service_status(struct service *service, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Call in each turn of the working loop: feeds the watchdog when it is time, by
 * clock_machine_ns(). */
void service_alive(struct service *service, int64_t now_ns);
/* Long work begins in this turn: the start may take `at_most_ns` more, and the watchdog waits
 * as long for the next service_alive(). Until then SIGTERM and SIGINT end the process at once,
 * with status 0: nobody waits for a font from a slow disk that will not be played. */
void service_busy(struct service *service, int64_t at_most_ns);
void service_stopping(struct service *service);

#endif
