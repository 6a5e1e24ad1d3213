#include "composerd/script.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_STEPS = 64 };

struct script_reading {
    struct script *script;
    const char *path;
    FILE *file;
    double end_seconds;
    size_t line;
    struct script_error *error;
    char text[SCRIPT_LINE_BYTES];
    size_t len;
};

__attribute__((format(printf, 3, 4))) static int refuse(struct script_error *error, int rc,
                                                        const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return rc;
}

static int refuse_line(const struct script_reading *reading, const char *reason)
{
    return refuse(reading->error, -EINVAL, "%s:%zu: %s", reading->path, reading->line, reason);
}

static int refuse_errors(const struct script_reading *reading,
                         const struct control_errors *errors)
{
    char all[500] = "";

    for (int i = 0; i < errors->n; i++) {
        const size_t length = strlen(all);

        snprintf(all + length, sizeof all - length, "%s%s: %s", i > 0 ? "; " : "",
                 errors->list[i].param, errors->list[i].error);
    }
    return refuse_line(reading, all);
}

/* What no line can know by itself: NULL, or what is wrong. */
static const char *misplaced(const struct script_reading *reading,
                             const struct control_step *step, char *text, size_t size)
{
    const struct script *const script = reading->script;
    const double earliest =
        script->n_steps > 0 ? script->steps[script->n_steps - 1].at_seconds : 0;

    if (step->at_seconds < earliest || step->at_seconds > reading->end_seconds) {
        snprintf(text, size, "at: must be %.12g to %.12g, from the line before to the end",
                 earliest, reading->end_seconds);
        return text;
    }
    for (size_t i = 0; i < script->n_steps && step->request.id[0] != '\0'; i++) {
        if (strcmp(script->steps[i].request.id, step->request.id) == 0) {
            return "id: must be another than in the lines before";
        }
    }
    return NULL;
}

static int append(struct script *script, const struct control_step *step)
{
    if (script->n_steps == script->max_steps) {
        const size_t max_steps = 2 * script->max_steps + FIRST_STEPS;
        struct control_step *const grown =
            realloc(script->steps, max_steps * sizeof *script->steps);

        if (grown == NULL) {
            return -ENOMEM;
        }
        script->steps = grown;
        script->max_steps = max_steps;
    }
    script->steps[script->n_steps++] = *step;
    return 0;
}

static int take_line(struct script_reading *reading)
{
    struct control_step step;
    struct control_errors errors;
    char text[120];

    if (control_step_from_json(reading->text, reading->len, &step, &errors) != 0) {
        return refuse_errors(reading, &errors);
    }
    const char *const wrong = misplaced(reading, &step, text, sizeof text);

    if (wrong != NULL) {
        return refuse_line(reading, wrong);
    }
    const int rc = append(reading->script, &step);

    return rc == 0 ? 0 : refuse(reading->error, rc, "%s: out of memory", reading->path);
}

static bool blank(const struct script_reading *reading)
{
    for (size_t i = 0; i < reading->len; i++) {
        if (strchr(" \t\r", reading->text[i]) == NULL || reading->text[i] == '\0') {
            return false;
        }
    }
    return true;
}

/* The next line without its newline: 1, 0 when there is none, or -EINVAL. */
static int next_line(struct script_reading *reading)
{
    int byte;

    reading->line++;
    reading->len = 0;
    while ((byte = getc(reading->file)) != EOF && byte != '\n') {
        if (reading->len == sizeof reading->text) {
            return refuse_line(reading, "a line must have at most 8192 bytes");
        }
        reading->text[reading->len++] = (char)byte;
    }
    return byte != EOF || reading->len > 0;
}

static int read_lines(struct script_reading *reading)
{
    int rc;

    while ((rc = next_line(reading)) > 0) {
        rc = blank(reading) ? 0 : take_line(reading);
        if (rc != 0) {
            return rc;
        }
    }
    return rc == 0 && ferror(reading->file) ? refuse(reading->error, -EIO, "cannot read %s: %s",
                                                     reading->path, strerror(errno))
                                            : rc;
}

int script_load(struct script *script, const char *path, double end_seconds,
                struct script_error *error)
{
    struct script_reading reading = {
        .script = script, .path = path, .end_seconds = end_seconds, .error = error};

    reading.file = fopen(path, "re");
    if (reading.file == NULL) {
        const int rc = -errno;

        return refuse(error, rc, "cannot read %s: %s", path, strerror(-rc));
    }
    const int rc = read_lines(&reading);

    fclose(reading.file);
    if (rc != 0) {
        script_finish(script);
    }
    return rc;
}

void script_finish(struct script *script)
{
    free(script->steps);
    memset(script, 0, sizeof *script);
}
