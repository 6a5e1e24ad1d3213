#include "common/timbres.h"

#include <errno.h>
#include <math.h>

const struct timbre_key_spec timbre_key_specs[TIMBRE_KEY_COUNT] = {
#define TIMBRE_KEY(member, kind, min, max, choices, doc)                                       \
    {#member, TIMBRE_KIND_##kind, offsetof(struct timbre, member), min, max, choices, doc},
#include "common/timbre_keys.def"
#undef TIMBRE_KEY
};

const struct timbre_spec timbre_specs[TIMBRE_COUNT] = {
#define TIMBRE(name, role, band, font, bank, program, texture_program, key, pan, level_db,     \
               room_db, echo_db, width, attack, release, filter_cents, bright_cents, glide_ms, \
               sway, sway_s, between, doc)                                                     \
    {#name,                                                                                    \
     ROLE_##role,                                                                              \
     band,                                                                                     \
     {TIMBRE_FONT_##font, bank, program, texture_program, key, pan, level_db, room_db,         \
      echo_db, width, attack, release, filter_cents, bright_cents, glide_ms, sway, sway_s,     \
      TIMBRE_BETWEEN_##between},                                                               \
     doc},
#include "common/timbres.def"
#undef TIMBRE
};

void timbres_init(struct timbre timbres[TIMBRE_COUNT])
{
    for (int i = 0; i < TIMBRE_COUNT; i++) {
        timbres[i] = timbre_specs[i].values;
    }
}

enum timbre_id timbre_of_role(enum role role)
{
    static const uint8_t own[ROLE_COUNT] = {
#define ROLE(name, ...) [ROLE_##name] = TIMBRE_##name,
#include "common/roles.def"
#undef ROLE
    };

    return (enum timbre_id)own[role];
}

enum timbre_id timbre_of(const struct note *note)
{
    return note->role == ROLE_pad && note->why == RULE_chord_octave
               ? TIMBRE_pad2
               : timbre_of_role((enum role)note->role);
}

double timbre_value(const struct timbre *timbre, int key)
{
    const void *const field = (const char *)timbre + timbre_key_specs[key].offset;

    return timbre_key_specs[key].kind == TIMBRE_KIND_REAL ? *(const double *)field
                                                          : *(const int32_t *)field;
}

int timbre_set(struct timbre *timbre, int key, double value)
{
    const struct timbre_key_spec *const spec = &timbre_key_specs[key];
    void *const field = (char *)timbre + spec->offset;

    if (!(value >= spec->min && value <= spec->max) ||
        (spec->kind != TIMBRE_KIND_REAL && value != floor(value))) {
        return -EINVAL;
    }
    if (spec->kind == TIMBRE_KIND_REAL) {
        *(double *)field = value;
    } else {
        *(int32_t *)field = (int32_t)value;
    }
    return 0;
}
