/* What is done to the mix, by measurement: room, rumble, width, meters, silence. */
#include "common/rng.h"
#include "synthd/chain.h"
#include "tests/check.h"
#include "tests/stems.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RATE_HZ = 44100, SECOND_BLOCKS = RATE_HZ / BLOCK_FRAMES };

static struct reverb room;
static struct chain chain;
static struct chain_input input;
static struct timbre timbres[TIMBRE_COUNT];
static struct stereo blocks[TIMBRE_COUNT];
static struct stem stems[TIMBRE_COUNT];

static int set_up(void **state)
{
    struct changes *const changes = malloc(sizeof *changes);

    (void)state;
    CHECK(changes != NULL);
    changes_init(changes);
    memset(&input, 0, sizeof input);
    changes_at(changes, 0, &input.sound[0]);
    input.sound[1] = input.sound[0];
    input.stems = stems;
    free(changes);
    memset(blocks, 0, sizeof blocks);
    stems_of(blocks, stems);
    timbres_init(timbres);
    mixer_init(&chain.mixer, timbres, RATE_HZ);
    chain_init(&chain, 0, RATE_HZ);
    reverb_init(&room, RATE_HZ);
    return 0;
}

static double energy(const struct stereo *block)
{
    double sum = 0;

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        sum +=
            (double)block->left[i] * block->left[i] + (double)block->right[i] * block->right[i];
    }
    return sum;
}

/* The wet sound of an impulse on both sides: energy a block, [n_blocks]. */
static void ring_room(double *energies, int n_blocks)
{
    struct stereo in, wet;

    for (int b = 0; b < n_blocks; b++) {
        memset(&in, 0, sizeof in);
        in.left[0] = in.right[0] = b == 0 ? 1 : 0;
        reverb_block(&room, (uint64_t)b * BLOCK_FRAMES, &in, &wet);
        energies[b] = energy(&wet);
    }
}

/* Schroeder's backward integration, from -5 to -35 dB, times two. */
static void test_the_room_falls_by_60_db_in_2_to_3_seconds(void **state)
{
    enum { BLOCKS = 6 * SECOND_BLOCKS };
    static double energies[BLOCKS];
    double total = 0, left;
    int from = -1, to = -1;

    (void)state;
    ring_room(energies, BLOCKS);
    for (int b = 0; b < BLOCKS; b++) {
        total += energies[b];
    }
    left = total;
    for (int b = 0; b < BLOCKS && to < 0; b++) {
        left -= energies[b];
        from = from < 0 && left < total * pow(10, -0.5) ? b : from;
        to = left < total * pow(10, -3.5) ? b : -1;
    }
    const double rt60_s = 2.0 * (to - from) * BLOCK_FRAMES / RATE_HZ;

    CHECK_NEAR(rt60_s, 2.5, 0.5);
    printf("| room | RT60 %.2f s (from -5 to -35 dB, times two) |\n", rt60_s);
}

static void test_the_room_answers_after_20_to_50_ms(void **state)
{
    enum { BLOCKS = SECOND_BLOCKS };
    static double energies[BLOCKS];
    int first = 0;

    (void)state;
    ring_room(energies, BLOCKS);
    while (energies[first] < 1e-9) {
        first++;
    }
    const double ms = first * BLOCK_FRAMES * 1000.0 / RATE_HZ;

    CHECK(ms >= 20 && ms <= 50);
    printf("| room | pre-delay %.0f ms |\n", ms);
}

static void test_two_rooms_that_heard_the_same_sound_the_same(void **state)
{
    struct reverb *const late = malloc(sizeof *late);
    struct rng rng;
    struct stereo in, a, b;
    double apart = 0;

    (void)state;
    CHECK(late != NULL);
    reverb_init(late, RATE_HZ);
    rng_init(&rng, 1);
    for (uint64_t n = 0; n < 14 * SECOND_BLOCKS; n++) {
        for (int i = 0; i < BLOCK_FRAMES; i++) {
            in.left[i] = (float)rng_unit(&rng) - 0.5f;
            in.right[i] = (float)rng_unit(&rng) - 0.5f;
        }
        reverb_block(&room, n * BLOCK_FRAMES, &in, &a);
        if (n >= 4 * SECOND_BLOCKS) {
            reverb_block(late, n * BLOCK_FRAMES, &in, &b);
            for (int i = 0; i < BLOCK_FRAMES && n >= 13 * SECOND_BLOCKS; i++) {
                apart = fmax(apart, fabs((double)a.left[i] - (double)b.left[i]));
            }
        }
    }
    CHECK(block_peak(&a) > 0.01f);
    CHECK(apart < 1e-5);
    free(late);
}

static void test_direct_current_and_rumble_are_cut(void **state)
{
    struct highpass highpass;
    struct stereo block;

    (void)state;
    highpass_init(&highpass, 12, RATE_HZ);
    for (int b = 0; b < SECOND_BLOCKS; b++) {
        for (int i = 0; i < BLOCK_FRAMES; i++) {
            block.left[i] = block.right[i] = 0.5f;
        }
        highpass_block(&highpass, &block);
    }
    CHECK(block_peak(&block) < 1e-4f);
}

/* Sides against each other at one frequency: what comes out, relative. */
static double width_at(double hz, double gain)
{
    struct width width;
    struct stereo block;
    double before = 0, after = 0;
    int at = 0;

    width_init(&width, 160, RATE_HZ);
    for (int b = 0; b < SECOND_BLOCKS; b++) {
        for (int i = 0; i < BLOCK_FRAMES; i++, at++) {
            block.left[i] = (float)sin(2 * M_PI * hz * at / RATE_HZ);
            block.right[i] = -block.left[i];
        }
        before += energy(&block);
        width_block(&width, (struct ramp){gain, gain}, &block);
        after += energy(&block);
    }
    return sqrt(after / before);
}

static void test_width_leaves_the_bass_in_the_middle(void **state)
{
    (void)state;
    CHECK(width_at(40, 1) < 0.3);
    CHECK_NEAR(width_at(2000, 1), 1, 0.02);
    CHECK_NEAR(width_at(2000, 0), 0, 1e-6);
}

static void test_mix_at_zero_is_silence_and_at_its_default_is_unity(void **state)
{
    (void)state;
    CHECK_NEAR(mixer_gain(0), 0, 0);
    CHECK_NEAR(mixer_gain(0.8), 1, 1e-12);
    CHECK(mixer_gain(1) > 1.5);
}

static void test_what_is_no_number_does_not_stay(void **state)
{
    struct stereo out;

    (void)state;
    blocks[0].left[7] = NAN;
    chain_block(&chain, &input, &out);
    blocks[0].left[7] = 0.1f;
    for (uint64_t b = 1; b < 10; b++) {
        input.frame = b * BLOCK_FRAMES;
        chain_block(&chain, &input, &out);
        CHECK(block_is_finite(&out));
    }
    CHECK(block_peak(&out) > 0);
}

static void test_silence_puts_the_chain_to_sleep_and_sound_wakes_it(void **state)
{
    struct stereo out;

    (void)state;
    blocks[0].left[0] = 0.5f;
    chain_block(&chain, &input, &out);
    input.stems = NULL;
    for (int b = 0; b < 20 * SECOND_BLOCKS && !chain.asleep; b++) {
        input.frame += BLOCK_FRAMES;
        chain_block(&chain, &input, &out);
    }
    CHECK(chain.asleep);
    CHECK_NEAR(block_peak(&out), 0, 1e-6);
    input.stems = stems;
    chain_block(&chain, &input, &out);
    CHECK(!chain.asleep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_the_room_falls_by_60_db_in_2_to_3_seconds, set_up),
        cmocka_unit_test_setup(test_the_room_answers_after_20_to_50_ms, set_up),
        cmocka_unit_test_setup(test_two_rooms_that_heard_the_same_sound_the_same, set_up),
        cmocka_unit_test_setup(test_direct_current_and_rumble_are_cut, set_up),
        cmocka_unit_test_setup(test_width_leaves_the_bass_in_the_middle, set_up),
        cmocka_unit_test_setup(test_mix_at_zero_is_silence_and_at_its_default_is_unity, set_up),
        cmocka_unit_test_setup(test_what_is_no_number_does_not_stay, set_up),
        cmocka_unit_test_setup(test_silence_puts_the_chain_to_sleep_and_sound_wakes_it, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
