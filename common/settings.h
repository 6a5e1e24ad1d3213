/*
 * settings - what an operator sets, from settings.def: defaults, then an INI file, then the
 * environment, then flags; each value remembers where it came from. Initial parameters are
 * section [params]. Sections [timbre NAME] are what plays, and [preset NAME] the user's own
 * presets, which are not in the struct but among the others (presets.h).
 *
 * Memory:  the struct is the caller's (about 150 kB, not for the stack); plain values.
 * Threads: at start-up, from main.
 * Errors:  0, or -EINVAL with text that names the place, the setting, what was wrong and what
 *          is allowed.
 */
#ifndef AURALIS_SETTINGS_H
#define AURALIS_SETTINGS_H

#include "common/params.h"
#include "common/presets.h"
#include "common/timbres.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { SETTING_TEXT_BYTES = 256 };
/* What a preset may set: parameters, habits, doc. */
enum { SETTINGS_PRESET_KEYS = PARAM_COUNT + HABIT_COUNT + 1 };

typedef char settings_origin[SETTING_TEXT_BYTES]; /* "default", "/etc/...:12", "--set", ... */

enum setting_id {
#define SETTING(section, key, ...) SETTING_##section##_##key,
#include "common/settings.def"
#undef SETTING
    SETTING_COUNT
};

#define SETTING_FIELD_TEXT(name) char name[SETTING_TEXT_BYTES]
#define SETTING_FIELD_INT(name)  int32_t name
#define SETTING_FIELD_REAL(name) double name

/* settings.stream_listen, settings.station_lead_ms, ... */
struct settings {
#define SETTING(section, key, kind, ...) SETTING_FIELD_##kind(section##_##key);
#include "common/settings.def"
#undef SETTING
    struct params_change params; /* section [params] */
    struct timbre timbres[TIMBRE_COUNT];
    settings_origin origin[SETTING_COUNT];
    settings_origin params_origin[PARAM_COUNT]; /* "" when not set */
    settings_origin timbre_origin[TIMBRE_COUNT][TIMBRE_KEY_COUNT];
    settings_origin preset_origin[PRESETS_OWN_MAX][SETTINGS_PRESET_KEYS];
    bool reloading; /* the user's presets stay as they are */
    /* derived from the above once all is read */
    char bus_dir[SETTING_TEXT_BYTES];    /* DIR/bus or /run/auralis/<name>/bus */
    char state_dir[SETTING_TEXT_BYTES];  /* DIR/state or /var/lib/auralis/<name> */
    char stream_dir[SETTING_TEXT_BYTES]; /* DIR/stream or /var/lib/auralis/<name>/stream */
    char synth_dir[SETTING_TEXT_BYTES];  /* DIR/synth or /run/auralis/<name>/synth */
    char ring_name[SETTING_TEXT_BYTES];  /* "/auralis-main" */
};

struct settings_error {
    char text[1024];
};

/* A flag of one daemon, beside those that all have. */
struct settings_flag {
    const char *name;     /* "render" */
    const char *argument; /* "FILE", or NULL for a flag without */
    const char *doc;
    const char **value; /* set to the argument ("" without one) when given */
};

/* Who is asking. */
struct settings_program {
    char letter;                       /* in settings.def: c, s or w */
    const char *name;                  /* "auralis-synthd" */
    const char *what_it_is;            /* a line for --help */
    const struct settings_flag *flags; /* ends at a NULL name; NULL for none */
};

/* settings_load() has done what was asked (--help, --version, --check-config, --print-config):
 * end now. */
enum { SETTINGS_DONE = 1 };

/* Reads defaults, file, environment and flags, in this order. 0, SETTINGS_DONE or -EINVAL. */
int settings_load(struct settings *settings, const struct settings_program *program, int argc,
                  char **argv, struct settings_error *error);
/* The same again while the process goes on, in any thread: the user's presets, which are the
 * whole process's, stay as they were read first. */
int settings_reload(struct settings *settings, const struct settings_program *program, int argc,
                    char **argv, struct settings_error *error);
/* One "section.key", as --set takes it; "preset NAME.key" makes the preset, too. */
int settings_set(struct settings *settings, const char *name, const char *value,
                 const char *origin, struct settings_error *error);
/* The whole configuration file, every setting commented out with default, range and meaning. */
void settings_print_template(FILE *out);
void settings_print(const struct settings *settings, char daemon, FILE *out);

#endif
