#include "common/habits.h"

#include "common/number.h"

#include <errno.h>
#include <math.h>
#include <string.h>

const struct habit_spec habit_specs[HABIT_COUNT] = {
#define HABIT(member, kind, min, max, initial, doc)                                            \
    {#member, HABIT_KIND_##kind, offsetof(struct habits, member), min, max, initial, doc},
#include "common/habits.def"
#undef HABIT
};

const struct habits habits_plain = {
#define HABIT(member, kind, min, max, initial, doc) .member = (initial),
#include "common/habits.def"
#undef HABIT
};

int habit_find(const char *name)
{
    for (int i = 0; i < HABIT_COUNT; i++) {
        if (strcmp(habit_specs[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

double habit_value(const struct habits *habits, int habit)
{
    const void *const field = (const char *)habits + habit_specs[habit].offset;

    return habit_specs[habit].kind == HABIT_KIND_REAL ? *(const double *)field
                                                      : *(const int32_t *)field;
}

int habit_set(struct habits *habits, int habit, double value)
{
    const struct habit_spec *const spec = &habit_specs[habit];
    void *const field = (char *)habits + spec->offset;

    if (!(value >= spec->min && value <= spec->max) ||
        (spec->kind != HABIT_KIND_REAL && value != floor(value))) {
        return -EINVAL;
    }
    if (spec->kind == HABIT_KIND_REAL) {
        *(double *)field = number_rounded(value);
    } else {
        *(int32_t *)field = (int32_t)value;
    }
    return 0;
}
