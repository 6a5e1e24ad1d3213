/* What is composed ahead: found, taken back, composed again, forgotten. */
#include "composerd/lookahead.h"
#include "tests/check.h"

#include <string.h>

enum { BARS = 8, PHRASES = 4 };

static struct lookahead ahead;
static struct params params;
static struct phrase composed[PHRASES];

static int setup(void **state)
{
    static struct composer composer;

    (void)state;
    params_init(&params);
    params.seed = 42;
    composer_init(&composer, &params, 44100);
    if (lookahead_init(&ahead) != 0) {
        return -1;
    }
    lookahead_begin(&ahead, &composer);
    for (uint64_t i = 0; i < PHRASES; i++) {
        lookahead_compose(&ahead, &params, BARS, i);
        composed[i] = ahead.latest->phrase;
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    lookahead_finish(&ahead);
    return 0;
}

static void test_phrases_follow_each_other_without_a_gap(void **state)
{
    (void)state;
    CHECK_U64(composed[0].start_frame, 0);
    for (int i = 1; i < PHRASES; i++) {
        CHECK_U64(composed[i].start_frame,
                  composed[i - 1].start_frame + composed[i - 1].frames);
    }
    CHECK_U64(lookahead_end(&ahead),
              composed[PHRASES - 1].start_frame + composed[PHRASES - 1].frames);
    CHECK_U64(ahead.n_entries, PHRASES);
    CHECK_U64(lookahead_phrases_after(&ahead, 0), PHRASES - 1);
    CHECK_U64(lookahead_phrases_after(&ahead, composed[2].start_frame), 1);
    CHECK_U64(lookahead_phrases_after(&ahead, lookahead_end(&ahead)), 0);
}

static void
test_the_next_beat_and_bar_line_are_found_and_those_not_yet_composed_are_not(void **state)
{
    (void)state;
    const struct checkpoint *const first = lookahead_find(&ahead, 0, false);
    const struct checkpoint *const second = lookahead_find(&ahead, 1, false);
    const struct checkpoint *const bar = lookahead_find(&ahead, 1, true);

    CHECK_U64(first->frame, 0);
    CHECK(first->bar_line);
    CHECK(second->frame > 0 && !second->bar_line);
    CHECK(second->frame % BLOCK_FRAMES == 0);
    CHECK(bar->bar_line);
    CHECK_U64(bar->frame, composed[0].bar_frames[1]);
    CHECK_U64(lookahead_find(&ahead, bar->frame, true)->frame, bar->frame);
    assert_null(lookahead_find(&ahead, lookahead_end(&ahead), false));
}

/* The notes of a phrase that begin at or after a frame. */
static uint32_t notes_from(const struct phrase *phrase, uint64_t frame,
                           const struct note **first)
{
    uint32_t skipped = 0;

    while (skipped < phrase->n_notes && phrase->notes[skipped].frame < frame) {
        skipped++;
    }
    *first = phrase->notes + skipped;
    return phrase->n_notes - skipped;
}

static void check_same_notes_after(uint64_t frame, const struct phrase *old,
                                   const struct phrase *new)
{
    const struct note *before;
    const struct note *after;
    const uint32_t n = notes_from(old, frame, &before);

    CHECK_U64(notes_from(new, frame, &after), n);
    assert_memory_equal(before, after, n * sizeof *before);
}

static void
test_taking_music_back_to_any_beat_and_composing_on_unchanged_gives_the_same_notes(void **state)
{
    uint64_t number = PHRASES;
    uint64_t at = composed[1].start_frame;
    const struct checkpoint *beat;

    (void)state;
    while ((beat = lookahead_find(&ahead, at, false)) != NULL) {
        const uint64_t frame = beat->frame;

        at = frame + 1;
        lookahead_rewind(&ahead, beat);
        CHECK_U64(lookahead_end(&ahead), frame);
        assert_null(lookahead_find(&ahead, frame, false));
        lookahead_compose(&ahead, &params, BARS, number++);
        CHECK_U64(ahead.latest->phrase.start_frame, frame);
        CHECK_U64(lookahead_end(&ahead), composed[1].start_frame + composed[1].frames);
        check_same_notes_after(frame, &composed[1], &ahead.latest->phrase);
    }
    CHECK_U64(number, PHRASES + BARS * BEATS_PER_BAR); /* each of its beats */
}

static void test_an_entry_is_all_it_takes_to_compose_its_phrase_again(void **state)
{
    static struct lookahead_entry entries[PHRASES];
    static struct lookahead other;

    (void)state;
    memcpy(entries, ahead.entries, sizeof entries);
    CHECK_INT(lookahead_init(&other), 0);
    for (int i = 1; i < PHRASES; i++) { /* the first is forgotten */
        lookahead_restore(&other, &entries[i]);
        assert_memory_equal(&other.latest->phrase, &composed[i], sizeof composed[i]);
    }
    assert_memory_equal(&other.composer, &ahead.composer, sizeof ahead.composer);
    CHECK_U64(other.n_entries, PHRASES - 1);
    lookahead_finish(&other);
}

static void test_what_is_over_is_forgotten_but_never_the_last_phrase(void **state)
{
    const uint64_t middle = composed[2].start_frame + 64;

    (void)state;
    lookahead_forget(&ahead, middle);
    CHECK_U64(ahead.n_entries, 2); /* the sounding one and the next */
    CHECK_U64(ahead.entries[0].number, 2);
    CHECK(ahead.beats[0].frame >= middle);
    lookahead_forget(&ahead, lookahead_end(&ahead) * 10);
    CHECK_U64(ahead.n_entries, 1);
    CHECK_U64(ahead.entries[0].number, PHRASES - 1);
    CHECK_U64(ahead.n_beats, 0);
}

static void test_more_phrases_than_there_is_room_for_push_the_oldest_out(void **state)
{
    (void)state;
    for (uint64_t i = PHRASES; i < UINT64_C(2) * LOOKAHEAD_ENTRIES; i++) {
        lookahead_compose(&ahead, &params, BARS, i);
        CHECK(ahead.n_entries <= LOOKAHEAD_ENTRIES && ahead.n_beats <= LOOKAHEAD_BEATS);
        CHECK_U64(ahead.entries[ahead.n_entries - 1].number, i);
    }
    CHECK_U64(ahead.n_entries, LOOKAHEAD_ENTRIES);
    for (uint32_t i = 1; i < ahead.n_beats; i++) {
        CHECK(ahead.beats[i].frame > ahead.beats[i - 1].frame);
    }
}

static void test_music_that_is_where_it_should_be_is_settled_at_once(void **state)
{
    const uint64_t bar = composed[1].bar_frames[1];
    struct params faster = params;

    (void)state;
    CHECK_U64(lookahead_settled(&ahead, bar, &params), bar);
    faster.bpm = 120;
    CHECK_U64(lookahead_settled(&ahead, bar, &faster), lookahead_end(&ahead));
}

static void test_music_is_settled_from_the_bar_line_on_at_which_it_arrives(void **state)
{
    struct params faster = params;

    (void)state;
    faster.bpm = params.bpm + 10; /* in three steps */
    lookahead_rewind(&ahead, lookahead_find(&ahead, composed[1].bar_frames[1], true));
    lookahead_compose(&ahead, &faster, BARS, PHRASES);
    const struct phrase *const phrase = &ahead.latest->phrase;

    CHECK(phrase->bar_bpm[1] < faster.bpm);
    CHECK_NEAR(phrase->bar_bpm[2], faster.bpm, 0);
    CHECK_U64(lookahead_settled(&ahead, phrase->start_frame, &faster), phrase->bar_frames[2]);
    CHECK_U64(lookahead_settled(&ahead, phrase->bar_frames[2] + 64, &faster),
              phrase->bar_frames[2] + 64);
}

static void test_finishing_twice_or_nothing_is_fine(void **state)
{
    struct lookahead nothing = {0};

    (void)state;
    lookahead_finish(&nothing);
    lookahead_finish(&ahead);
}

static void
test_what_was_asked_for_at_a_bar_line_comes_when_a_beat_before_it_is_revised(void **state)
{
    const struct checkpoint *const bar =
        lookahead_find(&ahead, composed[1].bar_frames[2], true);
    const uint64_t bar_frame = bar->frame;

    (void)state;
    lookahead_rewind(&ahead, bar);
    composer_next_section(&ahead.composer);
    composer_end(&ahead.composer, bar_frame + 44100);
    lookahead_compose(&ahead, &params, BARS, PHRASES);
    const struct checkpoint *const beat =
        lookahead_find(&ahead, composed[1].bar_frames[1] + 1, false);

    CHECK(!beat->bar_line);
    lookahead_rewind(&ahead, beat);
    lookahead_compose(&ahead, &params, BARS, PHRASES + 1);
    CHECK_U64(lookahead_end(&ahead), bar_frame);
    CHECK(!composer_settled(&ahead.composer, &params)); /* it waits for the bar line */
    lookahead_compose(&ahead, &params, BARS, PHRASES + 2);
    CHECK_INT(ahead.latest->phrase.section, composed[1].section + 1);
    CHECK(lookahead_end(&ahead) > bar_frame && ahead.composer.ending != ENDING_NONE);
}

static void test_a_beat_long_before_it_knows_nothing_of_what_was_asked_for(void **state)
{
    const struct checkpoint *const bar =
        lookahead_find(&ahead, composed[1].bar_frames[2], true);

    (void)state;
    lookahead_rewind(&ahead, bar);
    composer_next_section(&ahead.composer);
    lookahead_compose(&ahead, &params, BARS, PHRASES);
    lookahead_rewind(&ahead, lookahead_find(&ahead, composed[1].bar_frames[0] + 1, false));
    CHECK_INT(ahead.composer.renewal, RENEWAL_NONE);
}

int main(void)
{
#define LOOKAHEAD_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        LOOKAHEAD_TEST(test_phrases_follow_each_other_without_a_gap),
        LOOKAHEAD_TEST(
            test_the_next_beat_and_bar_line_are_found_and_those_not_yet_composed_are_not),
        LOOKAHEAD_TEST(
            test_taking_music_back_to_any_beat_and_composing_on_unchanged_gives_the_same_notes),
        LOOKAHEAD_TEST(test_an_entry_is_all_it_takes_to_compose_its_phrase_again),
        LOOKAHEAD_TEST(test_what_is_over_is_forgotten_but_never_the_last_phrase),
        LOOKAHEAD_TEST(test_more_phrases_than_there_is_room_for_push_the_oldest_out),
        LOOKAHEAD_TEST(test_music_that_is_where_it_should_be_is_settled_at_once),
        LOOKAHEAD_TEST(test_music_is_settled_from_the_bar_line_on_at_which_it_arrives),
        LOOKAHEAD_TEST(test_finishing_twice_or_nothing_is_fine),
        LOOKAHEAD_TEST(
            test_what_was_asked_for_at_a_bar_line_comes_when_a_beat_before_it_is_revised),
        LOOKAHEAD_TEST(test_a_beat_long_before_it_knows_nothing_of_what_was_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
