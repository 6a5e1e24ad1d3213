/*
 * start - the steps of a daemon's start, and what ends it when one of them fails.
 *
 * Under systemd the first tries follow each other at once, for what passes by itself; what
 * lasts is tried again after the pause of auralis-retry, and said by the rule of trouble.h
 * though each try is a process of its own: what was said is kept in a file "start-failed" in
 * $RUNTIME_DIRECTORY (systemd.exec(5)). `systemctl status` always shows the reason. Elsewhere
 * each failure is said, and ends with EXIT_FAILURE.
 *
 * Threads: the main thread, before others are started.
 */
#ifndef AURALIS_START_H
#define AURALIS_START_H

#include "common/log.h"

/* EX_TEMPFAIL and EX_CONFIG of sysexits.h: not now, maybe later; never, as it is set. */
enum { EXIT_TRY_LATER = 75, EXIT_CONFIG = 78 };

/* Ends the process when rc, 0 or -errno, says that a step failed. The format says what could
 * not be done: "make the state folder". */
#define start_must(rc, ...) start_must_at(LOG_PLACE, rc, __VA_ARGS__)
void start_must_at(const struct log_place *place, int rc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Ends the process for what the operator set, which no further try changes: the text says what
 * is wrong and what is allowed. */
#define start_refuse(...) start_refuse_at(LOG_PLACE, __VA_ARGS__)
void start_refuse_at(const struct log_place *place, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));
/* All steps are done: the next failure is a new one. */
void start_succeeded(void);

#endif
