/* The timeline: what phrases say is played, block by block, whenever they arrived. */
#include "synthd/timeline.h"
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

enum { RATE_HZ = 44100 };

static struct timeline *make_timeline(void)
{
    struct timeline *const timeline = malloc(sizeof *timeline);

    CHECK(timeline != NULL);
    timeline_init(timeline, RATE_HZ);
    return timeline;
}

/* One phrase at a time is enough: a timeline keeps nothing of it. */
static struct phrase phrase;

static void begin_phrase(uint64_t number, uint64_t start_frame)
{
    memset(&phrase, 0, sizeof phrase);
    phrase.phrase = number;
    phrase.start_frame = start_frame;
    phrase.frames = 64000;
}

static void add_note(uint64_t frame, uint32_t frames, enum role role, uint8_t midi)
{
    phrase.notes[phrase.n_notes++] = (struct note){
        .frame = frame, .frames = frames, .midi = midi, .velocity = 64, .role = (uint8_t)role};
}

static void add_end(uint64_t frame, enum role role, uint8_t midi)
{
    phrase.ends[phrase.n_ends++] =
        (struct note_end){.frame = frame, .role = (uint8_t)role, .midi = midi};
}

/* Plays up to `frame` and writes what happens: "+60@64 -60@128 ". */
static void play_to(struct timeline *timeline, uint64_t frame, char *text, size_t size)
{
    struct timeline_event events[TIMELINE_BLOCK_EVENTS];
    size_t used = strlen(text);

    while (timeline->position < frame) {
        const uint64_t at = timeline->position;
        const uint32_t n = timeline_pop(timeline, events);

        for (uint32_t i = 0; i < n; i++) {
            used += (size_t)snprintf(text + used, size - used, "%c%d@%d ",
                                     events[i].on ? '+' : '-', events[i].midi, (int)at);
        }
    }
}

static void test_a_note_begins_and_ends_at_its_own_block(void **state)
{
    struct timeline *const timeline = make_timeline();
    char text[256] = "";

    (void)state;
    begin_phrase(0, 0);
    add_note(128, 192, ROLE_pad, 60);
    CHECK(timeline_apply(timeline, &phrase));
    timeline_start(timeline);
    play_to(timeline, 1024, text, sizeof text);
    CHECK_TEXT(text, "+60@128 -60@320 ");
    free(timeline);
}

static void test_ends_come_before_beginnings_then_by_role_and_pitch(void **state)
{
    struct timeline *const timeline = make_timeline();
    struct timeline_event events[TIMELINE_BLOCK_EVENTS];

    (void)state;
    begin_phrase(0, 0);
    add_note(64, 64, ROLE_bell, 80);
    add_note(64, 64, ROLE_pad, 61);
    add_note(64, 64, ROLE_pad, 60);
    add_note(0, 64, ROLE_kick, 36);
    timeline_apply(timeline, &phrase);
    timeline_start(timeline);
    CHECK_INT(timeline_pop(timeline, events), 1);
    CHECK_INT(timeline_pop(timeline, events), 4);
    CHECK_INT(events[0].midi, 36);
    CHECK(!events[0].on);
    CHECK_INT(events[1].midi, 60);
    CHECK_INT(events[2].midi, 61);
    CHECK_INT(events[3].midi, 80);
    free(timeline);
}

static void test_a_phrase_takes_away_what_earlier_ones_hold_from_its_start_on(void **state)
{
    struct timeline *const timeline = make_timeline();
    char text[256] = "";

    (void)state;
    begin_phrase(0, 0);
    add_note(64, 1024, ROLE_pad, 60); /* began before: ends as written */
    add_note(512, 512, ROLE_pad, 62); /* taken away */
    timeline_apply(timeline, &phrase);
    begin_phrase(1, 512);
    add_note(576, 64, ROLE_pad, 64);
    timeline_apply(timeline, &phrase);
    timeline_start(timeline);
    play_to(timeline, 2048, text, sizeof text);
    CHECK_TEXT(text, "+60@64 +64@576 -64@640 -60@1088 ");
    free(timeline);
}

static void test_a_phrase_moves_the_ends_that_it_names(void **state)
{
    struct timeline *const timeline = make_timeline();
    char text[256] = "";

    (void)state;
    begin_phrase(0, 0);
    add_note(64, 4096, ROLE_pad, 60);
    add_note(64, 4096, ROLE_pad, 62);
    add_note(64, 128, ROLE_pad, 64); /* over by then: not the one that is meant */
    timeline_apply(timeline, &phrase);
    begin_phrase(1, 512);
    add_end(640, ROLE_pad, 60);
    add_end(640, ROLE_pad, 64);
    add_end(640, ROLE_lead, 62);
    timeline_apply(timeline, &phrase);
    timeline_start(timeline);
    play_to(timeline, 8192, text, sizeof text);
    CHECK_TEXT(text, "+60@64 +62@64 +64@64 -64@192 -60@640 -62@4160 ");
    free(timeline);
}

static void test_an_end_goes_with_the_phrase_that_named_it(void **state)
{
    struct timeline *const timeline = make_timeline();
    char text[256] = "";

    (void)state;
    begin_phrase(0, 0);
    add_note(64, 4096, ROLE_pad, 60);
    add_note(64, 4096, ROLE_pad, 62);
    timeline_apply(timeline, &phrase);
    begin_phrase(1, 512);
    add_end(640, ROLE_pad, 60);
    add_end(1280, ROLE_pad, 62);
    add_end(8192, ROLE_pad, 62); /* an end never makes a note longer */
    timeline_apply(timeline, &phrase);
    begin_phrase(2, 1024); /* takes over before the second end, after the first */
    timeline_apply(timeline, &phrase);
    timeline_start(timeline);
    play_to(timeline, 8192, text, sizeof text);
    CHECK_TEXT(text, "+60@64 +62@64 -60@640 -62@4160 ");
    free(timeline);
}

static void test_a_phrase_that_was_laid_down_before_changes_nothing(void **state)
{
    struct timeline *const timeline = make_timeline();

    (void)state;
    begin_phrase(5, 0);
    add_note(64, 64, ROLE_pad, 60);
    CHECK(timeline_apply(timeline, &phrase));
    CHECK(!timeline_apply(timeline, &phrase));
    begin_phrase(4, 0);
    CHECK(!timeline_apply(timeline, &phrase));
    CHECK_INT(timeline_pending(timeline), 1);
    free(timeline);
}

static void test_a_late_note_that_still_has_time_begins_at_once_and_is_counted(void **state)
{
    struct timeline *const timeline = make_timeline();
    char text[256] = "";

    (void)state;
    timeline_start(timeline);
    play_to(timeline, 6400, text, sizeof text);
    begin_phrase(0, 0);
    add_note(64, 44096, ROLE_pad, 60);
    add_note(64, 12800, ROLE_pad, 62); /* 145 ms are left: not worth it */
    timeline_apply(timeline, &phrase);
    play_to(timeline, 65536, text, sizeof text);
    CHECK_TEXT(text, "+60@6400 -60@44160 ");
    CHECK_U64(timeline->notes_late, 2);
    free(timeline);
}

static void test_a_sounding_note_that_is_taken_away_is_released(void **state)
{
    struct timeline *const timeline = make_timeline();
    char text[256] = "";

    (void)state;
    begin_phrase(0, 0);
    add_note(640, 64000, ROLE_pad, 60);
    timeline_apply(timeline, &phrase);
    timeline_start(timeline);
    play_to(timeline, 1280, text, sizeof text);
    begin_phrase(1, 640); /* arrives after its own start */
    timeline_apply(timeline, &phrase);
    play_to(timeline, 6400, text, sizeof text);
    CHECK_TEXT(text, "+60@640 -60@1280 ");
    free(timeline);
}

static void test_the_order_of_arrival_of_later_phrases_leaves_no_trace(void **state)
{
    char early[512] = "", late[512] = "";

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct timeline *const timeline = make_timeline();
        char *const text = i == 0 ? early : late;

        begin_phrase(0, 0);
        add_note(64, 640, ROLE_pad, 60);
        add_note(1280, 640, ROLE_lead, 72);
        timeline_apply(timeline, &phrase);
        timeline_start(timeline);
        if (i == 1) {
            play_to(timeline, 1216, text, sizeof early);
        }
        begin_phrase(1, 1280);
        add_note(1280, 640, ROLE_lead, 74);
        add_note(1280, 640, ROLE_pad, 62);
        timeline_apply(timeline, &phrase);
        play_to(timeline, 4096, text, sizeof early);
        free(timeline);
    }
    CHECK_TEXT(early, late);
    CHECK_TEXT(early, "+60@64 -60@704 +62@1280 +74@1280 -62@1920 -74@1920 ");
}

/* A note that began 12 s ago and sounds on, one that ended 3 s ago, one that ended 6 s ago. */
static void test_joining_begins_what_can_still_be_heard_at_its_true_onset(void **state)
{
    struct timeline *const timeline = make_timeline();
    const uint64_t join = 20 * 44032;
    char text[512] = "";

    (void)state;
    timeline_join(timeline, join);
    begin_phrase(0, 0);
    add_note(join - 12 * 44032, 15 * 44032, ROLE_pad, 60);
    add_note(join - 8 * 44032, 5 * 44032, ROLE_pad, 62);
    add_note(join - 16 * 44032, 10 * 44032, ROLE_pad, 64);
    add_note(join + 6400, 6400, ROLE_pad, 65);
    timeline_apply(timeline, &phrase);
    CHECK_U64(timeline_start(timeline), join - 12 * 44032);
    play_to(timeline, join, text, sizeof text);
    CHECK_TEXT(text, "+60@352256 +62@528384 -62@748544 ");
    text[0] = '\0';
    play_to(timeline, join + 4 * 44032, text, sizeof text);
    CHECK_TEXT(text, "+65@887040 -65@893440 -60@1012736 ");
    CHECK_U64(timeline->notes_late, 0);
    free(timeline);
}

static void
test_a_note_that_a_later_phrase_took_away_does_not_come_back_when_joining(void **state)
{
    struct timeline *const timeline = make_timeline();
    char text[256] = "";

    (void)state;
    timeline_join(timeline, 128000);
    begin_phrase(0, 0);
    add_note(64000, 640000, ROLE_pad, 60);
    timeline_apply(timeline, &phrase);
    begin_phrase(1, 64000);
    add_note(64064, 640000, ROLE_pad, 62);
    timeline_apply(timeline, &phrase);
    timeline_start(timeline);
    play_to(timeline, 128000, text, sizeof text);
    CHECK_TEXT(text, "+62@64064 ");
    free(timeline);
}

static void test_a_full_timeline_drops_and_counts(void **state)
{
    struct timeline *const timeline = make_timeline();

    (void)state;
    for (uint64_t n = 0; n < 7; n++) {
        begin_phrase(n, n * 64000);
        for (int i = 0; i < PHRASE_MAX_NOTES; i++) {
            add_note(n * 64000, 64, ROLE_pad, (uint8_t)(i % 128));
        }
        timeline_apply(timeline, &phrase);
    }
    CHECK_INT(timeline_pending(timeline), TIMELINE_NOTES);
    CHECK_U64(timeline->notes_dropped, 7 * PHRASE_MAX_NOTES - TIMELINE_NOTES);
    free(timeline);
}

static void test_each_frame_has_the_phrase_that_owns_it(void **state)
{
    struct timeline *const timeline = make_timeline();

    (void)state;
    CHECK_U64(timeline_phrase_at(timeline, 0), UINT64_MAX);
    for (uint64_t n = 0; n < 3; n++) {
        begin_phrase(n, n * 6400);
        timeline_apply(timeline, &phrase);
    }
    begin_phrase(3, 3200); /* in the middle of the first */
    timeline_apply(timeline, &phrase);
    CHECK_U64(timeline_phrase_at(timeline, 3199), 0);
    CHECK_U64(timeline_phrase_at(timeline, 3200), 3);
    CHECK_U64(timeline_phrase_at(timeline, 64000), 3);
    free(timeline);
}

/* From which pitch the melody's note at `frame` begins, after one of 60 at 0 for 22050. */
static int glide_of(uint64_t frame, uint8_t midi)
{
    struct timeline *const timeline = make_timeline();
    struct timeline_event events[TIMELINE_BLOCK_EVENTS];
    int from = -1;

    begin_phrase(0, 0);
    add_note(0, 22050, ROLE_lead, 60);
    add_note(64, 44100, ROLE_pad, 61); /* another role is no melody */
    add_note(frame, 22050, ROLE_lead, midi);
    timeline_apply(timeline, &phrase);
    timeline_start(timeline);
    while (timeline->position <= frame) {
        const uint32_t n = timeline_pop(timeline, events);

        for (uint32_t i = 0; i < n; i++) {
            if (events[i].on && events[i].midi == midi) {
                from = events[i].glide_from;
            } else if (events[i].on) {
                CHECK_INT(events[i].glide_from, TIMELINE_NO_GLIDE);
            }
        }
    }
    free(timeline);
    return from;
}

static void test_the_melody_glides_from_a_close_note_just_before(void **state)
{
    (void)state;
    CHECK_INT(glide_of(20000, 62), 60); /* it still sounds */
    CHECK_INT(glide_of(22050, 67), 60);
    CHECK_INT(glide_of(24000, 58), 60); /* 44 ms after its end */
    CHECK_INT(glide_of(26000, 58), TIMELINE_NO_GLIDE);
    CHECK_INT(glide_of(22050, 68), TIMELINE_NO_GLIDE); /* too far */
    CHECK_INT(glide_of(22050, 60), TIMELINE_NO_GLIDE);
}

/* What a phrase says must not depend on which phrases came before. */
static void test_nothing_glides_from_another_phrase(void **state)
{
    struct timeline *const timeline = make_timeline();
    struct timeline_event events[TIMELINE_BLOCK_EVENTS];

    (void)state;
    begin_phrase(0, 0);
    add_note(0, 1024, ROLE_lead, 60);
    timeline_apply(timeline, &phrase);
    begin_phrase(1, 512);
    add_note(512, 64, ROLE_lead, 62);
    timeline_apply(timeline, &phrase);
    timeline_start(timeline);
    while (timeline->position < 512) {
        timeline_pop(timeline, events);
    }
    CHECK_INT(timeline_pop(timeline, events), 1);
    CHECK_INT(events[0].glide_from, TIMELINE_NO_GLIDE);
    free(timeline);
}

static void test_what_doubles_the_chords_is_played_by_the_second_pad(void **state)
{
    struct timeline *const timeline = make_timeline();
    struct timeline_event events[TIMELINE_BLOCK_EVENTS];

    (void)state;
    begin_phrase(0, 0);
    add_note(0, 1024, ROLE_pad, 60);
    add_note(0, 1024, ROLE_pad, 72);
    phrase.notes[1].why = RULE_chord_octave;
    timeline_apply(timeline, &phrase);
    timeline_start(timeline);
    CHECK_INT(timeline_pop(timeline, events), 2);
    CHECK_INT(events[0].timbre, TIMBRE_pad);
    CHECK_INT(events[1].timbre, TIMBRE_pad2);
    CHECK_INT(events[1].midi, 72);
    free(timeline);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_note_begins_and_ends_at_its_own_block),
        cmocka_unit_test(test_ends_come_before_beginnings_then_by_role_and_pitch),
        cmocka_unit_test(test_a_phrase_takes_away_what_earlier_ones_hold_from_its_start_on),
        cmocka_unit_test(test_a_phrase_moves_the_ends_that_it_names),
        cmocka_unit_test(test_an_end_goes_with_the_phrase_that_named_it),
        cmocka_unit_test(test_a_phrase_that_was_laid_down_before_changes_nothing),
        cmocka_unit_test(test_a_late_note_that_still_has_time_begins_at_once_and_is_counted),
        cmocka_unit_test(test_a_sounding_note_that_is_taken_away_is_released),
        cmocka_unit_test(test_the_order_of_arrival_of_later_phrases_leaves_no_trace),
        cmocka_unit_test(test_joining_begins_what_can_still_be_heard_at_its_true_onset),
        cmocka_unit_test(
            test_a_note_that_a_later_phrase_took_away_does_not_come_back_when_joining),
        cmocka_unit_test(test_a_full_timeline_drops_and_counts),
        cmocka_unit_test(test_each_frame_has_the_phrase_that_owns_it),
        cmocka_unit_test(test_the_melody_glides_from_a_close_note_just_before),
        cmocka_unit_test(test_nothing_glides_from_another_phrase),
        cmocka_unit_test(test_what_doubles_the_chords_is_played_by_the_second_pad),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
