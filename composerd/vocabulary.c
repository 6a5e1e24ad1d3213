#include "composerd/vocabulary.h"

#include "common/params.h"

#include <stdio.h>

const double chord_kind_weights[CHORD_KIND_COUNT] = {
#define CHORD_KIND(name, weight, ...) weight,
#include "composerd/vocabulary.def"
#undef CHORD_KIND
};

static const struct kind {
    int32_t degrees[CHORD_TONES];
    const char *minor, *major;
} kinds[CHORD_KIND_COUNT] = {
#define CHORD_KIND(name, weight, a, b, c, d, minor, major) {{a, b, c, d}, minor, major},
#include "composerd/vocabulary.def"
#undef CHORD_KIND
};

int32_t vocabulary_root(const struct chord_spec *spec)
{
    return theory_pitch_class(spec->key, spec->mode, spec->degree);
}

int32_t vocabulary_tones(const struct chord_spec *spec, int32_t tones[CHORD_TONES])
{
    const int32_t *const degrees = kinds[spec->kind].degrees;
    const int32_t root = vocabulary_root(spec);
    int32_t n = 0;

    for (; n < CHORD_TONES && degrees[n] >= 0; n++) {
        const int32_t tone =
            theory_pitch_class(spec->key, spec->mode, spec->degree + degrees[n]);

        tones[n] = theory_wrap(tone - root);
    }
    return n;
}

uint32_t vocabulary_mask(const struct chord_spec *spec)
{
    int32_t tones[CHORD_TONES];
    const int32_t n = vocabulary_tones(spec, tones);
    uint32_t mask = 0;

    for (int32_t i = 0; i < n; i++) {
        mask |= 1U << theory_wrap(vocabulary_root(spec) + tones[i]);
    }
    return mask;
}

bool vocabulary_allowed(const struct chord_spec *spec)
{
    const int32_t root = vocabulary_root(spec);
    const uint32_t mask = vocabulary_mask(spec);

    if (theory_has(mask, root + 1)) {
        return false;
    }
    for (int32_t tone = 0; tone < 6; tone++) {
        if (theory_has(mask, tone) && theory_has(mask, tone + 6)) {
            return false;
        }
    }
    return true;
}

/* Whether a tone's degree above the root gives so many semitones in this chord's scale. */
static bool degree_is(const struct chord_spec *spec, int32_t degree, int32_t semitones)
{
    const int32_t tone = theory_pitch_class(spec->key, spec->mode, spec->degree + degree);

    return theory_wrap(tone - vocabulary_root(spec)) == semitones;
}

void vocabulary_name(const struct chord_spec *spec, char name[NAME_SIZE])
{
    char root[NAME_SIZE];
    const bool minor =
        spec->kind == CHORD_sus2_7 ? degree_is(spec, 6, 10) : degree_is(spec, 2, 3);

    theory_tone_name(spec->key, spec->mode, spec->degree, root);
    snprintf(name, NAME_SIZE, "%.3s%s", root,
             minor ? kinds[spec->kind].minor : kinds[spec->kind].major);
}
