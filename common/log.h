/*
 * log - one event a line, to standard error with the journal's priority prefix when systemd
 * reads it.
 *
 * A line is a sentence start in lower case, then key=value with units. Trouble that repeats
 * goes through a log_limit, which lets one line a second through and says how many were
 * swallowed.
 *
 * Threads: any; never from a render or packet path.
 */
#ifndef AURALIS_LOG_H
#define AURALIS_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level {
    LOG_LEVEL_ERROR = 3,
    LOG_LEVEL_WARNING = 4,
    LOG_LEVEL_INFO = 6,
    LOG_LEVEL_DEBUG = 7
};

/* name: shown before each line on a terminal; level: error, warning, info or debug. 0, or
 * -EINVAL. */
int log_init(const char *name, const char *level);

void log_write(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)  log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)  log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

/* An event that operators search for: under systemd a structured entry with
 * AURALIS_EVENT=<event> and AURALIS_STREAM, AURALIS_FRAME; elsewhere a plain line. */
void log_event(const char *event, uint64_t stream, uint64_t frame, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

struct log_limit {
    int64_t next_ns;
    uint64_t swallowed;
};
/* Whether to say it now. When true, *swallowed is how often it was not said since. */
bool log_limit_pass(struct log_limit *limit, int64_t now_ns, uint64_t *swallowed);

/* The text of -errno. */
const char *log_errno(int rc);

#endif
