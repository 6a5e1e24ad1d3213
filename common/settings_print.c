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
}

static void print_limits(const struct setting_spec *spec, FILE *out)
{
    if (spec->choices[0] != '\0') {
        fprintf(out, " One of: %s.", spec->choices);
    } else if (spec->kind != KIND_TEXT) {
        fprintf(out, " %g to %g.", spec->min, spec->max);
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
    params_init(&params);
    fprintf(out,
            "\n# What a new station begins with; listeners change it from there.\n[params]\n");
    for (int param = 0; param < PARAM_COUNT; param++) {
        fprintf(out, "# %s\n;%s = ", param_specs[param].doc, param_specs[param].name);
        print_param(&params, param, out);
        fprintf(out, "\n");
    }
}
