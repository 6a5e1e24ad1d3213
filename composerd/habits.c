#include "composerd/habits.h"

#include "common/params.h"

static const struct habits plain = {0, 0.08, 1, 85};

static const struct habits of_presets[PRESET_COUNT] = {
#define HABIT(preset, long_chords, pedal, chromatic, lead_top)                                 \
    [PRESET_##preset] = {long_chords, pedal, chromatic, lead_top},
#include "composerd/habits.def"
#undef HABIT
};

const struct habits *habits_of(int32_t preset)
{
    const struct habits *const habits = &of_presets[preset < 0 ? 0 : preset];

    /* a preset without a line of its own is a plain one */
    return preset < 0 || preset >= PRESET_COUNT || habits->lead_top_midi == 0 ? &plain : habits;
}
