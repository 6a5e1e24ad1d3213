#include "composerd/state.h"

#include "common/phrase.h"
#include "composerd/grid.h"

_Static_assert(ROLE_COUNT == 7, "held_role in state.def is limited to the roles there are");
_Static_assert(CHORD_RULE_COUNT == 6,
               "chord_why in state.def is limited to the rules there are");

const struct state_field state_fields[STATE_FIELD_COUNT] = {
#define STATE(name, kind, min, max, doc)                                                       \
    {#name, STATE_##kind, offsetof(struct composer, name), 0, min, max},
#define STATE_ARRAY(name, count, kind, min, max, doc)                                          \
    {#name, STATE_##kind, offsetof(struct composer, name), count, min, max},
#include "composerd/state.def"
#undef STATE_ARRAY
#undef STATE
};

/* A generator of zeros only gives zeros for ever. */
static bool dice_are_dead(const struct composer *composer)
{
    for (size_t die = 0; die < DIE_COUNT; die++) {
        const uint64_t *const words = &composer->dice[die * 4];

        if ((words[0] | words[1] | words[2] | words[3]) == 0) {
            return true;
        }
    }
    return false;
}

static bool voices_are_sorted(const struct composer *composer)
{
    for (int i = 1; i < VOICES; i++) {
        if (composer->voicing[i] <= composer->voicing[i - 1]) {
            return false;
        }
    }
    return true;
}

/* A bar line is the end of the bar before; only the first of a stream is the beginning of its
 * own. */
static bool stands_on_its_beat(const struct composer *composer)
{
    if (composer->beat == 0 && composer->frame == composer->bar_frame) {
        return true;
    }
    return composer->frame ==
           grid_beat_frame(composer, composer->beat == 0 ? 4 : composer->beat);
}

const char *composer_invalid(const struct composer *composer)
{
    if (composer->rate_hz != 44100 && composer->rate_hz != 48000) {
        return "rate_hz must be 44100 or 48000";
    }
    if ((composer->frame | composer->bar_frame | (uint64_t)composer->bar_frames) %
            BLOCK_FRAMES !=
        0) {
        return "frame must lie on the grid of 64";
    }
    if (!stands_on_its_beat(composer)) {
        return "frame must be where its beat begins";
    }
    if (dice_are_dead(composer)) {
        return "dice must not be all zero";
    }
    if (!voices_are_sorted(composer)) {
        return "voicing must ascend";
    }
    return NULL;
}
