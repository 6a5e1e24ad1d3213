/* How long composing takes: shown, and judged by nobody but the reader, for machines differ. A
 * phrase is meant to take less than 5 ms for 99 of 100, and a journal to be printed more than
 * a thousand times faster than it sounds. Where others use the machine too, processor time says
 * what composing takes, and the clock what it waits for. */
#include "common/clock.h"
#include "common/presets.h"
#include "composerd/offline.h"
#include "composerd/station.h"
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RATE_HZ = 44100, HOURS = 4, TIMES_MAX = 4096, CHANGES = 200 };

static struct {
    size_t n;
    int64_t ns[TIMES_MAX];           /* [n] by the clock */
    int64_t processor_ns[TIMES_MAX]; /* [n] */
    int64_t begun_ns, begun_processor_ns;
} times;
static struct settings settings;

static int64_t processor_ns(void)
{
    return (int64_t)clock() * (NS_PER_S / CLOCKS_PER_SEC);
}

static void begin_time(void)
{
    CHECK(times.n < TIMES_MAX);
    times.begun_ns = clock_machine_ns();
    times.begun_processor_ns = processor_ns();
}

static void end_time(void)
{
    times.processor_ns[times.n] = processor_ns() - times.begun_processor_ns;
    times.ns[times.n++] = clock_machine_ns() - times.begun_ns;
}

static int compare(const void *a, const void *b)
{
    const int64_t left = *(const int64_t *)a;
    const int64_t right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

static void print_percentiles(int64_t ns[])
{
    static const double shares[] = {0.5, 0.99, 1};

    qsort(ns, times.n, sizeof ns[0], compare);
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        const size_t rank = (size_t)(shares[i] * (double)(times.n - 1));

        printf(" %.2f |", (double)ns[rank] / (double)NS_PER_MS);
    }
}

static void print_times(const char *what, const char *preset)
{
    printf("# | %s | %s | %zu |", what, preset, times.n);
    print_percentiles(times.processor_ns);
    print_percentiles(times.ns);
    printf("\n");
}

static void count_phrase(void *user, const struct phrase *phrase)
{
    uint64_t *const end_frame = user;

    *end_frame = phrase->start_frame + phrase->frames;
}

static void begin(struct station *station, const char *preset)
{
    const struct epoch epoch = {.rate_hz = RATE_HZ};
    struct params_change change = {0};
    struct params params;

    memset(station, 0, sizeof *station);
    params_init(&params);
    params.seed = 42;
    CHECK(params_change_preset(&change, preset));
    params_apply(&params, &change);
    station_configure(station, &settings);
    CHECK_INT(station_begin(station, &epoch, &params), 0);
    times.n = 0;
}

static void time_phrases(const char *preset)
{
    const uint64_t hours_frame = (uint64_t)HOURS * 3600 * RATE_HZ;
    uint64_t end_frame = 0;
    const struct station_listener listener = {&end_frame, count_phrase};
    struct station station;

    begin(&station, preset);
    while (end_frame < hours_frame) {
        begin_time();
        CHECK(station_compose(&station, end_frame, &listener));
        end_time();
    }
    CHECK(times.n >= HOURS * 3600 / 64 / 2); /* phrases of 16 bars of 4 s at most */
    print_times("phrase", preset);
    station_finish(&station);
}

/* Changes of everything, each of which composes again from the next bar line until it has
 * settled. */
static void time_changes(void)
{
    uint64_t end_frame = 0;
    const struct station_listener listener = {&end_frame, count_phrase};
    struct control_request request = {.op = CONTROL_SET};
    struct station station;

    begin(&station, PRESET_NONE);
    request.change.named[PARAM_key] = request.change.named[PARAM_mode] = true;
    request.change.named[PARAM_bpm] = true;
    for (uint64_t i = 0; i < CHANGES; i++) {
        const uint64_t now_frame = i * 20 * RATE_HZ;

        while (station_compose(&station, now_frame, &listener)) {
        }
        request.change.values.key = (int32_t)(i * 7 % 12);
        request.change.values.mode = (int32_t)(i % MODE_COUNT);
        request.change.values.bpm = i % 2 == 0 ? 120 : 60;
        begin_time();
        station_change(&station, &request, now_frame, 0, &listener);
        end_time();
        CHECK(station.change.settled_frame > now_frame);
    }
    print_times("change of key, mode and tempo", PRESET_NONE);
    station_finish(&station);
}

static void test_what_a_phrase_and_a_change_take_is_shown(void **state)
{
    (void)state;
    printf(
        "# | what | preset | of them | processor p50 ms | p99 | max | clock p50 ms | p99 | max "
        "|\n");
    printf("# | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for (int32_t preset = -1; preset < preset_count(); preset++) {
        time_phrases(preset_name(preset));
    }
    time_changes();
}

static void test_how_much_faster_than_it_sounds_a_journal_is_printed_is_shown(void **state)
{
    const struct script script = {0};
    const struct offline_request request = {
        .settings = &settings, .script = &script, .minutes = HOURS * 60, .journal = tmpfile()};

    (void)state;
    assert_non_null(request.journal);
    const int64_t begun_ns = clock_machine_ns();

    CHECK_INT(offline_compose(&request), 0);
    const double seconds = (double)(clock_machine_ns() - begun_ns) / (double)NS_PER_S;
    const long n_bytes = ftell(request.journal);

    CHECK(n_bytes > HOURS * 3600 * 100); /* at least 100 bytes a second */
    printf("# | hours of journal | MB | in seconds | times real time |\n");
    printf("# | --- | --- | --- | --- |\n");
    printf("# | %d | %.1f | %.2f | %.0f |\n", HOURS, (double)n_bytes / 1e6, seconds,
           HOURS * 3600 / seconds);
    CHECK_INT(fclose(request.journal), 0);
}

static int setup(void **state)
{
    (void)state;
    settings.station_sample_rate = RATE_HZ;
    settings.station_lead_ms = 300;
    settings.composer_phrase_bars = 8;
    settings.params.values.seed = 42;
    settings.params.named[PARAM_seed] = true;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_phrase_and_a_change_take_is_shown),
        cmocka_unit_test(test_how_much_faster_than_it_sounds_a_journal_is_printed_is_shown),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
