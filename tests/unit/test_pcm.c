/* PCM and its dither: a function of the sound and the frame, true zeros in silence. */
#include "synthd/pcm.h"
#include "synthd/wav.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

static int16_t left_of(uint32_t word)
{
    const int32_t value = (int32_t)(word & 0xffff);

    return (int16_t)(value < 0x8000 ? value : value - 0x10000);
}

static void fill(struct stereo *block, float value)
{
    for (int i = 0; i < BLOCK_FRAMES; i++) {
        block->left[i] = block->right[i] = value;
    }
}

static void test_silence_is_zeros(void **state)
{
    struct stereo block;
    uint32_t words[BLOCK_FRAMES];

    (void)state;
    fill(&block, 1e-7f);
    CHECK_INT(pcm_block(6400, &block, words), 0);
    for (int i = 0; i < BLOCK_FRAMES; i++) {
        CHECK_INT(words[i], 0);
    }
}

static void test_the_same_sound_at_the_same_frame_gives_the_same_bits(void **state)
{
    struct stereo block;
    uint32_t a[BLOCK_FRAMES], b[BLOCK_FRAMES], c[BLOCK_FRAMES];

    (void)state;
    fill(&block, 0.1f);
    pcm_block(1 << 20, &block, a);
    pcm_block(1 << 20, &block, b);
    pcm_block((1 << 20) + 64, &block, c);
    CHECK(memcmp(a, b, sizeof a) == 0);
    CHECK(memcmp(a, c, sizeof a) != 0);
}

/* What lies between two steps survives in the mean. */
static void test_dither_is_without_bias_and_no_wider_than_two_steps(void **state)
{
    struct stereo block;
    uint32_t words[BLOCK_FRAMES];
    double sum = 0, squares = 0;
    const double value = 100.3;
    const int blocks = 2000;

    (void)state;
    fill(&block, (float)(value / 32767));
    for (int b = 0; b < blocks; b++) {
        pcm_block((uint64_t)b * BLOCK_FRAMES, &block, words);
        for (int i = 0; i < BLOCK_FRAMES; i++) {
            const double error = left_of(words[i]) - value;

            CHECK(fabs(error) <= 1.5);
            sum += error;
            squares += error * error;
        }
    }
    CHECK_NEAR(sum / (blocks * BLOCK_FRAMES), 0, 0.01);
    CHECK_NEAR(squares / (blocks * BLOCK_FRAMES), 0.25, 0.01); /* 1/12 + 1/6, triangular */
}

static void test_the_sides_are_dithered_apart(void **state)
{
    struct stereo block;
    uint32_t words[BLOCK_FRAMES];
    int apart = 0;

    (void)state;
    fill(&block, 0.1f);
    pcm_block(0, &block, words);
    for (int i = 0; i < BLOCK_FRAMES; i++) {
        apart += (words[i] & 0xffff) != words[i] >> 16;
    }
    CHECK(apart > 16);
}

static void test_full_scale_is_kept_and_beyond_is_clipped_and_counted(void **state)
{
    struct stereo block;
    uint32_t words[BLOCK_FRAMES];

    (void)state;
    fill(&block, 0);
    block.left[0] = 2;
    block.left[1] = -2;
    block.right[2] = NAN;
    CHECK_INT(pcm_block(0, &block, words), 3);
    CHECK_INT(left_of(words[0]), 32767);
    CHECK_INT(left_of(words[1]), -32768);
    CHECK_INT(words[2] >> 16, 0);
}

static void test_a_wav_header_says_how_much_follows(void **state)
{
    uint8_t header[WAV_HEADER_BYTES];

    (void)state;
    wav_header(header, 48000, 0x01020304 / 4);
    CHECK(memcmp(header, "RIFF", 4) == 0);
    CHECK(memcmp(header + 8, "WAVEfmt ", 8) == 0);
    CHECK_INT(header[24] | header[25] << 8, 48000);
    CHECK_INT(header[40], 0x04);
    CHECK_INT(header[43], 0x01);
    CHECK_INT(header[4], 0x04 + 36);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_silence_is_zeros),
        cmocka_unit_test(test_the_same_sound_at_the_same_frame_gives_the_same_bits),
        cmocka_unit_test(test_dither_is_without_bias_and_no_wider_than_two_steps),
        cmocka_unit_test(test_the_sides_are_dithered_apart),
        cmocka_unit_test(test_full_scale_is_kept_and_beyond_is_clipped_and_counted),
        cmocka_unit_test(test_a_wav_header_says_how_much_follows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
