/* What the meters read. */
#include "common/phrase.h"
#include "common/rng.h"
#include "synthd/loudness.h"
#include "synthd/meter.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

static struct loudness loudness;

static int set_up(void **state)
{
    (void)state;
    loudness_begin(&loudness, 48000, 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    loudness_finish(&loudness);
    return 0;
}

/* Blocks of a sine on the left, from a block of the stream on. */
static void play(double hz, double level, uint64_t from, uint64_t until)
{
    const float right[BLOCK_FRAMES] = {0};
    float left[BLOCK_FRAMES];

    for (uint64_t b = from; b < until; b++) {
        for (uint64_t i = 0; i < BLOCK_FRAMES; i++) {
            const double at = (double)(b * BLOCK_FRAMES + i);

            left[i] = (float)(level * sin(2 * M_PI * hz * at / 48000));
        }
        loudness_add(&loudness, left, right, BLOCK_FRAMES);
        loudness_peak(&loudness, left, right, (float)level);
    }
}

/* ITU-R BS.1770: a sine of 997 Hz at full scale on one side reads -3.01 LUFS. */
static void test_the_meters_read_what_the_standard_says(void **state)
{
    struct loudness_reading reading;

    (void)state;
    play(997, 1, 0, 7500);
    loudness_read(&loudness, &reading);
    CHECK_NEAR(reading.chunk_lufs, -3.01, 0.05);
    CHECK_NEAR(reading.integrated_lufs, -3.01, 0.06);
    CHECK_NEAR(reading.true_peak_db, 0, 0.05);
}

static void test_silence_is_not_integrated(void **state)
{
    struct loudness_reading reading;

    (void)state;
    play(997, 0.1, 0, 7500);
    play(997, 0, 7500, 75000);
    loudness_read(&loudness, &reading);
    CHECK_NEAR(reading.chunk_lufs, LOUDNESS_FLOOR, 0);
    CHECK_NEAR(reading.integrated_lufs, -23.01, 0.15); /* some of its blocks are part silent */
    CHECK_NEAR(reading.true_peak_db, -20, 0.05);
}

static void add_noise(struct loudness *meter, struct rng *rng, uint32_t n_frames)
{
    float left[BLOCK_FRAMES], right[BLOCK_FRAMES];

    for (uint32_t i = 0; i < n_frames; i++) {
        left[i] = (float)rng_unit(rng) - 0.5f;
        right[i] = (float)rng_unit(rng) - 0.5f;
    }
    loudness_add(meter, left, right, n_frames);
}

/* 44100 Hz: a chunk is no whole number of blocks. */
static double chunk_lufs(const struct loudness *meter)
{
    struct loudness_reading reading;

    loudness_read(meter, &reading);
    return reading.chunk_lufs;
}

/* Four chunks of different loudness read as their mean power, and are gone after four more. */
static void test_the_momentary_loudness_is_that_of_the_last_400_ms(void **state)
{
    static const double levels[] = {0.5, 0.25, 0.125, 0.25, 0, 0, 0, 0};
    static struct meter meter;
    struct meter_reading reading;
    uint64_t frame = 0;

    (void)state;
    meter_begin(&meter, 44100, 0);
    for (int chunk = 0; chunk < 8; chunk++) {
        struct stereo block = {{0}, {0}};

        do {
            for (int i = 0; i < BLOCK_FRAMES; i++) {
                const double at = (double)frame + i;

                block.left[i] = (float)(levels[chunk] * sin(2 * M_PI * 997 * at / 44100));
            }
            frame += BLOCK_FRAMES;
        } while (!meter_block(&meter, frame - BLOCK_FRAMES, &block, &reading));
        if (chunk == 3) { /* powers 1/4, 1/16, 1/64, 1/16: their mean is 0.0977 */
            CHECK_NEAR(reading.momentary_lufs, -3.01 - 10.10, 0.1);
        }
    }
    assert_true(reading.momentary_lufs < -40);
    meter_finish(&meter);
}

static void test_who_begins_later_reads_the_same_bits(void **state)
{
    struct loudness late = {0};
    struct rng rng, again;
    const uint64_t join = 64 * 1234;

    (void)state;
    loudness_begin(&loudness, 44100, 0);
    loudness_begin(&late, 44100, join);
    rng_init(&rng, 1);
    for (uint64_t frame = 0; frame < join; frame += BLOCK_FRAMES) {
        play(997, 0, 0, 1); /* silence until then, as the late one takes it to be */
    }
    again = rng;
    for (int b = 0; b < 7 * 690; b++) {
        add_noise(&loudness, &rng, BLOCK_FRAMES);
        add_noise(&late, &again, BLOCK_FRAMES);
        CHECK_NEAR(chunk_lufs(&loudness), chunk_lufs(&late), 0);
    }
    loudness_finish(&late);
}

/* The meter sleeps through a long silence, and nobody can tell. */
static void test_a_long_silence_leaves_no_trace(void **state)
{
    struct loudness other = {0};
    struct rng rng, again;

    (void)state;
    loudness_begin(&loudness, 44100, 0);
    for (int b = 0; b < 20011; b++) {
        play(997, 0, 0, 1);
    }
    loudness_begin(&other, 44100, UINT64_C(20011) * BLOCK_FRAMES);
    rng_init(&rng, 1);
    again = rng;
    for (int b = 0; b < 690; b++) {
        add_noise(&loudness, &rng, BLOCK_FRAMES);
        add_noise(&other, &again, BLOCK_FRAMES);
        CHECK_NEAR(chunk_lufs(&loudness), chunk_lufs(&other), 0);
    }
    loudness_finish(&other);
}

/* A sine of a quarter of the rate whose samples miss its crests by 3 dB. */
static void test_true_peaks_lie_between_samples(void **state)
{
    float samples[BLOCK_FRAMES];
    struct loudness_reading reading;

    (void)state;
    for (int i = 0; i < BLOCK_FRAMES; i++) {
        samples[i] = (float)(0.5 * sin(M_PI / 2 * (i + 0.5)));
    }
    for (int b = 0; b < 100; b++) {
        loudness_peak(&loudness, samples, samples, 0.36f);
    }
    loudness_read(&loudness, &reading);
    CHECK_NEAR(reading.true_peak_db, 20 * log10(0.5), 0.3);
}

/* Soft and loud blocks by turns: what is left out could not have been higher. */
static void test_true_peaks_are_found_wherever_they_lie(void **state)
{
    for (uint64_t seed = 0; seed < 30; seed++) {
        struct loudness every = {0};
        struct loudness_reading reading, all;
        struct rng rng;

        rng_init(&rng, seed);
        loudness_begin(&loudness, 44100, 0);
        loudness_begin(&every, 44100, 0);
        for (int b = 0; b < 200; b++) {
            const float level = rng_below(&rng, 20) == 0 ? 0.8f : 0.2f;
            float left[BLOCK_FRAMES], right[BLOCK_FRAMES];

            for (int i = 0; i < BLOCK_FRAMES; i++) {
                left[i] = level * (float)(2 * rng_unit(&rng) - 1);
                right[i] = level * (float)(2 * rng_unit(&rng) - 1);
            }
            loudness_peak(&loudness, left, right, level);
            loudness_peak(&every, left, right, 1000); /* nothing is left out */
        }
        loudness_read(&loudness, &reading);
        loudness_read(&every, &all);
        CHECK_NEAR(reading.true_peak_db, all.true_peak_db, 0);
        loudness_finish(&every);
    }
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_meters_read_what_the_standard_says, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_silence_is_not_integrated, set_up, tear_down),
        cmocka_unit_test(test_the_momentary_loudness_is_that_of_the_last_400_ms),
        cmocka_unit_test_setup_teardown(test_who_begins_later_reads_the_same_bits, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_long_silence_leaves_no_trace, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_true_peaks_are_found_wherever_they_lie, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_true_peaks_lie_between_samples, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
