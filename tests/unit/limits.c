#include "tests/unit/limits.h"

#include <stdlib.h>
#include <string.h>

enum { VELOCITY_LEAST = 20, VELOCITY_MOST = 100, FIRST_ITEMS = 512 };

/* Keeps the first limit that is broken. */
static void hold(const char **broken, bool holds, const char *what)
{
    if (!holds && *broken == NULL) {
        *broken = what;
    }
}
#define HOLDS(condition) hold(&broken, condition, #condition)

static bool near(double actual, double expected, double tolerance)
{
    return actual >= expected - tolerance && actual <= expected + tolerance;
}

void limits_init(struct limits *limits, uint32_t rate_hz)
{
    memset(limits, 0, sizeof *limits);
    limits->rate_hz = rate_hz;
    limits->slowest_bpm = 120;
    piece_init(&limits->piece, rate_hz);
}

void limits_finish(struct limits *limits)
{
    piece_finish(&limits->piece);
    free(limits->bars);
    free(limits->beats);
    memset(limits, 0, sizeof *limits);
}

static void *make_room(void *items, size_t n, size_t *max, size_t size)
{
    if (n < *max) {
        return items;
    }
    *max = 2 * *max + FIRST_ITEMS;
    void *const grown = realloc(items, *max * size);

    if (grown == NULL) {
        abort();
    }
    return grown;
}

/* ---- one phrase ---- */

/* Every table has room left: nothing was dropped for want of it. */
static const char *room_is_left(const struct composition *composed)
{
    const char *broken = NULL;
    const struct phrase *const phrase = &composed->phrase;

    HOLDS(composed->n_beats >= 1 && composed->n_beats <= COMPOSITION_MAX_BEATS);
    HOLDS(phrase->n_bars >= 1 && phrase->n_bars <= PHRASE_MAX_BARS);
    HOLDS(phrase->n_chords < PHRASE_MAX_CHORDS);
    HOLDS(phrase->n_notes < PHRASE_MAX_NOTES);
    HOLDS(phrase->n_ends < PHRASE_MAX_ENDS);
    HOLDS(phrase->start_frame % BLOCK_FRAMES == 0);
    HOLDS(phrase->frames > 0 && phrase->frames % BLOCK_FRAMES == 0);
    return broken;
}

static const char *beats_are_whole(const struct limits_phrase *heard)
{
    const char *broken = NULL;
    const struct composition *const composed = heard->composed;
    const struct phrase *const phrase = &composed->phrase;

    HOLDS(composed->beats[0].frame == phrase->start_frame);
    HOLDS(heard->after->frame == phrase->start_frame + phrase->frames);
    HOLDS(heard->after->beat == 0);
    HOLDS(composer_invalid(heard->after) == NULL);
    for (uint32_t i = 0; i < composed->n_beats; i++) {
        const struct checkpoint *const beat = &composed->beats[i];

        HOLDS(beat->frame % BLOCK_FRAMES == 0);
        HOLDS(beat->frame == beat->before.frame);
        HOLDS(beat->bar_line == (beat->before.beat == 0));
        HOLDS(i == 0 || beat->frame > beat[-1].frame);
        HOLDS(composer_invalid(&beat->before) == NULL);
    }
    return broken;
}

static const char *probabilities_are_whole(const struct chord *chord)
{
    const char *broken = NULL;
    double sum = chord->probability;

    HOLDS(chord->probability > 0 && chord->probability <= 1);
    for (int i = 0; i < chord->n_alternatives; i++) {
        HOLDS(chord->alternatives[i].probability > 0);
        HOLDS(chord->alternatives[i].degree[0] != '\0');
        sum += chord->alternatives[i].probability;
    }
    HOLDS(near(sum, 1, 1e-9));
    return broken;
}

static const char *chord_is_good(const struct chord *chord)
{
    const char *broken = NULL;
    HOLDS(chord->frames > 0 && chord->frames % BLOCK_FRAMES == 0);
    HOLDS(chord->name[0] != '\0' && chord->degree[0] != '\0');
    HOLDS(chord->n_notes == VOICES);
    HOLDS(chord->root < 12);
    for (int i = 0; i < VOICES; i++) {
        HOLDS(chord->notes[i] >= 48 && chord->notes[i] <= 77);
        HOLDS(i == 0 || chord->notes[i] >= chord->notes[i - 1] + 2);
    }
    HOLDS(chord->notes[VOICES - 1] - chord->notes[0] <= 21);
    return broken != NULL ? broken : probabilities_are_whole(chord);
}

/* A phrase that lies in a rest has none. */
static const char *chords_tile(const struct limits_phrase *heard)
{
    const struct phrase *const phrase = &heard->composed->phrase;
    uint64_t frame = phrase->start_frame;
    const char *broken = NULL;

    if (phrase->n_chords == 0) {
        HOLDS(phrase->n_notes == 0);
        HOLDS(heard->after->ending == ENDING_RESTING || heard->after->ending == ENDING_WAKING);
        return NULL;
    }
    for (uint32_t i = 0; i < phrase->n_chords && broken == NULL; i++) {
        HOLDS(phrase->chords[i].frame == frame);
        frame += phrase->chords[i].frames;
        broken = chord_is_good(&phrase->chords[i]);
    }
    HOLDS(broken != NULL || frame == phrase->start_frame + phrase->frames);
    return broken;
}

static double layer_of(const struct params *params, int role)
{
    const double mixes[ROLE_COUNT] = {
#define ROLE(name, mix, doc) params->mix,
#include "common/roles.def"
#undef ROLE
    };

    return mixes[role];
}

/* Of the melody all but what an earlier setting owes a resolution. */
static const char *note_is_wanted(const struct note *note, const struct params *params)
{
    const char *broken = NULL;
    if (note->why == RULE_melody_resolution) {
        return NULL;
    }
    HOLDS(layer_of(params, note->role) > 0);
    HOLDS(note->role != ROLE_lead || note->midi <= params->habits.lead_top);
    HOLDS(note->why != RULE_melody_chromatic || params->habits.chromatic > 0);
    HOLDS(note->role != ROLE_lead || params->intensity > 0);
    return broken;
}

static const char *note_is_good(const struct note *note, uint32_t rate_hz)
{
    const char *broken = NULL;
    static const uint8_t lowest[ROLE_COUNT] = {48, 59, 29, 74, 36, 36, 36};
    static const uint8_t highest[ROLE_COUNT] = {77, 85, 50, 96, 77, 36, 60};

    if (note->role >= ROLE_COUNT || note->why >= RULE_COUNT) {
        return "a role and a rule that there are";
    }
    HOLDS(note->frame % BLOCK_FRAMES == 0 && note->frames % BLOCK_FRAMES == 0);
    HOLDS(note->frames + BLOCK_FRAMES > rate_hz);
    HOLDS(note->frames <= rate_hz * NOTE_MAX_SECONDS);
    HOLDS(note->midi >= lowest[note->role] && note->midi <= highest[note->role]);
    HOLDS(note->velocity >= VELOCITY_LEAST && note->velocity <= VELOCITY_MOST);
    return broken;
}

static bool in_order(const struct note *a, const struct note *b)
{
    if (a->frame != b->frame) {
        return a->frame < b->frame;
    }
    return a->role < b->role || (a->role == b->role && a->midi <= b->midi);
}

static const char *notes_are_good(const struct limits_phrase *heard, uint32_t rate_hz)
{
    const struct phrase *const phrase = &heard->composed->phrase;
    const char *broken = NULL;

    for (uint32_t i = 0; i < phrase->n_notes && broken == NULL; i++) {
        const struct note *const note = &phrase->notes[i];

        HOLDS(note->frame >= phrase->start_frame);
        HOLDS(note->frame < phrase->start_frame + phrase->frames);
        HOLDS(i == 0 || in_order(note - 1, note));
        broken = note_is_good(note, rate_hz);
        if (broken == NULL) {
            broken = note_is_wanted(note, heard->params);
        }
    }
    return broken;
}

/* ---- how it joins ---- */

static bool is_named(const struct note *note, const struct note_end *end)
{
    return note->role == end->role && note->midi == end->midi && note->frame < end->frame &&
           note->frame + note->frames >= end->frame;
}

/* An end names a note that sounds before the phrase is heard, and makes none longer. */
static const char *ends_name_what_sounds(const struct limits *limits,
                                         const struct phrase *phrase)
{
    const char *broken = NULL;
    for (uint32_t i = 0; i < phrase->n_ends; i++) {
        const struct note_end *const end = &phrase->ends[i];
        bool sounds = false;

        HOLDS(end->frame % BLOCK_FRAMES == 0 && end->frame >= phrase->start_frame);
        for (size_t n = limits->piece.n_notes; n > 0 && !sounds; n--) {
            const struct note *const note = &limits->piece.notes[n - 1].note;

            sounds = note->frame < phrase->start_frame && is_named(note, end);
        }
        HOLDS(sounds);
    }
    return broken;
}

static const char *bar_joins(const struct limits *limits, const struct bar_heard *bar)
{
    const char *broken = NULL;
    const struct bar_heard *const last = &limits->bars[limits->n_bars - 1];
    const double frames = 240 / last->bpm * limits->rate_hz;

    HOLDS(bar->frame % BLOCK_FRAMES == 0);
    HOLDS(bar->frame > last->frame);
    HOLDS(near((double)(bar->frame - last->frame), frames, BLOCK_FRAMES));
    HOLDS(near(bar->bpm, last->bpm, 4 + 1e-9));
    HOLDS(bar->bpm >= 45 && bar->bpm <= 120);
    return broken;
}

static void hear_bar(struct limits *limits, const struct bar_heard *bar)
{
    limits->bars =
        make_room(limits->bars, limits->n_bars, &limits->max_bars, sizeof *limits->bars);
    limits->bars[limits->n_bars++] = *bar;
    limits->slowest_bpm = bar->bpm < limits->slowest_bpm ? bar->bpm : limits->slowest_bpm;
}

static const char *bars_join(struct limits *limits, const struct phrase *phrase)
{
    const char *broken = NULL;
    uint32_t i = 0;

    while (limits->n_bars > 0 &&
           limits->bars[limits->n_bars - 1].frame >= phrase->start_frame) {
        limits->n_bars--;
    }
    if (phrase->bar_frames[0] < phrase->start_frame) { /* it goes on in a bar */
        const struct bar_heard *const last = &limits->bars[limits->n_bars - 1];

        HOLDS(limits->n_bars > 0 && last->frame == phrase->bar_frames[0] &&
              near(last->bpm, phrase->bar_bpm[0], 0));
        i++;
    }
    HOLDS(i == 1 || phrase->bar_frames[0] == phrase->start_frame);
    for (; i < phrase->n_bars && broken == NULL; i++) {
        const struct bar_heard bar = {phrase->bar_frames[i], phrase->bar_bpm[i]};

        broken = limits->n_bars > 0 ? bar_joins(limits, &bar) : NULL;
        hear_bar(limits, &bar);
    }
    return broken;
}

static const char *shade_is_good(const struct phrase *phrase)
{
    const char *broken = NULL;
    for (uint32_t i = 0; i <= phrase->n_bars; i++) {
        HOLDS(phrase->bar_shade[i] >= -1 && phrase->bar_shade[i] <= 1);
    }
    return broken;
}

/* Pads sound from a chord on; the last one rings, and a rest has none. */
static void hear_beats(struct limits *limits, const struct limits_phrase *heard)
{
    const struct composition *const composed = heard->composed;

    while (limits->n_beats > 0 &&
           limits->beats[limits->n_beats - 1].frame >= composed->phrase.start_frame) {
        limits->n_beats--;
    }
    for (uint32_t i = 0; i < composed->n_beats; i++) {
        const struct composer *const after =
            i + 1 < composed->n_beats ? &composed->beats[i + 1].before : heard->after;
        const bool sounds = after->ending == ENDING_NONE || after->ending == ENDING_ASKED;

        limits->beats = make_room(limits->beats, limits->n_beats, &limits->max_beats,
                                  sizeof *limits->beats);
        limits->beats[limits->n_beats++] =
            (struct beat_heard){composed->beats[i].frame, sounds && heard->params->mix_pad > 0};
    }
}

static const char *joins(struct limits *limits, const struct limits_phrase *heard)
{
    const struct phrase *const phrase = &heard->composed->phrase;
    const char *broken = ends_name_what_sounds(limits, phrase);

    HOLDS(phrase->start_frame <= limits->piece.end_frame);
    hear_beats(limits, heard);
    return broken != NULL ? broken : bars_join(limits, phrase);
}

/* What sounds where a phrase begins is what its composer knew of, and ends no later: nothing is
 * left hanging by a revision. */
static const char *composer_knows_what_sounds(const struct piece *piece,
                                              const struct composer *before)
{
    const char *broken = NULL;
    const uint64_t longest = (uint64_t)NOTE_MAX_SECONDS * piece->rate_hz;

    for (size_t n = piece->n_notes; n > 0; n--) {
        const struct heard *const heard = &piece->notes[n - 1];
        bool known = heard->note.frame >= before->frame || heard->end <= before->frame;

        if (heard->note.frame + longest < before->frame) {
            break;
        }
        for (int32_t i = 0; i < before->n_held && !known; i++) {
            known = before->held_role[i] == heard->note.role &&
                    before->held_midi[i] == heard->note.midi &&
                    before->held_end[i] >= heard->end;
        }
        HOLDS(known);
    }
    return broken;
}

const char *limits_add(struct limits *limits, const struct limits_phrase *heard)
{
    const char *broken = room_is_left(heard->composed);

    broken = broken != NULL ? broken : beats_are_whole(heard);
    broken = broken != NULL ? broken : chords_tile(heard);
    broken = broken != NULL ? broken : notes_are_good(heard, limits->rate_hz);
    broken = broken != NULL ? broken : shade_is_good(&heard->composed->phrase);
    broken = broken != NULL ? broken : joins(limits, heard);
    if (broken == NULL) {
        piece_add(&limits->piece, &heard->composed->phrase);
        broken = composer_knows_what_sounds(&limits->piece, &heard->composed->beats[0].before);
    }
    return broken;
}

/* ---- all that was heard ---- */

struct cover {
    size_t n_notes; /* of the piece, heard so far */
    uint64_t until; /* pads sound */
};

/* Hears the pads that begin by `frame`, and those that follow them without a hole. */
static void cover_on(struct cover *cover, const struct piece *piece, uint64_t frame)
{
    for (; cover->n_notes < piece->n_notes; cover->n_notes++) {
        const struct heard *const heard = &piece->notes[cover->n_notes];

        if (heard->note.frame > frame && heard->note.frame > cover->until) {
            return;
        }
        if (heard->note.role == ROLE_pad && heard->end > cover->until) {
            cover->until = heard->end;
        }
    }
}

/* Written beats lie 25 ms behind the grid, and are humanised by as much. */
static const char *pads_have_no_hole(const struct limits *limits)
{
    const char *broken = NULL;
    const uint64_t lag = limits->rate_hz / 20 + BLOCK_FRAMES;
    struct cover cover = {0, 0};

    for (size_t i = 0; i < limits->n_beats; i++) {
        const struct beat_heard *const beat = &limits->beats[i];
        const struct beat_heard end = {limits->piece.end_frame, false};
        const struct beat_heard next = i + 1 < limits->n_beats ? beat[1] : end;

        cover_on(&cover, &limits->piece, beat->frame + lag);
        HOLDS(!beat->pads || cover.until >= next.frame + (next.pads ? lag : 0));
    }
    return broken;
}

static const char *notes_end(const struct piece *piece)
{
    const char *broken = NULL;
    for (size_t i = 0; i < piece->n_notes; i++) {
        const struct heard *const heard = &piece->notes[i];

        HOLDS(heard->end > heard->note.frame);
        HOLDS(heard->end - heard->note.frame <= (uint64_t)NOTE_MAX_SECONDS * piece->rate_hz);
        HOLDS(heard->end % BLOCK_FRAMES == 0);
    }
    return broken;
}

const char *limits_of_all(const struct limits *limits)
{
    const char *broken = NULL;
    const uint64_t slowest_beat = (uint64_t)(60 / limits->slowest_bpm * limits->rate_hz);
    struct melody_heard melody;
    const char *const hole = pads_have_no_hole(limits);
    const char *const hanging = notes_end(&limits->piece);

    piece_melody(&limits->piece, 0, slowest_beat + BLOCK_FRAMES, &melody);
    HOLDS(melody.unresolved == 0);
    HOLDS(piece_most_at_once(&limits->piece) <= HELD_MAX);
    return hole != NULL ? hole : hanging;
}
