#include "synthd/changes.h"

#include "common/presets.h"

#include <string.h>

/* Whether what makes it louder or softer by taste is as the preset has it, or the defaults. */
static bool is_untouched(const struct params *params)
{
    static const enum param_id ids[] = {PARAM_intensity,     PARAM_mix_pad,  PARAM_mix_lead,
                                        PARAM_mix_bass,      PARAM_mix_bell, PARAM_mix_texture,
                                        PARAM_mix_percussion};
    const struct preset_spec *const preset = preset_find(params->preset);
    struct params plain;

    params_init(&plain);
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        if (!params_same(params, preset != NULL ? &preset->values : &plain, ids[i])) {
            return false;
        }
    }
    return true;
}

static void sound_of(const struct params *params, struct sound *sound)
{
    sound->values[SOUND_INTENSITY] = params->intensity;
    sound->values[SOUND_BRIGHTNESS] = params->brightness;
    sound->values[SOUND_SPACE] = params->space;
    sound->values[SOUND_WIDTH] = params->width;
    sound->values[SOUND_GAIN] =
        params->habits.gain + (params->habits.loudness - habits_plain.loudness);
    sound->values[SOUND_LOUDNESS] = params->habits.loudness;
    sound->values[SOUND_UNTOUCHED] = is_untouched(params) ? 1 : 0;
#define ROLE(name, mix, ...) sound->values[SOUND_MIX + ROLE_##name] = params->mix;
#include "common/roles.def"
#undef ROLE
}

/* Stands still at these values. */
static void rest_at(struct changes *changes, const struct sound *sound)
{
    changes->wanted = *sound;
    for (int i = 0; i < SOUND_COUNT; i++) {
        changes->now[i] = (struct glide){.from = sound->values[i], .to = sound->values[i]};
    }
}

void changes_init(struct changes *changes)
{
    struct params params;
    struct sound sound;

    memset(changes, 0, sizeof *changes);
    params_init(&params);
    sound_of(&params, &sound);
    rest_at(changes, &sound);
    changes->joining = true;
}

void changes_join(struct changes *changes)
{
    changes->joining = true;
}

void changes_start(struct changes *changes, uint64_t position)
{
    changes->joining = false;
    changes->position = position;
}

static double glide_at(const struct glide *glide, uint64_t frame)
{
    const uint64_t gone = frame > glide->frame ? frame - glide->frame : 0;

    if (gone >= glide->frames) {
        return glide->to;
    }
    return glide->from + (double)gone / glide->frames * (glide->to - glide->from);
}

/* Begins a change at its sound_frame, from whatever the values are there. */
static void begin(struct changes *changes, const struct change *change)
{
    for (int i = 0; i < SOUND_COUNT; i++) {
        if (change->moves[i]) {
            changes->now[i] =
                (struct glide){.frame = change->sound_frame,
                               .frames = change->glide_frames,
                               .from = glide_at(&changes->now[i], change->sound_frame),
                               .to = change->to.values[i]};
        }
    }
}

static void begin_pending(struct changes *changes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        begin(changes, &changes->pending[i]);
    }
    changes->n_pending -= n;
    memmove(changes->pending, changes->pending + n,
            changes->n_pending * sizeof changes->pending[0]);
}

/* Marks what a change moves, and takes these values away from later changes published before
 * it. */
static bool claim_values(struct changes *changes, struct change *change)
{
    bool any = false;

    for (int i = 0; i < SOUND_COUNT; i++) {
        change->moves[i] = change->to.values[i] != changes->wanted.values[i];
        any = any || change->moves[i];
        for (uint32_t k = 0; change->moves[i] && k < changes->n_pending; k++) {
            if (changes->pending[k].sound_frame >= change->sound_frame) {
                changes->pending[k].moves[i] = false;
            }
        }
    }
    changes->wanted = change->to;
    return any;
}

/* Lays a change among those that have not begun, in order. */
static void insert(struct changes *changes, const struct change *change)
{
    if (changes->n_pending == CHANGES_PENDING) { /* the oldest is the least to lose */
        begin_pending(changes, 1);
    }
    uint32_t at = changes->n_pending;

    while (at > 0 && changes->pending[at - 1].sound_frame > change->sound_frame) {
        changes->pending[at] = changes->pending[at - 1];
        at--;
    }
    changes->pending[at] = *change;
    changes->n_pending++;
}

bool changes_apply(struct changes *changes, const struct params_event *event)
{
    struct change change = {.sound_frame = event->sound_frame,
                            .glide_frames = event->glide_frames};

    if (changes->known && event->change < changes->next_change) {
        return false;
    }
    changes->next_change = event->change + 1;
    sound_of(&event->params, &change.to);
    if (!changes->known) { /* what a stream begins with, or a snapshot: nothing to glide from */
        changes->known = true;
        rest_at(changes, &change.to);
        return true;
    }
    if (!claim_values(changes, &change)) {
        return true;
    }
    if (!changes->joining && change.sound_frame < changes->position) {
        change.sound_frame = changes->position;
        changes->changes_late++;
    }
    insert(changes, &change);
    return true;
}

void changes_at(struct changes *changes, uint64_t frame, struct sound *sound)
{
    uint32_t due = 0;

    while (due < changes->n_pending && changes->pending[due].sound_frame <= frame) {
        due++;
    }
    if (due > 0) {
        begin_pending(changes, due);
    }
    changes->position = frame;
    for (int i = 0; i < SOUND_COUNT; i++) {
        sound->values[i] = glide_at(&changes->now[i], frame);
    }
}
