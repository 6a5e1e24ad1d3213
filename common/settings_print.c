#include "common/settings_table.h"

#include <string.h>

static void print_value(const struct settings *settings, int id, FILE *out)
{
    const void *const field = (const char *)settings + setting_specs[id].offset;

    switch (setting_specs[id].kind) {
    case KIND_TEXT:
        fprintf(out, "%s", (const char *)field);
        break;
    case KIND_INT:
        fprintf(out, "%d", *(const int32_t *)field);
        break;
    case KIND_REAL:
        fprintf(out, "%g", *(const double *)field);
        break;
    }
}

static void print_section(const char **last, const char *section, FILE *out)
{
    if (*last == NULL || strcmp(*last, section) != 0) {
        fprintf(out, "%s[%s]\n", *last == NULL ? "" : "\n", section);
    }
    *last = section;
}

static void print_param(const struct params *params, int param, FILE *out)
{
    switch (param_specs[param].kind) {
    case PARAM_KIND_KEY:
        fprintf(out, "%s", key_name(params->key));
        break;
    case PARAM_KIND_MODE:
        fprintf(out, "%s", mode_name(params->mode));
        break;
    case PARAM_KIND_PRESET:
        fprintf(out, "%s", params->preset);
        break;
    case PARAM_KIND_SEED:
        fprintf(out, "%llu", (unsigned long long)params->seed);
        break;
    case PARAM_KIND_REAL:
        fprintf(out, "%g", params_real(params, (enum param_id)param));
        break;
    }
}

/* The keys in the order to print them: doc first. */
static int preset_key_at(int i)
{
    return i == 0 ? SETTINGS_PRESET_KEYS - 1 : i - 1;
}

/* The value of what settings_preset_key() names. */
static void print_preset_value(const struct preset_spec *preset, int key, FILE *out)
{
    const struct params *const values = &preset->values;
    const int habit = key - PARAM_COUNT;

    if (key < PARAM_COUNT) {
        print_param(values, key, out);
    } else if (habit == HABIT_COUNT) {
        fprintf(out, "%s", preset->doc);
    } else if (habit_specs[habit].kind == HABIT_KIND_MODE) {
        fprintf(out, "%s", mode_name((int32_t)habit_value(&values->habits, habit)));
    } else {
        fprintf(out, "%g", habit_value(&values->habits, habit));
    }
}

static void print_presets(const struct settings *settings, FILE *out)
{
    const struct preset_spec *preset;

    for (int own = 0; (preset = preset_own(own)) != NULL; own++) {
        fprintf(out, "\n[" SETTINGS_PRESET_SECTION "%s]\n", preset->values.preset);
        for (int i = 0; i < SETTINGS_PRESET_KEYS; i++) {
            const int key = preset_key_at(i);

            if (settings_preset_key(key) != NULL) {
                fprintf(out, "%s = ", settings_preset_key(key));
                print_preset_value(preset, key, out);
                fprintf(out, "    ; %s\n", settings->preset_origin[own][key]);
            }
        }
    }
}

void settings_print(const struct settings *settings, char daemon, FILE *out)
{
    const char *section = NULL;

    for (int id = 0; id < SETTING_COUNT; id++) {
        if (strchr(setting_specs[id].used_by, daemon) == NULL) {
            continue;
        }
        print_section(&section, setting_specs[id].section, out);
        fprintf(out, "%s = ", setting_specs[id].key);
        print_value(settings, id, out);
        fprintf(out, "    ; %s\n", settings->origin[id]);
    }
    for (int param = 0; param < PARAM_COUNT && daemon == 'c'; param++) {
        if (settings->params.named[param]) {
            print_section(&section, "params", out);
            fprintf(out, "%s = ", param_specs[param].name);
            print_param(&settings->params.values, param, out);
            fprintf(out, "    ; %s\n", settings->params_origin[param]);
        }
    }
    if (daemon != 'w') {
        settings_print_timbres(settings, out);
    }
    if (daemon != 's') {
        print_presets(settings, out);
    }
}

static void print_limits(const struct setting_spec *spec, FILE *out)
{
    if (spec->choices[0] != '\0') {
        fprintf(out, " One of: %s.", spec->choices);
    } else if (spec->kind != KIND_TEXT) {
        fprintf(out, " %g to %g.", spec->min, spec->max);
    }
}

/* An example to begin with: all that a preset may set, at its default. */
static void print_preset_template(FILE *out)
{
    struct preset_spec example = {.doc = "Grey light, before anybody is up."};

    params_init(&example.values);
    fprintf(
        out,
        "\n# A preset of your own, one of up to %d. What it does not name is as it is here, "
        "or, if it\n"
        "# begins with a line `like = NAME`, as in the preset of that name.\n"
        ";[" SETTINGS_PRESET_SECTION "dawn]\n",
        PRESETS_OWN_MAX);
    for (int i = 0; i < SETTINGS_PRESET_KEYS; i++) {
        const int key = preset_key_at(i);
        const int habit = key - PARAM_COUNT;

        if (habit >= 0 && habit < HABIT_COUNT) {
            fprintf(out, "# %s", habit_specs[habit].doc);
            if (habit_specs[habit].kind != HABIT_KIND_MODE) {
                fprintf(out, " %g to %g.", habit_specs[habit].min, habit_specs[habit].max);
            }
            fprintf(out, "\n");
        }
        if (settings_preset_key(key) != NULL) {
            fprintf(out, ";%s = ", settings_preset_key(key));
            print_preset_value(&example, key, out);
            fprintf(out, "\n");
        }
    }
}

void settings_print_template(FILE *out)
{
    const char *section = NULL;
    struct params params;

    fprintf(out, "# Every setting of Auralis with its default. Remove the ; to change one.\n"
                 "# The environment (AURALIS_STREAM_LISTEN=...) and --set stream.listen=... "
                 "win over it.\n\n");
    for (int id = 0; id < SETTING_COUNT; id++) {
        print_section(&section, setting_specs[id].section, out);
        fprintf(out, "# %s", setting_specs[id].doc);
        print_limits(&setting_specs[id], out);
        fprintf(out, "\n;%s = %s\n", setting_specs[id].key, setting_specs[id].initial);
    }
    settings_print_timbre_template(out);
    params_init(&params);
    fprintf(out,
            "\n# What a new station begins with; listeners change it from there.\n[params]\n");
    for (int param = 0; param < PARAM_COUNT; param++) {
        fprintf(out, "# %s\n;%s = ", param_specs[param].doc, param_specs[param].name);
        print_param(&params, param, out);
        fprintf(out, "\n");
    }
    print_preset_template(out);
}
