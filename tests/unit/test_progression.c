#include "common/params.h"
#include "composerd/compose.h"
#include "composerd/grid.h"
#include "composerd/theory.h"
#include "tests/check.h"
#include "tests/unit/piece.h"

#include <string.h>

#define RATE UINT64_C(44100)

static struct composition composition;

/* A composer that plays, and a beat of its last phrase from where it can be revised. */
struct playing {
    struct params params;
    struct composer composer;
    struct piece piece;
    uint64_t number;
};

static void go_on(struct playing *playing)
{
    compose_phrase(&playing->composer, &playing->params, 8, playing->number++, &composition);
    piece_add(&playing->piece, &composition.phrase);
}

static void playing_init(struct playing *playing, int32_t key, int32_t mode, uint64_t seed)
{
    params_init(&playing->params);
    playing->params.key = key;
    playing->params.mode = mode;
    playing->params.seed = seed;
    playing->params.intensity = (double)(seed % 5) / 4;
    playing->params.bpm = 60 + (double)(seed % 60);
    playing->number = 0;
    composer_init(&playing->composer, &playing->params, RATE);
    piece_init(&playing->piece, RATE);
    go_on(playing);
    go_on(playing);
}

static void go_back(struct playing *playing, uint32_t beat)
{
    playing->composer = composition.beats[beat].before;
}

static uint64_t bar_line_after(const struct composer *composer)
{
    return composer->beat == 0 ? composer->frame : grid_beat_frame(composer, BEATS_PER_BAR);
}

/* Composes until key and mode are there; returns where that is. */
static uint64_t go_on_until_arrived(struct playing *playing)
{
    for (int i = 0; i < 8; i++) {
        go_on(playing);
        if (composition.phrase.key == playing->params.key &&
            composition.phrase.mode == playing->params.mode) {
            return composition.phrase.start_frame;
        }
    }
    fail();
    return 0;
}

static const struct harmony_heard *chord_before(const struct piece *piece, uint64_t frame)
{
    const struct harmony_heard *last = NULL;

    for (size_t i = 0; i < piece->n_chords && piece->chords[i].chord.frame < frame; i++) {
        last = &piece->chords[i];
    }
    return last;
}

static const struct harmony_heard *chord_at(const struct piece *piece, uint64_t frame)
{
    return chord_before(piece, frame + 1);
}

static uint64_t bars(const struct playing *playing, int n)
{
    return (uint64_t)n * (uint64_t)grid_bar_frames(playing->params.bpm, RATE);
}

static void test_a_key_arrives_within_two_bars_of_the_next_through_a_pivot(void **state)
{
    struct playing playing;

    (void)state;
    for (int i = 0; i < 12 * MODE_COUNT * 4; i++) {
        const int32_t mode = i / 12 % MODE_COUNT;
        const int32_t from = i % 5;
        const int32_t to = i % 12;

        if (from == to) {
            continue;
        }
        playing_init(&playing, from, mode, (uint64_t)i);
        go_back(&playing, (uint32_t)i % composition.n_beats);
        playing.params.key = to;
        const uint64_t begins = bar_line_after(&playing.composer);
        const uint64_t arrives = go_on_until_arrived(&playing);

        CHECK(arrives > begins && arrives <= begins + bars(&playing, 2));
        const struct harmony_heard *const pivot = chord_before(&playing.piece, arrives);
        const uint32_t new_scale = theory_scale(to, mode);

        CHECK_U64(pivot->chord.frame + pivot->chord.frames, arrives);
        CHECK((pivot->mask & ~theory_scale(pivot->key, pivot->mode)) == 0);
        CHECK((pivot->mask & ~new_scale) == 0);
        const int32_t fifths =
            theory_fifths(theory_parent(from, mode), theory_parent(to, mode));

        CHECK((pivot->key != from) ==
              (fifths >= 3 || fifths <= -3)); /* those have one between */
        CHECK_U64(piece_longest_hole(&playing.piece, playing.piece.end_frame), 0);
        piece_finish(&playing.piece);
    }
}

static void test_a_mode_arrives_with_its_characteristic_chord_within_four_bars(void **state)
{
    struct playing playing;

    (void)state;
    for (int i = 0; i < MODE_COUNT * MODE_COUNT * 8; i++) {
        const int32_t from = i % MODE_COUNT;
        const int32_t to = i / MODE_COUNT % MODE_COUNT;
        char name[DEGREE_NAME_SIZE];

        if (from == to) {
            continue;
        }
        playing_init(&playing, i % 12, from, (uint64_t)i);
        go_back(&playing, (uint32_t)(i * 5) % composition.n_beats);
        playing.params.mode = to;
        const uint64_t begins = bar_line_after(&playing.composer);
        const uint64_t arrives = go_on_until_arrived(&playing);
        const uint32_t both = theory_scale(i % 12, from) & theory_scale(playing.params.key, to);

        CHECK(arrives >= begins + bars(&playing, 1)); /* what is altered rests a bar */
        CHECK(arrives <= begins + bars(&playing, 4));
        for (size_t k = 0; k < playing.piece.n_notes; k++) {
            const struct heard *const heard = &playing.piece.notes[k];
            const bool pitched = heard->note.role != ROLE_kick &&
                                 heard->note.role != ROLE_brush &&
                                 heard->note.why != RULE_melody_resolution;

            CHECK(heard->note.frame < begins || heard->note.frame >= arrives || !pitched ||
                  theory_has(both, heard->note.midi));
        }
        theory_degree_name(to, mode_characters[to].chord_degree, name);
        CHECK_TEXT(chord_at(&playing.piece, arrives)->chord.degree, name);
        piece_finish(&playing.piece);
    }
}

static void test_the_first_chord_of_a_key_keeps_two_tones_of_the_pivot(void **state)
{
    struct playing playing;
    int kept = 0;
    int changes = 0;

    (void)state;
    for (int i = 0; i < 120; i++) {
        playing_init(&playing, i % 12, i % MODE_COUNT, (uint64_t)i);
        go_back(&playing, 4 * ((uint32_t)i % 8) % composition.n_beats);
        playing.params.key = (i + 5 + i % 3 * 2) % 12;
        const uint64_t arrives = go_on_until_arrived(&playing);
        const uint32_t common = chord_before(&playing.piece, arrives)->mask &
                                chord_at(&playing.piece, arrives)->mask;

        kept += theory_count(common) >= 2;
        changes++;
        piece_finish(&playing.piece);
    }
    CHECK(kept * 10 >= changes * 8);
}

static void test_pads_of_a_chord_that_is_cut_short_end_with_it(void **state)
{
    struct playing playing;
    int cut = 0;

    (void)state;
    for (int i = 0; i < 100; i++) {
        playing_init(&playing, 0, MODE_ionian, 5 * (uint64_t)i); /* intensity 0: long chords */
        go_back(&playing, 4 * ((uint32_t)i % 8) % composition.n_beats);
        playing.params.key = 6;
        go_on(&playing);
        for (uint32_t e = 0; e < composition.phrase.n_ends; e++) {
            cut += composition.phrase.ends[e].role == ROLE_pad;
        }
        go_on_until_arrived(&playing);
        for (size_t k = 0; k < playing.piece.n_notes; k++) {
            const struct heard *const heard = &playing.piece.notes[k];
            const struct harmony_heard *const later = chord_at(&playing.piece, heard->end - 1);
            const bool foreign = !theory_has(later->mask, heard->note.midi);

            /* a pad that is none of the chord's tones is over 1.5 s after the chord began */
            CHECK(heard->note.role != ROLE_pad || !foreign ||
                  heard->end <= later->chord.frame + RATE * 3 / 2 + BLOCK_FRAMES);
        }
        piece_finish(&playing.piece);
    }
    CHECK(cut > 50);
}

static void test_the_tempo_moves_by_four_at_most_from_the_next_bar_on(void **state)
{
    struct playing playing;

    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        double last = 0;

        playing_init(&playing, 0, MODE_dorian, seed);
        go_back(&playing, (uint32_t)seed % composition.n_beats);
        const double before = playing.composer.bpm;
        const bool bar_line = playing.composer.beat == 0;

        playing.params.bpm = seed % 2 == 0 ? 120 : 60.5;
        last = before;
        for (int i = 0; i < 4; i++) {
            go_on(&playing);
            for (uint32_t b = 0; b < composition.phrase.n_bars; b++) {
                const double bpm = composition.phrase.bar_bpm[b];
                const bool old = i == 0 && b == 0 && !bar_line;

                CHECK(bpm - last <= 4 && last - bpm <= 4);
                CHECK(!old || (bpm >= before && bpm <= before)); /* the bar under way stays */
                last = bpm;
            }
        }
        CHECK_NEAR(last, playing.params.bpm, 0);
        CHECK(composer_settled(&playing.composer, &playing.params));
        CHECK_U64(piece_longest_hole(&playing.piece, playing.piece.end_frame), 0);
        piece_finish(&playing.piece);
    }
}

static void test_bars_are_as_long_as_the_tempo_says(void **state)
{
    struct playing playing;

    (void)state;
    playing_init(&playing, 0, MODE_ionian, 0);
    for (int i = 0; i < 20; i++) {
        playing.params.bpm = 60 + 3 * i;
        go_on(&playing);
        for (uint32_t b = 0; b + 1 < composition.phrase.n_bars; b++) {
            const double frames = 240 / composition.phrase.bar_bpm[b] * RATE;
            const uint64_t length =
                composition.phrase.bar_frames[b + 1] - composition.phrase.bar_frames[b];

            CHECK_NEAR((double)length, frames, BLOCK_FRAMES / 2.0);
        }
    }
    piece_finish(&playing.piece);
}

static uint64_t end_of_notes(const struct piece *piece)
{
    uint64_t end = 0;

    for (size_t i = 0; i < piece->n_notes; i++) {
        end = piece->notes[i].end > end ? piece->notes[i].end : end;
    }
    return end;
}

static void test_an_ending_closes_on_the_tonic_within_a_bar_then_rests(void **state)
{
    struct playing playing;

    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        playing_init(&playing, (int32_t)(seed % 12), (int32_t)(seed % MODE_COUNT), seed);
        go_back(&playing, (uint32_t)seed % composition.n_beats);
        const uint64_t end = playing.composer.frame + (seed % 4) * 20 * RATE;

        composer_end(&playing.composer, end);
        for (int i = 0; i < 12; i++) {
            go_on(&playing);
        }
        CHECK(composer_resting(&playing.composer));
        CHECK_INT(composition.phrase.n_notes, 0);
        const struct harmony_heard *const last =
            &playing.piece.chords[playing.piece.n_chords - 1];

        CHECK(strcmp(last->chord.degree, "I") == 0 || strcmp(last->chord.degree, "i") == 0);
        CHECK(last->chord.frame + 4 * RATE >= end && last->chord.frame <= end + 4 * RATE);
        CHECK_U64(piece_longest_hole(&playing.piece, last->chord.frame), 0);
        CHECK(end_of_notes(&playing.piece) <= last->chord.frame + 20 * RATE);
        piece_finish(&playing.piece);
    }
}

static void test_music_begins_again_at_a_bar_line_in_the_key_that_is_wanted(void **state)
{
    struct playing playing;
    double velocity;

    (void)state;
    playing_init(&playing, 0, MODE_ionian, 3);
    composer_end(&playing.composer, playing.composer.frame);
    for (int i = 0; i < 6; i++) {
        go_on(&playing);
    }
    CHECK(composer_resting(&playing.composer));
    const int before = piece_count(&playing.piece, ROLE_pad, &velocity);

    playing.params.key = 7;
    go_on(&playing);
    go_on(&playing);
    CHECK_INT(composition.phrase.key, 7);
    CHECK_INT(piece_count(&playing.piece, ROLE_pad, &velocity), before);
    go_back(&playing, 5);
    composer_begin(&playing.composer);
    const uint32_t section = (uint32_t)playing.composer.section;

    go_on(&playing);
    CHECK(composition.phrase.frames < bars(&playing, 1)); /* the rest of the bar */
    go_on(&playing);
    CHECK(!composer_resting(&playing.composer));
    CHECK_INT(composition.phrase.section, section + 1);
    CHECK_TEXT(composition.phrase.chords[0].degree, "I");
    CHECK(piece_count(&playing.piece, ROLE_pad, &velocity) > before);
    piece_finish(&playing.piece);
}

static void test_an_ending_can_be_called_off(void **state)
{
    struct playing playing;

    (void)state;
    playing_init(&playing, 0, MODE_ionian, 3);
    composer_end(&playing.composer, playing.composer.frame + 100 * RATE);
    go_on(&playing);
    composer_begin(&playing.composer);
    for (int i = 0; i < 12; i++) {
        go_on(&playing);
    }
    CHECK(!composer_resting(&playing.composer));
    CHECK_U64(piece_longest_hole(&playing.piece, playing.piece.end_frame), 0);
    piece_finish(&playing.piece);
}

static void test_music_that_is_to_end_in_a_while_still_grows_out_of_a_rest(void **state)
{
    struct playing playing;

    (void)state;
    playing_init(&playing, 0, MODE_ionian, 3);
    composer_end(&playing.composer, playing.composer.frame);
    for (int i = 0; i < 6; i++) {
        go_on(&playing);
    }
    composer_begin(&playing.composer);
    go_on(&playing);
    composer_end(&playing.composer, playing.composer.frame + 600 * RATE);
    const uint64_t soon = playing.composer.frame + 120 * RATE;

    while (playing.composer.frame < soon) {
        go_on(&playing);
    }
    CHECK(playing.composer.fullness > 0.7);
    piece_finish(&playing.piece);
}

static void test_a_new_section_begins_with_the_next_bar(void **state)
{
    struct playing playing;

    (void)state;
    for (uint32_t beat = 0; beat < 8; beat++) {
        playing_init(&playing, 0, MODE_ionian, beat);
        go_back(&playing, beat);
        const uint32_t section = composition.phrase.section;
        const uint64_t line = bar_line_after(&playing.composer);

        composer_next_section(&playing.composer);
        do {
            go_on(&playing);
        } while (composition.phrase.section == section);
        CHECK_U64(composition.phrase.start_frame, line);
        CHECK_U64(composition.phrase.chords[0].frame, line);
        CHECK_INT(composition.phrase.n_bars, 8);
        CHECK_U64(piece_longest_hole(&playing.piece, playing.piece.end_frame), 0);
        piece_finish(&playing.piece);
    }
}

static void test_a_seed_takes_effect_with_the_next_bar_and_not_before(void **state)
{
    struct playing playing;
    static struct composition plain;
    static struct composition seeded;

    (void)state;
    playing_init(&playing, 0, MODE_ionian, 3);
    struct composer a = composition.beats[5].before;
    struct composer b = a;

    composer_reseed(&b, 99);
    compose_phrase(&a, &playing.params, 8, 10, &plain);
    compose_phrase(&b, &playing.params, 8, 10, &seeded);
    CHECK_INT(seeded.phrase.n_bars, 1);
    for (uint32_t i = 0; i < seeded.phrase.n_notes; i++) {
        /* but for pads that were to outlast the bar */
        CHECK_U64(seeded.phrase.notes[i].frame, plain.phrase.notes[i].frame);
        CHECK_INT(seeded.phrase.notes[i].midi, plain.phrase.notes[i].midi);
    }
    compose_phrase(&b, &playing.params, 8, 11, &seeded);
    CHECK_U64(seeded.phrase.seed, 99);
    CHECK_INT(b.seed == 99, true);
    piece_finish(&playing.piece);
}

static void test_sections_have_sixteen_bars_and_arcs_four_sections(void **state)
{
    (void)state;
    for (uint32_t phrase_bars = 8; phrase_bars <= 16; phrase_bars++) {
        struct playing playing;
        uint32_t n_bars = 0;

        playing_init(&playing, 0, MODE_ionian, phrase_bars);
        composer_init(&playing.composer, &playing.params, RATE);
        while (n_bars < 256) {
            compose_phrase(&playing.composer, &playing.params, phrase_bars, playing.number++,
                           &composition);
            CHECK_INT(composition.phrase.section, n_bars / 16);
            CHECK_INT(composition.phrase.arc, n_bars / 64);
            CHECK(composition.phrase.n_bars <= phrase_bars);
            n_bars += composition.phrase.n_bars;
            CHECK_INT(composition.phrase.n_bars,
                      n_bars % 16 != 0 || phrase_bars == 16 || phrase_bars == 8
                          ? phrase_bars
                          : 16 % phrase_bars);
        }
        piece_finish(&playing.piece);
    }
}

static void test_every_third_to_fifth_arc_is_cleared_to_pads_and_bells(void **state)
{
    struct playing playing;
    uint32_t last_arc = 0;

    (void)state;
    playing_init(&playing, 0, MODE_ionian, 4);
    playing.params.intensity = 1;
    while (composition.phrase.arc < 40) {
        go_on(&playing);
        int others = 0;

        for (uint32_t i = 0; i < composition.phrase.n_notes; i++) {
            others += composition.phrase.notes[i].role != ROLE_pad &&
                      composition.phrase.notes[i].role != ROLE_bell &&
                      composition.phrase.notes[i].why != RULE_melody_resolution; /* owed */
        }
        if (others == 0) {
            const uint32_t arcs = composition.phrase.arc - last_arc;

            CHECK(arcs >= 3 && arcs <= 5);
            CHECK_INT(composition.phrase.section % 4, 0);
            last_arc = composition.phrase.arc;
        }
    }
    CHECK(last_arc > 30);
    piece_finish(&playing.piece);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_key_arrives_within_two_bars_of_the_next_through_a_pivot),
        cmocka_unit_test(test_a_mode_arrives_with_its_characteristic_chord_within_four_bars),
        cmocka_unit_test(test_the_first_chord_of_a_key_keeps_two_tones_of_the_pivot),
        cmocka_unit_test(test_pads_of_a_chord_that_is_cut_short_end_with_it),
        cmocka_unit_test(test_the_tempo_moves_by_four_at_most_from_the_next_bar_on),
        cmocka_unit_test(test_bars_are_as_long_as_the_tempo_says),
        cmocka_unit_test(test_an_ending_closes_on_the_tonic_within_a_bar_then_rests),
        cmocka_unit_test(test_music_begins_again_at_a_bar_line_in_the_key_that_is_wanted),
        cmocka_unit_test(test_an_ending_can_be_called_off),
        cmocka_unit_test(test_music_that_is_to_end_in_a_while_still_grows_out_of_a_rest),
        cmocka_unit_test(test_a_new_section_begins_with_the_next_bar),
        cmocka_unit_test(test_a_seed_takes_effect_with_the_next_bar_and_not_before),
        cmocka_unit_test(test_sections_have_sixteen_bars_and_arcs_four_sections),
        cmocka_unit_test(test_every_third_to_fifth_arc_is_cleared_to_pads_and_bells),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
