/*
 * presets - whole settings by name: those that come with Auralis (presets.def), then the user's
 * own, from the configuration.
 *
 * A preset has every parameter but the key and the seed, which it leaves alone, and habits.
 *
 * Memory:  one table for the process, with room for PRESETS_OWN_MAX of the user's.
 * Threads: filled at start-up, from main, before there are threads; only read after that.
 * Errors:  0, or -EINVAL with the reason.
 */
#ifndef AURALIS_PRESETS_H
#define AURALIS_PRESETS_H

#include "common/params.h"

#include <stdbool.h>
#include <stdint.h>

enum { PRESETS_OWN_MAX = 16, PRESET_DOC_SIZE = 101 };

struct preset_spec {
    char doc[PRESET_DOC_SIZE]; /* UTF-8 */
    struct params values;      /* values.preset is its name; key and seed mean nothing */
};

int32_t preset_count(void);
/* 0 to preset_count() - 1; those that come with Auralis first. */
const struct preset_spec *preset_at(int32_t i);
/* The name of one; PRESET_NONE for -1. */
const char *preset_name(int32_t i);
/* NULL when there is none of that name (exact). */
const struct preset_spec *preset_find(const char *name);
/* Whether a preset may be called so: 1 to 31 letters, digits and -, and not PRESET_NONE. */
bool preset_name_allowed(const char *name);
/* Copies a name; one that is too long is cut. */
void preset_set_name(preset_name_text dst, const char *name);

/* Adds one of the user's own, with the defaults. */
int preset_add(const char *name, struct param_error *error);
/* The user's own: its number from 0, or -1 when there is none of that name; and by number, to
 * be filled, NULL behind the last. */
int preset_find_own(const char *name);
struct preset_spec *preset_own(int own);
/* Leaves only those that come with Auralis. */
void presets_forget_own(void);

#endif
