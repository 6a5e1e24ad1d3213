#include "common/params_json.h"

#include "common/presets.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const effect_names[] = {
    [PARAM_EFFECT_NOW] = "now",         [PARAM_EFFECT_BEAT] = "beat",
    [PARAM_EFFECT_BAR] = "bar",         [PARAM_EFFECT_PRESET] = "preset",
    [PARAM_EFFECT_SECTION] = "section",
};

cJSON *param_to_json(const struct params *params, int param)
{
    char seed[24];

    switch (param_specs[param].kind) {
    case PARAM_KIND_KEY:
        return cJSON_CreateString(key_name(params->key));
    case PARAM_KIND_MODE:
        return cJSON_CreateString(mode_name(params->mode));
    case PARAM_KIND_PRESET:
        return cJSON_CreateString(params->preset);
    case PARAM_KIND_SEED:
        snprintf(seed, sizeof seed, "%" PRIu64, params->seed);
        return cJSON_CreateString(seed);
    case PARAM_KIND_REAL:
        break;
    }
    return cJSON_CreateNumber(params_real(params, (enum param_id)param));
}

cJSON *params_to_json(const struct params *params)
{
    cJSON *const object = cJSON_CreateObject();

    for (int i = 0; i < PARAM_COUNT; i++) {
        cJSON_AddItemToObject(object, param_specs[i].name, param_to_json(params, i));
    }
    return object;
}

static void add_choices(cJSON *schema, const char *first, const char *(*name_of)(int32_t index),
                        int32_t count)
{
    cJSON *const choices = cJSON_AddArrayToObject(schema, "enum");

    cJSON_AddStringToObject(schema, "type", "string");
    if (first != NULL) {
        cJSON_AddItemToArray(choices, cJSON_CreateString(first));
    }
    for (int32_t i = 0; i < count; i++) {
        cJSON_AddItemToArray(choices, cJSON_CreateString(name_of(i)));
    }
}

static void add_limits(cJSON *schema, const struct param_spec *spec)
{
    switch (spec->kind) {
    case PARAM_KIND_KEY:
        add_choices(schema, NULL, key_name, 12);
        break;
    case PARAM_KIND_MODE:
        add_choices(schema, NULL, mode_name, MODE_COUNT);
        break;
    case PARAM_KIND_PRESET:
        add_choices(schema, PRESET_NONE, preset_name, preset_count());
        break;
    case PARAM_KIND_SEED:
        cJSON_AddStringToObject(schema, "type", "string");
        cJSON_AddStringToObject(schema, "pattern", "^[0-9]{1,20}$");
        break;
    case PARAM_KIND_REAL:
        cJSON_AddStringToObject(schema, "type", "number");
        cJSON_AddNumberToObject(schema, "minimum", spec->min);
        cJSON_AddNumberToObject(schema, "maximum", spec->max);
        break;
    }
}

cJSON *params_schema_json(void)
{
    cJSON *const schema = cJSON_CreateObject();
    struct params defaults;

    params_init(&defaults);
    cJSON_AddStringToObject(schema, "$schema", "https://json-schema.org/draft/2020-12/schema");
    cJSON_AddStringToObject(schema, "type", "object");
    cJSON_AddFalseToObject(schema, "additionalProperties");
    cJSON *const properties = cJSON_AddObjectToObject(schema, "properties");

    for (int i = 0; i < PARAM_COUNT; i++) {
        const struct param_spec *const spec = &param_specs[i];
        cJSON *const property = cJSON_AddObjectToObject(properties, spec->name);

        add_limits(property, spec);
        if (spec->kind != PARAM_KIND_SEED) { /* a new station draws one */
            cJSON_AddItemToObject(property, "default", param_to_json(&defaults, i));
        }
        cJSON_AddStringToObject(property, "title", spec->title);
        cJSON_AddStringToObject(property, "description", spec->doc);
        cJSON_AddStringToObject(property, "x-unit", spec->unit);
        cJSON_AddStringToObject(property, "x-effect", effect_names[spec->effect]);
    }
    return schema;
}

/* More errors than parameters can only be unknown names: the last one stands for the rest. */
static struct param_error *next_error(struct param_errors *errors)
{
    if (errors->n < PARAM_ERRORS_MAX) {
        errors->n++;
    }
    return &errors->list[errors->n - 1];
}

void params_change_json(struct params_change *change, const char *name, const cJSON *value,
                        struct param_errors *errors)
{
    struct param_error error = {0};
    int rc;

    if (cJSON_IsString(value)) {
        rc = params_change_text(change, name, value->valuestring, &error);
    } else if (cJSON_IsNumber(value)) {
        rc = params_change_number(change, name, value->valuedouble, &error);
    } else {
        rc = params_change_text(change, name, "", &error); /* says what the type should be */
    }
    if (rc != 0) {
        *next_error(errors) = error;
    }
}

static void missing(struct param_errors *errors, const char *name)
{
    struct param_error *const error = next_error(errors);

    snprintf(error->param, sizeof error->param, "%s", name);
    snprintf(error->error, sizeof error->error, "is missing");
}

/* What is read back may come from another configuration: its presets need not be here. */
static bool recorded_preset(struct params_change *change, const cJSON *value)
{
    return cJSON_IsString(value) && params_change_preset(change, value->valuestring);
}

int params_from_json(const cJSON *object, struct params *params, struct param_errors *errors)
{
    struct params_change change = {0};
    struct params read;

    params_init(&read);
    for (int i = 0; i < PARAM_COUNT; i++) {
        const char *const name = param_specs[i].name;
        const cJSON *const value = cJSON_GetObjectItemCaseSensitive(object, name);

        if (value == NULL) {
            missing(errors, name);
        } else if (i != PARAM_preset || !recorded_preset(&change, value)) {
            params_change_json(&change, name, value, errors);
        }
    }
    if (errors->n != 0) {
        return errors->n;
    }
    /* the preset is only remembered here, not applied: all that it set is named beside it */
    params_apply(&read, &change);
    *params = read;
    return 0;
}

/* Adds a text that may have been cut to fit: a letter whose last bytes are missing is left out,
 * so that the whole stays UTF-8. */
static void add_cut_text(cJSON *object, const char *name, const char *text)
{
    char whole[sizeof(struct param_error)];
    const size_t end = (size_t)snprintf(whole, sizeof whole, "%s", text);
    size_t lead = end;

    while (lead > 0 && ((unsigned char)whole[lead - 1] & 0xc0) == 0x80) {
        lead--;
    }
    const unsigned char first = lead > 0 ? (unsigned char)whole[lead - 1] : 0;
    const size_t wanted = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;

    if (wanted > 1 && end - (lead - 1) < wanted) {
        whole[lead - 1] = '\0';
    }
    cJSON_AddStringToObject(object, name, whole);
}

cJSON *param_errors_to_json(const struct param_errors *errors)
{
    cJSON *const array = cJSON_CreateArray();

    for (int i = 0; i < errors->n; i++) {
        cJSON *const entry = cJSON_CreateObject();

        add_cut_text(entry, "param", errors->list[i].param);
        add_cut_text(entry, "error", errors->list[i].error);
        cJSON_AddItemToArray(array, entry);
    }
    return array;
}
