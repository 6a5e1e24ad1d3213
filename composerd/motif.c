#include "composerd/motif.h"

#include "composerd/dice.h"

#include <string.h>

#define FROM_BANK_CHANCE 0.80
#define RENEW_CHANCE     0.12
#define INVERT_CHANCE    0.20
#define SHORTEN_CHANCE   0.15

struct motif {
    int32_t n_notes;
    int32_t rhythm[MOTIF_MAX_NOTES], contour[MOTIF_MAX_NOTES], rank[MOTIF_MAX_NOTES];
};

/* Mostly whole beats, so that lines keep to strong places; a few halves. */
static int32_t draw_rhythm(struct composer *composer)
{
    static const int32_t values[] = {1, 2, 3, 4};
    static const double weights[] = {0.14, 0.42, 0.08, 0.36};

    return values[dice_pick(composer, DIE_LEAD, weights, 4)];
}

static int32_t draw_step(struct composer *composer)
{
    static const double weights[] = {0.07, 0.68, 0.18, 0.07}; /* of 0 to 3 steps */

    return dice_pick(composer, DIE_LEAD, weights, 4);
}

/* The head of a motif is always heard; the others come in an order of their own, so that a
 * motif that is thinned out is the same figure each time. */
static void draw_ranks(struct composer *composer, struct motif *motif)
{
    for (int32_t i = 0; i < MOTIF_MAX_NOTES; i++) {
        motif->rank[i] = i;
    }
    for (int32_t i = motif->n_notes - 1; i > 1; i--) {
        const int32_t other = 1 + dice_below(composer, DIE_LEAD, i);
        const int32_t rank = motif->rank[i];

        motif->rank[i] = motif->rank[other];
        motif->rank[other] = rank;
    }
}

/* A contour that turns once or twice. */
static void draw_motif(struct composer *composer, struct motif *motif)
{
    int32_t direction = dice_chance(composer, DIE_LEAD, 0.5) ? 1 : -1;

    memset(motif, 0, sizeof *motif);
    motif->n_notes =
        MOTIF_MIN_NOTES + dice_below(composer, DIE_LEAD, MOTIF_MAX_NOTES - MOTIF_MIN_NOTES + 1);
    const int32_t first_turn = 1 + dice_below(composer, DIE_LEAD, motif->n_notes - 1);
    const int32_t second_turn = first_turn + 1 + dice_below(composer, DIE_LEAD, 3);

    for (int32_t i = 0; i < MOTIF_MAX_NOTES; i++) {
        direction = i == first_turn || i == second_turn ? -direction : direction;
        motif->rhythm[i] = draw_rhythm(composer);
        motif->contour[i] = direction * draw_step(composer);
    }
    draw_ranks(composer, motif);
}

static void store(struct composer *composer, int32_t place, const struct motif *motif)
{
    composer->motif_notes[place] = motif->n_notes;
    for (int32_t i = 0; i < MOTIF_MAX_NOTES; i++) {
        composer->motif_rhythm[place * MOTIF_MAX_NOTES + i] = motif->rhythm[i];
        composer->motif_contour[place * MOTIF_MAX_NOTES + i] = motif->contour[i];
        composer->motif_rank[place * MOTIF_MAX_NOTES + i] = motif->rank[i];
    }
}

static void recall(const struct composer *composer, int32_t place, struct motif *motif)
{
    motif->n_notes = composer->motif_notes[place];
    for (int32_t i = 0; i < MOTIF_MAX_NOTES; i++) {
        motif->rhythm[i] = composer->motif_rhythm[place * MOTIF_MAX_NOTES + i];
        motif->contour[i] = composer->motif_contour[place * MOTIF_MAX_NOTES + i];
        motif->rank[i] = composer->motif_rank[place * MOTIF_MAX_NOTES + i];
    }
}

void motif_fill_bank(struct composer *composer)
{
    struct motif motif;

    for (int32_t place = 0; place < MOTIFS; place++) {
        draw_motif(composer, &motif);
        store(composer, place, &motif);
    }
}

/* Cuts the last note off; those that came after it in rank move up. */
static void shorten_by_one(struct motif *motif)
{
    const int32_t last = --motif->n_notes;

    for (int32_t i = 0; i < last; i++) {
        motif->rank[i] -= motif->rank[i] > motif->rank[last] ? 1 : 0;
    }
}

static void vary(struct composer *composer, struct motif *motif, double stretch_chance)
{
    const bool invert = dice_chance(composer, DIE_LEAD, INVERT_CHANCE);
    const bool shorten = dice_chance(composer, DIE_LEAD, SHORTEN_CHANCE);
    const bool stretch = dice_chance(composer, DIE_LEAD, stretch_chance);

    if (shorten && motif->n_notes > MOTIF_MIN_NOTES) {
        shorten_by_one(motif);
    }
    for (int32_t i = 0; i < MOTIF_MAX_NOTES; i++) {
        motif->contour[i] = invert ? -motif->contour[i] : motif->contour[i];
        motif->rhythm[i] = stretch ? 2 * motif->rhythm[i] : motif->rhythm[i];
    }
}

void motif_begin_line(struct composer *composer, const struct levels *levels)
{
    struct motif motif;

    draw_motif(composer, &motif);
    if (dice_chance(composer, DIE_LEAD, RENEW_CHANCE)) {
        store(composer, dice_below(composer, DIE_LEAD, MOTIFS), &motif);
    }
    if (dice_chance(composer, DIE_LEAD, FROM_BANK_CHANCE)) {
        const int32_t any = dice_below(composer, DIE_LEAD, MOTIFS);
        const bool again = dice_chance(composer, DIE_LEAD, levels->again_chance);

        composer->motif_last = again ? composer->motif_last : any;
        recall(composer, composer->motif_last, &motif);
    }
    vary(composer, &motif, levels->stretch_chance);
    composer->line_notes = motif.n_notes;
    composer->line_next = 0;
    composer->line_wait = 0;
    memcpy(composer->line_rhythm, motif.rhythm, sizeof composer->line_rhythm);
    memcpy(composer->line_contour, motif.contour, sizeof composer->line_contour);
    memcpy(composer->line_rank, motif.rank, sizeof composer->line_rank);
}
