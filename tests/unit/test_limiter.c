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

        fill(&block, b >= 40 && b < 60 ? LIMITER_CEILING * 4 : 0.2f);
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

/* The gain turns within the look-ahead and has arrived when the burst begins. */
static void test_a_burst_finds_the_gain_already_there(void **state)
{
    enum { BURST = 40, BLOCKS = 400 };
    static float out[BLOCKS * BLOCK_FRAMES];
    const float level = LIMITER_CEILING * 4; /* 12 dB over the ceiling */
    float before = 1;
    float peak = 0;
    int turned = 0;

    (void)state;
    for (int b = 0; b < BLOCKS; b++) {
        struct stereo block;

        fill(&block, b >= BURST && b < BURST + 20 ? level : 0.2f);
        limiter_block(&limiter, &block);
        memcpy(out + (size_t)b * BLOCK_FRAMES, block.left, sizeof block.left);
        peak = larger(peak, block_peak(&block));
    }
    const int heard = (BURST + LIMITER_BLOCKS) * BLOCK_FRAMES;

    while (out[turned] >= 0.2f * 0.999f || turned < LIMITER_FRAMES) {
        turned++;
    }
    before = out[heard - 1] / 0.2f; /* the gain just before the burst */
    CHECK(peak <= LIMITER_CEILING * 1.000001f);
    CHECK_NEAR((double)before, 0.25, 0.03); /* its edge rings between the samples */
    CHECK(heard - turned <= LIMITER_FRAMES);
    printf("| limiter, burst 12 dB over the ceiling | overshoot %.2f dB, gain turns %.1f ms "
           "before it |\n",
           20 * log10((double)(peak / LIMITER_CEILING)), (heard - turned) * 1000.0 / RATE_HZ);
}

/* The largest value of both sides on a grid 16 times as fine, by a longer and finer filter than
 * the limiter's own. */
static double fine_peak(const float *samples, int n)
{
    enum { FINE = 16, REACH = 24 };
    double peak = 0;

    for (int i = REACH; i < n - REACH; i++) {
        for (int part = 0; part < FINE; part++) {
            double sum = 0;

            for (int k = -REACH + 1; k <= REACH; k++) {
                const double apart = (double)part / FINE - k;
                const double window = cos(M_PI / 2 * apart / REACH);
                const double sinc = fabs(apart) < 1e-9 ? 1 : sin(M_PI * apart) / (M_PI * apart);

                sum += sinc * window * window * (double)samples[i + k];
            }
            peak = fmax(peak, fabs(sum));
        }
    }
    return peak;
}

/* Loud tones that beat against the samples, chords of them, and bursts. */
static float tones(int kind, int at)
{
    switch (kind) {
    case 0:
        return (float)(2 * sin(2 * M_PI * 997.1 * at / RATE_HZ));
    case 1:
        return (float)(1.8 * sin(2 * M_PI * 10007 * at / RATE_HZ) +
                       0.9 * sin(2 * M_PI * 3001 * at / RATE_HZ));
    case 2:
        return at / 700 % 2 == 0 ? (float)(3 * sin(2 * M_PI * 5513 * at / RATE_HZ + 0.7)) : 0;
    case 3:
        return at % 1013 == 0 ? 6.0f : 0.1f;
    default:
        return at / 30 % 2 == 0 ? 2.5f : -2.5f;
    }
}

static void test_no_true_peak_passes_minus_1_db(void **state)
{
    enum { KINDS = 5, FRAMES = 60 * BLOCK_FRAMES };
    static float out[FRAMES];
    double highest = 0;

    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        limiter_init(&limiter, RATE_HZ);
        for (int at = 0; at < FRAMES; at += BLOCK_FRAMES) {
            struct stereo block;

            for (int i = 0; i < BLOCK_FRAMES; i++) {
                block.left[i] = block.right[i] = tones(kind, at + i);
            }
            limiter_block(&limiter, &block);
            memcpy(out + at, block.left, sizeof block.left);
        }
        highest = fmax(highest, fine_peak(out, FRAMES));
    }
    CHECK(20 * log10(highest) <= -1);
    printf("| limiter, loud tones, clicks and squares | true peak %.2f dB |\n",
           20 * log10(highest));
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
        cmocka_unit_test_setup(test_a_burst_finds_the_gain_already_there, set_up),
        cmocka_unit_test_setup(test_no_true_peak_passes_minus_1_db, set_up),
        cmocka_unit_test_setup(test_crests_between_the_samples_are_seen, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
