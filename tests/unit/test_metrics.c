/* The table of metrics, and counting in it. */
#include "common/metrics.h"
#include "common/ring.h"
#include "tests/check.h"

#include <string.h>

static void test_each_daemons_metrics_stand_together(void **state)
{
    static const char *const daemons[] = {"composerd", "synthd", "streamd"};
    int n = 0;

    (void)state;
    for (int d = 0; d < 3; d++) {
        const int first = metric_first(daemons[d]);
        const int count = metric_count(daemons[d]);

        CHECK(first == n && count > 0);
        for (int i = first; i < first + count; i++) {
            CHECK_TEXT(metric_specs[i].daemon, daemons[d]);
        }
        n += count;
    }
    CHECK_INT(n, METRIC_COUNT);
    CHECK_INT(metric_first("nobody"), -1);
    CHECK_INT(metric_count("nobody"), 0);
}

static void test_the_synths_metrics_fit_into_the_ring(void **state)
{
    (void)state;
    CHECK(metric_count("synthd") <= RING_COUNTERS);
}

static void test_a_level_keeps_three_decimals_and_others_are_whole(void **state)
{
    static struct metrics metrics;

    (void)state;
    metric_set_level(&metrics, METRIC_synthd_trim, -1.2345);
    metric_set(&metrics, METRIC_synthd_voices, 31);
    CHECK_NEAR(metric_in_unit(METRIC_synthd_trim, metric_get(&metrics, METRIC_synthd_trim)),
               -1.2345, 0.00051);
    CHECK_NEAR(metric_in_unit(METRIC_synthd_voices, metric_get(&metrics, METRIC_synthd_voices)),
               31, 0);
}

static void test_names_can_be_prometheus_names_and_none_stands_twice(void **state)
{
    (void)state;
    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct metric_spec *const spec = &metric_specs[i];

        CHECK_U64(strspn(spec->name, "abcdefghijklmnopqrstuvwxyz0123456789_"),
                  strlen(spec->name));
        CHECK(spec->doc[strlen(spec->doc) - 1] == '.');
        for (int k = 0; k < i; k++) {
            CHECK(strcmp(spec->name, metric_specs[k].name) != 0 ||
                  strcmp(spec->daemon, metric_specs[k].daemon) != 0);
        }
    }
}

static void test_counters_add_gauges_are_set_and_the_largest_is_kept(void **state)
{
    struct metrics metrics = {0};

    (void)state;
    metric_add(&metrics, METRIC_synthd_underruns, 2);
    metric_add(&metrics, METRIC_synthd_underruns, 3);
    CHECK_INT(metric_get(&metrics, METRIC_synthd_underruns), 5);
    metric_set(&metrics, METRIC_synthd_voices, 7);
    metric_set(&metrics, METRIC_synthd_voices, 4);
    CHECK_INT(metric_get(&metrics, METRIC_synthd_voices), 4);
    metric_max(&metrics, METRIC_synthd_voices_max, 9);
    metric_max(&metrics, METRIC_synthd_voices_max, 8);
    CHECK_INT(metric_get(&metrics, METRIC_synthd_voices_max), 9);
    CHECK_INT(metric_get(&metrics, METRIC_composerd_ahead), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_daemons_metrics_stand_together),
        cmocka_unit_test(test_the_synths_metrics_fit_into_the_ring),
        cmocka_unit_test(test_a_level_keeps_three_decimals_and_others_are_whole),
        cmocka_unit_test(test_names_can_be_prometheus_names_and_none_stands_twice),
        cmocka_unit_test(test_counters_add_gauges_are_set_and_the_largest_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
