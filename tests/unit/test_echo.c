/* The echo, by measurement: where its taps fall, on which side, how soft, and what a change of
 * tempo does to them. */
#include "synthd/echo.h"
#include "synthd/tone.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

enum { RATE_HZ = 44100, SECONDS = 3, FRAMES = SECONDS * RATE_HZ / BLOCK_FRAMES * BLOCK_FRAMES };

static struct echo echo;
static float sides[2][FRAMES];

static int set_up(void **state)
{
    (void)state;
    echo_init(&echo, RATE_HZ);
    return 0;
}

static struct tempo steady(double bpm)
{
    return (struct tempo){.bpm = bpm, .age_frames = RATE_HZ};
}

/* What is heard of an impulse in the first frame. */
static void ring(double bpm)
{
    const struct tempo tempo = steady(bpm);

    for (uint32_t at = 0; at < FRAMES; at += BLOCK_FRAMES) {
        struct stereo in = {.left = {at == 0 ? 1 : 0}, .right = {at == 0 ? 1 : 0}};
        struct stereo wet;

        echo_block(&echo, &tempo, &in, &wet);
        memcpy(sides[0] + at, wet.left, sizeof wet.left);
        memcpy(sides[1] + at, wet.right, sizeof wet.right);
    }
}

static uint32_t loudest_from(int side, uint32_t from)
{
    uint32_t loudest = from;

    for (uint32_t i = from; i < FRAMES; i++) {
        loudest = fabsf(sides[side][i]) > fabsf(sides[side][loudest]) ? i : loudest;
    }
    return loudest;
}

static double ms(uint32_t frames)
{
    return frames * 1000.0 / RATE_HZ;
}

static void test_the_taps_fall_on_eighth_notes_left_then_right(void **state)
{
    static const double tempi[] = {60, 84, 120};

    (void)state;
    for (int i = 0; i < 3; i++) {
        echo_init(&echo, RATE_HZ);
        ring(tempi[i]);
        const uint32_t left = loudest_from(0, 0);
        const uint32_t right = loudest_from(1, 0);
        const double softer = sides[1][right] / sides[0][left];

        CHECK_NEAR(ms(left), 30000 / tempi[i], 0.3);
        CHECK_NEAR(ms(right), 60000 / tempi[i], 0.3);
        CHECK_NEAR(softer, 0.55, 0.01);
        printf("| echo at %.0f bpm | taps at %.1f ms left, %.1f ms right, %.1f dB softer |\n",
               tempi[i], ms(left), ms(right), -20 * log10(softer));
    }
}

static void test_slower_and_faster_tempi_keep_to_a_quarter_and_half_a_second(void **state)
{
    (void)state;
    for (int quarters = 4; quarters <= 4000; quarters++) {
        const double bpm = quarters / 4.0;
        const double seconds = (double)echo_frames(bpm, RATE_HZ) / RATE_HZ;
        const double eighths = log2(seconds * bpm / 30);

        CHECK(seconds > 0.2499 && seconds < 0.5001);
        CHECK_NEAR(eighths, round(eighths), 1e-3);
    }
    CHECK_U64(echo_frames(0, 48000), 24000); /* before anything is composed */
}

static void test_after_a_second_it_has_forgotten(void **state)
{
    (void)state;
    ring(60);
    CHECK_NEAR(sides[0][loudest_from(0, RATE_HZ + RATE_HZ / 20)], 0, 1e-6);
    CHECK_NEAR(sides[1][loudest_from(1, RATE_HZ + RATE_HZ / 20)], 0, 1e-6);
}

static void test_low_and_high_sounds_are_left_out(void **state)
{
    static const double hz[] = {60, 700, 9000};
    double peaks[3] = {0};

    (void)state;
    for (int i = 0; i < 3; i++) {
        const struct tempo tempo = steady(120);

        echo_init(&echo, RATE_HZ);
        for (uint32_t at = 0; at < RATE_HZ; at += BLOCK_FRAMES) {
            struct stereo in, wet;

            for (uint32_t k = 0; k < BLOCK_FRAMES; k++) {
                in.left[k] = in.right[k] = (float)sin(2 * M_PI * hz[i] * (at + k) / RATE_HZ);
            }
            echo_block(&echo, &tempo, &in, &wet);
            peaks[i] = fmax(peaks[i], (double)block_peak(&wet));
        }
    }
    CHECK(peaks[0] < 0.4 * peaks[1]);
    CHECK(peaks[2] < 0.5 * peaks[1]);
}

/* A soft low tone, whose own steps are small: every other step is a click. */
static void test_a_change_of_tempo_fades_without_a_step(void **state)
{
    const uint32_t change = RATE_HZ * 2 / BLOCK_FRAMES * BLOCK_FRAMES;
    float last = 0;
    double steady_step = 0;
    double changing_step = 0;

    (void)state;
    for (uint32_t at = 0; at < FRAMES; at += BLOCK_FRAMES) {
        const struct tempo tempo =
            at < change ? steady(61) : (struct tempo){65, 61, at - change};
        struct stereo in, wet;

        for (uint32_t k = 0; k < BLOCK_FRAMES; k++) {
            in.left[k] = in.right[k] = (float)sin(2 * M_PI * 440 * (at + k) / RATE_HZ);
        }
        echo_block(&echo, &tempo, &in, &wet);
        for (uint32_t k = 0; k < BLOCK_FRAMES && at > RATE_HZ + RATE_HZ / 2; k++) {
            double *const step = at < change ? &steady_step : &changing_step;

            *step = fmax(*step, fabs((double)wet.left[k] - (double)last));
            last = wet.left[k];
        }
        last = wet.left[BLOCK_FRAMES - 1];
    }
    CHECK(changing_step < 1.6 * steady_step);
    printf("| echo, tempo from 61 to 65 bpm | largest step %.2f of that before |\n",
           changing_step / steady_step);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_the_taps_fall_on_eighth_notes_left_then_right, set_up),
        cmocka_unit_test_setup(test_slower_and_faster_tempi_keep_to_a_quarter_and_half_a_second,
                               set_up),
        cmocka_unit_test_setup(test_after_a_second_it_has_forgotten, set_up),
        cmocka_unit_test_setup(test_low_and_high_sounds_are_left_out, set_up),
        cmocka_unit_test_setup(test_a_change_of_tempo_fades_without_a_step, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
