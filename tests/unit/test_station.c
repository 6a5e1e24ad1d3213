/* The station: when a change begins, what it touches, and that nothing is promised that does
 * not come. */
#include "common/rng.h"
#include "composerd/station.h"
#include "tests/check.h"
#include "tests/samples.h"

#include <string.h>

enum { HEARD_MAX = 4096 };

static const uint32_t rate_hz = 44100;

static const uint64_t now_frame = UINT64_C(1000064); /* somewhere in the first phrase */
static struct station station;
static struct control_request request;

/* What the listener was told: the phrases in order of publishing, in short. */
static struct {
    uint32_t n;
    struct {
        uint64_t number, start_frame, end_frame;
        int32_t key, mode;
        double last_bpm, bpm_jump; /* the largest from bar to bar */
        uint32_t section, n_notes;
        uint32_t n_struck; /* of pads and bass, with the first beat */
        bool first_is_bar;
    } phrases[HEARD_MAX];
} heard;

/* Written beats lie 25 ms behind the grid, and are humanised by as much. */
static uint32_t count_struck(const struct phrase *phrase)
{
    const uint64_t latest = phrase->start_frame + clock_ms_frames(50, rate_hz);
    uint32_t n = 0;

    for (uint32_t i = 0; i < phrase->n_notes; i++) {
        const struct note *const note = &phrase->notes[i];

        n += (note->role == ROLE_pad || note->role == ROLE_bass) && note->frame <= latest;
    }
    return n;
}

static void on_phrase(void *user, const struct phrase *phrase)
{
    const uint32_t i = heard.n++;

    CHECK(user == &heard && i < HEARD_MAX);
    heard.phrases[i].number = phrase->phrase;
    heard.phrases[i].start_frame = phrase->start_frame;
    heard.phrases[i].end_frame = phrase->start_frame + phrase->frames;
    heard.phrases[i].key = phrase->key;
    heard.phrases[i].mode = phrase->mode;
    heard.phrases[i].section = phrase->section;
    heard.phrases[i].n_notes = phrase->n_notes;
    heard.phrases[i].n_struck = count_struck(phrase);
    heard.phrases[i].last_bpm = phrase->bar_bpm[phrase->n_bars - 1];
    heard.phrases[i].first_is_bar = phrase->bar_frames[0] == phrase->start_frame;
    heard.phrases[i].bpm_jump = 0;
    for (uint32_t bar = 1; bar < phrase->n_bars; bar++) {
        const double jump = phrase->bar_bpm[bar] - phrase->bar_bpm[bar - 1];
        const double size = jump < 0 ? -jump : jump;

        heard.phrases[i].bpm_jump =
            size > heard.phrases[i].bpm_jump ? size : heard.phrases[i].bpm_jump;
    }
}

static const struct station_listener listener = {&heard, on_phrase};

static void compose_ahead(uint64_t frame)
{
    while (station_compose(&station, frame, &listener)) {
    }
}

static int setup(void **state)
{
    struct epoch epoch = sample_epoch();
    struct params params;

    (void)state;
    memset(&station, 0, sizeof station);
    memset(&heard, 0, sizeof heard);
    station.phrase_bars = 8;
    station.lead_frames = clock_ms_frames(300, rate_hz);
    params_init(&params);
    params.seed = 42;
    if (station_begin(&station, &epoch, &params) != 0) {
        return -1;
    }
    compose_ahead(now_frame);
    memset(&request, 0, sizeof request);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    station_finish(&station);
    return 0;
}

static uint64_t seconds(uint64_t n)
{
    return n * rate_hz;
}

/* The first frame that a change at `frame` can still reach. */
static uint64_t soon(uint64_t frame)
{
    return clock_block_up(frame + station.lead_frames +
                          clock_ms_frames(STATION_MARGIN_MS, rate_hz));
}

/* Where the next beat or bar line begins that a change at `frame` can reach, as composed
 * now. */
static uint64_t next_beat(uint64_t frame, bool bar_line)
{
    const struct checkpoint *const beat = lookahead_find(&station.ahead, soon(frame), bar_line);

    assert_non_null(beat);
    return beat->frame;
}

static void name_number(const char *name, double value)
{
    struct param_error error;

    CHECK_INT(params_change_number(&request.change, name, value, &error), 0);
}

static void name_text(const char *name, const char *value)
{
    struct param_error error;

    CHECK_INT(params_change_text(&request.change, name, value, &error), 0);
}

/* Carries the request out and forgets it; what the listener hears begins anew. */
static void change_at(uint64_t frame)
{
    const uint64_t before = station.change.change;

    heard.n = 0;
    station_change(&station, &request, frame, 4711, &listener);
    memset(&request, 0, sizeof request);
    CHECK_U64(station.change.change, before + 1);
    CHECK(station.change.effective_frame >= soon(frame));
    CHECK(station.change.settled_frame >= station.change.effective_frame);
    CHECK_U64(station.change.effective_frame % BLOCK_FRAMES, 0);
    CHECK_U64(station.change.sound_frame % BLOCK_FRAMES, 0);
}

/* The phrase published last that owns a frame. */
static uint32_t phrase_at(uint64_t frame)
{
    for (uint32_t i = heard.n; i > 0; i--) {
        if (heard.phrases[i - 1].start_frame <= frame) {
            return i - 1;
        }
    }
    fail_msg("no phrase was published before frame %llu", (unsigned long long)frame);
    return 0;
}

static void test_a_new_station_composes_ahead_from_frame_0_without_a_gap(void **state)
{
    (void)state;
    CHECK(heard.n >= STATION_PHRASES_AHEAD + 1);
    for (uint32_t i = 0; i < heard.n; i++) {
        CHECK_U64(heard.phrases[i].number, i);
        CHECK_U64(heard.phrases[i].start_frame, i == 0 ? 0 : heard.phrases[i - 1].end_frame);
    }
    CHECK(lookahead_phrases_after(&station.ahead, now_frame) >= STATION_PHRASES_AHEAD);
    CHECK(lookahead_end(&station.ahead) >= now_frame + seconds(STATION_SECONDS_AHEAD));
    CHECK_U64(station.change.change, 0);
}

static void test_it_composes_one_more_when_the_next_phrase_begins(void **state)
{
    const uint64_t begins = heard.phrases[1].start_frame;
    const uint32_t n = heard.n;

    (void)state;
    compose_ahead(begins - 1);
    CHECK_U64(heard.n, n);
    compose_ahead(begins);
    CHECK_U64(heard.n, n + 1);
    CHECK_U64(heard.phrases[n].start_frame, heard.phrases[n - 1].end_frame);
}

static void test_timbre_and_mix_move_at_once_and_leave_the_notes_alone(void **state)
{
    static const char *const names[] = {"brightness", "space", "width", "mix.pad",
                                        "mix.percussion"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        name_number(names[i], 0.9);
        change_at(now_frame);
        CHECK_U64(heard.n, 0);
        CHECK_U64(station.change.effective_frame, soon(now_frame));
        CHECK_U64(station.change.sound_frame, soon(now_frame) + SOUND_AHEAD_FRAMES);
        CHECK_U64(station.change.settled_frame - SOUND_AHEAD_FRAMES,
                  soon(now_frame) + clock_ms_frames(STATION_GLIDE_MS, rate_hz));
        CHECK(params_real(&station.change.params, (enum param_id)param_find(names[i])) == 0.9);
    }
}

static void test_intensity_sounds_at_once_and_changes_the_notes_from_the_next_beat(void **state)
{
    const uint64_t beat = next_beat(now_frame, false);

    (void)state;
    name_number("intensity", 1);
    change_at(now_frame);
    CHECK_U64(heard.phrases[0].start_frame, beat);
    CHECK_U64(station.change.effective_frame, soon(now_frame));
    CHECK(station.change.settled_frame >= beat);
}

static void test_a_layer_that_falls_silent_is_left_out_from_the_next_beat(void **state)
{
    const uint64_t beat = next_beat(now_frame, false);

    (void)state;
    name_number("mix.lead", 0);
    change_at(now_frame);
    CHECK_U64(heard.phrases[0].start_frame, beat);
    name_number("mix.lead", 0);
    change_at(now_frame); /* silent already */
    CHECK_U64(heard.n, 0);
}

static void check_at_next_bar(void)
{
    const uint64_t bar = next_beat(now_frame, true);

    change_at(now_frame);
    CHECK_U64(station.change.effective_frame, bar);
    CHECK_U64(heard.phrases[0].start_frame, bar);
    CHECK(heard.phrases[0].first_is_bar);
}

static void
test_key_and_mode_begin_to_change_at_the_next_bar_line_and_arrive_when_settled(void **state)
{
    (void)state;
    name_text("key", "Eb lydian");
    check_at_next_bar();
    CHECK(lookahead_end(&station.ahead) >= station.change.settled_frame);
    compose_ahead(station.change.settled_frame);
    const uint32_t i = phrase_at(station.change.settled_frame);

    CHECK_INT(heard.phrases[i].key, 3);
    CHECK_INT(heard.phrases[i].mode, MODE_lydian);
}

static void test_tempo_changes_from_the_next_bar_by_at_most_4_bpm_a_bar(void **state)
{
    (void)state;
    name_number("bpm", 120);
    check_at_next_bar();
    compose_ahead(station.change.settled_frame);
    CHECK(heard.phrases[phrase_at(station.change.settled_frame)].last_bpm > 119);
    for (uint32_t i = 0; i < heard.n; i++) {
        CHECK(heard.phrases[i].bpm_jump <= 4 + 1e-9);
    }
}

/* So that it is heard where the answer says, and not only when the next chord was due. */
static void test_a_transition_begins_with_a_chord_struck_at_its_bar_line(void **state)
{
    uint64_t frame = now_frame;

    (void)state;
    for (int i = 0; i < 40; i++) {
        frame += seconds(7);
        compose_ahead(frame);
        name_number("bpm", i % 2 == 0 ? 61 + i : station.change.params.bpm);
        name_text("key", i % 4 == 1 || i % 4 == 2 ? "Ab lydian" : "E dorian");
        change_at(frame);
        CHECK_U64(heard.phrases[0].start_frame, station.change.effective_frame);
        CHECK(heard.phrases[0].n_struck >= 1);
    }
}

static void test_asking_for_what_is_so_already_changes_no_note(void **state)
{
    const uint64_t end = lookahead_end(&station.ahead);
    uint64_t dice[DICE_WORDS];

    (void)state;
    memcpy(dice, station.ahead.composer.dice, sizeof dice);
    name_text("key", "A minor");
    change_at(now_frame);
    while (lookahead_end(&station.ahead) < end) {
        CHECK(station_compose(&station, lookahead_end(&station.ahead) - 1, &listener));
    }
    assert_memory_equal(dice, station.ahead.composer.dice, sizeof dice);
}

static void test_when_the_bar_line_is_too_near_the_one_after_is_meant(void **state)
{
    const uint64_t bar = next_beat(now_frame, true);
    const uint64_t too_late = bar - (soon(now_frame) - now_frame) + BLOCK_FRAMES;

    (void)state;
    CHECK(soon(too_late) > bar);
    name_text("key", "C");
    change_at(too_late);
    CHECK(station.change.effective_frame > bar);
    CHECK(heard.phrases[0].first_is_bar);
}

static void test_two_changes_in_one_bar_become_one_transition(void **state)
{
    const uint64_t bar = next_beat(now_frame, true);

    (void)state;
    name_text("key", "D");
    change_at(now_frame);
    CHECK_U64(station.change.effective_frame, bar);
    const uint64_t first_number = heard.phrases[0].number;

    name_text("mode", "dorian");
    change_at(now_frame + 2 * BLOCK_FRAMES);
    CHECK_U64(station.change.effective_frame, bar);
    CHECK_U64(heard.phrases[0].start_frame, bar); /* it takes over from the first one whole */
    CHECK(heard.phrases[0].number > first_number);
    CHECK_INT(station.change.params.key, 2);
    CHECK_INT(station.change.params.mode, MODE_dorian);
    compose_ahead(station.change.settled_frame);
    CHECK_INT(heard.phrases[phrase_at(station.change.settled_frame)].key, 2);
    CHECK_INT(heard.phrases[phrase_at(station.change.settled_frame)].mode, MODE_dorian);
}

static void test_asking_for_the_next_section_and_a_new_seed_in_one_bar_keeps_both(void **state)
{
    const uint32_t section = heard.phrases[phrase_at(now_frame)].section;

    (void)state;
    request.op = CONTROL_NEXT;
    check_at_next_bar();
    CHECK_U64(heard.phrases[0].section, section + 1);
    request.op = CONTROL_RESEED;
    check_at_next_bar();
    CHECK_U64(heard.phrases[0].section, section + 1);
    CHECK_U64(station.change.params.seed, 4711);
}

static void test_a_preset_is_one_transition_over_4_bars_from_the_next_bar_line(void **state)
{
    const uint64_t bar = next_beat(now_frame, true);

    (void)state;
    name_text("preset", "sleep");
    change_at(now_frame);
    CHECK_U64(station.change.effective_frame, bar);
    CHECK_U64(station.change.sound_frame, bar + SOUND_AHEAD_FRAMES);
    CHECK_NEAR(station.change.glide_frames / (4 * 4 * 60.0 / 60 * rate_hz), 1, 0.001);
    CHECK(station.change.settled_frame >= bar + station.change.glide_frames);
    CHECK_TEXT(station.change.params.preset, "sleep");
    CHECK(station.change.params.intensity == 0.12);
    CHECK_U64(station.change.params.seed, 42);
}

static void test_an_end_comes_to_rest_and_a_begin_goes_on(void **state)
{
    uint64_t frame = now_frame;

    (void)state;
    CHECK(!station_resting(&station, frame));
    request.op = CONTROL_END;
    request.after_ms = 5000;
    change_at(frame);
    for (int i = 0; i < 40 && !station_resting(&station, frame); i++) {
        frame += seconds(10);
        compose_ahead(frame);
    }
    CHECK(station_resting(&station, frame));
    frame += seconds(60);
    compose_ahead(frame);
    CHECK_U64(heard.phrases[phrase_at(frame)].n_notes, 0);
    request.op = CONTROL_BEGIN;
    change_at(frame);
    compose_ahead(frame);
    CHECK(heard.phrases[phrase_at(station.change.settled_frame + seconds(8))].n_notes > 0);
    CHECK(!station_resting(&station, station.change.effective_frame + seconds(30)));
}

static void test_an_answer_says_when_it_will_be_heard(void **state)
{
    const int64_t now_ns = clock_due_ns(&station.epoch, now_frame);

    (void)state;
    name_number("space", 0.9);
    change_at(now_frame);
    const struct control_answer answer = station_answer(&station, now_ns);

    CHECK_U64(answer.effective_frame, station.change.effective_frame);
    CHECK_U64(answer.settled_frame, station.change.settled_frame);
    CHECK_NEAR(answer.effective_in_ms, 350, 5); /* lead and margin, in whole blocks */
    CHECK(answer.params.space == 0.9);
}

static void draw_request(struct rng *rng)
{
    static const char *const keys[] = {"C", "F# minor", "Bb dorian", "E lydian"};
    static const char *const presets[] = {"focus", "sleep", "bright", "meditation"};
    static const enum control_op ops[] = {CONTROL_NEXT, CONTROL_RESEED, CONTROL_BEGIN};

    switch (rng_below(rng, 6)) {
    case 0:
        name_text("key", keys[rng_below(rng, 4)]);
        break;
    case 1:
        name_text("preset", presets[rng_below(rng, 4)]);
        break;
    case 2:
        name_number("bpm", 60 + rng_below(rng, 61));
        break;
    case 3:
        name_number("intensity", rng_unit(rng));
        break;
    case 4:
        name_number("mix.bell", rng_below(rng, 2));
        break;
    default:
        request.op = ops[rng_below(rng, 3)];
        break;
    }
}

/* Each phrase takes over at the beginning of music that was there, and is followed without a
 * gap. */
static void check_heard(uint64_t *last_number, uint64_t frame)
{
    for (uint32_t i = 0; i < heard.n; i++) {
        CHECK(heard.phrases[i].number > *last_number);
        *last_number = heard.phrases[i].number;
        CHECK(heard.phrases[i].start_frame >= soon(frame));
        CHECK(heard.phrases[i].end_frame > heard.phrases[i].start_frame);
        if (i > 0 && heard.phrases[i].start_frame > heard.phrases[i - 1].start_frame) {
            CHECK_U64(heard.phrases[i].start_frame, heard.phrases[i - 1].end_frame);
        }
    }
}

static void
test_numbers_are_never_used_again_and_promises_hold_through_hundreds_of_changes(void **state)
{
    struct rng rng;
    uint64_t frame = now_frame;
    uint64_t last_number = heard.phrases[heard.n - 1].number;

    (void)state;
    rng_init(&rng, 1);
    for (int i = 0; i < 300; i++) {
        draw_request(&rng);
        change_at(frame);
        check_heard(&last_number, frame);
        frame += rng_below(&rng, (uint32_t)seconds(3));
        heard.n = 0;
        compose_ahead(frame);
        check_heard(&last_number, frame);
        CHECK(lookahead_end(&station.ahead) >= frame + seconds(STATION_SECONDS_AHEAD));
        CHECK(station.next_phrase == last_number + 1);
    }
}

int main(void)
{
#define STATION_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        STATION_TEST(test_a_new_station_composes_ahead_from_frame_0_without_a_gap),
        STATION_TEST(test_it_composes_one_more_when_the_next_phrase_begins),
        STATION_TEST(test_timbre_and_mix_move_at_once_and_leave_the_notes_alone),
        STATION_TEST(test_intensity_sounds_at_once_and_changes_the_notes_from_the_next_beat),
        STATION_TEST(test_a_layer_that_falls_silent_is_left_out_from_the_next_beat),
        STATION_TEST(
            test_key_and_mode_begin_to_change_at_the_next_bar_line_and_arrive_when_settled),
        STATION_TEST(test_tempo_changes_from_the_next_bar_by_at_most_4_bpm_a_bar),
        STATION_TEST(test_a_transition_begins_with_a_chord_struck_at_its_bar_line),
        STATION_TEST(test_asking_for_what_is_so_already_changes_no_note),
        STATION_TEST(test_when_the_bar_line_is_too_near_the_one_after_is_meant),
        STATION_TEST(test_two_changes_in_one_bar_become_one_transition),
        STATION_TEST(test_asking_for_the_next_section_and_a_new_seed_in_one_bar_keeps_both),
        STATION_TEST(test_a_preset_is_one_transition_over_4_bars_from_the_next_bar_line),
        STATION_TEST(test_an_end_comes_to_rest_and_a_begin_goes_on),
        STATION_TEST(test_an_answer_says_when_it_will_be_heard),
        STATION_TEST(
            test_numbers_are_never_used_again_and_promises_hold_through_hundreds_of_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
