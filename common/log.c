#include "common/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include "common/clock.h"

#include <systemd/sd-journal.h>

_Static_assert((int)LOG_LEVEL_ERROR == LOG_ERR && (int)LOG_LEVEL_WARNING == LOG_WARNING &&
                   (int)LOG_LEVEL_INFO == LOG_INFO && (int)LOG_LEVEL_DEBUG == LOG_DEBUG,
               "levels are syslog's priorities");

enum { LINE_BYTES = 1024 };

/* The process's own log: set once by log_init before there are threads. */
static struct {
    const char *name;
    enum log_level level;
    bool journal; /* standard error is the journal's */
} logger = {.name = "auralis", .level = LOG_LEVEL_INFO};

/* Whether standard error is the socket that systemd told of (systemd.exec(5),
 * $JOURNAL_STREAM). */
static bool stderr_is_journal(void)
{
    const char *const stream = getenv("JOURNAL_STREAM");
    struct stat facts;
    char expected[64];

    if (stream == NULL || fstat(STDERR_FILENO, &facts) != 0) {
        return false;
    }
    snprintf(expected, sizeof expected, "%ju:%ju", (uintmax_t)facts.st_dev,
             (uintmax_t)facts.st_ino);
    return strcmp(stream, expected) == 0;
}

int log_init(const char *name, const char *level)
{
    static const struct {
        const char *name;
        enum log_level level;
    } levels[] = {{"error", LOG_LEVEL_ERROR},
                  {"warning", LOG_LEVEL_WARNING},
                  {"info", LOG_LEVEL_INFO},
                  {"debug", LOG_LEVEL_DEBUG}};

    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (strcmp(level, levels[i].name) == 0) {
            logger.name = name;
            logger.level = levels[i].level;
            logger.journal = stderr_is_journal();
            return 0;
        }
    }
    return -EINVAL;
}

/* One write, so that lines of several processes do not mix. */
static void put_line(enum log_level level, const char *text)
{
    char line[LINE_BYTES + 64];
    const int length = logger.journal
                           ? snprintf(line, sizeof line, "<%d>%s\n", (int)level, text)
                           : snprintf(line, sizeof line, "%s: %s\n", logger.name, text);

    if (length > 0 && write(STDERR_FILENO, line, (size_t)length) < 0) {
        return; /* nobody reads it: nothing to be done, and the music goes on */
    }
}

/* An event is one line, whatever text from outside it tells of. */
__attribute__((format(printf, 2, 0))) static void format_line(char text[LINE_BYTES],
                                                              const char *format, va_list args)
{
    vsnprintf(text, LINE_BYTES, format, args);
    for (char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f) {
            *at = ' ';
        }
    }
}

void log_write(enum log_level level, const char *format, ...)
{
    char text[LINE_BYTES];
    va_list args;

    if (level > logger.level) {
        return;
    }
    va_start(args, format);
    format_line(text, format, args);
    va_end(args);
    put_line(level, text);
}

void log_event(const char *event, uint64_t stream, uint64_t frame, const char *format, ...)
{
    char text[LINE_BYTES];
    va_list args;

    va_start(args, format);
    format_line(text, format, args);
    va_end(args);
    if (!logger.journal) {
        if (logger.level >= LOG_LEVEL_INFO) {
            put_line(LOG_LEVEL_INFO, text);
        }
        return;
    }
    sd_journal_send("MESSAGE=%s", text, "PRIORITY=%d", LOG_INFO, "AURALIS_EVENT=%s", event,
                    "AURALIS_STREAM=%016" PRIx64, stream, "AURALIS_FRAME=%" PRIu64, frame,
                    NULL);
}

bool log_limit_pass(struct log_limit *limit, int64_t now_ns, uint64_t *swallowed)
{
    if (now_ns < limit->next_ns) {
        limit->swallowed++;
        return false;
    }
    *swallowed = limit->swallowed;
    limit->swallowed = 0;
    limit->next_ns = now_ns + NS_PER_S;
    return true;
}

const char *log_errno(int rc)
{
    return strerror(rc < 0 ? -rc : rc);
}
