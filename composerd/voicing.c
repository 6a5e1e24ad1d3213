#include "composerd/voicing.h"

#include "composerd/dice.h"
#include "composerd/form.h"

#include <stdlib.h>
#include <string.h>

/* What costs how much, beside one for each semitone that a voice moves. */
#define COST_OFF_CENTRE   0.20 /* for each semitone of the mean beyond CENTRE_FREE */
#define COST_PLANING      9.0  /* all voices the same way by the same step */
#define COST_NOTHING_KEPT 2.0  /* no voice stays */
#define COST_LEAP         0.6  /* for each semitone that a voice moves beyond a third */
#define COST_CHANCE       0.3  /* at most, at random */

#define VOICING_DRIFT     3.0 /* semitones that the centre walks up and down */

enum { CENTRE_FREE = 2, LEAP_FREE = 4, LOW_MIDI = 52, LOW_GAP = 5, LOWEST_GAP = 3, GAP = 2 };

struct search {
    const struct composer *composer;
    struct composer *dice; /* NULL: leave nothing to chance */
    uint32_t mask;
    uint32_t doublable; /* tones that may be there twice */
    int32_t voices[VOICES];
    int32_t best[VOICES];
    double best_cost;
};

static int32_t gap_above(int32_t voice, int32_t midi)
{
    if (voice > 0) {
        return GAP;
    }
    return midi < LOW_MIDI ? LOW_GAP : LOWEST_GAP;
}

/* Every tone there, and none twice but those that may be. */
static bool covers(uint32_t mask, uint32_t doublable, const int32_t voices[VOICES])
{
    uint32_t seen = 0;

    for (int32_t v = 0; v < VOICES; v++) {
        const uint32_t bit = 1U << theory_wrap(voices[v]);

        if ((mask & bit) == 0 || ((seen & bit) != 0 && (doublable & bit) == 0)) {
            return false;
        }
        seen |= bit;
    }
    return seen == mask;
}

static uint32_t doublable_of(const struct chord_spec *spec)
{
    const int32_t root = vocabulary_root(spec);

    return vocabulary_mask(spec) & (1U << root | 1U << theory_wrap(root + 7));
}

bool voicing_valid(const struct chord_spec *spec, const int32_t voices[VOICES])
{
    for (int32_t v = 1; v < VOICES; v++) {
        if (voices[v] - voices[v - 1] < gap_above(v - 1, voices[v - 1])) {
            return false;
        }
    }
    return voices[0] >= VOICING_LOWEST_MIDI && voices[VOICES - 1] <= VOICING_HIGHEST_MIDI &&
           voices[VOICES - 1] - voices[0] <= VOICING_SPAN &&
           covers(vocabulary_mask(spec), doublable_of(spec), voices);
}

static double cost_of_motion(const int32_t from[VOICES], const int32_t to[VOICES])
{
    double cost = 0;
    bool planing = to[0] != from[0], kept = false;

    for (int32_t v = 0; v < VOICES; v++) {
        const int32_t step = to[v] - from[v];

        cost += abs(step) + COST_LEAP * (abs(step) > LEAP_FREE ? abs(step) - LEAP_FREE : 0);
        planing = planing && step == to[0] - from[0];
        kept = kept || step == 0;
    }
    return cost + (planing ? COST_PLANING : 0) + (kept ? 0 : COST_NOTHING_KEPT);
}

/* The register walks slowly, and the melody with it. */
static double cost_of_place(const struct composer *composer, const int32_t voices[VOICES])
{
    const double centre = VOICING_CENTRE_MIDI + VOICING_DRIFT * form_drift(composer);
    double mean = 0;

    for (int32_t v = 0; v < VOICES; v++) {
        mean += (double)voices[v] / VOICES;
    }
    const double off = mean > centre ? mean - centre : centre - mean;

    return off > CENTRE_FREE ? COST_OFF_CENTRE * (off - CENTRE_FREE) * VOICES : 0;
}

static double cost_of_chance(struct composer *dice)
{
    return dice != NULL ? COST_CHANCE * dice_unit(dice, DIE_PAD) : 0;
}

static void weigh(struct search *search)
{
    if (!covers(search->mask, search->doublable, search->voices)) {
        return;
    }
    const double cost = cost_of_motion(search->composer->voicing, search->voices) +
                        cost_of_place(search->composer, search->voices) +
                        cost_of_chance(search->dice);

    if (search->best_cost < 0 || cost < search->best_cost) {
        search->best_cost = cost;
        memcpy(search->best, search->voices, sizeof search->best);
    }
}

static int32_t lowest(const struct search *search, int32_t voice)
{
    const int32_t below = voice > 0 ? search->voices[voice - 1] : 0;

    return voice > 0 ? below + gap_above(voice - 1, below) : VOICING_LOWEST_MIDI;
}

static int32_t highest(const struct search *search, int32_t voice)
{
    const int32_t reach = search->voices[0] + VOICING_SPAN;

    /* the span counts from the lowest voice, so it does not limit that one */
    return voice > 0 && reach < VOICING_HIGHEST_MIDI ? reach : VOICING_HIGHEST_MIDI;
}

/* Moves a voice to the next pitch of the chord; false when there is none in reach. */
static bool climb(struct search *search, int32_t voice)
{
    const int32_t max = highest(search, voice);

    do {
        search->voices[voice]++;
    } while (search->voices[voice] <= max && !theory_has(search->mask, search->voices[voice]));
    return search->voices[voice] <= max;
}

/* Weighs all ascending voicings: the highest voice climbs; out of reach, the one below does. */
static void try_all(struct search *search)
{
    int32_t voice = 0;

    search->voices[0] = lowest(search, 0) - 1;
    while (voice >= 0) {
        if (!climb(search, voice)) {
            voice--;
        } else if (voice == VOICES - 1) {
            weigh(search);
        } else {
            voice++;
            search->voices[voice] = lowest(search, voice) - 1;
        }
    }
}

static struct search begin(const struct composer *composer, const struct chord_spec *spec)
{
    return (struct search){
        .composer = composer,
        .mask = vocabulary_mask(spec),
        .doublable = doublable_of(spec),
        .best_cost = -1,
    };
}

double voicing_cost(const struct composer *composer, const struct chord_spec *spec)
{
    struct search search = begin(composer, spec);

    try_all(&search);
    return search.best_cost;
}

void voicing_lead(struct composer *composer, const struct chord_spec *spec)
{
    struct search search = begin(composer, spec);

    search.dice = composer;
    try_all(&search);
    if (search.best_cost >= 0) {
        memcpy(composer->voicing, search.best, sizeof composer->voicing);
    }
}
