#include "common/json_text.h"
#include "common/number.h"
#include "common/settings_table.h"

#include <errno.h>
#include <string.h>

enum { KEY_DOC = PARAM_COUNT + HABIT_COUNT };

static const char like[] = "like";
static const char unset[] = "default";

const char *settings_preset_key(int key)
{
    if (key >= PARAM_COUNT) {
        return key == KEY_DOC ? "doc" : habit_specs[key - PARAM_COUNT].name;
    }
    const enum param_kind kind = param_specs[key].kind;

    return kind == PARAM_KIND_REAL || kind == PARAM_KIND_MODE ? param_specs[key].name : NULL;
}

static int find_key(const char *name)
{
    for (int key = 0; key < SETTINGS_PRESET_KEYS; key++) {
        const char *const known = settings_preset_key(key);

        if (known != NULL && strcmp(known, name) == 0) {
            return key;
        }
    }
    return -1;
}

static int refuse(struct param_error *error, const char *reason)
{
    snprintf(error->error, sizeof error->error, "%s", reason);
    return -EINVAL;
}

static int refuse_unknown(struct param_error *error)
{
    size_t length = (size_t)snprintf(error->error, sizeof error->error,
                                     "is unknown; a preset may set doc, %s", like);

    for (int key = 0; key < KEY_DOC; key++) {
        if (settings_preset_key(key) != NULL) {
            length += (size_t)snprintf(error->error + length, sizeof error->error - length,
                                       ", %s", settings_preset_key(key));
        }
    }
    return -EINVAL;
}

static int set_doc(struct preset_spec *preset, const char *value, struct param_error *error)
{
    _Static_assert(PRESET_DOC_SIZE == 101, "what is said below");

    if (strlen(value) >= sizeof preset->doc) {
        return refuse(error, "must have at most 100 bytes");
    }
    if (json_text_wrong_characters(value, strlen(value)) != NULL) {
        return refuse(error, "must be UTF-8 without control characters");
    }
    snprintf(preset->doc, sizeof preset->doc, "%s", value);
    return 0;
}

static int set_param(struct preset_spec *preset, const char *name, const char *value,
                     struct param_error *error)
{
    struct params_change change = {0};
    const int rc = params_change_word(&change, name, value, error);

    if (rc == 0) {
        params_apply(&preset->values, &change);
    }
    return rc;
}

static int set_habit(struct preset_spec *preset, int habit, const char *value,
                     struct param_error *error)
{
    const struct habit_spec *const spec = &habit_specs[habit];
    struct params_change mode = {0};
    double number;

    if (spec->kind == HABIT_KIND_MODE) {
        return params_change_text(&mode, "mode", value, error) == 0
                   ? habit_set(&preset->values.habits, habit, mode.values.mode)
                   : -EINVAL;
    }
    if (!number_real(value, &number) || habit_set(&preset->values.habits, habit, number) != 0) {
        snprintf(error->error, sizeof error->error, "must be a %snumber, %g to %g",
                 spec->kind == HABIT_KIND_INT ? "whole " : "", spec->min, spec->max);
        return -EINVAL;
    }
    return 0;
}

static int set_key(struct preset_spec *preset, int key, const char *value,
                   struct param_error *error)
{
    if (key < 0) {
        return refuse_unknown(error);
    }
    if (key == KEY_DOC) {
        return set_doc(preset, value, error);
    }
    return key < PARAM_COUNT ? set_param(preset, settings_preset_key(key), value, error)
                             : set_habit(preset, key - PARAM_COUNT, value, error);
}

/* Takes over all but the name and the text of another preset, named before. */
static int set_like(struct preset_spec *preset, settings_origin *origins, const char *other,
                    struct param_error *error)
{
    preset_name_text name;

    for (int key = 0; key < KEY_DOC; key++) {
        if (strcmp(origins[key], unset) != 0) {
            return refuse(error, "must stand before what the preset sets itself");
        }
    }
    preset_set_name(name, preset->values.preset);
    if (set_param(preset, "preset", other, error) != 0) {
        return -EINVAL;
    }
    preset_set_name(preset->values.preset, name);
    for (int key = 0; key < KEY_DOC; key++) {
        snprintf(origins[key], SETTING_TEXT_BYTES, "%s %s", like, other);
    }
    return 0;
}

int settings_add_preset(struct settings *settings, const char *name,
                        struct settings_error *error)
{
    struct param_error wrong;

    if (settings->reloading) {
        return 0;
    }
    if (preset_add(name, &wrong) != 0) {
        return settings_refuse(error, "[preset %.40s] %s", name, wrong.error);
    }
    for (int key = 0; key < SETTINGS_PRESET_KEYS; key++) {
        snprintf(settings->preset_origin[preset_find_own(name)][key], SETTING_TEXT_BYTES, "%s",
                 unset);
    }
    return 0;
}

int settings_set_preset(struct settings *settings, const char *name,
                        const struct settings_word *word, struct settings_error *error)
{
    const int key = find_key(word->key);
    struct param_error wrong;

    if (settings->reloading) {
        return 0;
    }
    if (preset_find_own(name) < 0 && settings_add_preset(settings, name, error) != 0) {
        return -EINVAL;
    }
    const int own = preset_find_own(name);
    settings_origin *const origins = settings->preset_origin[own];
    const int rc = strcmp(word->key, like) == 0
                       ? set_like(preset_own(own), origins, word->value, &wrong)
                       : set_key(preset_own(own), key, word->value, &wrong);

    if (rc != 0) {
        return settings_refuse(error, "[preset %s] %.40s %s", name, word->key, wrong.error);
    }
    if (key >= 0) {
        snprintf(origins[key], SETTING_TEXT_BYTES, "%s", word->origin);
    }
    return 0;
}
