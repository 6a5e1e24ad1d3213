#include "composerd/harmony.h"

#include "composerd/dice.h"
#include "composerd/state.h"
#include "composerd/voicing.h"

#include <string.h>

enum { MATRIX_SIZE = 6 };

#define NEAR_COST 6.0 /* of a voicing: a chord that costs as much is drawn half as often */

#define LIST(...)                                                                              \
    {                                                                                          \
        __VA_ARGS__                                                                            \
    }
static const struct matrix {
    int32_t degrees[MATRIX_SIZE];
    const char *labels[MATRIX_SIZE];
    double rows[MATRIX_SIZE][MATRIX_SIZE];
} matrices[MODE_COUNT] = {
#define MATRIX(mode, degrees, labels, rows) [MODE_##mode] = {degrees, labels, rows},
#define BACKTRACK(weight)
#include "chord_matrices.inc"
#undef BACKTRACK
#undef MATRIX
};
#undef LIST

static const double backtrack_weight =
#define MATRIX(mode, degrees, labels, rows)
#define BACKTRACK(weight) weight
#include "chord_matrices.inc"
#undef BACKTRACK
#undef MATRIX
    ;

/* The row of a degree; the tonic's for one that is left out. */
static int32_t row_of(const struct matrix *matrix, int32_t degree)
{
    for (int32_t i = 0; i < MATRIX_SIZE; i++) {
        if (matrix->degrees[i] == degree) {
            return i;
        }
    }
    return 0;
}

const char *harmony_degree_label(int32_t mode, int32_t degree)
{
    const int32_t row = row_of(&matrices[mode], degree);

    return matrices[mode].degrees[row] == degree ? matrices[mode].labels[row] : NULL;
}

/* How much of the table leads to the chord at a place in it. */
static double attraction(const struct matrix *matrix, int32_t place)
{
    double sum = 0;

    for (int32_t i = 0; i < MATRIX_SIZE; i++) {
        sum += matrix->rows[i][place];
    }
    return sum;
}

uint32_t harmony_palette(int32_t mode, int32_t n_chords)
{
    const struct matrix *const matrix = &matrices[mode];
    uint32_t palette = 1U | 1U << mode_characters[mode].chord_degree;

    while (theory_count(palette) < n_chords && theory_count(palette) < MATRIX_SIZE) {
        int32_t best = -1;

        for (int32_t i = 0; i < MATRIX_SIZE; i++) {
            const bool taken = (palette >> matrix->degrees[i] & 1U) != 0;

            if (!taken && (best < 0 || attraction(matrix, i) > attraction(matrix, best))) {
                best = i;
            }
        }
        palette |= 1U << matrix->degrees[best];
    }
    return palette;
}

void harmony_weights(int32_t mode, uint32_t palette, int32_t previous, int32_t current,
                     double weights[DEGREES])
{
    const struct matrix *const matrix = &matrices[mode];
    const double *const row = matrix->rows[row_of(matrix, current)];
    double total = 0;

    for (int32_t degree = 0; degree < DEGREES; degree++) {
        weights[degree] = 0;
    }
    for (int32_t i = 0; i < MATRIX_SIZE; i++) {
        const int32_t degree = matrix->degrees[i];
        const bool back = degree == previous && degree != 0;
        const bool there = (palette >> degree & 1U) != 0;

        weights[degree] = there ? row[i] * (back ? backtrack_weight : 1) : 0;
        total += weights[degree];
    }
    for (int32_t degree = 0; degree < DEGREES; degree++) {
        weights[degree] /= total;
    }
}

int32_t harmony_draw_bars(struct composer *composer, const struct params *params,
                          const struct habits *habits)
{
    const double bar_seconds = 240 / composer->bpm;
    const double long_chance = params->intensity < 0.2   ? 1
                               : params->intensity < 0.3 ? 0.6
                                                         : habits->long_chords;
    int32_t n_bars = dice_chance(composer, DIE_HARMONY, long_chance) ? 4 : 2;

    if (n_bars * bar_seconds < 5) {
        n_bars++;
    }
    if (dice_chance(composer, DIE_HARMONY, 0.15) && 2 * n_bars * bar_seconds <= 40) {
        n_bars *= 2;
    }
    return n_bars;
}

static bool is_characteristic(const struct composer *composer, int32_t degree)
{
    return degree == mode_characters[composer->mode].chord_degree;
}

static bool kind_suits(const struct composer *composer, const struct chord_spec *spec)
{
    const int32_t tone = theory_pitch_class(composer->key, composer->mode,
                                            mode_characters[composer->mode].tone_degree);

    if (!vocabulary_allowed(spec)) {
        return false;
    }
    /* the characteristic chord must have the tone that makes it so */
    return !is_characteristic(composer, spec->degree) ||
           theory_has(vocabulary_mask(spec), tone);
}

/* How many tones of a chord the one before has. */
static int32_t common_tones(const struct composer *composer, uint32_t mask)
{
    uint32_t sounding = 0;

    for (int32_t v = 0; v < VOICES; v++) {
        sounding |= 1U << theory_wrap(composer->voicing[v]);
    }
    return theory_count(mask & sounding);
}

/* A kind's weight where it suits. What a degree has no ninth or seventh for becomes an added
 * ninth: its chords shall not be plain for it. */
static double weight_of_kind(const struct composer *composer, const struct chord_spec *spec)
{
    double weight = chord_kind_weights[spec->kind];

    if (!kind_suits(composer, spec)) {
        return 0;
    }
    for (int32_t kind = CHORD_ninth; spec->kind == CHORD_add9 && kind <= CHORD_seventh;
         kind++) {
        const struct chord_spec other = {spec->key, spec->mode, spec->degree, kind};

        weight += kind_suits(composer, &other) ? 0 : chord_kind_weights[kind];
    }
    return weight;
}

/* A colour for a degree, somewhat rather one that is near; a chord that repeats changes its
 * colour if it can. */
static int32_t draw_kind(struct composer *composer, int32_t degree)
{
    double weights[CHORD_KIND_COUNT];
    double total = 0;

    for (int32_t kind = 0; kind < CHORD_KIND_COUNT; kind++) {
        const struct chord_spec spec = {composer->key, composer->mode, degree, kind};
        const bool same = degree == composer->degree && kind == composer->kind;
        const double weight = weight_of_kind(composer, &spec);
        const double near =
            weight > 0 ? NEAR_COST / (NEAR_COST + voicing_cost(composer, &spec)) : 0;

        weights[kind] = weight * (same ? 0.01 : near);
        total += weights[kind];
    }
    return total > 0 ? dice_pick(composer, DIE_HARMONY, weights, CHORD_KIND_COUNT)
                     : CHORD_triad;
}

static void set_chord(struct composer *composer, enum chord_rule why, int32_t degree,
                      int32_t kind, int32_t n_bars)
{
    composer->chord_why = why;
    composer->previous_degree = composer->degree;
    composer->degree = degree;
    composer->kind = kind;
    composer->chord_left = n_bars;
}

static void record_certainty(struct composer *composer)
{
    composer->probability = 1;
    composer->n_alternatives = 0;
    memset(composer->alternative, 0, sizeof composer->alternative);
    memset(composer->alternative_probability, 0, sizeof composer->alternative_probability);
}

/* Keeps what a draw with these weights (sum 1) chose and could have chosen. */
static void record_draw(struct composer *composer, const double weights[DEGREES],
                        int32_t chosen)
{
    record_certainty(composer);
    for (int32_t degree = 0; degree < DEGREES; degree++) {
        if (degree == chosen || weights[degree] <= 0 || composer->n_alternatives == 6) {
            continue;
        }
        composer->alternative[composer->n_alternatives] = degree;
        composer->alternative_probability[composer->n_alternatives++] = weights[degree];
    }
    composer->probability = weights[chosen] < 1 ? weights[chosen] : 1;
}

void harmony_next(struct composer *composer, const struct habits *habits, int32_t n_bars)
{
    const uint32_t palette = harmony_palette(composer->mode, habits->chords);
    double weights[DEGREES];
    int32_t degree = mode_characters[composer->mode].chord_degree;
    enum chord_rule why = CHORD_RULE_character;

    if (composer->bars_plain + n_bars >= CHARACTER_BARS) {
        record_certainty(composer);
    } else {
        why = CHORD_RULE_drawn;
        harmony_weights(composer->mode, palette, composer->previous_degree, composer->degree,
                        weights);
        degree = dice_pick(composer, DIE_HARMONY, weights, DEGREES);
        record_draw(composer, weights, degree);
    }
    set_chord(composer, why, degree, draw_kind(composer, degree), n_bars);
}

void harmony_tonic(struct composer *composer, enum chord_rule why, int32_t n_bars)
{
    record_certainty(composer);
    set_chord(composer, why, 0, draw_kind(composer, 0), n_bars);
    composer->previous_degree = -1;
}

/* A change of key or mode leads through chords that keep two of the tones that sound. */
static double common_factor(const struct composer *composer, uint32_t mask)
{
    static const double factors[] = {0.02, 0.15, 1, 1, 1};

    return factors[common_tones(composer, mask)];
}

enum { CANDIDATES = DEGREES * CHORD_KIND_COUNT };

/* Draws degree and kind together; weights are any that are >= 0. False when all are 0. */
static bool draw_candidate(struct composer *composer, enum chord_rule why,
                           const double weights[CANDIDATES], int32_t n_bars)
{
    double of_degrees[DEGREES] = {0};
    double total = 0;

    for (int32_t i = 0; i < CANDIDATES; i++) {
        of_degrees[i / CHORD_KIND_COUNT] += weights[i];
        total += weights[i];
    }
    if (total <= 0) {
        return false;
    }
    for (int32_t degree = 0; degree < DEGREES; degree++) {
        of_degrees[degree] /= total;
    }
    const int32_t chosen = dice_pick(composer, DIE_HARMONY, weights, CANDIDATES);

    record_draw(composer, of_degrees, chosen / CHORD_KIND_COUNT);
    set_chord(composer, why, chosen / CHORD_KIND_COUNT, chosen % CHORD_KIND_COUNT, n_bars);
    return true;
}

static struct chord_spec candidate(const struct composer *composer, int32_t i)
{
    return (struct chord_spec){composer->key, composer->mode, i / CHORD_KIND_COUNT,
                               i % CHORD_KIND_COUNT};
}

void harmony_pivot(struct composer *composer, uint32_t mask, int32_t n_bars)
{
    double weights[CANDIDATES];

    for (int32_t i = 0; i < CANDIDATES; i++) {
        const struct chord_spec spec = candidate(composer, i);
        const uint32_t tones = vocabulary_mask(&spec);
        const bool fits = (tones & ~mask) == 0 && vocabulary_allowed(&spec);

        weights[i] = fits ? (chord_kind_weights[spec.kind] + 0.01) *
                                common_factor(composer, tones) * (spec.degree == 0 ? 1.5 : 1)
                          : 0;
    }
    if (!draw_candidate(composer, CHORD_RULE_pivot, weights, n_bars)) {
        record_certainty(composer);
        set_chord(composer, CHORD_RULE_pivot, 0, CHORD_fifth, n_bars);
    }
}

void harmony_arrive(struct composer *composer, const struct habits *habits, bool same_key,
                    int32_t n_bars)
{
    double weights[CANDIDATES];
    double row[DEGREES];

    composer->previous_degree = -1;
    harmony_weights(composer->mode, harmony_palette(composer->mode, habits->chords), -1, 0,
                    row);
    row[0] = 2; /* a new key is heard as one from its tonic */
    for (int32_t i = 0; i < CANDIDATES; i++) {
        const struct chord_spec spec = candidate(composer, i);
        const double weight = !same_key                                  ? row[spec.degree]
                              : is_characteristic(composer, spec.degree) ? 1
                                                                         : 0;

        weights[i] = kind_suits(composer, &spec)
                         ? weight * chord_kind_weights[spec.kind] *
                               common_factor(composer, vocabulary_mask(&spec))
                         : 0;
    }
    if (!draw_candidate(composer, CHORD_RULE_arrival, weights, n_bars)) {
        harmony_tonic(composer, CHORD_RULE_arrival, n_bars);
    }
    composer->previous_degree = -1;
}

void harmony_end_bar(struct composer *composer)
{
    if (is_characteristic(composer, composer->degree) && composer->moving == 0) {
        composer->bars_plain = 0;
    } else if (composer->bars_plain < 1000000) {
        composer->bars_plain++;
    }
}
