#include "common/params.h"

#include "common/number.h"
#include "common/presets.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct param_spec param_specs[PARAM_COUNT] = {
#define PARAM(member, name, kind, min, max, initial, effect, unit, title, doc)                 \
    {name,                                                                                     \
     PARAM_KIND_##kind,                                                                        \
     PARAM_EFFECT_##effect,                                                                    \
     offsetof(struct params, member),                                                          \
     min,                                                                                      \
     max,                                                                                      \
     initial,                                                                                  \
     unit,                                                                                     \
     title,                                                                                    \
     doc},
#include "common/params.def"
#undef PARAM
};

const struct mode_spec mode_specs[MODE_COUNT] = {
#define MODE(name, s0, s1, s2, s3, s4, s5, s6, minor)                                          \
    {#name, {s0, s1, s2, s3, s4, s5, s6}, minor},
#include "common/modes.def"
#undef MODE
};

/* As keys are usually written: flats where the key signature has them. */
static const char *const key_names[12] = {"C",  "C#", "D",  "Eb", "E",  "F",
                                          "F#", "G",  "Ab", "A",  "Bb", "B"};

static void *field(struct params *params, int param)
{
    return (char *)params + param_specs[param].offset;
}

static const void *const_field(const struct params *params, int param)
{
    return (const char *)params + param_specs[param].offset;
}

static void set_value(struct params *params, int param, double value)
{
    switch (param_specs[param].kind) {
    case PARAM_KIND_PRESET:
        preset_set_name(params->preset, PRESET_NONE);
        break;
    case PARAM_KIND_REAL:
        *(double *)field(params, param) = value;
        break;
    case PARAM_KIND_SEED:
        *(uint64_t *)field(params, param) = (uint64_t)value;
        break;
    default:
        *(int32_t *)field(params, param) = (int32_t)value;
        break;
    }
}

void params_init(struct params *params)
{
    memset(params, 0, sizeof *params);
    for (int i = 0; i < PARAM_COUNT; i++) {
        set_value(params, i, param_specs[i].initial);
    }
    params->habits = habits_plain;
}

int param_find(const char *name)
{
    for (int i = 0; i < PARAM_COUNT; i++) {
        if (strcmp(param_specs[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

int mode_find(const char *name)
{
    for (int i = 0; i < MODE_COUNT; i++) {
        if (strcmp(mode_specs[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

const char *key_name(int32_t key)
{
    return key_names[key];
}

const char *mode_name(int32_t mode)
{
    return mode_specs[mode].name;
}

double params_real(const struct params *params, enum param_id id)
{
    return *(const double *)const_field(params, (int)id);
}

bool params_same(const struct params *a, const struct params *b, enum param_id id)
{
    const void *const left = const_field(a, (int)id);
    const void *const right = const_field(b, (int)id);

    switch (param_specs[id].kind) {
    case PARAM_KIND_REAL:
        return !(*(const double *)left < *(const double *)right) &&
               !(*(const double *)left > *(const double *)right);
    case PARAM_KIND_SEED:
        return *(const uint64_t *)left == *(const uint64_t *)right;
    case PARAM_KIND_PRESET:
        return strcmp(left, right) == 0;
    default:
        return *(const int32_t *)left == *(const int32_t *)right;
    }
}

__attribute__((format(printf, 3, 4))) static int
refuse(struct param_error *error, const char *name, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(error->error, sizeof error->error, format, args);
    va_end(args);
    snprintf(error->param, sizeof error->param, "%s", name);
    return -EINVAL;
}

static int refuse_unknown(struct param_error *error, const char *name)
{
    char known[128] = "";
    size_t length = 0;

    for (int i = 0; i < PARAM_COUNT && length < sizeof known; i++) {
        length += (size_t)snprintf(known + length, sizeof known - length, "%s%s", i ? " " : "",
                                   param_specs[i].name);
    }
    return refuse(error, name, "is unknown; allowed are %s", known);
}

/* Reads "C", "F#", "Bb" at *text and moves behind it; -1 when there is no key. */
static int read_key(const char **text)
{
    static const int naturals[7] = {9, 11, 0, 2, 4, 5, 7}; /* A to G */
    const char *at = *text;
    const char letter = (char)(*at & ~0x20);

    if (letter < 'A' || letter > 'G') {
        return -1;
    }
    int key = naturals[letter - 'A'];

    at++;
    if (*at == '#') {
        key += 1;
        at++;
    } else if (*at == 'b') {
        key += 11;
        at++;
    }
    *text = at;
    return key % 12;
}

/* "major", "minor" or the name of a mode. */
static int read_scale(const char *text)
{
    if (strcmp(text, "major") == 0) {
        return MODE_ionian;
    }
    if (strcmp(text, "minor") == 0) {
        return MODE_aeolian;
    }
    return mode_find(text);
}

static int change_key(struct params_change *change, const char *text, struct param_error *error)
{
    const char *rest = text;
    const int key = read_key(&rest);
    const int mode = key >= 0 && *rest == ' ' ? read_scale(rest + 1) : -1;

    if (key < 0 || (*rest != '\0' && mode < 0)) {
        return refuse(
            error, "key",
            "must be A to G with # or b, and may name a scale: \"A\", \"F#\", \"Bb\", "
            "\"A minor\", \"D dorian\"");
    }
    change->values.key = key;
    change->named[PARAM_key] = true;
    if (mode >= 0) {
        change->values.mode = mode;
        change->named[PARAM_mode] = true;
    }
    return 0;
}

/* Refuses with the names that are allowed. */
static int refuse_choice(struct param_error *error, enum param_id param,
                         const char *(*name_of)(int32_t index), int32_t first, int32_t count)
{
    char known[sizeof error->error - 16] = "";
    size_t length = 0;

    for (int32_t i = first; i < count && length < sizeof known; i++) {
        length += (size_t)snprintf(known + length, sizeof known - length, "%s%s",
                                   i > first ? ", " : "", name_of(i));
    }
    return refuse(error, param_specs[param].name, "must be one of %s", known);
}

static int change_mode(struct params_change *change, const char *text,
                       struct param_error *error)
{
    const int mode = mode_find(text);

    if (mode < 0) {
        return refuse_choice(error, PARAM_mode, mode_name, 0, MODE_COUNT);
    }
    change->values.mode = mode;
    change->named[PARAM_mode] = true;
    return 0;
}

bool params_change_preset(struct params_change *change, const char *name)
{
    if (strcmp(name, PRESET_NONE) != 0 && !preset_name_allowed(name)) {
        return false;
    }
    preset_set_name(change->values.preset, name);
    change->named[PARAM_preset] = true;
    return true;
}

static int change_preset(struct params_change *change, const char *text,
                         struct param_error *error)
{
    if (strcmp(text, PRESET_NONE) != 0 && preset_find(text) == NULL) {
        return refuse_choice(error, PARAM_preset, preset_name, -1, preset_count());
    }
    params_change_preset(change, text);
    return 0;
}

static int change_seed(struct params_change *change, const char *text,
                       struct param_error *error)
{
    uint64_t seed;

    if (!number_decimal64(text, &seed)) {
        return refuse(error, "seed",
                      "must be a string of decimal digits, \"0\" to \"18446744073709551615\"");
    }
    change->values.seed = seed;
    change->named[PARAM_seed] = true;
    return 0;
}

int params_change_text(struct params_change *change, const char *name, const char *text,
                       struct param_error *error)
{
    const int param = param_find(name);

    if (param < 0) {
        return refuse_unknown(error, name);
    }
    switch (param_specs[param].kind) {
    case PARAM_KIND_KEY:
        return change_key(change, text, error);
    case PARAM_KIND_MODE:
        return change_mode(change, text, error);
    case PARAM_KIND_PRESET:
        return change_preset(change, text, error);
    case PARAM_KIND_SEED:
        return change_seed(change, text, error);
    case PARAM_KIND_REAL:
        break;
    }
    return refuse(error, name, "must be a number, %g to %g", param_specs[param].min,
                  param_specs[param].max);
}

int params_change_number(struct params_change *change, const char *name, double value,
                         struct param_error *error)
{
    const int param = param_find(name);

    if (param < 0) {
        return refuse_unknown(error, name);
    }
    const struct param_spec *const spec = &param_specs[param];

    if (spec->kind != PARAM_KIND_REAL) {
        return refuse(error, name, "must be a string");
    }
    if (!isfinite(value) || value < spec->min || value > spec->max) {
        return refuse(error, name, "must be %g to %g", spec->min, spec->max);
    }
    set_value(&change->values, param, number_rounded(value));
    change->named[param] = true;
    return 0;
}

int params_change_word(struct params_change *change, const char *name, const char *word,
                       struct param_error *error)
{
    const int param = param_find(name);
    double value;

    if (param < 0 || param_specs[param].kind != PARAM_KIND_REAL) {
        return params_change_text(change, name, word, error);
    }
    if (!number_real(word, &value)) {
        return refuse(error, name, "must be a number, %g to %g", param_specs[param].min,
                      param_specs[param].max);
    }
    return params_change_number(change, name, value, error);
}

static void copy_value(struct params *to, const struct params *from, int param)
{
    switch (param_specs[param].kind) {
    case PARAM_KIND_PRESET:
        preset_set_name(to->preset, from->preset);
        break;
    case PARAM_KIND_REAL:
        *(double *)field(to, param) = *(const double *)const_field(from, param);
        break;
    case PARAM_KIND_SEED:
        *(uint64_t *)field(to, param) = *(const uint64_t *)const_field(from, param);
        break;
    default:
        *(int32_t *)field(to, param) = *(const int32_t *)const_field(from, param);
        break;
    }
}

static void choose_preset(struct params *params, const char *name)
{
    const struct preset_spec *const preset = preset_find(name);
    const struct params before = *params;

    if (preset == NULL) {
        params->habits = habits_plain;
        return;
    }
    *params = preset->values;
    params->key = before.key;
    params->seed = before.seed;
}

void params_apply(struct params *params, const struct params_change *change)
{
    if (change->named[PARAM_preset]) {
        choose_preset(params, change->values.preset);
    }
    for (int i = 0; i < PARAM_COUNT; i++) {
        if (change->named[i]) {
            copy_value(params, &change->values, i);
        }
    }
}
