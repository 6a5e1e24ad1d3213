#include "common/log.h"

#include "common/clock.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { LINE_BYTES = 1024, VALUE_BYTES = 512, FIELDS_BYTES = 4096, KEY_BYTES = 64 };

const struct log_event_spec log_event_specs[LOG_EVENT_COUNT] = {
#define LOG_EVENT(name, id, level, ...) {#name, id, LOG_LEVEL_##level, __VA_ARGS__},
#include "common/log_events.def"
#undef LOG_EVENT
};

/* The process's own log: set before there are threads. */
static struct {
    const char *name;
    enum log_level level;
    char station[64];
    struct sockaddr_un journal; /* the journal's socket */
    bool to_journal;            /* standard error is the journal's */
    int socket_plus_one;
} logger = {.name = "auralis",
            .level = LOG_LEVEL_INFO,
            .journal = {AF_UNIX, "/run/systemd/journal/socket"}};

/* Whether standard error is the stream that systemd told of (systemd.exec(5),
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
            logger.to_journal = stderr_is_journal();
            if (logger.to_journal && logger.socket_plus_one == 0) {
                logger.socket_plus_one = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) + 1;
            }
            return 0;
        }
    }
    return -EINVAL;
}

void log_set_station(const char *station)
{
    snprintf(logger.station, sizeof logger.station, "%s", station);
}

void log_set_journal(const char *socket_path)
{
    snprintf(logger.journal.sun_path, sizeof logger.journal.sun_path, "%s", socket_path);
}

/* ---- one entry: the line that people read, and the fields that the journal gets ---- */

struct entry {
    char line[LINE_BYTES];
    char fields[FIELDS_BYTES]; /* KEY=value, a line each (the journal's native protocol) */
    size_t line_len, fields_len;
};

/* Puts text behind what is there, on one line, whatever text from outside it tells of. Returns
 * false when it was cut. */
__attribute__((format(printf, 4, 0))) static bool put(char *to, size_t size, size_t *len,
                                                      const char *format, va_list args)
{
    const size_t room = size - *len;
    const int wanted = vsnprintf(to + *len, room, format, args);
    const bool fits = wanted >= 0 && (size_t)wanted < room;
    const size_t end = fits ? *len + (size_t)wanted : size - 1;

    for (; *len < end; (*len)++) {
        if ((unsigned char)to[*len] < 0x20 || to[*len] == 0x7f) {
            to[*len] = ' ';
        }
    }
    return fits;
}

__attribute__((format(printf, 2, 3))) static void say(struct entry *entry, const char *format,
                                                      ...)
{
    va_list args;

    va_start(args, format);
    put(entry->line, sizeof entry->line, &entry->line_len, format, args);
    va_end(args);
}

/* A field that has no room is left out. */
__attribute__((format(printf, 2, 3))) static void field(struct entry *entry, const char *format,
                                                        ...)
{
    size_t len = entry->fields_len;
    va_list args;

    va_start(args, format);
    if (put(entry->fields, sizeof entry->fields, &len, format, args)) {
        entry->fields[len] = '\n'; /* in the place of the end of the text */
        entry->fields_len = len + 1;
    }
    va_end(args);
}

static char upper(char letter)
{
    return (char)toupper((unsigned char)letter);
}

/* A number, in the line and as a field. */
static void tell_count(struct entry *entry, const char *name, uint64_t value)
{
    char key[KEY_BYTES];

    snprintf(key, sizeof key, "%s", name);
    for (char *at = key; *at != '\0'; at++) {
        *at = upper(*at);
    }
    say(entry, " %s=%" PRIu64, name, value);
    field(entry, "AURALIS_%s=%" PRIu64, key, value);
}

static void tell_texts(struct entry *entry, const struct log_facts *facts)
{
    if (facts->peer != NULL) {
        field(entry, "AURALIS_PEER=%s", facts->peer);
        say(entry, " peer=%s", facts->peer);
    }
    if (facts->path != NULL) {
        field(entry, "AURALIS_PATH=%.*s", VALUE_BYTES, facts->path);
        say(entry, " path=%s", facts->path);
    }
    if (facts->reason != NULL) {
        field(entry, "AURALIS_REASON=%.*s", VALUE_BYTES, facts->reason);
        say(entry, " reason=\"%s\"", facts->reason);
    }
}

static void tell_facts(struct entry *entry, const struct log_facts *facts)
{
    const int64_t lasted_s = facts->lasted_ns / NS_PER_S;

    tell_texts(entry, facts);
    if (facts->stream != 0) {
        tell_count(entry, "frame", facts->frame);
    }
    if (facts->count.name != NULL) {
        tell_count(entry, facts->count.name, facts->count.value);
    }
    if (lasted_s > 0) {
        tell_count(entry, "lasted_s", (uint64_t)lasted_s);
    }
    if (facts->times > 1) {
        tell_count(entry, "times", facts->times);
    }
    if (facts->stream != 0) {
        field(entry, "AURALIS_STREAM=%016" PRIx64, facts->stream);
        say(entry, " stream=%016" PRIx64, facts->stream);
    }
}

/* ---- where it goes ---- */

/* A datagram of fields; false when the journal does not take it now. sd_journal_send() would
 * wait for a journal that hangs, and the caller may be a synth. */
static bool send_to_journal(const struct entry *entry)
{
    const int fd = logger.socket_plus_one - 1;

    return logger.to_journal && fd >= 0 &&
           sendto(fd, entry->fields, entry->fields_len, MSG_DONTWAIT | MSG_NOSIGNAL,
                  (const struct sockaddr *)&logger.journal,
                  (socklen_t)sizeof logger.journal) == (ssize_t)entry->fields_len;
}

/* One write, so that lines of several processes do not mix. */
static void write_line(enum log_level level, const char *text)
{
    char line[LINE_BYTES + 64];
    const int length = logger.to_journal
                           ? snprintf(line, sizeof line, "<%d>%s\n", (int)level, text)
                           : snprintf(line, sizeof line, "%s: %s\n", logger.name, text);

    if (length > 0 && write(STDERR_FILENO, line, (size_t)length) < 0) {
        return; /* nobody reads it: nothing to be done, and the music goes on */
    }
}

static void finish_entry(struct entry *entry, const struct log_place *place,
                         enum log_level level)
{
    field(entry, "MESSAGE=%s", entry->line);
    field(entry, "PRIORITY=%d", (int)level);
    field(entry, "SYSLOG_IDENTIFIER=%s", program_invocation_short_name);
    field(entry, "CODE_FILE=%s", place->file);
    field(entry, "CODE_FUNC=%s", place->function);
    field(entry, "CODE_LINE=%d", place->line);
    if (logger.station[0] != '\0') {
        field(entry, "AURALIS_STATION=%s", logger.station);
    }
    if (!send_to_journal(entry)) {
        write_line(level, entry->line);
    }
}

void log_write(const struct log_place *place, enum log_level level, const char *format, ...)
{
    struct entry entry = {.line_len = 0};
    va_list args;

    if (level > logger.level) {
        return;
    }
    va_start(args, format);
    put(entry.line, sizeof entry.line, &entry.line_len, format, args);
    va_end(args);
    finish_entry(&entry, place, level);
}

void log_event_at(const struct log_place *place, enum log_event_id id,
                  const struct log_facts *facts, const char *format, ...)
{
    const struct log_event_spec *const spec = &log_event_specs[id];
    struct entry entry = {.line_len = 0};
    va_list args;

    if (spec->level > logger.level) {
        return;
    }
    va_start(args, format);
    put(entry.line, sizeof entry.line, &entry.line_len, format, args);
    va_end(args);
    field(&entry, "AURALIS_EVENT=%s", spec->name);
    field(&entry, "MESSAGE_ID=%s", spec->message_id);
    if (facts != NULL) {
        tell_facts(&entry, facts);
    }
    finish_entry(&entry, place, spec->level);
}

bool log_trouble_at(const struct log_place *place, struct trouble *trouble,
                    const struct log_trouble_kind *kind, bool present,
                    const struct log_facts *facts)
{
    const int64_t now_ns = clock_machine_ns();
    const bool wanted = present ? trouble_lasts(trouble, kind->patience_ns, now_ns)
                                : trouble_ends(trouble, now_ns);
    const char *const sentence = present ? kind->sentence : kind->over_sentence;

    if (!wanted || sentence == NULL) {
        return false;
    }
    struct log_facts all = *facts;

    all.lasted_ns = trouble->lasted_ns;
    all.times = present && !kind->watched ? trouble->times : 0;
    log_event_at(place, present ? kind->event : kind->over_event, &all, "%s", sentence);
    return true;
}

const char *log_errno(int rc)
{
    return strerror(rc < 0 ? -rc : rc);
}
