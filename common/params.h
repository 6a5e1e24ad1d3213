/*
 * params - what a listener can steer: the values, their limits, and how text becomes a value.
 *
 * Everything comes from params.def and modes.def. JSON is params_json's.
 *
 * Unit:    as in params.def; a key is a pitch class (0 = C), a mode an index into its table, a
 *          preset its name, which may be one that only another configuration knows.
 * Memory:  plain values; nothing here allocates.
 * Threads: pure functions over the caller's memory.
 * Errors:  0, or -EINVAL with the reason and the allowed range in a struct param_error.
 */
#ifndef AURALIS_PARAMS_H
#define AURALIS_PARAMS_H

#include "common/habits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mode {
#define MODE(name, ...) MODE_##name,
#include "common/modes.def"
#undef MODE
    MODE_COUNT
};

enum { PRESET_NAME_SIZE = 32 };
#define PRESET_NONE "none"
typedef char preset_name_text[PRESET_NAME_SIZE]; /* filled up with zeros */

enum param_id {
#define PARAM(member, ...) PARAM_##member,
#include "common/params.def"
#undef PARAM
    PARAM_COUNT
};

enum param_kind {
    PARAM_KIND_KEY,
    PARAM_KIND_MODE,
    PARAM_KIND_REAL,
    PARAM_KIND_PRESET,
    PARAM_KIND_SEED
};

enum param_effect {
    PARAM_EFFECT_NOW,
    PARAM_EFFECT_BEAT,
    PARAM_EFFECT_BAR,
    PARAM_EFFECT_PRESET,
    PARAM_EFFECT_SECTION
};

#define PARAM_TYPE_KEY    int32_t
#define PARAM_TYPE_MODE   int32_t
#define PARAM_TYPE_REAL   double
#define PARAM_TYPE_PRESET preset_name_text
#define PARAM_TYPE_SEED   uint64_t

struct params {
#define PARAM(member, name, kind, ...) PARAM_TYPE_##kind member;
#include "common/params.def"
#undef PARAM
    struct habits habits; /* of the preset, as they were when it was chosen */
};

struct param_spec {
    const char *name; /* as in JSON: "mix.pad" */
    enum param_kind kind;
    enum param_effect effect;
    size_t offset; /* in struct params */
    double min, max, initial;
    const char *unit, *title, *doc;
};
extern const struct param_spec param_specs[PARAM_COUNT];

struct mode_spec {
    const char *name;
    int steps[7]; /* semitones above the tonic, ascending from 0 */
    bool minor;
};
extern const struct mode_spec mode_specs[MODE_COUNT];

/* What was wrong with one parameter. */
struct param_error {
    char param[32];
    char error[640]; /* "must be 60 to 120"; long enough for the names of all presets */
};

/* A change asked for: values, and which of them were named. */
struct params_change {
    struct params values;
    bool named[PARAM_COUNT];
};

/* The defaults; seed is 0 (the composer draws one). */
void params_init(struct params *params);

/* The parameter called `name`, or -1. */
int param_find(const char *name);
int mode_find(const char *name);     /* exact, lower case; -1 when unknown */
const char *key_name(int32_t key);   /* "A", "F#", "Bb"; key 0 to 11 */
const char *mode_name(int32_t mode); /* "aeolian"; mode 0 to MODE_COUNT - 1 */

/* Name one parameter in a change, from text ("D", "dorian", "A minor", "42" for a seed). The
 * value is checked. */
int params_change_text(struct params_change *change, const char *name, const char *text,
                       struct param_error *error);
/* The same for a number, kept to a millionth; refuses NaN, infinity and parameters that are
 * none. */
int params_change_number(struct params_change *change, const char *name, double value,
                         struct param_error *error);
/* The same from an INI or command-line word, where numbers are text too. */
int params_change_word(struct params_change *change, const char *name, const char *word,
                       struct param_error *error);

/* Names the preset in a change, whether or not there is one of that name: for what is read
 * back. False when no preset may be called so. */
bool params_change_preset(struct params_change *change, const char *name);

/* Lays a change over `params`: a preset's values first, then what was named beside it. Of a
 * preset that is not there only the name is taken. */
void params_apply(struct params *params, const struct params_change *change);

/* The value of a REAL parameter. */
double params_real(const struct params *params, enum param_id id);
/* Whether two sets of values agree in one parameter. */
bool params_same(const struct params *a, const struct params *b, enum param_id id);

#endif
