/* The generator: the published sequences, and draws that keep to their ranges. */
#include "common/rng.h"
#include "tests/check.h"

#include <string.h>

static void test_mixing_gives_the_sequence_of_splitmix64(void **state)
{
    (void)state;
    /* the first outputs of its reference implementation, seeded with 0 */
    CHECK_U64(rng_mix(0), UINT64_C(0xe220a8397b1dcdaf));
    CHECK_U64(rng_mix(UINT64_C(0x9e3779b97f4a7c15)), UINT64_C(0x6e789e6aa1b965f4));
    CHECK_U64(rng_mix(UINT64_MAX), UINT64_C(0xe4d971771b652c20));
}

/* Values of an independent implementation of the published algorithm. */
static void test_the_sequence_is_that_of_xoshiro256_starstar(void **state)
{
    static const struct {
        uint64_t seed, first[4];
    } golden[] = {
        {0,
         {UINT64_C(0x99ec5f36cb75f2b4), UINT64_C(0xbf6e1f784956452a),
          UINT64_C(0x1a5f849d4933e6e0), UINT64_C(0x6aa594f1262d2d2c)}},
        {42,
         {UINT64_C(0x15780b2e0c2ec716), UINT64_C(0x6104d9866d113a7e),
          UINT64_C(0xae17533239e499a1), UINT64_C(0xecb8ad4703b360a1)}},
        {UINT64_MAX,
         {UINT64_C(0x8f5520d52a7ead08), UINT64_C(0xc476a018caa1802d),
          UINT64_C(0x81de31c0d260469e), UINT64_C(0xbf658d7e065f3c2f)}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        struct rng rng;

        rng_init(&rng, golden[i].seed);
        for (int k = 0; k < 4; k++) {
            CHECK_U64(rng_next(&rng), golden[i].first[k]);
        }
    }
}

static void test_the_thousandth_number_is_the_same_everywhere(void **state)
{
    struct rng rng;

    (void)state;
    rng_init(&rng, 42);
    for (int i = 0; i < 999; i++) {
        rng_next(&rng);
    }
    CHECK_U64(rng_next(&rng), UINT64_C(0x8de5848c61ab8968));
}

static void test_draws_are_made_from_the_sequence_in_one_way(void **state)
{
    static const uint32_t below_10[] = {0, 3, 6, 9, 9, 7, 7, 8, 7, 5, 6, 2};
    struct rng rng;

    (void)state;
    rng_init(&rng, 42);
    CHECK(rng_unit(&rng) == 0.08386297105988216);
    CHECK(rng_unit(&rng) == 0.3789802506626686);
    rng_init(&rng, 42);
    for (size_t i = 0; i < sizeof below_10 / sizeof below_10[0]; i++) {
        CHECK_U64(rng_below(&rng, 10), below_10[i]);
    }
}

static void test_a_copy_goes_on_with_the_same_numbers(void **state)
{
    struct rng rng;

    (void)state;
    rng_init(&rng, 7);
    rng_next(&rng);
    struct rng copy = rng;

    CHECK_U64(rng_next(&copy), rng_next(&rng));
    assert_memory_equal(&copy, &rng, sizeof rng);
}

static void test_units_numbers_below_and_normals_keep_to_their_ranges(void **state)
{
    struct rng rng;
    double sum = 0;
    double squares = 0;
    const int n = 20000;

    (void)state;
    rng_init(&rng, 1);
    for (int i = 0; i < n; i++) {
        const double unit = rng_unit(&rng);
        const double normal = rng_normal(&rng);

        CHECK(unit >= 0 && unit < 1);
        CHECK(normal >= -6 && normal <= 6);
        CHECK(rng_below(&rng, 3) < 3);
        CHECK_U64(rng_below(&rng, 1), 0);
        sum += normal;
        squares += normal * normal;
    }
    CHECK_NEAR(sum / n, 0, 0.03);
    CHECK_NEAR(squares / n, 1, 0.05);
    rng_below(&rng, UINT32_MAX); /* the largest range there is */
}

static void test_picking_never_picks_what_has_no_weight(void **state)
{
    const double weights[] = {0, 0.5, 0, 1e-9, 0.3, 0};
    uint32_t drawn[6] = {0};
    struct rng rng;

    (void)state;
    rng_init(&rng, 3);
    for (int i = 0; i < 20000; i++) {
        drawn[rng_pick(&rng, weights, 6)]++;
    }
    CHECK_U64(drawn[0] + drawn[2] + drawn[5], 0);
    CHECK_NEAR(drawn[1] / 20000.0, 0.625, 0.02);
    CHECK_NEAR(drawn[4] / 20000.0, 0.375, 0.02);
}

static void test_the_only_one_with_a_weight_is_picked_wherever_it_stands(void **state)
{
    struct rng rng;

    (void)state;
    rng_init(&rng, 4);
    for (uint32_t only = 0; only < 5; only++) {
        double weights[5] = {0};

        weights[only] = 1e-300;
        for (int i = 0; i < 100; i++) {
            CHECK_U64(rng_pick(&rng, weights, 5), only);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mixing_gives_the_sequence_of_splitmix64),
        cmocka_unit_test(test_the_sequence_is_that_of_xoshiro256_starstar),
        cmocka_unit_test(test_the_thousandth_number_is_the_same_everywhere),
        cmocka_unit_test(test_draws_are_made_from_the_sequence_in_one_way),
        cmocka_unit_test(test_a_copy_goes_on_with_the_same_numbers),
        cmocka_unit_test(test_units_numbers_below_and_normals_keep_to_their_ranges),
        cmocka_unit_test(test_picking_never_picks_what_has_no_weight),
        cmocka_unit_test(test_the_only_one_with_a_weight_is_picked_wherever_it_stands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
