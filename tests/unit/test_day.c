/* The station's day: it follows the hour in small steps, carries what listeners have chosen
 * along, and is after a day where it was. The time of day is the test's. */
#include "composerd/day.h"
#include "composerd/station_json.h"
#include "tests/check.h"
#include "tests/samples.h"

#include <math.h>
#include <stdlib.h>

enum { RATE_HZ = 44100, HOUR = 3600, TURN_SECONDS = 10 };

static struct station station;
static struct params before; /* the parameters at setup */
static uint64_t frame;
static int n_changes, n_phrases;
static double largest_step;           /* of intensity, from change to change */
static int32_t changed_s, shortest_s; /* the last change; the least time between two */

static void count_phrase(void *user, const struct phrase *phrase)
{
    (void)user;
    (void)phrase;
    n_phrases++;
}

static const struct station_listener listener = {NULL, count_phrase};

static int setup(void **state)
{
    const struct epoch epoch = sample_epoch();

    (void)state;
    memset(&station, 0, sizeof station);
    station.phrase_bars = 8;
    station.lead_frames = clock_ms_frames(300, RATE_HZ);
    params_init(&before);
    before.seed = 42;
    before.intensity = 0.7;
    frame = 0;
    n_changes = n_phrases = 0;
    largest_step = 0;
    changed_s = 0;
    shortest_s = DAY_SECONDS;
    return station_begin(&station, &epoch, &before);
}

static int teardown(void **state)
{
    (void)state;
    station_finish(&station);
    return 0;
}

/* The station at this time of day; a day of the test's may be longer than 24 hours. */
static bool look(int32_t seconds)
{
    const double intensity = station.change.params.intensity;
    const bool changed = station_follow_day(&station, seconds % DAY_SECONDS, frame, &listener);

    if (changed) {
        n_changes++;
        shortest_s = seconds - changed_s < shortest_s ? seconds - changed_s : shortest_s;
        changed_s = seconds;
        largest_step = fmax(largest_step, fabs(station.change.params.intensity - intensity));
    }
    return changed;
}

/* Lives from one time of day to another, looking as often as a daemon may. */
static void live(int32_t from_s, int32_t to_s)
{
    for (int32_t seconds = from_s; seconds <= to_s; seconds += TURN_SECONDS) {
        look(seconds);
        while (station_compose(&station, frame, &listener)) {
        }
        frame += (uint64_t)TURN_SECONDS * RATE_HZ;
    }
}

static void choose(const char *name, double value)
{
    struct control_request request = {.op = CONTROL_SET, .origin = "test"};
    struct param_error error;

    CHECK_INT(params_change_number(&request.change, name, value, &error), 0);
    station_change(&station, &request, frame, 1, &listener);
}

/* ---- the curve ---- */

static void test_the_curve_goes_through_its_table_in_straight_lines(void **state)
{
    (void)state;
    CHECK_NEAR(day_at(12 * HOUR).intensity, 1, 1e-12);
    CHECK_NEAR(day_at(12 * HOUR).brightness, 0, 1e-12);
    CHECK_NEAR(day_at(4 * HOUR).intensity, 0.65, 1e-12);
    CHECK_NEAR(day_at(4 * HOUR).brightness, -0.12, 1e-12);
    CHECK_NEAR(day_at(2 * HOUR).intensity, 0.70, 1e-12);
    CHECK_NEAR(day_at(21 * HOUR).brightness, -0.06, 1e-12);
}

static void test_the_curve_is_whole_over_midnight_and_has_no_jumps(void **state)
{
    (void)state;
    CHECK_NEAR(day_at(23 * HOUR).intensity, 0.785, 1e-12);
    for (int32_t seconds = 0; seconds < DAY_SECONDS; seconds++) {
        const struct day_point now = day_at(seconds);
        const struct day_point next = day_at((seconds + 1) % DAY_SECONDS);

        CHECK_NEAR(next.intensity, now.intensity, 1e-4);
        CHECK_NEAR(next.brightness, now.brightness, 1e-4);
    }
}

static void test_the_night_is_calmer_and_darker_than_the_day(void **state)
{
    (void)state;
    for (int32_t hour = 0; hour < 24; hour++) {
        const struct day_point point = day_at(hour * HOUR);

        CHECK(point.intensity > 0.5 && point.intensity <= 1);
        CHECK(point.brightness > -0.2 && point.brightness <= 0);
        if (hour < 6 || hour >= 22) {
            CHECK(point.intensity < 0.85 && point.brightness < -0.05);
        }
    }
}

static void test_a_time_of_day_is_read_and_nothing_else(void **state)
{
    static const char *const bad[] = {"",      "12",     "24:00",  "12:60", "1:00", "12:0",
                                      "12-00", "012:00", "12:00 ", "+1:00", "aa:bb"};
    int32_t seconds_of_day = DAY_NONE;

    (void)state;
    CHECK(day_read("00:00", &seconds_of_day));
    CHECK_INT(seconds_of_day, 0);
    CHECK(day_read("23:59", &seconds_of_day));
    CHECK_INT(seconds_of_day, 23 * HOUR + 59 * 60);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (day_read(bad[i], &seconds_of_day)) {
            fail_msg("\"%s\" was read", bad[i]);
        }
    }
}

/* ---- one change ---- */

static void test_a_change_names_intensity_and_brightness_and_nothing_else(void **state)
{
    struct params_change change;

    (void)state;
    CHECK(day_change(&before, 12 * HOUR, 4 * HOUR, &change));
    for (int id = 0; id < PARAM_COUNT; id++) {
        CHECK_INT(change.named[id], id == PARAM_intensity || id == PARAM_brightness);
    }
    CHECK_NEAR(change.values.intensity, 0.7 * 0.65, 1e-6);
    CHECK_NEAR(change.values.brightness, 0.5 - 0.12, 1e-6);
}

static void test_a_change_waits_until_it_moves_intensity_by_a_hundredth(void **state)
{
    struct params_change change;

    (void)state;
    /* from 7 to 10 it rises by a quarter: by 0.01 of 0.7 in 617 s */
    CHECK(!day_change(&before, 7 * HOUR, 7 * HOUR + 610, &change));
    CHECK(day_change(&before, 7 * HOUR, 7 * HOUR + 620, &change));
    CHECK(!day_change(&before, 10 * HOUR, 17 * HOUR, &change));
}

static void test_a_change_from_before_midnight_to_after_it_is_one_of_minutes(void **state)
{
    struct params_change change;

    (void)state;
    CHECK(!day_change(&before, 24 * HOUR - 200, 200, &change));
    CHECK(day_change(&before, 24 * HOUR - 1800, 1800, &change));
    CHECK(change.values.intensity < before.intensity);
}

static void test_a_change_stays_within_the_ranges(void **state)
{
    struct params_change change;
    struct params params = before;

    (void)state;
    params.intensity = 0.9;
    params.brightness = 0.95;
    CHECK(day_change(&params, 4 * HOUR, 12 * HOUR, &change));
    CHECK(change.values.intensity == 1 && change.values.brightness == 1);
    params.brightness = 0.05;
    CHECK(day_change(&params, 12 * HOUR, 4 * HOUR, &change));
    CHECK(change.values.brightness == 0);
    params.intensity = 0;
    CHECK(!day_change(&params, 12 * HOUR, 4 * HOUR, &change));
}

/* ---- a station's day ---- */

static void test_a_day_goes_by_in_small_steps_and_ends_where_it_began(void **state)
{
    (void)state;
    live(12 * HOUR, 28 * HOUR);
    CHECK_NEAR(station.change.params.intensity, 0.7 * 0.65, DAY_STEP_INTENSITY);
    CHECK_NEAR(station.change.params.brightness, 0.5 - 0.12, 0.01);
    CHECK_TEXT(station.change.origin, DAY_ORIGIN);
    live(28 * HOUR, 36 * HOUR);
    CHECK_NEAR(station.change.params.intensity, 0.7, DAY_STEP_INTENSITY);
    CHECK_NEAR(station.change.params.brightness, 0.5, 0.01);
    CHECK(n_changes >= 20);
    CHECK(shortest_s >= DAY_STEP_SECONDS);
    CHECK(largest_step < 1.1 * DAY_STEP_INTENSITY);
    CHECK_U64(station.change.change, (uint64_t)n_changes);
}

static void test_days_of_small_steps_do_not_add_up_to_a_drift(void **state)
{
    struct params params = before;
    int32_t then_s = 12 * HOUR;

    (void)state;
    for (int32_t seconds = 12 * HOUR; seconds <= 100 * DAY_SECONDS + 12 * HOUR; seconds += 60) {
        struct params_change change;

        if (day_change(&params, then_s, seconds % DAY_SECONDS, &change)) {
            params_apply(&params, &change);
            then_s = seconds % DAY_SECONDS;
        }
    }
    CHECK_NEAR(params.intensity, 0.7, DAY_STEP_INTENSITY);
    CHECK_NEAR(params.brightness, 0.5, 0.01);
}

static void test_the_hour_at_which_a_station_begins_is_its_base(void **state)
{
    (void)state;
    CHECK(!look(4 * HOUR));
    CHECK(station.change.params.intensity == before.intensity);
    CHECK(!look(4 * HOUR + DAY_STEP_SECONDS));
    CHECK(look(7 * HOUR));
    CHECK_NEAR(station.change.params.intensity, 0.7 * 0.80 / 0.65, 1e-6);
}

static void test_what_a_listener_chooses_is_carried_along_from_that_hour_on(void **state)
{
    (void)state;
    look(12 * HOUR);
    choose("intensity", 0.4);
    CHECK(!look(4 * HOUR)); /* chosen now, at night: not what it would be by day */
    CHECK(station.change.params.intensity == 0.4);
    CHECK(look(12 * HOUR));
    CHECK_NEAR(station.change.params.intensity, 0.4 / 0.65, 1e-6);
}

static void test_what_has_no_hours_leaves_the_base_alone(void **state)
{
    (void)state;
    look(12 * HOUR);
    choose("bpm", 90);
    choose("space", 0.9);
    CHECK(look(4 * HOUR));
    CHECK_NEAR(station.change.params.intensity, 0.7 * 0.65, 1e-6);
    CHECK(station.change.params.bpm == 90);
}

static void test_a_change_with_the_hour_is_heard_like_a_listeners(void **state)
{
    (void)state;
    live(12 * HOUR, 12 * HOUR + 60);
    const int published = n_phrases;

    CHECK(look(4 * HOUR));
    CHECK(n_phrases > published);
    CHECK(station.change.effective_frame > frame);
    CHECK(station.change.settled_frame >= station.change.effective_frame);
}

/* ---- restarts ---- */

static const struct station_circumstances here = {
    .boot_id = "01234567-89ab-cdef-0123-456789abcdef", .rate_hz = RATE_HZ};

/* The station goes on from its own state. */
static int restart(const struct station_circumstances *now, struct station_carried *carried)
{
    struct json_reason reason;
    char *const text = station_to_json(&station);

    assert_non_null(text);
    station_finish(&station);
    memset(&station, 0, sizeof station);
    station.phrase_bars = 8;
    station.lead_frames = clock_ms_frames(300, RATE_HZ);
    const int rc = station_from_json(text, strlen(text), now,
                                     &(struct station_taken){&station, carried}, &reason);

    free(text);
    return rc;
}

static void test_a_restart_at_another_hour_catches_up(void **state)
{
    struct station_carried carried;

    (void)state;
    live(12 * HOUR, 12 * HOUR + 60);
    CHECK_INT(restart(&here, &carried), 0);
    CHECK(look(4 * HOUR));
    CHECK_INT(station.day_s, 4 * HOUR);
    CHECK_NEAR(station.change.params.intensity, 0.7 * 0.65, 1e-6);
}

static void test_a_state_without_an_hour_begins_at_the_present_one(void **state)
{
    struct station_carried carried;

    (void)state;
    while (station_compose(&station, frame, &listener)) {
    }
    CHECK_INT(station.day_s, DAY_NONE);
    CHECK_INT(restart(&here, &carried), 0);
    CHECK_INT(station.day_s, DAY_NONE);
    CHECK(!look(4 * HOUR));
    CHECK_INT(station.day_s, 4 * HOUR);
}

static void test_the_next_stream_goes_on_from_the_hour_of_the_last(void **state)
{
    const struct station_circumstances elsewhere = {
        .boot_id = "ffffffff-89ab-cdef-0123-456789abcdef", .rate_hz = RATE_HZ};
    struct station_carried carried = {.day_s = DAY_NONE};

    (void)state;
    live(12 * HOUR, 12 * HOUR + 60);
    CHECK(restart(&elsewhere, &carried) != 0);
    CHECK_INT(carried.day_s, 12 * HOUR);
}

int main(void)
{
#define WITH_STATION(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH_STATION(test_the_curve_goes_through_its_table_in_straight_lines),
        WITH_STATION(test_the_curve_is_whole_over_midnight_and_has_no_jumps),
        WITH_STATION(test_the_night_is_calmer_and_darker_than_the_day),
        WITH_STATION(test_a_time_of_day_is_read_and_nothing_else),
        WITH_STATION(test_a_change_names_intensity_and_brightness_and_nothing_else),
        WITH_STATION(test_a_change_waits_until_it_moves_intensity_by_a_hundredth),
        WITH_STATION(test_a_change_from_before_midnight_to_after_it_is_one_of_minutes),
        WITH_STATION(test_a_change_stays_within_the_ranges),
        WITH_STATION(test_a_day_goes_by_in_small_steps_and_ends_where_it_began),
        WITH_STATION(test_days_of_small_steps_do_not_add_up_to_a_drift),
        WITH_STATION(test_the_hour_at_which_a_station_begins_is_its_base),
        WITH_STATION(test_what_a_listener_chooses_is_carried_along_from_that_hour_on),
        WITH_STATION(test_what_has_no_hours_leaves_the_base_alone),
        WITH_STATION(test_a_change_with_the_hour_is_heard_like_a_listeners),
        WITH_STATION(test_a_restart_at_another_hour_catches_up),
        WITH_STATION(test_a_state_without_an_hour_begins_at_the_present_one),
        WITH_STATION(test_the_next_stream_goes_on_from_the_hour_of_the_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
