/* How timbres come into the mix: level, width, sends, swaying, and changes without a step. */
#include "synthd/mixer.h"
#include "synthd/tone.h"
#include "tests/check.h"
#include "tests/stems.h"

#include <math.h>
#include <string.h>

enum { RATE_HZ = 44100, SECOND_BLOCKS = RATE_HZ / BLOCK_FRAMES };

static struct timbre timbres[TIMBRE_COUNT];
static struct mixer mixer;
static struct sound sound[2];
static struct stereo blocks[TIMBRE_COUNT];
static struct stem stems[TIMBRE_COUNT];
static struct buses buses;

static int set_up(void **state)
{
    (void)state;
    timbres_init(timbres);
    for (int i = 0; i < TIMBRE_COUNT; i++) {
        timbres[i].level_db = 0;
        timbres[i].sway = 0;
    }
    mixer_init(&mixer, timbres, RATE_HZ);
    memset(blocks, 0, sizeof blocks);
    stems_of(blocks, stems);
    for (int i = 0; i < SOUND_COUNT; i++) {
        sound[0].values[i] = sound[1].values[i] = 0.8;
    }
    return 0;
}

/* A constant on both sides of a timbre, so that what comes out are its gains. */
static void fill(enum timbre_id timbre, float left, float right)
{
    for (int i = 0; i < BLOCK_FRAMES; i++) {
        blocks[timbre].left[i] = left;
        blocks[timbre].right[i] = right;
    }
}

static void mix(uint64_t frame)
{
    mixer_block(&mixer, frame, stems, sound, &buses);
}

static void test_level_width_and_sends_are_those_of_the_timbre(void **state)
{
    (void)state;
    timbres[TIMBRE_lead].level_db = -6;
    timbres[TIMBRE_lead].width = 0.5;
    timbres[TIMBRE_lead].room_db = -20;
    timbres[TIMBRE_lead].echo_db = -60;
    mixer_init(&mixer, timbres, RATE_HZ);
    fill(TIMBRE_lead, 1, 0);
    mix(0);
    CHECK_NEAR(buses.dry.left[9], 0.75 * pow(10, -0.3), 1e-6);
    CHECK_NEAR(buses.dry.right[9], 0.25 * pow(10, -0.3), 1e-6);
    CHECK_NEAR(buses.room.left[9], 0.1 * buses.dry.left[9], 1e-6);
    CHECK_NEAR(block_peak(&buses.echo), 0, 0);
}

static void test_both_pads_have_one_mix_parameter(void **state)
{
    (void)state;
    sound[0].values[SOUND_MIX + ROLE_pad] = sound[1].values[SOUND_MIX + ROLE_pad] = 0;
    fill(TIMBRE_pad, 1, 1);
    fill(TIMBRE_pad2, 1, 1);
    mix(0);
    CHECK_NEAR(block_peak(&buses.dry), 0, 0);
    sound[0].values[SOUND_MIX + ROLE_pad] = sound[1].values[SOUND_MIX + ROLE_pad] = 0.8;
    mix(0);
    CHECK_NEAR(buses.dry.left[0], 2, 1e-5);
}

/* From side to side and back within its time, as loud everywhere. */
static void test_a_timbre_sways_at_equal_power(void **state)
{
    double least = 1;
    double most = 1;

    (void)state;
    timbres[TIMBRE_bell].sway = 0.5;
    timbres[TIMBRE_bell].sway_s = 4;
    mixer_init(&mixer, timbres, RATE_HZ);
    fill(TIMBRE_bell, 1, 1);
    for (uint64_t b = 0; b < 4 * SECOND_BLOCKS; b++) {
        mix(b * BLOCK_FRAMES);
        const double left = buses.dry.left[7];
        const double right = buses.dry.right[7];

        CHECK_NEAR(left * left + right * right, 2, 1e-3);
        least = fmin(least, left);
        most = fmax(most, left);
    }
    CHECK_NEAR(most, sqrt(2) * cos(0.5 * 0.7853981634), 1e-2);
    CHECK_NEAR(least, sqrt(2) * cos(1.5 * 0.7853981634), 1e-2);
}

/* Whoever joins, whenever, finds it at the same place, after years too. */
static void test_swaying_is_a_function_of_the_frame(void **state)
{
    const uint64_t frame = UINT64_C(14000000000000) * BLOCK_FRAMES; /* in 640 years */
    struct buses first;

    (void)state;
    timbres[TIMBRE_pad].sway = 1;
    timbres[TIMBRE_pad].sway_s = 37;
    mixer_init(&mixer, timbres, RATE_HZ);
    fill(TIMBRE_pad, 1, 1);
    mix(frame);
    first = buses;
    for (uint64_t b = 0; b < 100; b++) {
        mix(frame - (100 - b) * BLOCK_FRAMES);
    }
    mix(frame);
    for (int i = 0; i < BLOCK_FRAMES; i++) {
        CHECK_NEAR(first.dry.left[i], buses.dry.left[i], 0);
        CHECK_NEAR(first.room.right[i], buses.room.right[i], 0);
    }
    CHECK_NEAR(first.dry.left[63], first.dry.left[0], 1e-3);
}

static void test_blocks_join_without_a_step(void **state)
{
    float before = NAN;

    (void)state;
    timbres[TIMBRE_pad].sway = 1;
    timbres[TIMBRE_pad].sway_s = 2;
    mixer_init(&mixer, timbres, RATE_HZ);
    fill(TIMBRE_pad, 1, 1);
    for (uint64_t b = 0; b < 2 * SECOND_BLOCKS; b++) {
        mix(b * BLOCK_FRAMES);
        for (int i = 0; i < BLOCK_FRAMES; i++) {
            CHECK(!(fabsf(buses.dry.left[i] - before) > 1e-4f));
            before = buses.dry.left[i];
        }
    }
}

static void test_a_change_of_timbres_glides(void **state)
{
    float before = 1;
    int moved = 0;

    (void)state;
    fill(TIMBRE_pad, 1, 1);
    mix(0);
    timbres[TIMBRE_pad].level_db = -12;
    timbres[TIMBRE_pad].sway = 0.5;
    mixer_change(&mixer, timbres);
    for (uint64_t b = 1; b < SECOND_BLOCKS; b++) {
        mix(b * BLOCK_FRAMES);
        for (int i = 0; i < BLOCK_FRAMES; i++) {
            CHECK(fabsf(buses.dry.left[i] - before) < 1e-3f);
            moved += buses.dry.left[i] != before;
            before = buses.dry.left[i];
        }
    }
    CHECK(moved > RATE_HZ / 20);
    CHECK(before < 0.4f);
}

static void test_bass_and_kick_stay_in_the_middle(void **state)
{
    (void)state;
    CHECK_NEAR(timbre_specs[TIMBRE_bass].values.sway, 0, 0);
    CHECK_NEAR(timbre_specs[TIMBRE_bass].values.pan, 0, 0);
    CHECK_NEAR(timbre_specs[TIMBRE_kick].values.sway, 0, 0);
    CHECK_NEAR(timbre_specs[TIMBRE_kick].values.pan, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_level_width_and_sends_are_those_of_the_timbre, set_up),
        cmocka_unit_test_setup(test_both_pads_have_one_mix_parameter, set_up),
        cmocka_unit_test_setup(test_a_timbre_sways_at_equal_power, set_up),
        cmocka_unit_test_setup(test_swaying_is_a_function_of_the_frame, set_up),
        cmocka_unit_test_setup(test_blocks_join_without_a_step, set_up),
        cmocka_unit_test_setup(test_a_change_of_timbres_glides, set_up),
        cmocka_unit_test_setup(test_bass_and_kick_stay_in_the_middle, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
