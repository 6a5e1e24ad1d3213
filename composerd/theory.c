#include "composerd/theory.h"

#include "common/params.h"

#include <stdio.h>
#include <string.h>

const struct mode_character mode_characters[MODE_COUNT] = {
    [MODE_ionian] = {6, 4}, [MODE_dorian] = {5, 3},     [MODE_phrygian] = {1, 1},
    [MODE_lydian] = {3, 1}, [MODE_mixolydian] = {6, 6}, [MODE_aeolian] = {5, 5},
};

/* Semitones from the parent major scale's tonic up to the mode's. */
static const int32_t above_parent[MODE_COUNT] = {
    [MODE_ionian] = 0, [MODE_dorian] = 2,     [MODE_phrygian] = 4,
    [MODE_lydian] = 5, [MODE_mixolydian] = 7, [MODE_aeolian] = 9,
};

int32_t theory_wrap(int32_t semitones)
{
    const int32_t rest = semitones % 12;

    return rest < 0 ? rest + 12 : rest;
}

int32_t theory_pitch_class(int32_t key, int32_t mode, int32_t degree)
{
    const int32_t within = (degree % DEGREES + DEGREES) % DEGREES;

    return theory_wrap(key + mode_specs[mode].steps[within]);
}

uint32_t theory_scale(int32_t key, int32_t mode)
{
    uint32_t mask = 0;

    for (int32_t degree = 0; degree < DEGREES; degree++) {
        mask |= 1U << theory_pitch_class(key, mode, degree);
    }
    return mask;
}

bool theory_has(uint32_t mask, int32_t midi)
{
    return (mask >> theory_wrap(midi) & 1U) != 0;
}

int32_t theory_count(uint32_t mask)
{
    int32_t n = 0;

    for (int32_t tone = 0; tone < 12; tone++) {
        n += theory_has(mask, tone) ? 1 : 0;
    }
    return n;
}

int32_t theory_parent(int32_t key, int32_t mode)
{
    return theory_wrap(key - above_parent[mode]);
}

int32_t theory_fifths(int32_t from_parent, int32_t to_parent)
{
    const int32_t up = theory_wrap((to_parent - from_parent) * 7); /* 7 is its own inverse */

    return up > 6 ? up - 12 : up;
}

int32_t theory_sharps(int32_t key, int32_t mode)
{
    const int32_t nearest = theory_fifths(0, key);
    const bool sharp = key_name(key)[1] == '#';
    const int32_t tonic = sharp && nearest < 0 ? nearest + 12 : nearest;
    const int32_t sharps = tonic + theory_fifths(key, theory_parent(key, mode));

    return sharps > 7 ? sharps - 12 : sharps < -7 ? sharps + 12 : sharps;
}

int32_t theory_key_of_parent(int32_t parent, int32_t mode)
{
    return theory_wrap(parent + above_parent[mode]);
}

int32_t theory_nearest(uint32_t mask, int32_t want, int32_t min, int32_t max)
{
    for (int32_t distance = 0; distance < 128; distance++) {
        const int32_t down = want - distance;
        const int32_t up = want + distance;

        if (down >= min && down <= max && theory_has(mask, down)) {
            return down;
        }
        if (up >= min && up <= max && theory_has(mask, up)) {
            return up;
        }
    }
    return -1;
}

void theory_degree_name(int32_t mode, int32_t degree, char name[DEGREE_NAME_SIZE])
{
    static const char *const major[DEGREES] = {"I", "II", "III", "IV", "V", "VI", "VII"};
    static const char *const minor[DEGREES] = {"i", "ii", "iii", "iv", "v", "vi", "vii"};
    const int32_t third = theory_wrap(theory_pitch_class(0, mode, degree + 2) -
                                      theory_pitch_class(0, mode, degree));

    snprintf(name, DEGREE_NAME_SIZE, "%s", third == 4 ? major[degree] : minor[degree]);
}

void theory_tone_name(int32_t key, int32_t mode, int32_t degree, char name[NAME_SIZE])
{
    static const char letters[] = "CDEFGAB";
    static const int32_t naturals[] = {0, 2, 4, 5, 7, 9, 11};
    const int32_t tone = theory_pitch_class(key, mode, degree);
    const char *const tonic = strchr(letters, key_name(key)[0]);
    const int32_t letter = ((int32_t)(tonic - letters) + degree) % DEGREES;
    const int32_t raised = theory_wrap(tone - naturals[letter] + 6) - 6;

    if (raised < -1 || raised > 1) {
        snprintf(name, NAME_SIZE, "%s", key_name(tone)); /* rather than a double accidental */
        return;
    }
    snprintf(name, NAME_SIZE, "%c%s", letters[letter],
             raised == 0  ? ""
             : raised > 0 ? "#"
                          : "b");
}
