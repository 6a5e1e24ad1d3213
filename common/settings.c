#include "common/number.h"
#include "common/settings_table.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const struct setting_spec setting_specs[SETTING_COUNT] = {
#define INITIAL_TEXT(text)   text
#define INITIAL_INT(number)  #number
#define INITIAL_REAL(number) #number
#define SETTING(section, key, kind, initial, min, max, choices, used_by, doc)                  \
    {#section,                                                                                 \
     #key,                                                                                     \
     KIND_##kind,                                                                              \
     offsetof(struct settings, section##_##key),                                               \
     INITIAL_##kind(initial),                                                                  \
     min,                                                                                      \
     max,                                                                                      \
     choices,                                                                                  \
     used_by,                                                                                  \
     doc},
#include "common/settings.def"
#undef SETTING
};

int settings_refuse(struct settings_error *error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    return -EINVAL;
}

/* "" is left to the limits of length: where it is allowed it means that nothing is chosen. */
static bool is_choice(const char *choices, const char *value)
{
    const size_t length = strlen(value);

    if (choices[0] == '\0' || length == 0) {
        return true;
    }
    for (const char *at = choices; *at != '\0'; at += strspn(at, " ")) {
        const size_t choice = strcspn(at, " ");

        if (choice == length && strncmp(at, value, length) == 0) {
            return true;
        }
        at += choice;
    }
    return false;
}

static int set_text(const struct setting_spec *spec, char *field, const char *value,
                    struct settings_error *error)
{
    const double length = (double)strlen(value);

    if (length < spec->min || length > spec->max) {
        return settings_refuse(error, "%s.%s must have %g to %g characters", spec->section,
                               spec->key, spec->min, spec->max);
    }
    if (value[strcspn(value, "\n\r\t")] != '\0') {
        return settings_refuse(error, "%s.%s must be one line without tabs", spec->section,
                               spec->key);
    }
    snprintf(field, SETTING_TEXT_BYTES, "%s", value);
    return 0;
}

static int set_number(const struct setting_spec *spec, void *field, const char *value,
                      struct settings_error *error)
{
    double number;

    if (!number_real(value, &number) || number < spec->min || number > spec->max ||
        (spec->kind == KIND_INT && number != (double)(int32_t)number)) {
        return settings_refuse(error, "%s.%s must be a %snumber, %g to %g, not '%.40s'",
                               spec->section, spec->key, spec->kind == KIND_INT ? "whole " : "",
                               spec->min, spec->max, value);
    }
    if (spec->kind == KIND_INT) {
        *(int32_t *)field = (int32_t)number;
    } else {
        *(double *)field = number;
    }
    return 0;
}

int settings_set_spec(struct settings *settings, int id, const char *value, const char *origin,
                      struct settings_error *error)
{
    const struct setting_spec *const spec = &setting_specs[id];
    void *const field = (char *)settings + spec->offset;

    if (!is_choice(spec->choices, value)) {
        return settings_refuse(error, "%s.%s must be one of: %s, not '%.40s'", spec->section,
                               spec->key, spec->choices, value);
    }
    const int rc = spec->kind == KIND_TEXT ? set_text(spec, field, value, error)
                                           : set_number(spec, field, value, error);

    if (rc == 0) {
        snprintf(settings->origin[id], SETTING_TEXT_BYTES, "%s", origin);
    }
    return rc;
}

int settings_set_param(struct settings *settings, const char *name, const char *value,
                       const char *origin, struct settings_error *error)
{
    struct param_error wrong;
    const int param = param_find(name);

    if (params_change_word(&settings->params, name, value, &wrong) != 0) {
        return settings_refuse(error, "params.%s %s", wrong.param, wrong.error);
    }
    snprintf(settings->params_origin[param], SETTING_TEXT_BYTES, "%s", origin);
    return 0;
}

/* Sections of which there are several, each with a name of its own. */
static const struct named_section {
    const char *prefix;
    int (*set)(struct settings *settings, const char *name, const struct settings_word *word,
               struct settings_error *error);
} named_sections[] = {{SETTINGS_PRESET_SECTION, settings_set_preset},
                      {SETTINGS_TIMBRE_SECTION, settings_set_timbre}};

static const struct named_section *find_named_section(const char *name)
{
    for (size_t i = 0; i < sizeof named_sections / sizeof named_sections[0]; i++) {
        if (strncmp(name, named_sections[i].prefix, strlen(named_sections[i].prefix)) == 0) {
            return &named_sections[i];
        }
    }
    return NULL;
}

static int find_spec(const char *name, const char *dot)
{
    const size_t length = (size_t)(dot - name);

    for (int id = 0; id < SETTING_COUNT; id++) {
        if (strncmp(name, setting_specs[id].section, length) == 0 &&
            setting_specs[id].section[length] == '\0' &&
            strcmp(dot + 1, setting_specs[id].key) == 0) {
            return id;
        }
    }
    return -1;
}

int settings_set(struct settings *settings, const char *name, const char *value,
                 const char *origin, struct settings_error *error)
{
    const char *const dot = strchr(name, '.');
    const struct named_section *const named = find_named_section(name);
    const int id = dot != NULL ? find_spec(name, dot) : -1;

    if (strncmp(name, "params.", strlen("params.")) == 0) {
        return settings_set_param(settings, dot + 1, value, origin, error);
    }
    if (dot != NULL && named != NULL) {
        const struct settings_word word = {dot + 1, value, origin};
        const size_t prefix = strlen(named->prefix);
        char which[64];

        snprintf(which, sizeof which, "%.*s", (int)((size_t)(dot - name) - prefix),
                 name + prefix);
        return named->set(settings, which, &word, error);
    }
    return id >= 0 ? settings_set_spec(settings, id, value, origin, error)
                   : settings_refuse(
                         error, "there is no setting '%.60s'; --print-config lists them", name);
}

void settings_set_defaults(struct settings *settings, bool reloading)
{
    struct settings_error ignored;

    memset(settings, 0, sizeof *settings);
    params_init(&settings->params.values);
    settings->reloading = reloading;
    if (!reloading) {
        presets_forget_own();
    }
    settings_set_default_timbres(settings);
    for (int id = 0; id < SETTING_COUNT; id++) {
        settings_set_spec(settings, id, setting_specs[id].initial, "default", &ignored);
    }
}

int settings_derive(struct settings *settings, struct settings_error *error)
{
    const char *const name = settings->station_name;
    const char *const dir = settings->station_dir;

    if (strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") !=
        strlen(name)) {
        return settings_refuse(error, "station.name must be letters, digits and -, not '%s'",
                               name);
    }
    if (dir[0] != '\0' && dir[0] != '/') {
        return settings_refuse(error, "station.dir must be an absolute path, not '%s'", dir);
    }
    if (strchr(settings->station_ring, '/') != NULL) {
        return settings_refuse(error, "station.ring must be a name without /, not '%s'",
                               settings->station_ring);
    }
    if (dir[0] != '\0') {
        snprintf(settings->bus_dir, SETTING_TEXT_BYTES, "%.200s/bus", dir);
        snprintf(settings->state_dir, SETTING_TEXT_BYTES, "%.200s/state", dir);
        snprintf(settings->synth_dir, SETTING_TEXT_BYTES, "%.200s/synth", dir);
        snprintf(settings->stream_dir, SETTING_TEXT_BYTES, "%.200s/stream", dir);
    } else {
        snprintf(settings->bus_dir, SETTING_TEXT_BYTES, "/run/auralis/%.200s/bus", name);
        snprintf(settings->state_dir, SETTING_TEXT_BYTES, "/var/lib/auralis/%.200s", name);
        snprintf(settings->synth_dir, SETTING_TEXT_BYTES, "/run/auralis/%.200s/synth", name);
        snprintf(settings->stream_dir, SETTING_TEXT_BYTES, "/var/lib/auralis/%.200s/stream",
                 name);
    }
    if (settings->station_ring[0] != '\0') {
        snprintf(settings->ring_name, SETTING_TEXT_BYTES, "/%.200s", settings->station_ring);
    } else {
        snprintf(settings->ring_name, SETTING_TEXT_BYTES, "/auralis-%.200s", name);
    }
    return 0;
}
