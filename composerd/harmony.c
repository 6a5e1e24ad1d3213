#include "composerd/harmony.h"

#include "composerd/dice.h"
#include "composerd/form.h"
#include "composerd/state.h"
#include "composerd/voicing.h"

#include <string.h>

enum { MATRIX_SIZE = 6 };

#define THIN               0.5 /* of a full texture: below it chords are long */
#define THIN_CHORD_SECONDS 16.5
#define NEAR_COST          6.0 /* of a voicing: one that costs as much comes half as often */

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

    if (!form_fills(composer, THIN)) {
        n_bars = (int32_t)(THIN_CHORD_SECONDS / bar_seconds);
        return n_bars < 8 ? n_bars : 8;
    }
    if (n_bars * bar_seconds < 5) {
        n_bars++;
    }
    if (dice_chance(composer, DIE_HARMONY, 0.15) && 2 * n_bars * bar_seconds <= 40) {
        n_bars *= 2;
    }
    return n_bars;
}

static bool is_characteristic(int32_t mode, int32_t degree)
{
    return degree == mode_characters[mode].chord_degree;
}

static bool kind_suits(const struct chord_spec *spec)
{
    const int32_t tone =
        theory_pitch_class(spec->key, spec->mode, mode_characters[spec->mode].tone_degree);

    if (!vocabulary_allowed(spec)) {
        return false;
    }
    /* the characteristic chord must have the tone that makes it so */
    return !is_characteristic(spec->mode, spec->degree) ||
           theory_has(vocabulary_mask(spec), tone);
}

static uint32_t sounding_tones(const struct composer *composer)
{
    uint32_t sounding = 0;

    for (int32_t v = 0; v < VOICES; v++) {
        sounding |= 1U << theory_wrap(composer->voicing[v]);
    }
    return sounding;
}

/* How many tones of a chord the one before has. */
static int32_t common_tones(const struct composer *composer, uint32_t mask)
{
    return theory_count(mask & sounding_tones(composer));
}

/* A kind's weight where it suits. What a degree has no ninth or seventh for becomes an added
 * ninth: its chords shall not be plain for it. */
static double weight_of_kind(const struct chord_spec *spec)
{
    double weight = chord_kind_weights[spec->kind];

    if (!kind_suits(spec)) {
        return 0;
    }
    for (int32_t kind = CHORD_ninth; spec->kind == CHORD_add9 && kind <= CHORD_seventh;
         kind++) {
        const struct chord_spec other = {spec->key, spec->mode, spec->degree, kind};

        weight += kind_suits(&other) ? 0 : chord_kind_weights[kind];
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
        const double weight = weight_of_kind(&spec);
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
    composer->chord_why = (int32_t)why;
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

enum { CANDIDATES = DEGREES * CHORD_KIND_COUNT, KEPT_TONES = 2 };

static struct chord_spec candidate(int32_t key, int32_t mode, int32_t i)
{
    return (struct chord_spec){key, mode, i / CHORD_KIND_COUNT, i % CHORD_KIND_COUNT};
}

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

/* How a goal is entered: a key mostly by its tonic, a mode by its own chord. */
static void entry_weights(const struct harmony_goal *goal, double weights[CANDIDATES])
{
    const uint32_t palette = harmony_palette(goal->mode, goal->habits->chords);
    double row[DEGREES];

    harmony_weights(goal->mode, palette, -1, 0, row);
    row[0] = 2;
    for (int32_t i = 0; i < CANDIDATES; i++) {
        const struct chord_spec spec = candidate(goal->key, goal->mode, i);
        const double own = is_characteristic(goal->mode, spec.degree) ? 1 : 0;
        const double weight = goal->new_key ? row[spec.degree] : own;

        weights[i] = kind_suits(&spec) ? weight * chord_kind_weights[spec.kind] : 0;
    }
}

struct harmony_followers harmony_entries(const struct harmony_goal *goal)
{
    struct harmony_followers entries = {0};
    double weights[CANDIDATES];

    entry_weights(goal, weights);
    for (int32_t i = 0; i < CANDIDATES; i++) {
        const struct chord_spec spec = candidate(goal->key, goal->mode, i);

        if (weights[i] > 0) {
            entries.masks[entries.n++] = vocabulary_mask(&spec);
        }
    }
    return entries;
}

/* Whether one of the followers has so many of the tones. */
static bool leads(uint32_t tones, const struct harmony_followers *followers, int32_t kept)
{
    for (int32_t i = 0; i < followers->n; i++) {
        if (theory_count(tones & followers->masks[i]) >= kept) {
            return true;
        }
    }
    return false;
}

bool harmony_leads(uint32_t tones, const struct harmony_followers *followers)
{
    return leads(tones, followers, KEPT_TONES);
}

static bool is_pivot(const struct chord_spec *spec, uint32_t mask,
                     const struct harmony_followers *followers, int32_t kept)
{
    const uint32_t tones = vocabulary_mask(spec);

    return (tones & ~mask) == 0 && vocabulary_allowed(spec) && leads(tones, followers, kept);
}

struct harmony_followers harmony_pivots(int32_t key, int32_t mode, uint32_t mask,
                                        const struct harmony_followers *followers)
{
    struct harmony_followers pivots = {0};

    for (int32_t i = 0; i < CANDIDATES; i++) {
        const struct chord_spec spec = candidate(key, mode, i);

        if (is_pivot(&spec, mask, followers, KEPT_TONES)) {
            pivots.masks[pivots.n++] = vocabulary_mask(&spec);
        }
    }
    return pivots;
}

/* Draws a pivot that keeps tones of the chord that sounds, and of which what follows keeps
 * some. */
static bool draw_pivot(struct composer *composer, uint32_t mask,
                       const struct harmony_followers *followers, int32_t kept, int32_t n_bars)
{
    double weights[CANDIDATES];

    for (int32_t i = 0; i < CANDIDATES; i++) {
        const struct chord_spec spec = candidate(composer->key, composer->mode, i);
        const bool fits = is_pivot(&spec, mask, followers, kept) &&
                          common_tones(composer, vocabulary_mask(&spec)) >= kept;

        weights[i] =
            fits ? (chord_kind_weights[spec.kind] + 0.01) * (spec.degree == 0 ? 1.5 : 1) : 0;
    }
    return draw_candidate(composer, CHORD_RULE_pivot, weights, n_bars);
}

void harmony_pivot(struct composer *composer, uint32_t mask,
                   const struct harmony_followers *followers, int32_t n_bars)
{
    /* keys a tritone apart have two pivots that cannot share more than one tone */
    for (int32_t kept = KEPT_TONES; kept >= 0; kept--) {
        if (draw_pivot(composer, mask, followers, kept, n_bars)) {
            return;
        }
    }
    record_certainty(composer);
    set_chord(composer, CHORD_RULE_pivot, 0, CHORD_fifth, n_bars);
}

void harmony_arrive(struct composer *composer, const struct harmony_goal *goal, int32_t n_bars)
{
    const struct harmony_followers entries = harmony_entries(goal);
    const bool led = harmony_leads(sounding_tones(composer), &entries);
    double weights[CANDIDATES];

    entry_weights(goal, weights);
    for (int32_t i = 0; i < CANDIDATES; i++) {
        const struct chord_spec spec = candidate(goal->key, goal->mode, i);
        const uint32_t tones = vocabulary_mask(&spec);

        weights[i] *= led && common_tones(composer, tones) < KEPT_TONES ? 0 : 1;
    }
    if (!draw_candidate(composer, CHORD_RULE_arrival, weights, n_bars)) {
        harmony_tonic(composer, CHORD_RULE_arrival, n_bars);
    }
    composer->previous_degree = -1;
}

void harmony_end_bar(struct composer *composer)
{
    if (is_characteristic(composer->mode, composer->degree) && composer->moving == 0) {
        composer->bars_plain = 0;
    } else if (composer->bars_plain < 1000000) {
        composer->bars_plain++;
    }
}
