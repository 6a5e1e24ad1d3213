/* Prometheus: every metric that is known, with its meaning and kind, under its name. */
#include "streamd/prometheus.h"
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

struct fixture {
    struct feeder_report ring;
    struct news news;
    struct metrics metrics;
    struct chunk_store *store;
    struct view view;
};

static int set_up(void **state)
{
    const struct epoch epoch = {.stream = 7, .rate_hz = 44100};
    struct fixture *const fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    fixture->store = chunk_store_create(&epoch, 0);
    fixture->view = (struct view){.store = fixture->store,
                                  .ring = &fixture->ring,
                                  .news = &fixture->news,
                                  .metrics = &fixture->metrics};
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *const fixture = *state;

    chunk_store_destroy(fixture->store);
    free(fixture);
    return 0;
}

static bool has_line(const char *text, const char *line)
{
    const size_t len = strlen(line);

    for (const char *at = strstr(text, line); at; at = strstr(at + 1, line)) {
        if ((at == text || at[-1] == '\n') && at[len] == '\n') {
            return true;
        }
    }
    return false;
}

static void test_each_daemons_metrics_come_from_where_it_keeps_them(void **state)
{
    struct fixture *const fixture = *state;

    metric_add(&fixture->metrics, METRIC_streamd_bytes_sent, 99);
    fixture->ring.counters[METRIC_synthd_voices - METRIC_synthd_frames_rendered] = 31;
    fixture->ring.counters[METRIC_synthd_trim - METRIC_synthd_frames_rendered] = -1250;
    fixture->news.has_heartbeat = true;
    fixture->news.counters[METRIC_composerd_ahead] = 88200;
    char *const text = prometheus_text(&fixture->view);

    assert_true(has_line(text, "auralis_streamd_bytes_sent_bytes_total 99"));
    assert_true(has_line(text, "# TYPE auralis_streamd_bytes_sent_bytes_total counter"));
    assert_true(has_line(text, "auralis_synthd_voices 31"));
    assert_true(has_line(text, "# TYPE auralis_synthd_voices gauge"));
    assert_true(has_line(text, "# HELP auralis_synthd_voices Voices sounding."));
    assert_true(has_line(text, "auralis_composerd_ahead_frames 88200"));
    assert_true(has_line(text, "auralis_synthd_trim_db -1.250"));
    assert_true(has_line(text, "# TYPE auralis_synthd_trim_db gauge"));
    free(text);
}

static void test_every_metric_has_help_type_and_value(void **state)
{
    struct fixture *const fixture = *state;
    int n_lines = 0;

    fixture->news.has_heartbeat = true;
    char *const text = prometheus_text(&fixture->view);

    for (const char *at = text; *at; at++) {
        n_lines += *at == '\n';
    }
    CHECK_INT(n_lines, 3 * METRIC_COUNT);
    free(text);
}

static void test_what_is_not_known_is_left_out(void **state)
{
    struct fixture *const fixture = *state;

    fixture->view.store = NULL;
    char *const text = prometheus_text(&fixture->view);

    assert_null(strstr(text, "auralis_composerd_"));
    assert_null(strstr(text, "auralis_synthd_"));
    assert_non_null(strstr(text, "auralis_streamd_"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_daemons_metrics_come_from_where_it_keeps_them,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_every_metric_has_help_type_and_value, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_not_known_is_left_out, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
