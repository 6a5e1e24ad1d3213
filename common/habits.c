#include "common/habits.h"

#include "common/params.h"

const struct habit_spec habit_specs[HABIT_COUNT] = {
#define HABIT(member, kind, min, max, initial, doc)                                            \
    {#member, HABIT_KIND_##kind, offsetof(struct habits, member), min, max, initial, doc},
#include "common/habits.def"
#undef HABIT
};

static const struct habits plain = {
#define HABIT(member, kind, min, max, initial, doc) .member = (initial),
#include "common/habits.def"
#undef HABIT
};

const struct habits *habits_of(int32_t preset)
{
    return preset < 0 || preset >= PRESET_COUNT ? &plain : &preset_specs[preset].habits;
}
