#include "common/params.h"
#include "common/presets.h"
#include "common/rng.h"
#include "composerd/compose.h"
#include "tests/check.h"
#include "tests/unit/piece.h"

#include <string.h>

/* A composer that is steered at random, as a station would: a few phrases ahead, revised in
 * their middle. */
struct steered {
    struct rng rng;
    struct params params;
    struct composer composer;
    uint32_t rate_hz, phrase_bars;
    uint64_t number;
    struct piece piece;
};

static struct composition composition, other;

/* Padding counts: what is stored and compared by its bytes is made of zeroed memory. */
static bool same_bytes(const void *a, const void *b, size_t size)
{
    return memcmp(a, b, size) == 0;
}

static double between(struct rng *rng, double min, double max)
{
    return min + (max - min) * rng_unit(rng);
}

static void change_mix(struct rng *rng, struct params *params)
{
    double *const mixes[] = {&params->mix_lead, &params->mix_bass, &params->mix_bell,
                             &params->mix_texture, &params->mix_percussion};

    *mixes[rng_below(rng, 5)] = rng_below(rng, 2) == 0 ? 0 : rng_unit(rng);
}

/* Its name and habits, without its values. */
static void choose_preset(struct params *params, const char *name)
{
    const struct preset_spec *const preset = preset_find(name);

    preset_set_name(params->preset, name);
    params->habits = preset != NULL ? preset->values.habits : habits_plain;
}

static void change_params(struct rng *rng, struct params *params)
{
    switch (rng_below(rng, 6)) {
    case 0:
        params->key = (int32_t)rng_below(rng, 12);
        break;
    case 1:
        params->mode = (int32_t)rng_below(rng, MODE_COUNT);
        break;
    case 2:
        params->bpm = between(rng, 60, 120);
        break;
    case 3:
        params->intensity = rng_below(rng, 5) / 4.0;
        break;
    case 4:
        choose_preset(params, preset_name((int32_t)rng_below(rng, 5) - 1));
        break;
    default:
        change_mix(rng, params);
        break;
    }
}

static void steered_init(struct steered *steered, uint64_t seed)
{
    rng_init(&steered->rng, seed);
    params_init(&steered->params);
    steered->params.seed = rng_next(&steered->rng);
    for (int i = 0; i < 6; i++) {
        change_params(&steered->rng, &steered->params);
    }
    steered->rate_hz = seed % 2 == 0 ? 44100 : 48000;
    steered->phrase_bars = 8 + rng_below(&steered->rng, 9);
    steered->number = 0;
    composer_init(&steered->composer, &steered->params, steered->rate_hz);
    piece_init(&steered->piece, steered->rate_hz);
}

static void steered_compose(struct steered *steered)
{
    compose_phrase(&steered->composer, &steered->params, steered->phrase_bars,
                   steered->number++, &composition);
    piece_add(&steered->piece, &composition.phrase);
}

/* Goes back to a random beat of the last phrase, with other parameters. */
static void steered_revise(struct steered *steered)
{
    const uint32_t beat = rng_below(&steered->rng, composition.n_beats);

    steered->composer = composition.beats[beat].before;
    change_params(&steered->rng, &steered->params);
    switch (rng_below(&steered->rng, 12)) {
    case 0:
        composer_next_section(&steered->composer);
        break;
    case 1:
        composer_reseed(&steered->composer, rng_next(&steered->rng));
        break;
    default:
        break;
    }
}

static void check_bars(const struct phrase *phrase)
{
    const uint64_t end = phrase->start_frame + phrase->frames;

    CHECK(phrase->n_bars >= 1 && phrase->n_bars <= PHRASE_MAX_BARS);
    CHECK(phrase->bar_frames[0] <= phrase->start_frame);
    for (uint32_t i = 0; i < phrase->n_bars; i++) {
        const uint64_t next = i + 1 < phrase->n_bars ? phrase->bar_frames[i + 1] : end;

        CHECK_U64(phrase->bar_frames[i] % BLOCK_FRAMES, 0);
        CHECK(next > phrase->bar_frames[i]);
        CHECK(phrase->bar_bpm[i] >= 60 && phrase->bar_bpm[i] <= 120);
    }
}

static void check_chords(const struct phrase *phrase)
{
    uint64_t frame = phrase->start_frame;

    CHECK(phrase->n_chords >= 1);
    for (uint32_t i = 0; i < phrase->n_chords; i++) {
        const struct chord *const chord = &phrase->chords[i];

        CHECK_U64(chord->frame, frame);
        CHECK(chord->frames > 0 && chord->frames % BLOCK_FRAMES == 0);
        CHECK(chord->name[0] != '\0' && chord->degree[0] != '\0');
        CHECK_INT(chord->n_notes, 4);
        frame += chord->frames;
    }
    CHECK_U64(frame, phrase->start_frame + phrase->frames);
}

static void check_note(const struct phrase *phrase, const struct note *note, uint32_t rate_hz)
{
    static const uint8_t lowest[] = {48, 59, 29, 74, 36, 36, 36};
    static const uint8_t highest[] = {77, 85, 50, 96, 77, 36, 60};

    CHECK_U64(note->frame % BLOCK_FRAMES, 0);
    CHECK_INT(note->frames % BLOCK_FRAMES, 0);
    CHECK(note->frame >= phrase->start_frame);
    CHECK(note->frame < phrase->start_frame + phrase->frames);
    CHECK(note->frames >= rate_hz && note->frames <= rate_hz * NOTE_MAX_SECONDS);
    CHECK(note->midi >= lowest[note->role] && note->midi <= highest[note->role]);
    CHECK(note->velocity >= 20 && note->velocity <= 100);
}

static void check_phrase(const struct phrase *phrase, uint32_t rate_hz)
{
    CHECK_U64(phrase->start_frame % BLOCK_FRAMES, 0);
    CHECK(phrase->frames > 0 && phrase->frames % BLOCK_FRAMES == 0);
    check_bars(phrase);
    check_chords(phrase);
    for (uint32_t i = 0; i < phrase->n_notes; i++) {
        check_note(phrase, &phrase->notes[i], rate_hz);
        if (i > 0) {
            const struct note *const a = &phrase->notes[i - 1];
            const struct note *const b = a + 1;

            CHECK(a->frame < b->frame || (a->frame == b->frame && a->role < b->role) ||
                  (a->frame == b->frame && a->role == b->role && a->midi <= b->midi));
        }
    }
    for (uint32_t i = 0; i < phrase->n_ends; i++) {
        CHECK_U64(phrase->ends[i].frame % BLOCK_FRAMES, 0);
        CHECK(phrase->ends[i].frame >= phrase->start_frame);
    }
}

static void check_beats(const struct composition *composed)
{
    const struct phrase *const phrase = &composed->phrase;

    CHECK_U64(composed->beats[0].frame, phrase->start_frame);
    for (uint32_t i = 0; i < composed->n_beats; i++) {
        const struct checkpoint *const beat = &composed->beats[i];

        CHECK_U64(beat->frame % BLOCK_FRAMES, 0);
        CHECK_U64(beat->frame, beat->before.frame);
        CHECK_INT(beat->bar_line, beat->before.beat == 0);
        CHECK(i == 0 || beat->frame > beat[-1].frame);
        CHECK(composer_invalid(&beat->before) == NULL);
    }
}

static void test_phrases_keep_all_limits_however_they_are_steered(void **state)
{
    struct steered steered;

    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        steered_init(&steered, seed);
        for (int i = 0; i < 24; i++) {
            const uint64_t begins = steered.composer.frame;

            steered_compose(&steered);
            CHECK_U64(composition.phrase.start_frame, begins);
            CHECK_U64(begins + composition.phrase.frames, steered.composer.frame);
            CHECK_U64(composition.phrase.phrase, steered.number - 1);
            check_phrase(&composition.phrase, steered.rate_hz);
            check_beats(&composition);
            if (i % 2 == 1) {
                steered_revise(&steered);
            }
        }
        piece_finish(&steered.piece);
    }
}

static void test_there_is_never_a_hole_and_never_more_than_sixteen_notes(void **state)
{
    struct steered steered;

    (void)state;
    for (uint64_t seed = 1000; seed < 1400; seed++) {
        steered_init(&steered, seed);
        /* however a player treats the ends that a revised phrase had set */
        steered.piece.ends_stay = seed % 2 == 0;
        for (int i = 0; i < 24; i++) {
            steered_compose(&steered);
            if (i % 2 == 1 || seed % 3 == 0) {
                steered_revise(&steered);
            }
        }
        steered_compose(&steered);
        CHECK_U64(piece_longest_hole(&steered.piece, steered.piece.end_frame), 0);
        CHECK(steered.piece.ends_stay || piece_most_at_once(&steered.piece) <= HELD_MAX);
        piece_finish(&steered.piece);
    }
}

static void test_chromatic_tones_resolve_whatever_changes_after_them(void **state)
{
    struct steered steered;
    struct melody_heard melody;
    int chromatic = 0;

    (void)state;
    for (uint64_t seed = 2000; seed < 2300; seed++) {
        steered_init(&steered, seed);
        steered.params.intensity = 1;
        for (int i = 0; i < 24; i++) {
            uint32_t beat = 0;

            steered_compose(&steered);
            while (beat < composition.n_beats && !composition.beats[beat].before.owed) {
                beat++;
            }
            if (beat < composition.n_beats) { /* just after one that is owed a resolution */
                steered.composer = composition.beats[beat].before;
                change_params(&steered.rng, &steered.params);
            }
        }
        steered_compose(&steered);
        piece_melody(&steered.piece, 0, steered.rate_hz + BLOCK_FRAMES, &melody);
        CHECK_INT(melody.unresolved, 0);
        CHECK(melody.notes == 0 || melody.astray * 20 <= melody.notes);
        chromatic += melody.chromatic;
        piece_finish(&steered.piece);
    }
    CHECK(chromatic > 200);
}

static void test_the_same_seed_gives_the_same_bytes(void **state)
{
    struct params params;
    struct composer a;
    struct composer b;

    (void)state;
    params_init(&params);
    params.seed = 42;
    composer_init(&a, &params, 44100);
    composer_init(&b, &params, 44100);
    for (uint64_t n = 0; n < 50; n++) {
        compose_phrase(&a, &params, 8, n, &composition);
        compose_phrase(&b, &params, 8, n, &other);
        CHECK(same_bytes(&composition.phrase, &other.phrase, sizeof other.phrase));
    }
    params.seed = 43;
    composer_init(&b, &params, 44100);
    compose_phrase(&b, &params, 8, 0, &other);
    CHECK(other.phrase.n_notes != composition.phrase.n_notes ||
          !same_bytes(other.phrase.notes, composition.phrase.notes, sizeof other.phrase.notes));
}

/* The part of `whole` from `part` on, note for note. */
static void check_same_from(const struct phrase *whole, const struct phrase *part)
{
    uint32_t first = 0;

    while (first < whole->n_notes && whole->notes[first].frame < part->start_frame) {
        first++;
    }
    CHECK_INT(part->n_notes, whole->n_notes - first);
    CHECK(same_bytes(&whole->notes[first], part->notes, part->n_notes * sizeof part->notes[0]));
    CHECK_U64(part->start_frame + part->frames, whole->start_frame + whole->frames);
    CHECK_INT(part->key, whole->key);
    CHECK_INT(part->section, whole->section);
    CHECK_TEXT(part->chords[part->n_chords - 1].name, whole->chords[whole->n_chords - 1].name);
}

static void test_going_on_from_a_checkpoint_with_nothing_changed_changes_nothing(void **state)
{
    struct steered steered;

    (void)state;
    for (uint64_t seed = 3000; seed < 3150; seed++) {
        steered_init(&steered, seed);
        for (int i = 0; i < 12; i++) {
            steered_compose(&steered);
            const uint32_t beat = rng_below(&steered.rng, composition.n_beats);
            struct composer again = composition.beats[beat].before;

            compose_phrase(&again, &steered.params, steered.phrase_bars, steered.number++,
                           &other);
            check_same_from(&composition.phrase, &other.phrase);
            again.next_phrase = steered.composer.next_phrase;
            CHECK(same_bytes(&again, &steered.composer, sizeof again));
            change_params(&steered.rng, &steered.params);
        }
        piece_finish(&steered.piece);
    }
}

static void test_a_phrase_without_a_change_ends_nothing_early(void **state)
{
    struct params params;
    struct composer composer;

    (void)state;
    params_init(&params);
    params.seed = 4;
    composer_init(&composer, &params, 44100);
    for (uint64_t n = 0; n < 200; n++) {
        params.intensity = (double)(n % 5) / 4;
        compose_phrase(&composer, &params, 8, n, &composition);
        CHECK_INT(composition.phrase.n_ends, 0);
    }
}

static void test_a_change_taken_back_leaves_no_trace_in_the_pads(void **state)
{
    struct params params;
    struct composer composer;

    (void)state;
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct piece piece;
        uint64_t number = 0;

        params_init(&params);
        params.seed = seed;
        params.intensity = 0.1; /* long chords */
        composer_init(&composer, &params, 44100);
        piece_init(&piece, 44100);
        piece.ends_stay = true;
        for (int i = 0; i < 3; i++) {
            compose_phrase(&composer, &params, 8, number++, &composition);
            piece_add(&piece, &composition.phrase);
        }
        const struct composer before = composition.beats[4 * (seed % 8)].before;

        params.key = (params.key + 1) % 12;
        composer = before;
        compose_phrase(&composer, &params, 8, number++, &other);
        piece_add(&piece, &other.phrase);
        params.key = (params.key + 11) % 12;
        composer = before;
        compose_phrase(&composer, &params, 8, number++, &other);
        piece_add(&piece, &other.phrase);
        CHECK_U64(piece_longest_hole(&piece, piece.end_frame), 0);
        check_same_from(&composition.phrase, &other.phrase);
        piece_finish(&piece);
    }
}

static void test_density_and_velocity_rise_with_intensity(void **state)
{
    int last_notes = 0;
    int last_events = 0;
    double last_lead = 0;
    double last_pad = 0;

    (void)state;
    for (int level = 0; level < 5; level++) {
        struct params params;
        struct composer composer;
        struct piece piece;
        double lead;
        double bell;
        double pad;

        params_init(&params);
        params.intensity = level / 4.0;
        params.seed = 6;
        composer_init(&composer, &params, 44100);
        piece_init(&piece, 44100);
        for (uint64_t n = 0; composer.frame < UINT64_C(30) * 60 * 44100; n++) {
            compose_phrase(&composer, &params, 8, n, &composition);
            piece_add(&piece, &composition.phrase);
        }
        const int leads = piece_count(&piece, ROLE_lead, &lead);
        const int events = leads + piece_count(&piece, ROLE_bell, &bell);

        piece_count(&piece, ROLE_pad, &pad);
        CHECK((int)piece.n_notes > last_notes && events > last_events);
        CHECK(pad > last_pad && (level == 0 ? leads == 0 : lead > last_lead));
        last_notes = (int)piece.n_notes;
        last_events = events;
        last_lead = lead;
        last_pad = pad;
        piece_finish(&piece);
    }
}

static void test_a_layer_at_zero_has_no_notes(void **state)
{
    static const uint8_t mixes[ROLE_COUNT] = {
#define ROLE(name, mix, doc) PARAM_##mix,
#include "common/roles.def"
#undef ROLE
    };

    (void)state;
    for (int role = 0; role < ROLE_COUNT; role++) {
        struct params params;
        struct composer composer;
        struct piece piece;
        double velocity;

        params_init(&params);
        params.intensity = 1;
        params.seed = 11;
        *(double *)((char *)&params + param_specs[mixes[role]].offset) = 0;
        composer_init(&composer, &params, 44100);
        piece_init(&piece, 44100);
        for (uint64_t n = 0; n < 60; n++) {
            compose_phrase(&composer, &params, 8, n, &composition);
            piece_add(&piece, &composition.phrase);
        }
        for (int k = 0; k < ROLE_COUNT; k++) {
            const int notes = piece_count(&piece, k, &velocity);

            CHECK(mixes[k] == mixes[role] ? notes == 0 : notes > 0);
        }
        piece_finish(&piece);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_phrases_keep_all_limits_however_they_are_steered),
        cmocka_unit_test(test_there_is_never_a_hole_and_never_more_than_sixteen_notes),
        cmocka_unit_test(test_chromatic_tones_resolve_whatever_changes_after_them),
        cmocka_unit_test(test_the_same_seed_gives_the_same_bytes),
        cmocka_unit_test(test_going_on_from_a_checkpoint_with_nothing_changed_changes_nothing),
        cmocka_unit_test(test_a_phrase_without_a_change_ends_nothing_early),
        cmocka_unit_test(test_a_change_taken_back_leaves_no_trace_in_the_pads),
        cmocka_unit_test(test_density_and_velocity_rise_with_intensity),
        cmocka_unit_test(test_a_layer_at_zero_has_no_notes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
