/* Composing offline: what is printed is what the station at those moments would journal. */
#include "common/event_json.h"
#include "common/rng.h"
#include "composerd/offline.h"
#include "composerd/outbox.h"
#include "composerd/station.h"
#include "tests/check.h"
#include "tests/scratch.h"

#include <string.h>

static struct settings settings;
static struct script script;
static int minutes;
static int32_t begin_s; /* the time of day; DAY_NONE where it does not matter */
static struct event event;

static int setup(void **state)
{
    memset(&settings, 0, sizeof settings);
    settings.station_sample_rate = 44100;
    settings.station_lead_ms = 300;
    settings.composer_phrase_bars = 8;
    settings.params.values.seed = 42;
    settings.params.named[PARAM_seed] = true;
    minutes = 6;
    begin_s = DAY_NONE;
    return scratch_setup(state);
}

static int teardown(void **state)
{
    script_finish(&script);
    return scratch_teardown(state);
}

/* What is printed for a script; to be freed. */
static char *compose(const char *steps)
{
    char path[SCRATCH_PATH_BYTES];
    struct script_error error;
    struct offline_request request = {
        .settings = &settings, .script = &script, .minutes = minutes, .begin_s = begin_s};

    script_finish(&script);
    scratch_write("script", steps);
    CHECK_INT(script_load(&script, scratch_path(path, "script"), minutes * 60, &error), 0);
    request.journal = fopen(scratch_path(path, "journal"), "we");
    assert_non_null(request.journal);
    CHECK_INT(offline_compose(&request), 0);
    CHECK_INT(fclose(request.journal), 0);
    return scratch_read("journal");
}

static struct event *read_line(const char **text)
{
    const size_t length = strcspn(*text, "\n");
    struct json_reason reason;

    CHECK_INT(event_from_json(*text, length, &event, &reason), 0);
    *text += length + 1;
    return &event;
}

/* "p0 m0 m1 p1 m2": changes and phrases by their numbers. */
static void list(const char *text, char *dst, size_t size)
{
    dst[0] = '\0';
    while (*text != '\0') {
        const struct event *const at = read_line(&text);
        const bool change = at->head.type == EVENT_PARAMS;
        const size_t length = strlen(dst);

        snprintf(dst + length, size - length, "%c%llu ", change ? 'p' : 'm',
                 (unsigned long long)(change ? at->params.change : at->phrase.phrase));
    }
}

/* ---- a station that is asked once a second, as the daemon's loop asks it ---- */

struct polled {
    struct outbox outbox;
    FILE *out;
};

static void on_phrase(void *user, const struct phrase *phrase)
{
    struct polled *const polled = user;

    CHECK_INT(outbox_add_phrase(&polled->outbox, phrase), 0);
}

static void on_event(void *user, const struct outbox_event *given)
{
    struct polled *const polled = user;

    fprintf(polled->out, "%s\n", given->json);
}

static void flush(struct polled *polled)
{
    const struct outbox_reader reader = {polled, on_event};

    outbox_flush(&polled->outbox, &reader);
}

static void poll(struct station *station, struct polled *polled, uint64_t now_frame)
{
    const struct station_listener listener = {polled, on_phrase};

    while (station_compose(station, now_frame, &listener)) {
        flush(polled);
    }
}

static void follow_day(struct station *station, struct polled *polled, uint64_t second)
{
    const struct station_listener listener = {polled, on_phrase};

    if (begin_s != DAY_NONE &&
        station_follow_day(station, (int32_t)(((uint64_t)begin_s + second) % DAY_SECONDS),
                           second * 44100, &listener)) {
        outbox_add_params(&polled->outbox, &station->change);
        flush(polled);
    }
}

static void carry_out(struct station *station, struct polled *polled,
                      const struct control_step *step)
{
    const struct station_listener listener = {polled, on_phrase};
    const uint64_t now_frame = (uint64_t)(step->at_seconds * 44100);

    poll(station, polled, now_frame);
    station_change(station, &step->request, now_frame, 0, &listener);
    outbox_add_params(&polled->outbox, &station->change);
    flush(polled);
}

/* What a station journals that is asked by the script in so many minutes of its time. */
static char *live(void)
{
    struct station station = {0};
    static struct polled polled;
    struct params params;
    char path[SCRATCH_PATH_BYTES];
    size_t next = 0;

    params_init(&params);
    params.seed = 42;
    const struct epoch epoch = {.stream = rng_mix(42), .rate_hz = 44100};

    memset(&polled, 0, sizeof polled);
    polled.outbox.stream = epoch.stream;
    polled.out = fopen(scratch_path(path, "live"), "we");
    assert_non_null(polled.out);
    station_configure(&station, &settings);
    CHECK_INT(station_begin(&station, &epoch, &params), 0);
    outbox_add_params(&polled.outbox, &station.change);
    flush(&polled);
    for (uint64_t second = 0; second < (uint64_t)minutes * 60; second++) {
        poll(&station, &polled, second * 44100);
        follow_day(&station, &polled, second);
        while (next < script.n_steps && script.steps[next].at_seconds < (double)second + 1) {
            carry_out(&station, &polled, &script.steps[next++]);
        }
    }
    station_finish(&station);
    CHECK_INT(fclose(polled.out), 0);
    return scratch_read("live");
}

static void
test_what_is_printed_is_what_a_station_journals_that_is_asked_at_those_times(void **state)
{
    char *const printed = compose("{\"at\":0,\"params\":{\"brightness\":0.8}}\n"
                                  "{\"at\":20.5,\"params\":{\"key\":\"Eb\",\"bpm\":90}}\n"
                                  "{\"at\":21,\"params\":{\"key\":\"D\"},\"origin\":\"me\"}\n"
                                  "{\"at\":75.3,\"op\":\"next\"}\n"
                                  "{\"at\":100,\"params\":{\"preset\":\"sleep\"}}\n"
                                  "{\"at\":140,\"params\":{\"seed\":\"7\"}}\n"
                                  "{\"at\":160,\"params\":{\"mix.pad\":0,\"intensity\":1}}\n"
                                  "{\"at\":200,\"op\":\"end\",\"after_ms\":20000}\n"
                                  "{\"at\":260,\"op\":\"begin\"}\n");
    char *const journal = live();

    (void)state;
    /* the station on the air looks further ahead at the end */
    CHECK(strlen(printed) <= strlen(journal));
    CHECK(memcmp(printed, journal, strlen(printed)) == 0);
    free(printed);
    free(journal);
}

/* The origins and intensities of the changes that were printed: "me 0.500 ". */
static void list_changes(const char *text, char *dst, size_t size)
{
    dst[0] = '\0';
    while (*text != '\0') {
        const struct event *const at = read_line(&text);
        const size_t length = strlen(dst);

        if (at->head.type == EVENT_PARAMS) {
            snprintf(dst + length, size - length, "%s %.3f ", at->params.origin,
                     at->params.params.intensity);
        }
    }
}

static void test_the_hour_is_followed_as_on_the_air_and_over_midnight(void **state)
{
    char changes[400];

    (void)state;
    begin_s = 23 * 3600 + 1800;
    minutes = 120;
    char *const printed =
        compose("{\"at\":600,\"params\":{\"key\":\"D\"},\"origin\":\"me\"}\n"
                "{\"at\":3000,\"params\":{\"intensity\":0.8},\"origin\":\"me\"}\n");
    char *const journal = live();

    list_changes(printed, changes, sizeof changes);
    CHECK_TEXT(changes, " 0.500 me 0.500 time of day 0.490 me 0.800 time of day 0.790 "
                        "time of day 0.780 time of day 0.770 ");
    CHECK(memcmp(printed, journal, strlen(printed)) == 0);
    free(printed);
    free(journal);
}

static void test_a_change_is_printed_before_the_phrases_that_carry_it_out(void **state)
{
    char found[400];
    char *const without = compose("");
    char *const with = compose("{\"at\":20,\"params\":{\"key\":\"Eb\"}}");

    (void)state;
    list(without, found, sizeof found);
    CHECK_TEXT(found, "p0 m0 m1 m2 m3 m4 m5 m6 m7 m8 m9 m10 m11 m12 m13 ");
    list(with, found, sizeof found);
    CHECK(strncmp(found, "p0 m0 m1 m2 m3 p1 m4 m5 ", 24) == 0);
    CHECK(strncmp(with, without, (size_t)(strstr(with, "\"change\":1") - with) / 2) == 0);
    free(without);
    free(with);
}

static void test_new_dice_that_nobody_names_are_drawn_from_the_last_ones(void **state)
{
    char *const printed =
        compose("{\"at\":10,\"op\":\"reseed\"}\n{\"at\":20,\"op\":\"reseed\"}");
    char *const again = compose("{\"at\":10,\"op\":\"reseed\"}\n{\"at\":20,\"op\":\"reseed\"}");
    const char *at = printed;
    uint64_t seed = 42;
    int n_changes = 0;

    (void)state;
    CHECK_TEXT(printed, again);
    while (*at != '\0') {
        const struct event *const line = read_line(&at);

        if (line->head.type == EVENT_PARAMS) {
            CHECK_U64(line->params.params.seed, seed);
            seed = rng_mix(seed);
            n_changes++;
        }
    }
    CHECK_INT(n_changes, 3);
    free(printed);
    free(again);
}

#define OFFLINE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OFFLINE_TEST(
            test_what_is_printed_is_what_a_station_journals_that_is_asked_at_those_times),
        OFFLINE_TEST(test_the_hour_is_followed_as_on_the_air_and_over_midnight),
        OFFLINE_TEST(test_a_change_is_printed_before_the_phrases_that_carry_it_out),
        OFFLINE_TEST(test_new_dice_that_nobody_names_are_drawn_from_the_last_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
