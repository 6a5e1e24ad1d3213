#include "common/presets.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
    BUILT_IN = 0
#define PRESET(...) +1
#include "common/presets.def"
#undef PRESET
};

static struct preset_spec presets[BUILT_IN + PRESETS_OWN_MAX] = {
#define PRESET(name_, mode_, bpm_, intensity_, brightness_, space_, width_, pad_, lead_,       \
               bass_, bell_, texture_, percussion_, long_chords_, chords_, pedal_, chromatic_, \
               lead_top_, tint_, tint_mode_, darkening_, loudness_, gain_, doc_)               \
    {.doc = doc_,                                                                              \
     .values = {.mode = MODE_##mode_,                                                          \
                .bpm = bpm_,                                                                   \
                .intensity = intensity_,                                                       \
                .brightness = brightness_,                                                     \
                .space = space_,                                                               \
                .width = width_,                                                               \
                .mix_pad = pad_,                                                               \
                .mix_lead = lead_,                                                             \
                .mix_bass = bass_,                                                             \
                .mix_bell = bell_,                                                             \
                .mix_texture = texture_,                                                       \
                .mix_percussion = percussion_,                                                 \
                .preset = #name_,                                                              \
                .habits = {.long_chords = long_chords_,                                        \
                           .chords = chords_,                                                  \
                           .pedal = pedal_,                                                    \
                           .chromatic = chromatic_,                                            \
                           .lead_top = lead_top_,                                              \
                           .tint = tint_,                                                      \
                           .tint_mode = MODE_##tint_mode_,                                     \
                           .darkening = darkening_,                                            \
                           .loudness = loudness_,                                              \
                           .gain = gain_}}},
#include "common/presets.def"
#undef PRESET
};

static int32_t n_presets = BUILT_IN;

int32_t preset_count(void)
{
    return n_presets;
}

const struct preset_spec *preset_at(int32_t i)
{
    return &presets[i];
}

const char *preset_name(int32_t i)
{
    return i < 0 ? PRESET_NONE : presets[i].values.preset;
}

const struct preset_spec *preset_find(const char *name)
{
    for (int32_t i = 0; i < n_presets; i++) {
        if (strcmp(presets[i].values.preset, name) == 0) {
            return &presets[i];
        }
    }
    return NULL;
}

bool preset_name_allowed(const char *name)
{
    const size_t length =
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

    return length > 0 && length < PRESET_NAME_SIZE && name[length] == '\0' &&
           strcmp(name, PRESET_NONE) != 0;
}

void preset_set_name(preset_name_text dst, const char *name)
{
    memset(dst, 0, PRESET_NAME_SIZE);
    snprintf(dst, PRESET_NAME_SIZE, "%s", name);
}

static const char *why_not(const char *name)
{
    _Static_assert(PRESETS_OWN_MAX == 16 && PRESET_NAME_SIZE == 32, "what is said below");

    if (!preset_name_allowed(name)) {
        return "must be 1 to 31 letters, digits or -, and not none";
    }
    if (preset_find(name) != NULL) {
        return preset_find_own(name) < 0 ? "comes with Auralis: yours needs another name"
                                         : "stands twice";
    }
    return n_presets == BUILT_IN + PRESETS_OWN_MAX ? "is one too many: 16 are allowed" : NULL;
}

int preset_add(const char *name, struct param_error *error)
{
    const char *const wrong = why_not(name);

    if (wrong != NULL) {
        snprintf(error->param, sizeof error->param, "%s", name);
        snprintf(error->error, sizeof error->error, "%s", wrong);
        return -EINVAL;
    }
    struct preset_spec *const preset = &presets[n_presets++];

    memset(preset, 0, sizeof *preset);
    params_init(&preset->values);
    preset_set_name(preset->values.preset, name);
    return 0;
}

int preset_find_own(const char *name)
{
    const struct preset_spec *const preset = preset_find(name);

    return preset != NULL && preset - presets >= BUILT_IN ? (int)(preset - presets) - BUILT_IN
                                                          : -1;
}

struct preset_spec *preset_own(int own)
{
    return own >= 0 && own < n_presets - BUILT_IN ? &presets[BUILT_IN + own] : NULL;
}

void presets_forget_own(void)
{
    n_presets = BUILT_IN;
}
