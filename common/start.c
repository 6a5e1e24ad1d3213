#include "common/start.h"

#include "common/clock.h"
#include "common/service.h"
#include "common/whole_file.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES_AT_ONCE = 3, PATH_BYTES = 320, TEXT_BYTES = 160, REFUSAL_BYTES = 1024 };

/* The starts that have failed since the last that did not. */
struct failures {
    uint64_t tries;
    struct trouble trouble;
};

/* Where they are kept from one process to the next; false where nobody offers a place. */
static bool failures_path(char path[PATH_BYTES])
{
    const char *const dir = getenv("RUNTIME_DIRECTORY");

    return dir != NULL && snprintf(path, PATH_BYTES, "%s/start-failed", dir) < PATH_BYTES;
}

enum { TRIES, STEPS, UNSAID, SINCE, SEEN, SAID, NUMBERS };

/* Not negative, in their order. False when the text is something else. */
static bool read_numbers(const char *text, int64_t numbers[NUMBERS])
{
    for (int i = 0; i < NUMBERS; i++) {
        char *end = NULL;

        numbers[i] = strtoll(text, &end, 10);
        if (end == text || numbers[i] < 0 || *end != (i < NUMBERS - 1 ? ' ' : '\n')) {
            return false;
        }
        text = end;
    }
    return true;
}

static void failures_load(struct failures *failures, const char *path)
{
    FILE *const file = fopen(path, "re");
    char text[TEXT_BYTES] = "";
    int64_t numbers[NUMBERS];

    if (file == NULL) {
        return;
    }
    const bool whole = fgets(text, sizeof text, file) != NULL && read_numbers(text, numbers);

    fclose(file);
    /* a file of another boot, or none of ours, is as good as none */
    if (whole && numbers[STEPS] <= INT_MAX && numbers[SINCE] <= numbers[SEEN] &&
        numbers[SAID] <= numbers[SEEN] && numbers[SEEN] <= clock_machine_ns()) {
        failures->tries = (uint64_t)numbers[TRIES];
        failures->trouble = (struct trouble){.present = true,
                                             .steps = (int)numbers[STEPS],
                                             .unsaid = (uint64_t)numbers[UNSAID],
                                             .since_ns = numbers[SINCE],
                                             .seen_ns = numbers[SEEN],
                                             .said_ns = numbers[SAID]};
    }
}

/* A file that cannot be written only means that the next failure is said, too. */
static void failures_keep(const struct failures *failures, const char *path)
{
    const struct trouble *const trouble = &failures->trouble;
    char text[TEXT_BYTES];

    snprintf(text, sizeof text,
             "%" PRIu64 " %d %" PRIu64 " %" PRId64 " %" PRId64 " %" PRId64 "\n",
             failures->tries, trouble->steps, trouble->unsaid, trouble->since_ns,
             trouble->seen_ns, trouble->said_ns);
    (void)whole_file_replace(path, text);
}

void start_must_at(const struct log_place *place, int rc, const char *format, ...)
{
    const struct log_facts facts = {.reason = log_errno(rc)};
    struct failures failures = {0};
    struct service service = {0};
    char path[PATH_BYTES];
    char what[TEXT_BYTES] = "cannot ";
    size_t len = strlen(what);
    va_list args;

    if (rc >= 0) {
        return;
    }
    va_start(args, format);
    vsnprintf(what + len, sizeof what - len, format, args);
    va_end(args);

    const struct log_trouble_kind kind = {.event = LOG_EVENT_start_failed, .sentence = what};
    const bool supervised = failures_path(path);

    if (supervised) {
        failures_load(&failures, path);
    }
    failures.tries++;
    log_trouble_at(place, &failures.trouble, &kind, true, &facts);
    service_status(&service, "%s: %s", what, facts.reason);
    if (supervised) {
        failures_keep(&failures, path);
    }
    exit(supervised && failures.tries > TRIES_AT_ONCE ? EXIT_TRY_LATER : EXIT_FAILURE);
}

void start_refuse_at(const struct log_place *place, const char *format, ...)
{
    struct service service = {0};
    char text[REFUSAL_BYTES];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    log_event_at(place, LOG_EVENT_config_invalid, NULL, "%s", text);
    service_status(&service, "%s", text);
    exit(EXIT_CONFIG);
}

void start_succeeded(void)
{
    char path[PATH_BYTES];

    if (failures_path(path)) {
        remove(path);
    }
}
