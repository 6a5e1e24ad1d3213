/* Taking a stream up again: whatever was left behind, the same music goes on or a new stream
 * is born. */
#include "common/folder.h"
#include "composerd/daemon.h"
#include "composerd/state_file.h"
#include "tests/check.h"
#include "tests/scratch.h"

#include <getopt.h>
#include <stdlib.h>
#include <time.h>

static struct daemon before, after;
static char dir_setting[100];

/* As the program does at its start, without a bus. */
static void load_settings(struct daemon *daemon, const char *more)
{
    char words[5][100] = {"composerd", "--set", "", "--set", ""};
    char *argv[] = {words[0], words[1], words[2], words[3], words[4], NULL};
    const struct settings_program program = {.letter = 'c', .name = "composerd"};
    struct settings_error error;

    snprintf(words[2], sizeof words[2], "%s", dir_setting);
    snprintf(words[4], sizeof words[4], "%s", more != NULL ? more : "log.level=error");
    memset(daemon, 0, sizeof *daemon);
    optind = 0;
    CHECK_INT(settings_load(&daemon->settings, &program, 5, argv, &error), 0);
}

static void start_with(struct daemon *daemon, const char *more)
{
    load_settings(daemon, more);
    CHECK_INT(folder_make(daemon->settings.state_dir), 0);
    daemon->publisher.metrics = &daemon->metrics;
    daemon->station.phrase_bars = (uint32_t)daemon->settings.composer_phrase_bars;
    daemon->station.lead_frames = clock_ms_frames(
        daemon->settings.station_lead_ms, (uint32_t)daemon->settings.station_sample_rate);
    CHECK_INT(daemon_resume(daemon), 0);
}

static void start(struct daemon *daemon)
{
    start_with(daemon, NULL);
    daemon_commit(daemon);
    while (daemon_compose(daemon)) {
    }
}

static int setup(void **state)
{
    log_init("test", "error"); /* what it tells of resuming is looked at here by other means */
    memset(&before, 0, sizeof before);
    memset(&after, 0, sizeof after);
    if (scratch_setup(state) != 0) {
        return -1;
    }
    snprintf(dir_setting, sizeof dir_setting, "station.dir=%s", scratch);
    start(&before);
    return 0;
}

static int teardown(void **state)
{
    daemon_finish(&before);
    daemon_finish(&after);
    log_init("test", "info");
    return scratch_teardown(state);
}

static void change_bpm(struct daemon *daemon, double bpm)
{
    const struct station_listener listener = daemon_listener(daemon);
    struct control_request request = {.origin = "test"};
    struct param_error error;

    CHECK_INT(params_change_number(&request.change, "bpm", bpm, &error), 0);
    station_change(&daemon->station, &request, daemon_now_frame(daemon), 1, &listener);
    outbox_add_params(&daemon->publisher.outbox, &daemon->station.change);
}

/* The stream is the same one, and stands where it stood. */
static void check_same_station(void)
{
    const struct lookahead *const a = &before.station.ahead;
    const struct lookahead *const b = &after.station.ahead;

    CHECK_U64(after.station.epoch.stream, before.station.epoch.stream);
    CHECK_INT(after.station.epoch.monotonic_ns, before.station.epoch.monotonic_ns);
    assert_memory_equal(&b->composer, &a->composer, sizeof a->composer);
    CHECK_U64(after.station.next_phrase, before.station.next_phrase);
    CHECK_U64(after.station.change.change, before.station.change.change);
    assert_memory_equal(&after.station.change.params, &before.station.change.params,
                        sizeof before.station.change.params);
}

static int count_queued(const struct daemon *daemon, enum event_type type)
{
    int n = 0;

    for (size_t i = 0; i < daemon->publisher.outbox.n_events; i++) {
        n += daemon->publisher.outbox.events[i].type == type;
    }
    return n;
}

static void test_a_stream_goes_on_and_nothing_is_said_twice(void **state)
{
    (void)state;
    change_bpm(&before, 90);
    daemon_commit(&before);
    start_with(&after, NULL);
    check_same_station();
    CHECK_U64(after.publisher.outbox.n_events, 0);
    CHECK(strcmp(after.publisher.outbox.run, before.publisher.outbox.run) != 0);
    CHECK_U64(after.publisher.history.n, before.publisher.history.n);
    for (size_t i = 0; i < after.publisher.history.n; i++) {
        CHECK_TEXT(after.publisher.history.events[i].json,
                   before.publisher.history.events[i].json);
        CHECK_U64(after.publisher.history.events[i].frame,
                  before.publisher.history.events[i].frame);
    }
    CHECK_INT(metric_get(&after.metrics, METRIC_composerd_state_errors), 0);
    CHECK_INT(metric_get(&after.metrics, METRIC_composerd_journal_errors), 0);
}

/* Saves the state and dies before anything of it is in the journal. */
static void commit_half(struct daemon *daemon)
{
    journal_finish(&daemon->publisher.journal);
    snprintf(daemon->publisher.journal.dir, sizeof daemon->publisher.journal.dir,
             "/nonexistent/journal");
    daemon_commit(daemon);
}

/* The newest event, from where it says the same in every run. */
static const char *last_published(const struct daemon *daemon)
{
    const struct history *const history = &daemon->publisher.history;

    return strstr(history->events[history->n - 1].json, "\"stream\":");
}

static void
test_every_phrase_of_a_change_that_was_decided_and_not_published_is_published(void **state)
{
    (void)state;
    change_bpm(&before, 120); /* takes several phrases to arrive */
    const int n = count_queued(&before, EVENT_PHRASE);

    CHECK(n >= 2);
    commit_half(&before);
    start_with(&after, NULL);
    check_same_station();
    CHECK_INT(count_queued(&after, EVENT_PHRASE), n);
    CHECK_INT(count_queued(&after, EVENT_PARAMS), 1);
    daemon_commit(&after);
    CHECK_TEXT(last_published(&after), last_published(&before));
}

static void test_a_damaged_state_is_set_aside_and_the_one_before_goes_on(void **state)
{
    (void)state;
    change_bpm(&before, 90);
    daemon_commit(&before);
    scratch_write("state/state.json", "{\"version\":1,");
    start_with(&after, NULL);
    CHECK_U64(after.station.epoch.stream, before.station.epoch.stream);
    CHECK(after.station.next_phrase >= before.station.next_phrase);
    CHECK_INT(metric_get(&after.metrics, METRIC_composerd_state_errors), 1);
    CHECK(scratch_exists("state/state.json.bad"));
}

static void
test_without_a_state_a_new_stream_is_born_with_the_parameters_of_the_journal(void **state)
{
    (void)state;
    change_bpm(&before, 90);
    daemon_commit(&before);
    scratch_write("state/state.json", "x");
    scratch_write("state/state.previous.json", "y");
    start_with(&after, NULL);
    CHECK(after.station.epoch.stream != before.station.epoch.stream);
    CHECK(after.station.change.params.bpm == 90);
    CHECK(after.station.change.params.seed != before.station.change.params.seed);
    CHECK_U64(after.publisher.history.n, 0); /* the old stream's music is not the new one's */
    CHECK_INT(count_queued(&after, EVENT_PARAMS), 1);
    CHECK_U64(lookahead_end(&after.station.ahead), 0);
    CHECK(scratch_exists("state/journal.old"));
}

static void
test_another_sample_rate_begins_a_new_stream_and_carries_the_parameters(void **state)
{
    (void)state;
    change_bpm(&before, 95);
    daemon_commit(&before);
    start_with(&after, "station.sample_rate=48000");
    CHECK(after.station.epoch.stream != before.station.epoch.stream);
    CHECK_U64(after.station.epoch.rate_hz, 48000);
    CHECK(after.station.change.params.bpm == 95);
    CHECK(!scratch_exists("state/state.json.bad")); /* there was nothing wrong with it */
}

static void append_to_journal(const char *text)
{
    char path[SCRATCH_PATH_BYTES];
    FILE *const file =
        fopen(scratch_path(path, "state/journal/00000000000000000000.jsonl"), "ae");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void test_a_half_line_in_the_journal_is_no_trouble(void **state)
{
    (void)state;
    append_to_journal("{\"v\":1,\"type\":\"phr");
    start_with(&after, NULL);
    check_same_station();
    CHECK_INT(metric_get(&after.metrics, METRIC_composerd_journal_errors), 0);
}

static void test_a_journal_with_rubbish_is_set_aside_and_the_stream_goes_on(void **state)
{
    (void)state;
    append_to_journal("rubbish\n");
    start_with(&after, NULL);
    check_same_station();
    CHECK_INT(metric_get(&after.metrics, METRIC_composerd_journal_errors), 1);
    CHECK(scratch_exists("state/journal.bad/00000000000000000000.jsonl"));
    CHECK_U64(after.publisher.history.n, before.publisher.history.n);
    while (daemon_compose(&after)) {
    }
    change_bpm(&after, 80);
    daemon_commit(&after);
    CHECK_INT(metric_get(&after.metrics, METRIC_composerd_journal_errors), 1);
}

static void test_a_journal_that_is_lost_is_begun_again_with_all_that_is_ahead(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    CHECK_INT(remove(scratch_path(path, "state/journal/00000000000000000000.jsonl")), 0);
    start_with(&after, NULL);
    check_same_station();
    CHECK_INT(count_queued(&after, EVENT_PARAMS), 1);
    CHECK_INT(count_queued(&after, EVENT_PHRASE), (int)before.station.ahead.n_entries);
    daemon_commit(&after);
    CHECK_U64(after.publisher.history.n, before.station.ahead.n_entries + 1);
}

static void test_a_journal_that_cannot_be_opened_stops_nothing(void **state)
{
    char path[SCRATCH_PATH_BYTES];
    char aside[SCRATCH_PATH_BYTES];

    (void)state;
    CHECK_INT(
        rename(scratch_path(path, "state/journal"), scratch_path(aside, "state/elsewhere")), 0);
    scratch_write("state/journal", "a file");
    start_with(&after, NULL);
    check_same_station();
    daemon_commit(&after);
    CHECK(metric_get(&after.metrics, METRIC_composerd_journal_errors) > 0);
}

static const char own_chords[] = "preset dawn.chords=4";

/* Chooses dawn, a preset of the settings, while it plays. */
static void choose_dawn(void)
{
    const struct station_listener listener = daemon_listener(&before);
    struct control_request request = {.origin = "test"};
    struct param_error error;

    load_settings(&after, own_chords);
    CHECK_INT(params_change_text(&request.change, "preset", "dawn", &error), 0);
    station_change(&before.station, &request, daemon_now_frame(&before), 1, &listener);
    outbox_add_params(&before.publisher.outbox, &before.station.change);
    daemon_commit(&before);
}

static void test_a_preset_of_ones_own_goes_on(void **state)
{
    (void)state;
    choose_dawn();
    CHECK_INT(before.station.change.params.habits.chords, 4);
    start_with(&after, own_chords);
    check_same_station();
    CHECK_TEXT(after.station.change.params.preset, "dawn");
    CHECK_U64(after.publisher.outbox.n_events, 0);
}

/* What was published is composed again as it was, whatever its preset has become. */
static void check_same_music_so_far(void)
{
    CHECK_U64(after.station.ahead.n_entries, before.station.ahead.n_entries);
    assert_memory_equal(&after.station.ahead.composer, &before.station.ahead.composer,
                        sizeof before.station.ahead.composer);
    CHECK_INT(count_queued(&after, EVENT_PHRASE), 0);
}

static void test_a_preset_that_is_another_one_now_holds_from_the_next_phrase_on(void **state)
{
    (void)state;
    choose_dawn();
    start_with(&after, "preset dawn.chords=5");
    check_same_music_so_far();
    CHECK_TEXT(after.station.change.params.preset, "dawn");
    CHECK_INT(after.station.change.params.habits.chords, 5);
    CHECK_U64(after.publisher.outbox.n_events, 0);
}

static void test_without_its_preset_a_stream_goes_on_with_its_values_and_says_none(void **state)
{
    struct params expected;

    (void)state;
    choose_dawn();
    change_bpm(&before, 75);
    daemon_commit(&before);
    expected = before.station.change.params;
    start_with(&after, NULL);
    check_same_music_so_far();
    preset_set_name(expected.preset, PRESET_NONE);
    expected.habits = habits_plain;
    assert_memory_equal(&after.station.change.params, &expected, sizeof expected);
    CHECK_INT(count_queued(&after, EVENT_PARAMS), 1);
    CHECK_U64(after.station.change.change, before.station.change.change + 1);
    daemon_commit(&after);
    CHECK(strstr(last_published(&after), "\"preset\":\"none\"") != NULL);
    CHECK_INT(metric_get(&after.metrics, METRIC_composerd_journal_errors), 0);
    CHECK_INT(metric_get(&after.metrics, METRIC_composerd_state_errors), 0);
}

static void test_a_new_stream_carries_a_preset_only_while_there_is_one(void **state)
{
    (void)state;
    choose_dawn();
    scratch_write("state/state.json", "x");
    scratch_write("state/state.previous.json", "y");
    start_with(&after, own_chords);
    CHECK_TEXT(after.station.change.params.preset, "dawn");
    CHECK_INT(after.station.change.params.habits.chords, 4);
    daemon_commit(&after);
    daemon_finish(&after);
    scratch_write("state/state.json", "x");
    scratch_write("state/state.previous.json", "y");
    start_with(&after, NULL);
    CHECK_TEXT(after.station.change.params.preset, PRESET_NONE);
    CHECK_INT(after.station.change.params.habits.chords, habits_plain.chords);
}

static void test_wishes_of_the_settings_hold_for_a_new_stream_only(void **state)
{
    (void)state;
    start_with(&after, "params.bpm=111");
    CHECK(after.station.change.params.bpm == before.station.change.params.bpm);
    daemon_finish(&after);
    scratch_teardown(NULL);
    CHECK_INT(mkdir(scratch, 0700), 0);
    start_with(&after, "params.bpm=111");
    CHECK(after.station.change.params.bpm == 111);
}

/* ---- the hour ---- */

enum { NOON_S = 12 * 3600, NIGHT_S = 4 * 3600 };

static void test_the_hour_is_followed_only_where_it_is_asked_for(void **state)
{
    const double intensity = before.station.change.params.intensity;

    (void)state;
    daemon_follow_day(&before, NOON_S);
    daemon_follow_day(&before, NIGHT_S);
    CHECK(before.station.change.params.intensity == intensity);
    CHECK_INT(before.station.day_s, DAY_NONE);
    start_with(&after, "composer.day_drift=on");
    daemon_follow_day(&after, NOON_S);
    CHECK(after.station.change.params.intensity == intensity);
    daemon_follow_day(&after, NIGHT_S);
    CHECK(after.station.change.params.intensity < intensity);
    CHECK_TEXT(after.station.change.origin, DAY_ORIGIN);
    CHECK_INT(metric_get(&after.metrics, METRIC_composerd_changes_accepted), 1);
}

/* Noon, then another start of this station at night. */
static double intensity_at_night(const char *setting)
{
    start_with(&after, "composer.day_drift=on");
    daemon_follow_day(&after, NOON_S);
    daemon_commit(&after);
    daemon_finish(&after);
    start_with(&after, setting);
    snprintf(after.settings.composer_day_drift, sizeof after.settings.composer_day_drift, "on");
    daemon_follow_day(&after, NIGHT_S);
    return after.station.change.params.intensity;
}

static void test_a_stream_that_was_left_by_day_is_calmer_when_it_goes_on_at_night(void **state)
{
    (void)state;
    CHECK(intensity_at_night(NULL) < before.station.change.params.intensity);
    CHECK_U64(after.station.epoch.stream, before.station.epoch.stream);
}

static void test_the_next_stream_knows_at_which_hour_its_parameters_were_left(void **state)
{
    (void)state;
    CHECK(intensity_at_night("station.sample_rate=48000") <
          before.station.change.params.intensity);
    CHECK(after.station.epoch.stream != before.station.epoch.stream);
}

static void test_the_time_of_day_is_the_local_one(void **state)
{
    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    const int32_t greenwich_s = daemon_seconds_of_day();

    setenv("TZ", "EAST-5:30", 1);
    tzset();
    const int32_t later_s = daemon_seconds_of_day() - greenwich_s - 5 * 3600 - 1800;

    unsetenv("TZ");
    tzset();
    CHECK(greenwich_s >= 0 && greenwich_s < DAY_SECONDS);
    /* but for what passes between the two looks */
    CHECK((later_s + DAY_SECONDS) % DAY_SECONDS < 3600);
}

int main(void)
{
#define RESUME_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        RESUME_TEST(test_a_stream_goes_on_and_nothing_is_said_twice),
        RESUME_TEST(
            test_every_phrase_of_a_change_that_was_decided_and_not_published_is_published),
        RESUME_TEST(test_a_damaged_state_is_set_aside_and_the_one_before_goes_on),
        RESUME_TEST(
            test_without_a_state_a_new_stream_is_born_with_the_parameters_of_the_journal),
        RESUME_TEST(test_another_sample_rate_begins_a_new_stream_and_carries_the_parameters),
        RESUME_TEST(test_a_half_line_in_the_journal_is_no_trouble),
        RESUME_TEST(test_a_journal_with_rubbish_is_set_aside_and_the_stream_goes_on),
        RESUME_TEST(test_a_journal_that_is_lost_is_begun_again_with_all_that_is_ahead),
        RESUME_TEST(test_a_journal_that_cannot_be_opened_stops_nothing),
        RESUME_TEST(test_a_preset_of_ones_own_goes_on),
        RESUME_TEST(test_a_preset_that_is_another_one_now_holds_from_the_next_phrase_on),
        RESUME_TEST(test_without_its_preset_a_stream_goes_on_with_its_values_and_says_none),
        RESUME_TEST(test_a_new_stream_carries_a_preset_only_while_there_is_one),
        RESUME_TEST(test_wishes_of_the_settings_hold_for_a_new_stream_only),
        RESUME_TEST(test_the_hour_is_followed_only_where_it_is_asked_for),
        RESUME_TEST(test_a_stream_that_was_left_by_day_is_calmer_when_it_goes_on_at_night),
        RESUME_TEST(test_the_next_stream_knows_at_which_hour_its_parameters_were_left),
        RESUME_TEST(test_the_time_of_day_is_the_local_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
