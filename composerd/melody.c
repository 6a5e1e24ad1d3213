#include "composerd/melody.h"

#include "composerd/form.h"
#include "composerd/grid.h"
#include "composerd/motif.h"

#define JITTER_MS         9.0
#define BREATH_SECONDS    2.0  /* of rest between lines at least */
#define MEAN_LINE_NOTES   4.3  /* slots of a motif */
#define WEAK_START_CHANCE 0.15 /* of a line to begin between the strong beats */
#define PULL              0.15 /* of the way to the centre */
#define PULL_FIRST        0.5
#define LAST_NOTE_SECONDS 1.9
#define NOTE_SECONDS_MAX  8.0
#define RANK_CHANCE       0.15 /* of a note to be heard or left out against its rank */
#define HUNGER_MAX        8.0
#define CHORD_SHARE       0.70 /* of notes */
#define CHROMATIC_SHARE   0.05

enum {
    DEBT_MAX_HALF_BEATS = 3, /* 2 beats would be over 2 with humanised timing */
    CENTRE_MIDI = 73,        /* above the pads */
    LEAP_MAX = 12,
    DETOUR_MAX = 3,
    DRIFT_SEMITONES = 3,
};

enum tone { TONE_CHORD, TONE_SCALE, TONE_CHROMATIC, TONE_COUNT };

/* Where in the line and in the bar a note is. */
struct place {
    int32_t half;    /* of the beat, 0 or 1 */
    int32_t index;   /* in the line */
    bool strong;     /* a strong beat, or the end of the line */
    bool may_wander; /* the next note follows soon enough to resolve this one */
};

static bool audible(const struct score *score)
{
    return score->params->mix_lead > 0 && score->levels.lead_rate > 0 &&
           !form_clearing(score->composer) && form_fills(score->composer, 0.2);
}

static void grow_hungry(struct score *score)
{
    struct composer *const composer = score->composer;
    const double minutes =
        (double)(score->next_frame - composer->frame) / composer->rate_hz / 60;

    if (audible(score)) {
        composer->hunger += score->levels.lead_rate * form_density(composer) * minutes;
    }
    composer->hunger = composer->hunger > HUNGER_MAX ? HUNGER_MAX : composer->hunger;
}

static bool may_begin(struct score *score)
{
    struct composer *const composer = score->composer;
    const double line = MEAN_LINE_NOTES * score->levels.slot_chance;

    if (!audible(score) || composer->hunger < composer->appetite * line ||
        composer->frame < composer->lead_end + grid_seconds(composer, BREATH_SECONDS)) {
        return false;
    }
    return composer->beat % 2 == 0 || dice_chance(composer, DIE_LEAD, WEAK_START_CHANCE);
}

static enum tone draw_tone(struct score *score, const struct place *place)
{
    /* chromatic notes weigh more than their share where they may stand, because often they may
     * not */
    static const double strong[TONE_COUNT] = {0.80, 0.185, 0.03};
    static const double weak[TONE_COUNT] = {0.56, 0.34, 0.26};
    const double *const base = place->strong ? strong : weak;
    struct composer *const composer = score->composer;
    const bool may_wander = place->may_wander && !composer->moving;
    double weights[TONE_COUNT] = {base[0], base[1], base[2]};

    weights[TONE_CHORD] *= 1 - composer->chord_excess * 0.15;
    weights[TONE_CHROMATIC] *= 1 - composer->chromatic_excess * 0.45;
    weights[TONE_CHROMATIC] *= may_wander ? score->habits->chromatic : 0;
    return (enum tone)dice_pick(composer, DIE_LEAD, weights, TONE_COUNT);
}

static double within(double value, double limit)
{
    if (value > limit) {
        return limit;
    }
    return value < -limit ? -limit : value;
}

/* Places and lines that happen to favour one kind are made up for, so that the shares hold
 * anywhere. */
static void count_tone(struct composer *composer, int32_t midi)
{
    const bool chord = theory_has(score_chord_mask(composer), midi);
    const bool scale = theory_has(theory_scale(composer->key, composer->mode), midi);

    composer->chord_excess = within(composer->chord_excess + (chord ? 1 : 0) - CHORD_SHARE, 4);
    composer->chromatic_excess =
        within(composer->chromatic_excess + (chord || scale ? 0 : 1) - CHROMATIC_SHARE, 2);
}

static uint32_t mask_of(const struct composer *composer, enum tone tone)
{
    const uint32_t chord = score_chord_mask(composer);
    const uint32_t scale = score_scale(composer);

    switch (tone) {
    case TONE_CHORD:
        return chord & scale;
    case TONE_SCALE:
        return scale & ~chord;
    default:
        return 0xfffU & ~theory_scale(composer->key, composer->mode) & ~chord;
    }
}

static int32_t lesser(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t greater(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static int32_t rounded(double value)
{
    return (int32_t)(value < 0 ? value - 0.5 : value + 0.5);
}

/* The pitch that the contour asks for, drawn towards the centre of the register, most of all
 * where a line begins. */
static int32_t wanted(const struct composer *composer, int32_t step, int32_t top, bool first)
{
    const int32_t size = step < 0 ? -step : step;
    const int32_t semitones =
        (size * 7 + 2) / 4; /* a step of the scale is 7/4 semitones or so */
    const double centre = lesser(CENTRE_MIDI, top - 8) + form_drift(composer) * DRIFT_SEMITONES;
    const int32_t plain = composer->lead_midi + (step < 0 ? -semitones : semitones);

    return plain + rounded((centre - plain) * (first ? PULL_FIRST : PULL));
}

/* The nearest pitch to `want` in the mask and in reach of the last note: on the side where the
 * contour goes, unless that is far away, so that what comes back is heard as the same. */
static int32_t fit(const struct composer *composer, uint32_t mask, int32_t step, int32_t want,
                   int32_t top)
{
    const int32_t last = composer->lead_midi;
    const int32_t low = greater(last - LEAP_MAX, MELODY_LOWEST_MIDI);
    const int32_t high = lesser(last + LEAP_MAX, top);
    const int32_t down = theory_nearest(mask, want, low, lesser(last - 1, top));
    const int32_t up = theory_nearest(mask, want, last + 1, high);

    if (step > 0 && up >= 0 && up - want <= DETOUR_MAX) {
        return up;
    }
    if (step < 0 && down >= 0 && want - down <= DETOUR_MAX) {
        return down;
    }
    return theory_nearest(mask, want, low, high);
}

/* A pitch of the kind asked for, or of the scale where there is none in reach. */
static int32_t choose(const struct score *score, enum tone tone, int32_t index)
{
    const struct composer *const composer = score->composer;
    /* a semitone is left above and below a chromatic note for what resolves it */
    const int32_t top = score->habits->lead_top - (tone == TONE_CHROMATIC ? 1 : 0);
    const int32_t step = composer->line_contour[index];
    const int32_t want = wanted(composer, step, top, index == 0);
    const int32_t midi = fit(composer, mask_of(composer, tone), step, want, top);

    if (midi >= 0 && !(tone == TONE_CHROMATIC && midi == MELODY_LOWEST_MIDI)) {
        return midi;
    }
    return theory_nearest(score_scale(composer), want, MELODY_LOWEST_MIDI, top);
}

/* A neighbour of the last note in the scale that holds now, best one of the chord. There always
 * is one: no two steps of a scale are wider than 2 semitones. */
static int32_t resolve(struct composer *composer)
{
    const int32_t up = dice_chance(composer, DIE_LEAD, 0.4) ? 1 : -1;
    const int32_t steps[] = {up, -up, 2 * up, -2 * up};
    const uint32_t masks[] = {mask_of(composer, TONE_CHORD), score_scale(composer),
                              theory_scale(composer->key, composer->mode)};

    for (int32_t m = 0; m < 3; m++) {
        for (int32_t s = 0; s < 4; s++) {
            const int32_t midi = composer->lead_midi + steps[s];

            if (theory_has(masks[m], midi) && midi >= MELODY_LOWEST_MIDI &&
                midi <= MELODY_HIGHEST_MIDI) {
                return midi;
            }
        }
    }
    return composer->lead_midi;
}

static enum rule rule_of(const struct composer *composer, int32_t midi)
{
    if (theory_has(score_chord_mask(composer), midi)) {
        return RULE_melody_chord;
    }
    return theory_has(theory_scale(composer->key, composer->mode), midi)
               ? RULE_melody_scale
               : RULE_melody_chromatic;
}

/* Notes of the line give way in the motif's own order, with a little chance (-1 to 1), so that
 * the level's share of them is heard. */
static bool is_heard(const struct score *score, int32_t index, double chance)
{
    const struct composer *const composer = score->composer;
    const int32_t rank = composer->line_rank[index];

    return rank < score->levels.sure_notes ||
           (rank + 0.5) / composer->line_notes <
               score->levels.slot_chance + RANK_CHANCE * chance;
}

/* Until the next note that is likely to be heard, and a little over; the last rings. */
static uint64_t length_of(const struct score *score, int32_t index)
{
    const struct composer *const composer = score->composer;
    const double beat = (double)(score->next_frame - composer->frame) / composer->rate_hz;
    int32_t half_beats = 0;
    int32_t next = index;

    do {
        half_beats += composer->line_rhythm[next++];
    } while (next < composer->line_notes && !is_heard(score, next, 0));
    const double seconds =
        next < composer->line_notes ? half_beats * beat / 2 * 1.1 + 0.2 : LAST_NOTE_SECONDS;

    return grid_seconds(composer, seconds > NOTE_SECONDS_MAX ? NOTE_SECONDS_MAX : seconds);
}

/* Velocity rises into a line and falls out of it. */
static double velocity_of(struct score *score, const struct place *place)
{
    struct composer *const composer = score->composer;
    const double at = (place->index + 0.5) / composer->line_notes;

    return score->levels.lead_velocity + 10 * (4 * at * (1 - at) - 0.7) +
           (place->strong ? 1.5 : -1.5) + 2.5 * dice_normal(composer, DIE_LEAD);
}

static void play_note(struct score *score, const struct place *place)
{
    struct composer *const composer = score->composer;
    const bool debt = composer->owed != 0;
    struct draft draft = {.role = ROLE_lead};

    draft.midi =
        debt ? resolve(composer) : choose(score, draw_tone(score, place), place->index);
    draft.why = debt ? RULE_melody_resolution : rule_of(composer, draft.midi);
    draft.frame = score_onset(score, DIE_LEAD, place->half, JITTER_MS);
    draft.frames = length_of(score, place->index);
    draft.velocity = velocity_of(score, place);
    if (!score_add(score, &draft, debt ? ROOM_FOR_DEBT : ROOM_FOR_LEAD)) {
        return;
    }
    count_tone(composer, draft.midi);
    composer->owed = draft.why == RULE_melody_chromatic;
    composer->lead_midi = draft.midi;
    composer->lead_end = draft.frame + draft.frames;
    composer->hunger = composer->hunger < 1 - HUNGER_MAX ? -HUNGER_MAX : composer->hunger - 1;
}

/* The next note of the line: played or left out; one that is owed is played. */
static void play_slot(struct score *score, int32_t half)
{
    struct composer *const composer = score->composer;
    const int32_t index = composer->line_next;
    const bool last = index + 1 >= composer->line_notes;
    const int32_t half_beats = composer->line_rhythm[index % MOTIF_MAX_NOTES];
    const struct place place = {
        .half = half,
        .index = index % MOTIF_MAX_NOTES,
        .strong = (half == 0 && composer->beat % 2 == 0) || last,
        .may_wander = !last && half_beats <= DEBT_MAX_HALF_BEATS,
    };
    const bool heard = is_heard(score, place.index, dice_between(composer, DIE_LEAD, -1, 1));

    if (composer->owed || (heard && audible(score))) {
        play_note(score, &place);
    }
    composer->line_wait = half_beats - 1;
    composer->line_next = last ? 0 : index + 1;
    if (last) {
        composer->line_notes = 0;
        composer->appetite = dice_between(composer, DIE_LEAD, 0.5, 1.5);
    }
}

void melody_play(struct score *score)
{
    struct composer *const composer = score->composer;

    grow_hungry(score);
    for (int32_t half = 0; half < 2; half++) {
        if (composer->line_notes == 0 && half == 0 && may_begin(score)) {
            motif_begin_line(composer, &score->levels);
        }
        if (composer->line_notes > 0 && composer->line_wait > 0) {
            composer->line_wait--;
        } else if (composer->line_notes > 0) {
            play_slot(score, half);
        }
    }
}
