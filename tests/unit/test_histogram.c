/* The histogram: percentiles known to within 9 %, from a microsecond to a minute. */
#include "common/histogram.h"
#include "tests/check.h"

#include <math.h>

static void test_an_empty_histogram_says_0(void **state)
{
    const struct histogram empty = {0};

    (void)state;
    CHECK_INT(histogram_percentile(&empty, 0.5), 0);
    CHECK_INT(histogram_mean(&empty), 0);
}

static void test_one_value_is_every_percentile(void **state)
{
    struct histogram histogram = {0};

    (void)state;
    histogram_add(&histogram, 123456);
    CHECK_INT(histogram_percentile(&histogram, 0), 123456);
    CHECK_INT(histogram_percentile(&histogram, 0.5), 123456);
    CHECK_INT(histogram_percentile(&histogram, 1), 123456);
    CHECK_INT(histogram_mean(&histogram), 123456);
}

static void test_percentiles_of_evenly_spread_values_are_known_to_within_9_percent(void **state)
{
    struct histogram histogram = {0};

    (void)state;
    for (int64_t ms = 1; ms <= 1000; ms++) {
        histogram_add(&histogram, ms * 1000000);
    }
    CHECK_NEAR((double)histogram_percentile(&histogram, 0.50), 500e6, 45e6);
    CHECK_NEAR((double)histogram_percentile(&histogram, 0.95), 950e6, 86e6);
    CHECK_NEAR((double)histogram_percentile(&histogram, 0.99), 990e6, 90e6);
    CHECK_INT(histogram_percentile(&histogram, 1), 1000000000);
    CHECK_INT(histogram_mean(&histogram), 500500000);
}

static void
test_each_value_alone_is_known_to_within_9_percent_and_never_made_smaller(void **state)
{
    (void)state;
    for (int i = 0; i < 490; i++) {
        const double value = 1000 * pow(1.037, i); /* to 52 s */
        struct histogram histogram = {0};

        histogram_add(&histogram, (int64_t)value);
        histogram_add(&histogram,
                      INT64_C(60000000000)); /* so that the largest is not what is told */
        const double told = (double)histogram_percentile(&histogram, 0.5);

        CHECK(told >= (double)(int64_t)value - 1 && told <= value * 1.0906);
    }
}

static void test_values_beyond_both_ends_are_counted(void **state)
{
    struct histogram histogram = {0};

    (void)state;
    histogram_add(&histogram, 0);
    histogram_add(&histogram, -5);
    histogram_add(&histogram, 1);
    histogram_add(&histogram, INT64_C(300000000000));
    CHECK_U64(histogram.count, 4);
    CHECK(histogram_percentile(&histogram, 0.5) <= 1000);
    CHECK_INT(histogram_percentile(&histogram, 1), INT64_C(300000000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_histogram_says_0),
        cmocka_unit_test(test_one_value_is_every_percentile),
        cmocka_unit_test(
            test_percentiles_of_evenly_spread_values_are_known_to_within_9_percent),
        cmocka_unit_test(
            test_each_value_alone_is_known_to_within_9_percent_and_never_made_smaller),
        cmocka_unit_test(test_values_beyond_both_ends_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
