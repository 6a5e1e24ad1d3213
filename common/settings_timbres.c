#include "common/number.h"
#include "common/settings_table.h"

#include <errno.h>
#include <string.h>

static int find_timbre(const char *name)
{
    for (int i = 0; i < TIMBRE_COUNT; i++) {
        if (strcmp(timbre_specs[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

static int find_key(const char *name)
{
    for (int key = 0; key < TIMBRE_KEY_COUNT; key++) {
        if (strcmp(timbre_key_specs[key].name, name) == 0) {
            return key;
        }
    }
    return -1;
}

/* Blanks separate the choices. The number of one of them, or -1. */
static int find_choice(const char *choices, const char *value)
{
    const size_t length = strlen(value);
    int number = 0;

    for (const char *at = choices; *at != '\0'; at += strspn(at, " ")) {
        const size_t choice = strcspn(at, " ");

        if (choice == length && strncmp(at, value, length) == 0) {
            return number;
        }
        at += choice;
        number++;
    }
    return -1;
}

static void print_choice(const char *choices, int number, FILE *out)
{
    const char *at = choices;

    for (; number > 0; number--) {
        at += strcspn(at, " ");
        at += strspn(at, " ");
    }
    fprintf(out, "%.*s", (int)strcspn(at, " "), at);
}

static int refuse_unknown(struct settings_error *error, const char *timbre, const char *key)
{
    char known[400] = "";
    size_t length = 0;

    for (int i = 0; i < TIMBRE_KEY_COUNT && length < sizeof known; i++) {
        length += (size_t)snprintf(known + length, sizeof known - length, "%s%s",
                                   i == 0 ? "" : ", ", timbre_key_specs[i].name);
    }
    return settings_refuse(error, "[timbre %s] %.40s is unknown; a timbre has %s", timbre, key,
                           known);
}

static int refuse_name(struct settings_error *error, const char *name)
{
    char known[200] = "";
    size_t length = 0;

    for (int i = 0; i < TIMBRE_COUNT && length < sizeof known; i++) {
        length += (size_t)snprintf(known + length, sizeof known - length, "%s%s",
                                   i == 0 ? "" : ", ", timbre_specs[i].name);
    }
    return settings_refuse(error, "[timbre %.40s] is unknown; there are %s", name, known);
}

/* Whether the text is a value of the kind; timbre_set() judges the range. */
static bool read_value(const struct timbre_key_spec *spec, const char *text, double *value)
{
    if (spec->kind == TIMBRE_KIND_WORD) {
        *value = find_choice(spec->choices, text);
        return true;
    }
    return number_real(text, value);
}

int settings_set_timbre(struct settings *settings, const char *name,
                        const struct settings_word *word, struct settings_error *error)
{
    const int timbre = find_timbre(name);
    const int key = find_key(word->key);
    double value;

    if (timbre < 0) {
        return refuse_name(error, name);
    }
    if (key < 0) {
        return refuse_unknown(error, name, word->key);
    }
    const struct timbre_key_spec *const spec = &timbre_key_specs[key];

    if (!read_value(spec, word->value, &value) ||
        timbre_set(&settings->timbres[timbre], key, value) != 0) {
        return spec->kind == TIMBRE_KIND_WORD
                   ? settings_refuse(error, "[timbre %s] %s must be one of: %s, not '%.40s'",
                                     name, spec->name, spec->choices, word->value)
                   : settings_refuse(
                         error, "[timbre %s] %s must be a %snumber, %g to %g, not '%.40s'",
                         name, spec->name, spec->kind == TIMBRE_KIND_INT ? "whole " : "",
                         spec->min, spec->max, word->value);
    }
    snprintf(settings->timbre_origin[timbre][key], SETTING_TEXT_BYTES, "%s", word->origin);
    return 0;
}

void settings_set_default_timbres(struct settings *settings)
{
    timbres_init(settings->timbres);
    for (int timbre = 0; timbre < TIMBRE_COUNT; timbre++) {
        for (int key = 0; key < TIMBRE_KEY_COUNT; key++) {
            snprintf(settings->timbre_origin[timbre][key], SETTING_TEXT_BYTES, "default");
        }
    }
}

static void print_value(const struct timbre *timbre, int key, FILE *out)
{
    const struct timbre_key_spec *const spec = &timbre_key_specs[key];
    const double value = timbre_value(timbre, key);

    fprintf(out, "%s = ", spec->name);
    if (spec->kind == TIMBRE_KIND_WORD) {
        print_choice(spec->choices, (int)value, out);
    } else {
        fprintf(out, "%g", value);
    }
}

void settings_print_timbres(const struct settings *settings, FILE *out)
{
    for (int timbre = 0; timbre < TIMBRE_COUNT; timbre++) {
        fprintf(out, "\n[" SETTINGS_TIMBRE_SECTION "%s]\n", timbre_specs[timbre].name);
        for (int key = 0; key < TIMBRE_KEY_COUNT; key++) {
            print_value(&settings->timbres[timbre], key, out);
            fprintf(out, "    ; %s\n", settings->timbre_origin[timbre][key]);
        }
    }
}

void settings_print_timbre_template(FILE *out)
{
    fprintf(out,
            "\n# What plays the roles of the music, a section for each timbre. A synth that is "
            "told to reload\n"
            "# (systemctl reload auralis-synthd, or SIGHUP) takes up these and the fonts of "
            "[synth]; what else\n"
            "# is changed here waits for a restart.\n");
    for (int key = 0; key < TIMBRE_KEY_COUNT; key++) {
        const struct timbre_key_spec *const spec = &timbre_key_specs[key];

        fprintf(out, "#   %s: %s", spec->name, spec->doc);
        if (spec->kind == TIMBRE_KIND_WORD) {
            fprintf(out, " One of: %s.\n", spec->choices);
        } else {
            fprintf(out, " %g to %g.\n", spec->min, spec->max);
        }
    }
    for (int timbre = 0; timbre < TIMBRE_COUNT; timbre++) {
        fprintf(out, "\n# %s\n[" SETTINGS_TIMBRE_SECTION "%s]\n", timbre_specs[timbre].doc,
                timbre_specs[timbre].name);
        for (int key = 0; key < TIMBRE_KEY_COUNT; key++) {
            fprintf(out, ";");
            print_value(&timbre_specs[timbre].values, key, out);
            fprintf(out, "\n");
        }
    }
}
