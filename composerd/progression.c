#include "composerd/progression.h"

#include "composerd/form.h"
#include "composerd/grid.h"
#include "composerd/harmony.h"
#include "composerd/voicing.h"

enum {
    FAR_FIFTHS = 3, /* from here on two keys have few chords in common */
    PIVOT_BARS = 2,
    LAST_CHORD_BARS = 4,
    LAST_CHORD_SECONDS = 16,
    CHARACTER_SOON_BARS = 12, /* counted as gone by when a new mode comes with a new key */
};

enum move { MOVE_STAY, MOVE_NEXT, MOVE_LEAVE, MOVE_ARRIVE, MOVE_CLOSE, MOVE_REST, MOVE_WAKE };

bool progression_wanted(const struct composer *composer, const struct params *params)
{
    return params->key != composer->goal_key ||
           form_mode(composer, params) != composer->goal_mode;
}

/* The bar line nearest to the time asked is the first one from here on. */
static uint64_t closing_frame(const struct composer *composer)
{
    const uint64_t half_bar = (uint64_t)composer->bar_frames / 2;

    return composer->end_frame > half_bar ? composer->end_frame - half_bar : 0;
}

bool progression_arrives(const struct composer *composer, const struct params *params)
{
    if (form_silent(composer)) {
        return progression_wanted(composer, params);
    }
    if (composer->ending == ENDING_ASKED && composer->frame >= closing_frame(composer)) {
        return true;
    }
    return composer->moving && composer->chord_left == 0;
}

/* What an ending makes of this bar line, if it has a say. */
static bool decide_ending(const struct composer *composer, enum move *move)
{
    switch (composer->ending) {
    case ENDING_WAKING:
        *move = MOVE_WAKE;
        return true;
    case ENDING_RESTING:
        *move = MOVE_REST;
        return true;
    case ENDING_CLOSING:
        *move = composer->chord_left == 0 ? MOVE_REST : MOVE_STAY;
        return true;
    case ENDING_ASKED:
        *move = MOVE_CLOSE;
        return composer->frame >= closing_frame(composer);
    default:
        return false;
    }
}

static enum move decide(const struct composer *composer, const struct params *params)
{
    enum move move = MOVE_STAY;

    if (decide_ending(composer, &move)) {
        return move;
    }
    if (progression_wanted(composer, params)) {
        return MOVE_LEAVE;
    }
    if (composer->chord_left > 0) {
        return MOVE_STAY;
    }
    return composer->moving ? MOVE_ARRIVE : MOVE_NEXT;
}

/* Before an ending a chord lasts until it, rather than leave room for a much shorter one. */
static int32_t draw_bars(struct score *score)
{
    const struct composer *const composer = score->composer;
    const int32_t n_bars = harmony_draw_bars(score->composer, score->params, score->habits);

    if (composer->ending != ENDING_ASKED) {
        return n_bars;
    }
    const int32_t left =
        grid_bars_until(composer, score->target_bpm, closing_frame(composer), SECTION_BARS);

    return 2 * left <= 3 * n_bars ? left : n_bars;
}

static void set_key(struct composer *composer, int32_t key, int32_t mode)
{
    composer->key = key;
    composer->mode = mode;
    composer->hop_key = key;
    composer->hop_mode = mode;
}

static void settle(struct composer *composer)
{
    composer->moving = 0;
    composer->hop_key = composer->goal_key = composer->key;
    composer->hop_mode = composer->goal_mode = composer->mode;
}

/* Where the way to the goal leads next: there, or halfway. True when it is the goal. */
static bool choose_hop(struct composer *composer)
{
    const int32_t from = theory_parent(composer->key, composer->mode);
    const int32_t to = theory_parent(composer->goal_key, composer->goal_mode);
    const int32_t fifths = theory_fifths(from, to);
    const bool far = (fifths >= FAR_FIFTHS || fifths <= -FAR_FIFTHS) &&
                     composer->goal_key != composer->key; /* a mode alone keeps its tonic */
    const int32_t halfway = theory_wrap(from + 7 * (fifths / 2));

    composer->hop_mode = composer->goal_mode;
    composer->hop_key =
        far ? theory_key_of_parent(halfway, composer->goal_mode) : composer->goal_key;
    return !far;
}

static uint32_t common_scale(const struct composer *composer)
{
    return theory_scale(composer->key, composer->mode) &
           theory_scale(composer->hop_key, composer->hop_mode);
}

static void go_on(struct score *score)
{
    harmony_next(score->composer, score->habits, draw_bars(score));
    score->chord_begins = true;
}

/* The goal as a whole, entered from the key and mode that are there by then. */
static struct harmony_goal the_goal(const struct score *score, int32_t from_key)
{
    const struct composer *const composer = score->composer;

    return (struct harmony_goal){.key = composer->goal_key,
                                 .mode = composer->goal_mode,
                                 .new_key = composer->goal_key != from_key,
                                 .habits = score->habits};
}

/* What a pivot of the present key has to lead to: an entry of the goal, or the next pivot. */
static struct harmony_followers followers_of(const struct score *score)
{
    const struct composer *const composer = score->composer;
    const struct harmony_goal goal = the_goal(score, composer->key);
    const struct harmony_followers entries = harmony_entries(&goal);

    if (composer->hop_key == goal.key && composer->hop_mode == goal.mode) {
        return entries;
    }
    return harmony_pivots(composer->hop_key, composer->hop_mode,
                          theory_scale(composer->hop_key, composer->hop_mode) &
                              theory_scale(goal.key, goal.mode),
                          &entries);
}

/* The sounding chord itself may lead over; else another begins that does. */
static void leave(struct score *score)
{
    struct composer *const composer = score->composer;

    composer->goal_key = score->params->key;
    composer->goal_mode = form_mode(composer, score->params);
    if (composer->goal_key == composer->key && composer->goal_mode == composer->mode) {
        settle(composer);
        if (composer->chord_left == 0) {
            go_on(score);
        }
        return;
    }
    const int32_t n_bars = choose_hop(composer) ? PIVOT_BARS : PIVOT_BARS - 1;
    const struct harmony_followers followers = followers_of(score);
    const uint32_t mask = common_scale(composer);
    const uint32_t chord = score_chord_mask(composer);

    composer->moving = 1;
    if (composer->chord_left > 0 && (chord & ~mask) == 0 && harmony_leads(chord, &followers)) {
        composer->chord_left = composer->chord_left < n_bars ? composer->chord_left : n_bars;
        composer->chord_why = CHORD_RULE_pivot;
        return;
    }
    harmony_pivot(composer, mask, &followers, n_bars);
    score->chord_begins = true;
}

static void arrive(struct score *score)
{
    struct composer *const composer = score->composer;
    const struct harmony_goal goal = the_goal(score, composer->key);
    const bool new_mode = composer->hop_mode != composer->mode;

    set_key(composer, composer->hop_key, composer->hop_mode);
    score->chord_begins = true;
    if (composer->key != composer->goal_key || composer->mode != composer->goal_mode) {
        composer->hop_key = composer->goal_key;
        composer->hop_mode = composer->goal_mode;
        const struct harmony_followers followers = followers_of(score);

        harmony_pivot(composer, common_scale(composer), &followers, PIVOT_BARS - 1);
        return;
    }
    settle(composer);
    if (new_mode && composer->bars_plain < CHARACTER_SOON_BARS) {
        composer->bars_plain = CHARACTER_SOON_BARS;
    }
    harmony_arrive(composer, &goal, draw_bars(score));
}

static void close_down(struct score *score)
{
    struct composer *const composer = score->composer;
    int32_t n_bars = LAST_CHORD_BARS;

    while (n_bars > 1 && n_bars * 240 / composer->bpm > LAST_CHORD_SECONDS) {
        n_bars--;
    }
    composer->ending = ENDING_CLOSING;
    settle(composer);
    harmony_tonic(composer, CHORD_RULE_closing, n_bars);
    score->chord_begins = true;
}

static void wake(struct score *score)
{
    struct composer *const composer = score->composer;

    composer->ending = composer->end_frame > composer->frame ? ENDING_ASKED : ENDING_NONE;
    set_key(composer, score->params->key, form_mode(composer, score->params));
    settle(composer);
    composer->bars_plain = 0;
    harmony_tonic(composer, CHORD_RULE_opening, draw_bars(score));
    score->chord_begins = true;
}

/* Once nothing sounds, a wish needs no transition. */
static void rest(struct score *score)
{
    struct composer *const composer = score->composer;

    if (composer->ending == ENDING_RESTING) {
        set_key(composer, score->params->key, form_mode(composer, score->params));
        settle(composer);
    }
    composer->ending = ENDING_RESTING;
    composer->chord_left = 0;
}

void progression_begin_bar(struct score *score)
{
    static void (*const moves[])(struct score *) = {
        [MOVE_NEXT] = go_on,       [MOVE_LEAVE] = leave, [MOVE_ARRIVE] = arrive,
        [MOVE_CLOSE] = close_down, [MOVE_REST] = rest,   [MOVE_WAKE] = wake,
    };
    struct composer *const composer = score->composer;
    const enum move move = decide(composer, score->params);

    score->chord_begins = false;
    if (move != MOVE_STAY) {
        moves[move](score);
    }
    if (score->chord_begins) {
        struct chord_spec spec;

        score_chord(composer, &spec);
        voicing_lead(composer, &spec);
    }
}

int32_t progression_bars_left(const struct score *score)
{
    const struct composer *const composer = score->composer;
    const int32_t left = composer->chord_left > 0 ? composer->chord_left : 1;

    if (composer->renewal != RENEWAL_NONE || progression_wanted(composer, score->params)) {
        return 1; /* something else comes at the next bar line */
    }
    if (composer->ending != ENDING_ASKED) {
        return left;
    }
    return grid_bars_until(composer, score->target_bpm, closing_frame(composer), left);
}
