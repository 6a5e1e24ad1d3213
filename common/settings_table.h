/*
 * settings_table - settings.def as a table, shared by the files that read, set and print
 * settings.
 *
 * Threads: at start-up, from main.
 */
#ifndef AURALIS_SETTINGS_TABLE_H
#define AURALIS_SETTINGS_TABLE_H

#include "common/settings.h"

#include <stddef.h>

enum setting_kind { KIND_TEXT, KIND_INT, KIND_REAL };

struct setting_spec {
    const char *section, *key;
    enum setting_kind kind;
    size_t offset;
    const char *initial;
    double min, max;
    const char *choices, *used_by, *doc;
};
extern const struct setting_spec setting_specs[SETTING_COUNT];

/* -EINVAL, with the text filled in. */
int settings_refuse(struct settings_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* One setting or parameter by its index, from text. */
int settings_set_spec(struct settings *settings, int id, const char *value, const char *origin,
                      struct settings_error *error);
int settings_set_param(struct settings *settings, const char *name, const char *value,
                       const char *origin, struct settings_error *error);
#define SETTINGS_PRESET_SECTION "preset " /* and its name */
/* What a preset may set, by number below SETTINGS_PRESET_KEYS; NULL for a parameter that it
 * leaves alone. */
const char *settings_preset_key(int key);
int settings_add_preset(struct settings *settings, const char *name,
                        struct settings_error *error);
struct settings_word {
    const char *key, *value, *origin;
};
/* One key of a preset, or `like`; adds the preset unless it is there. */
int settings_set_preset(struct settings *settings, const char *name,
                        const struct settings_word *word, struct settings_error *error);
#define SETTINGS_TIMBRE_SECTION "timbre " /* and its name */
int settings_set_timbre(struct settings *settings, const char *name,
                        const struct settings_word *word, struct settings_error *error);
void settings_set_default_timbres(struct settings *settings);
void settings_print_timbres(const struct settings *settings, FILE *out);
void settings_print_timbre_template(FILE *out);
void settings_set_defaults(struct settings *settings, bool reloading);
/* Paths and names that follow from the values; the last step of loading. */
int settings_derive(struct settings *settings, struct settings_error *error);

#endif
