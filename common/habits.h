/*
 * habits - what a preset asks of composer and synth beside its parameters: from habits.def.
 *
 * Memory:  plain values.
 * Errors:  0, or -EINVAL.
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

/* The defaults: those without a preset. */
extern const struct habits habits_plain;

/* The habit called `name`, or -1. */
int habit_find(const char *name);
/* The value of one: a mode by its number. */
double habit_value(const struct habits *habits, int habit);
/* Sets one, kept to a millionth; -EINVAL when it is out of range or should be whole. */
int habit_set(struct habits *habits, int habit, double value);

#endif
