/*
 * habits - what a preset asks of the composer beside its parameters: from habits.def.
 *
 * Memory:  plain values.
 * Threads: pure.
 */
#ifndef AURALIS_HABITS_H
#define AURALIS_HABITS_H

#include <stddef.h>
#include <stdint.h>

#define HABIT_TYPE_REAL double
#define HABIT_TYPE_INT  int32_t
#define HABIT_TYPE_MODE int32_t

struct habits {
#define HABIT(member, kind, ...) HABIT_TYPE_##kind member;
#include "common/habits.def"
#undef HABIT
};

enum habit_id {
#define HABIT(member, ...) HABIT_##member,
#include "common/habits.def"
#undef HABIT
    HABIT_COUNT
};

enum habit_kind { HABIT_KIND_REAL, HABIT_KIND_INT, HABIT_KIND_MODE };

struct habit_spec {
    const char *name;
    enum habit_kind kind;
    size_t offset; /* in struct habits */
    double min, max, initial;
    const char *doc;
};
extern const struct habit_spec habit_specs[HABIT_COUNT];

/* Those of a preset (enum preset); the defaults for PRESET_NONE. */
const struct habits *habits_of(int32_t preset);

#endif
