/* The shade: what phrases say of the brightness, at each frame, whenever they arrived. */
#include "synthd/shade.h"
#include "tests/check.h"

#include <string.h>

enum { BAR = 64000 };

static struct shade shade;

static int set_up(void **state)
{
    (void)state;
    shade_init(&shade);
    return 0;
}

/* A phrase from start_frame on to the end of its last bar; [n_bars + 1] values from the bar
 * line at or before it on. */
static void apply(uint64_t start_frame, uint32_t n_bars, const double *values)
{
    static struct phrase phrase;
    const uint64_t first_bar = start_frame / BAR * BAR;

    memset(&phrase, 0, sizeof phrase);
    phrase.start_frame = start_frame;
    phrase.frames = first_bar + (uint64_t)n_bars * BAR - start_frame;
    phrase.n_bars = n_bars;
    for (uint32_t i = 0; i <= n_bars; i++) {
        phrase.bar_shade[i] = values[i];
        if (i < n_bars) {
            phrase.bar_frames[i] = first_bar + (uint64_t)i * BAR;
        }
    }
    shade_apply(&shade, &phrase);
}

static void test_before_the_first_phrase_there_is_nothing_to_add(void **state)
{
    (void)state;
    CHECK_NEAR(shade_at(&shade, 64), 0, 0);
    apply(BAR, 1, (const double[]){0.5, 0.25});
    CHECK_NEAR(shade_at(&shade, BAR - 1), 0, 0);
    CHECK_NEAR(shade_at(&shade, BAR), 0.5, 0);
}

static void test_it_goes_in_straight_lines_from_bar_to_bar(void **state)
{
    (void)state;
    apply(0, 2, (const double[]){-0.5, 0.5, 0.25});
    CHECK_NEAR(shade_at(&shade, 0), -0.5, 0);
    CHECK_NEAR(shade_at(&shade, BAR / 4), -0.25, 1e-12);
    CHECK_NEAR(shade_at(&shade, BAR / 2), 0, 1e-12);
    CHECK_NEAR(shade_at(&shade, BAR), 0.5, 0);
    CHECK_NEAR(shade_at(&shade, BAR + BAR / 2), 0.375, 1e-12);
    for (uint64_t frame = 0; frame < UINT64_C(2) * BAR; frame += BLOCK_FRAMES) {
        CHECK_NEAR(shade_at(&shade, frame + BLOCK_FRAMES), shade_at(&shade, frame),
                   1.001 * BLOCK_FRAMES / BAR);
    }
}

static void test_behind_the_last_bar_its_end_stays(void **state)
{
    (void)state;
    apply(0, 1, (const double[]){0, 0.25});
    CHECK_NEAR(shade_at(&shade, BAR), 0.25, 0);
    CHECK_NEAR(shade_at(&shade, UINT64_C(1000000) * BAR), 0.25, 0);
    apply(UINT64_C(4) * BAR, 1, (const double[]){0.5, 1});
    CHECK_NEAR(shade_at(&shade, UINT64_C(4) * BAR - 1), 0.25, 0);
    CHECK_NEAR(shade_at(&shade, UINT64_C(4) * BAR), 0.5, 0);
}

static void test_a_later_phrase_owns_the_timeline_from_its_start_on(void **state)
{
    (void)state;
    apply(0, 4, (const double[]){0, 0.25, 0.5, 0.75, 1});
    apply(UINT64_C(4) * BAR, 1, (const double[]){1, 1});
    apply(UINT64_C(2) * BAR, 1, (const double[]){0.5, -0.5});
    CHECK_NEAR(shade_at(&shade, BAR), 0.25, 0);
    CHECK_NEAR(shade_at(&shade, UINT64_C(2) * BAR - BAR / 2), 0.375, 1e-12);
    CHECK_NEAR(shade_at(&shade, UINT64_C(2) * BAR + BAR / 2), 0, 1e-12);
    CHECK_NEAR(shade_at(&shade, UINT64_C(5) * BAR), -0.5, 0); /* not 1 */
}

/* To the last bit, so that whoever knows only the second hears what the others hear. */
static void test_a_phrase_from_inside_a_bar_goes_on_with_the_same_line(void **state)
{
    double before[BAR / BLOCK_FRAMES];

    (void)state;
    apply(0, 2, (const double[]){0, 0.1, 0.3});
    for (uint64_t i = 0; i < BAR / BLOCK_FRAMES; i++) {
        before[i] = shade_at(&shade, BAR + i * BLOCK_FRAMES);
    }
    apply(BAR + BAR / 4, 2, (const double[]){0.1, 0.3, -0.2});
    for (uint64_t i = 0; i < BAR / BLOCK_FRAMES; i++) {
        CHECK_NEAR(shade_at(&shade, BAR + i * BLOCK_FRAMES), before[i], 0);
    }
    CHECK_NEAR(shade_at(&shade, UINT64_C(3) * BAR), -0.2, 0);
}

static void test_what_lies_before_a_start_inside_a_bar_stays_as_it_was(void **state)
{
    (void)state;
    apply(0, 1, (const double[]){0, 0.5});
    apply(BAR / 2, 1, (const double[]){1, 1});
    CHECK_NEAR(shade_at(&shade, BAR / 2 - BLOCK_FRAMES), 0.25, 1e-3);
    CHECK_NEAR(shade_at(&shade, BAR / 2), 1, 0);
}

static void lay_piece(uint64_t from_phrase)
{
    for (uint64_t n = from_phrase; n < 6; n++) {
        apply(n * 4 * BAR + (n == 3 ? BAR / 4 : 0), 4,
              (const double[]){0.1 * (double)n, -0.3, 0.7, 0.05 * (double)n, 0.1});
    }
}

static void test_whoever_knows_only_what_is_not_over_finds_the_same(void **state)
{
    enum { BLOCKS = 12 * BAR / BLOCK_FRAMES };
    static double whole[BLOCKS];

    (void)state;
    lay_piece(0);
    for (uint64_t i = 0; i < BLOCKS; i++) {
        whole[i] = shade_at(&shade, UINT64_C(12) * BAR + i * BLOCK_FRAMES);
    }
    shade_init(&shade);
    lay_piece(2);
    for (uint64_t i = 0; i < BLOCKS; i++) {
        CHECK_NEAR(shade_at(&shade, UINT64_C(12) * BAR + i * BLOCK_FRAMES), whole[i], 0);
    }
}

static void test_without_room_only_the_oldest_is_forgotten(void **state)
{
    enum { PHRASES = 3 * SHADE_LINES / 7 };

    (void)state;
    for (uint64_t n = 0; n < PHRASES; n++) {
        apply(n * 7 * BAR, 7, (const double[]){0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7});
        CHECK(shade.n_lines <= SHADE_LINES);
    }
    for (uint64_t bar = UINT64_C(7) * PHRASES - SHADE_LINES; bar < UINT64_C(7) * PHRASES;
         bar++) {
        CHECK_NEAR(shade_at(&shade, bar * BAR), 0.1 * (double)(bar % 7), 1e-12);
    }
    CHECK_NEAR(shade_at(&shade, 0), 0, 0);
}

static void test_what_is_cancelled_takes_no_room(void **state)
{
    (void)state;
    apply(0, 1, (const double[]){0.25, 0.5});
    for (int i = 0; i < 2 * SHADE_LINES; i++) {
        apply(BAR, 2, (const double[]){0.5, 0.1, 0.2});
    }
    CHECK_NEAR(shade_at(&shade, 0), 0.25, 0);
    CHECK_NEAR(shade_at(&shade, UINT64_C(3) * BAR), 0.2, 0);
}

/* Nothing in the format keeps bars from lying where they please. */
static void test_bars_out_of_order_give_no_other_values_than_theirs(void **state)
{
    static struct phrase phrase = {
        .start_frame = UINT64_C(2) * BAR, .frames = BAR, .n_bars = 3};

    (void)state;
    phrase.bar_frames[0] = UINT64_C(9) * BAR;
    phrase.bar_frames[1] = 0;
    phrase.bar_frames[2] = UINT64_C(5) * BAR;
    phrase.bar_shade[0] = -0.5;
    phrase.bar_shade[3] = 0.5;
    shade_apply(&shade, &phrase);
    for (uint64_t frame = 0; frame < UINT64_C(12) * BAR; frame += BLOCK_FRAMES) {
        CHECK_NEAR(shade_at(&shade, frame), 0, 0.5);
    }
    apply(0, 1, (const double[]){0.25, 0.25});
    CHECK_NEAR(shade_at(&shade, UINT64_C(12) * BAR), 0.25, 0);
}

int main(void)
{
#define SHADE_TEST(test) cmocka_unit_test_setup(test, set_up)
    const struct CMUnitTest tests[] = {
        SHADE_TEST(test_before_the_first_phrase_there_is_nothing_to_add),
        SHADE_TEST(test_it_goes_in_straight_lines_from_bar_to_bar),
        SHADE_TEST(test_behind_the_last_bar_its_end_stays),
        SHADE_TEST(test_a_later_phrase_owns_the_timeline_from_its_start_on),
        SHADE_TEST(test_a_phrase_from_inside_a_bar_goes_on_with_the_same_line),
        SHADE_TEST(test_what_lies_before_a_start_inside_a_bar_stays_as_it_was),
        SHADE_TEST(test_whoever_knows_only_what_is_not_over_finds_the_same),
        SHADE_TEST(test_without_room_only_the_oldest_is_forgotten),
        SHADE_TEST(test_what_is_cancelled_takes_no_room),
        SHADE_TEST(test_bars_out_of_order_give_no_other_values_than_theirs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
