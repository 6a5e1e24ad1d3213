/*
 * log - one event a line: to the journal with its facts as fields when systemd's journal reads
 * standard error, to standard error otherwise.
 *
 * A line is a sentence start in lower case, then key=value with units. What operators search
 * for is an event of log_events.def, which gives it a priority, a MESSAGE_ID and its place in
 * the journal's catalogue. What lasts or comes in bursts is said by the rule of trouble.h.
 *
 * Nothing waits for the journal: when it takes no more, the line goes to standard error.
 *
 * Threads: any; never from a render or packet path.
 */
#ifndef AURALIS_LOG_H
#define AURALIS_LOG_H

#include "common/trouble.h"

#include <stdbool.h>
#include <stdint.h>

enum log_level {
    LOG_LEVEL_ERROR = 3,
    LOG_LEVEL_WARNING = 4,
    LOG_LEVEL_INFO = 6,
    LOG_LEVEL_DEBUG = 7
};

enum log_event_id {
#define LOG_EVENT(name, ...) LOG_EVENT_##name,
#include "common/log_events.def"
#undef LOG_EVENT
    LOG_EVENT_COUNT
};

struct log_event_spec {
    const char *name;       /* AURALIS_EVENT */
    const char *message_id; /* 32 hexadecimal digits */
    enum log_level level;
    const char *daemons, *subject, *happened, *noticed, *to_do;
};
extern const struct log_event_spec log_event_specs[LOG_EVENT_COUNT];

/* What an event tells beside its sentence, behind it as key=value and as fields AURALIS_KEY;
 * what is 0 is left out. */
struct log_facts {
    uint64_t stream, frame; /* a frame is of a stream */
    const char *peer, *path, *reason;
    int64_t lasted_ns; /* said in seconds, once there are any */
    uint64_t times;    /* said when it is more than once */
    struct {
        const char *name;
        uint64_t value;
    } count; /* what the event has of its own */
};

/* name: shown before each line on a terminal; level: error, warning, info or debug. 0, or
 * -EINVAL. May be called again. */
int log_init(const char *name, const char *level);
/* AURALIS_STATION of all that follows. */
void log_set_station(const char *station);

/* Where in the code a line is said. */
struct log_place {
    const char *file, *function;
    int line;
};
#define LOG_PLACE (&(const struct log_place){__FILE__, __func__, __LINE__})

void log_write(const struct log_place *place, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#define log_error(...) log_write(LOG_PLACE, LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)  log_write(LOG_PLACE, LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)  log_write(LOG_PLACE, LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_PLACE, LOG_LEVEL_DEBUG, __VA_ARGS__)

/* An event with its facts (NULL: none). */
void log_event_at(const struct log_place *place, enum log_event_id id,
                  const struct log_facts *facts, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
#define log_event(id, facts, ...) log_event_at(LOG_PLACE, id, facts, __VA_ARGS__)

/* A kind of trouble, and what is said of it. */
struct log_trouble_kind {
    enum log_event_id event, over_event;
    const char *sentence, *over_sentence; /* NULL: its end is not said */
    int64_t patience_ns;                  /* TROUBLE_AT_ONCE, TROUBLE_AFTER_A_SECOND */
    bool watched; /* a state that is looked at again and again: how often means nothing */
};
/* Tells what was just seen: that the trouble is there, or that it is not. Says so when the rule
 * wants it, with how long it has lasted and how often it was met. Returns whether it did. */
bool log_trouble_at(const struct log_place *place, struct trouble *trouble,
                    const struct log_trouble_kind *kind, bool present,
                    const struct log_facts *facts);
#define log_trouble(...) log_trouble_at(LOG_PLACE, __VA_ARGS__)

/* Where the journal listens, if not where it always does. Before log_init(). */
void log_set_journal(const char *socket_path);

/* The text of -errno. */
const char *log_errno(int rc);

#endif
