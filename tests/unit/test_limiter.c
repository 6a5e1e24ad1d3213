/* The limiter: nothing leaves it above the ceiling, and nothing jumps. */
#include "common/rng.h"
#include "synthd/limiter.h"
#include "synthd/tone.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

enum { RATE_HZ = 44100 };

static struct limiter limiter;
static struct rng rng;

static int set_up(void **state)
{
    (void)state;
    limiter_init(&limiter, RATE_HZ);
    rng_init(&rng, 1);
    return 0;
}

static void fill(struct stereo *block, float value)
{
    for (int i = 0; i < BLOCK_FRAMES; i++) {
        block->left[i] = block->right[i] = value;
    }
}

static float noise(float level)
{
    return level * (float)(2 * rng_unit(&rng) - 1);
}

static void test_what_is_below_the_ceiling_passes_untouched_and_late(void **state)
{
    struct stereo in[20], out;

    (void)state;
    for (int b = 0; b < 20; b++) {
        for (int i = 0; i < BLOCK_FRAMES; i++) {
            in[b].left[i] = noise(0.5f);
            in[b].right[i] = noise(0.5f);
        }
        out = in[b];
        limiter_block(&limiter, &out);
        if (b >= LIMITER_BLOCKS) {
            for (int i = 0; i < BLOCK_FRAMES; i++) {
                CHECK_NEAR(out.left[i], in[b - LIMITER_BLOCKS].left[i], 0);
                CHECK_NEAR(out.right[i], in[b - LIMITER_BLOCKS].right[i], 0);
            }
        } else {
            CHECK_NEAR(block_peak(&out), 0, 0);
        }
    }
}

static void test_no_noise_however_loud_passes_the_ceiling(void **state)
{
    (void)state;
    for (int b = 0; b < 20000; b++) {
        const float level = b % 7 == 0 ? 30.0f * (float)rng_unit(&rng) : 0.9f;
        struct stereo block;

        for (int i = 0; i < BLOCK_FRAMES; i++) {
            block.left[i] = noise(level);
            block.right[i] = noise(level);
        }
        limiter_block(&limiter, &block);
        CHECK(block_peak(&block) <= LIMITER_CEILING * 1.000001f);
    }
}

static void test_no_impulse_at_any_place_passes_the_ceiling(void **state)
{
    (void)state;
    for (int at = 0; at < BLOCK_FRAMES; at++) {
        for (int b = 0; b < 40; b++) {
            struct stereo block;

            fill(&block, 0.3f);
            if (b == 10) {
                block.left[at] = -25;
            }
            limiter_block(&limiter, &block);
            CHECK(block_peak(&block) <= LIMITER_CEILING * 1.000001f);
        }
    }
}

static void test_no_burst_of_squares_passes_the_ceiling(void **state)
{
    (void)state;
    for (int b = 0; b < 4000; b++) {
        const float level = b / 50 % 2 == 0 ? 8.0f : 0.05f;
        struct stereo block;

        for (int i = 0; i < BLOCK_FRAMES; i++) {
            block.left[i] = i / 10 % 2 == 0 ? level : -level;
            block.right[i] = i / 16 % 2 == 0 ? level : -level;
        }
        limiter_block(&limiter, &block);
        CHECK(block_peak(&block) <= LIMITER_CEILING * 1.000001f);
    }
}

static void test_the_gain_never_jumps(void **state)
{
    float last = 0.2f;

    (void)state;
    for (int b = 0; b < 200; b++) {
        struct stereo block;

        fill(&block, b >= 40 && b < 60 ? 0.84f * 4 : 0.2f);
        limiter_block(&limiter, &block);
        if (b < LIMITER_BLOCKS + 1 || b == 40 + LIMITER_BLOCKS || b == 60 + LIMITER_BLOCKS) {
            last = block.left[BLOCK_FRAMES - 1];
            continue; /* the input itself steps there */
        }
        CHECK_NEAR(block.left[0], last, 0.03);
        last = block.left[BLOCK_FRAMES - 1];
    }
}

static void test_the_gain_comes_back_after_a_burst(void **state)
{
    struct stereo block;

    (void)state;
    for (int b = 0; b < 700; b++) { /* one second */
        fill(&block, b == 3 ? 8.0f : 0.1f);
        limiter_block(&limiter, &block);
        if (b == 3 + LIMITER_BLOCKS) {
            CHECK(limiter.gain < 0.12f);
        }
    }
    CHECK(limiter.gain > 0.99f);
}

/* A sine of 11 kHz whose samples miss its crests by 30 %. */
static void test_crests_between_the_samples_are_seen(void **state)
{
    (void)state;
    for (int b = 0; b < 200; b++) {
        struct stereo block;

        for (int i = 0; i < BLOCK_FRAMES; i++) {
            block.left[i] = block.right[i] = (float)(1.15 * sin(M_PI / 2 * (i + 0.5)));
        }
        limiter_block(&limiter, &block);
    }
    CHECK(limiter.gain < 0.93f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_what_is_below_the_ceiling_passes_untouched_and_late,
                               set_up),
        cmocka_unit_test_setup(test_no_noise_however_loud_passes_the_ceiling, set_up),
        cmocka_unit_test_setup(test_no_impulse_at_any_place_passes_the_ceiling, set_up),
        cmocka_unit_test_setup(test_no_burst_of_squares_passes_the_ceiling, set_up),
        cmocka_unit_test_setup(test_the_gain_never_jumps, set_up),
        cmocka_unit_test_setup(test_the_gain_comes_back_after_a_burst, set_up),
        cmocka_unit_test_setup(test_crests_between_the_samples_are_seen, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
