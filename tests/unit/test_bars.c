/* What phrases say of each bar, at each frame, whenever they arrived. */
#include "synthd/bars.h"
#include "tests/check.h"

#include <string.h>

enum { BAR = 64000 };

static struct bars bars;

static int set_up(void **state)
{
    (void)state;
    bars_init(&bars);
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
    bars_apply(&bars, &phrase);
}

/* A phrase of bars in these tempi. */
static void apply_tempi(uint64_t start_frame, uint32_t n_bars, const double *bpm, bool thin)
{
    static struct phrase phrase;

    memset(&phrase, 0, sizeof phrase);
    phrase.start_frame = start_frame;
    phrase.frames = (uint64_t)n_bars * BAR;
    phrase.n_bars = n_bars;
    phrase.thin = thin;
    for (uint32_t i = 0; i < n_bars; i++) {
        phrase.bar_frames[i] = start_frame + (uint64_t)i * BAR;
        phrase.bar_bpm[i] = bpm[i];
    }
    bars_apply(&bars, &phrase);
}

static void test_the_tempo_is_the_bars_and_names_the_one_before_it(void **state)
{
    struct tempo tempo = bars_tempo_at(&bars, 64);

    (void)state;
    CHECK_NEAR(tempo.bpm, 0, 0);
    apply_tempi(BAR, 3, (const double[]){60, 64, 68}, false);
    CHECK_NEAR(bars_tempo_at(&bars, BAR - 1).bpm, 0, 0);
    tempo = bars_tempo_at(&bars, BAR);
    CHECK_NEAR(tempo.bpm, 60, 0);
    CHECK_NEAR(tempo.before_bpm, 0, 0);
    tempo = bars_tempo_at(&bars, UINT64_C(3) * BAR - 1);
    CHECK_NEAR(tempo.bpm, 64, 0);
    CHECK_NEAR(tempo.before_bpm, 60, 0);
    CHECK_U64(tempo.age_frames, BAR - 1);
    apply_tempi(UINT64_C(2) * BAR + BAR / 2, 1, (const double[]){64}, false);
    tempo = bars_tempo_at(&bars, UINT64_C(3) * BAR - 1); /* the same, cut inside a bar */
    CHECK_NEAR(tempo.before_bpm, 60, 0);
    CHECK_U64(tempo.age_frames, BAR - 1);
    apply_tempi(UINT64_C(3) * BAR, 1, (const double[]){68}, false);
    CHECK_NEAR(bars_tempo_at(&bars, UINT64_C(99) * BAR).bpm, 68, 0);
}

static void test_the_texture_is_thin_where_a_phrase_says_so_or_there_is_none(void **state)
{
    (void)state;
    CHECK(bars_thin_at(&bars, 0));
    apply_tempi(BAR, 1, (const double[]){60}, false);
    apply_tempi(UINT64_C(2) * BAR, 1, (const double[]){60}, true);
    apply_tempi(UINT64_C(3) * BAR, 1, (const double[]){60}, false);
    CHECK(bars_thin_at(&bars, BAR - 1));
    CHECK(!bars_thin_at(&bars, BAR));
    CHECK(bars_thin_at(&bars, UINT64_C(2) * BAR));
    CHECK(!bars_thin_at(&bars, UINT64_C(4) * BAR - 1));
    CHECK(bars_thin_at(&bars, UINT64_C(4) * BAR));
}

static void test_before_the_first_phrase_there_is_nothing_to_add(void **state)
{
    (void)state;
    CHECK_NEAR(bars_shade_at(&bars, 64), 0, 0);
    apply(BAR, 1, (const double[]){0.5, 0.25});
    CHECK_NEAR(bars_shade_at(&bars, BAR - 1), 0, 0);
    CHECK_NEAR(bars_shade_at(&bars, BAR), 0.5, 0);
}

static void test_it_goes_in_straight_lines_from_bar_to_bar(void **state)
{
    (void)state;
    apply(0, 2, (const double[]){-0.5, 0.5, 0.25});
    CHECK_NEAR(bars_shade_at(&bars, 0), -0.5, 0);
    CHECK_NEAR(bars_shade_at(&bars, BAR / 4), -0.25, 1e-12);
    CHECK_NEAR(bars_shade_at(&bars, BAR / 2), 0, 1e-12);
    CHECK_NEAR(bars_shade_at(&bars, BAR), 0.5, 0);
    CHECK_NEAR(bars_shade_at(&bars, BAR + BAR / 2), 0.375, 1e-12);
    for (uint64_t frame = 0; frame < UINT64_C(2) * BAR; frame += BLOCK_FRAMES) {
        CHECK_NEAR(bars_shade_at(&bars, frame + BLOCK_FRAMES), bars_shade_at(&bars, frame),
                   1.001 * BLOCK_FRAMES / BAR);
    }
}

static void test_behind_the_last_bar_its_end_stays(void **state)
{
    (void)state;
    apply(0, 1, (const double[]){0, 0.25});
    CHECK_NEAR(bars_shade_at(&bars, BAR), 0.25, 0);
    CHECK_NEAR(bars_shade_at(&bars, UINT64_C(1000000) * BAR), 0.25, 0);
    apply(UINT64_C(4) * BAR, 1, (const double[]){0.5, 1});
    CHECK_NEAR(bars_shade_at(&bars, UINT64_C(4) * BAR - 1), 0.25, 0);
    CHECK_NEAR(bars_shade_at(&bars, UINT64_C(4) * BAR), 0.5, 0);
}

static void test_a_later_phrase_owns_the_timeline_from_its_start_on(void **state)
{
    (void)state;
    apply(0, 4, (const double[]){0, 0.25, 0.5, 0.75, 1});
    apply(UINT64_C(4) * BAR, 1, (const double[]){1, 1});
    apply(UINT64_C(2) * BAR, 1, (const double[]){0.5, -0.5});
    CHECK_NEAR(bars_shade_at(&bars, BAR), 0.25, 0);
    CHECK_NEAR(bars_shade_at(&bars, UINT64_C(2) * BAR - BAR / 2), 0.375, 1e-12);
    CHECK_NEAR(bars_shade_at(&bars, UINT64_C(2) * BAR + BAR / 2), 0, 1e-12);
    CHECK_NEAR(bars_shade_at(&bars, UINT64_C(5) * BAR), -0.5, 0); /* not 1 */
}

/* To the last bit, so that whoever knows only the second hears what the others hear. */
static void test_a_phrase_from_inside_a_bar_goes_on_with_the_same_line(void **state)
{
    double before[BAR / BLOCK_FRAMES];

    (void)state;
    apply(0, 2, (const double[]){0, 0.1, 0.3});
    for (uint64_t i = 0; i < BAR / BLOCK_FRAMES; i++) {
        before[i] = bars_shade_at(&bars, BAR + i * BLOCK_FRAMES);
    }
    apply(BAR + BAR / 4, 2, (const double[]){0.1, 0.3, -0.2});
    for (uint64_t i = 0; i < BAR / BLOCK_FRAMES; i++) {
        CHECK_NEAR(bars_shade_at(&bars, BAR + i * BLOCK_FRAMES), before[i], 0);
    }
    CHECK_NEAR(bars_shade_at(&bars, UINT64_C(3) * BAR), -0.2, 0);
}

static void test_what_lies_before_a_start_inside_a_bar_stays_as_it_was(void **state)
{
    (void)state;
    apply(0, 1, (const double[]){0, 0.5});
    apply(BAR / 2, 1, (const double[]){1, 1});
    CHECK_NEAR(bars_shade_at(&bars, BAR / 2 - BLOCK_FRAMES), 0.25, 1e-3);
    CHECK_NEAR(bars_shade_at(&bars, BAR / 2), 1, 0);
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
        whole[i] = bars_shade_at(&bars, UINT64_C(12) * BAR + i * BLOCK_FRAMES);
    }
    bars_init(&bars);
    lay_piece(2);
    for (uint64_t i = 0; i < BLOCKS; i++) {
        CHECK_NEAR(bars_shade_at(&bars, UINT64_C(12) * BAR + i * BLOCK_FRAMES), whole[i], 0);
    }
}

static void test_without_room_only_the_oldest_is_forgotten(void **state)
{
    enum { PHRASES = 3 * BARS_LINES / 7 };

    (void)state;
    for (uint64_t n = 0; n < PHRASES; n++) {
        apply(n * 7 * BAR, 7, (const double[]){0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7});
        CHECK(bars.n_lines <= BARS_LINES);
    }
    for (uint64_t bar = UINT64_C(7) * PHRASES - BARS_LINES; bar < UINT64_C(7) * PHRASES;
         bar++) {
        CHECK_NEAR(bars_shade_at(&bars, bar * BAR), 0.1 * (double)(bar % 7), 1e-12);
    }
    CHECK_NEAR(bars_shade_at(&bars, 0), 0, 0);
}

static void test_what_is_cancelled_takes_no_room(void **state)
{
    (void)state;
    apply(0, 1, (const double[]){0.25, 0.5});
    for (int i = 0; i < 2 * BARS_LINES; i++) {
        apply(BAR, 2, (const double[]){0.5, 0.1, 0.2});
    }
    CHECK_NEAR(bars_shade_at(&bars, 0), 0.25, 0);
    CHECK_NEAR(bars_shade_at(&bars, UINT64_C(3) * BAR), 0.2, 0);
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
    bars_apply(&bars, &phrase);
    for (uint64_t frame = 0; frame < UINT64_C(12) * BAR; frame += BLOCK_FRAMES) {
        CHECK_NEAR(bars_shade_at(&bars, frame), 0, 0.5);
    }
    apply(0, 1, (const double[]){0.25, 0.25});
    CHECK_NEAR(bars_shade_at(&bars, UINT64_C(12) * BAR), 0.25, 0);
}

int main(void)
{
#define BARS_TEST(test) cmocka_unit_test_setup(test, set_up)
    const struct CMUnitTest tests[] = {
        BARS_TEST(test_before_the_first_phrase_there_is_nothing_to_add),
        BARS_TEST(test_it_goes_in_straight_lines_from_bar_to_bar),
        BARS_TEST(test_behind_the_last_bar_its_end_stays),
        BARS_TEST(test_a_later_phrase_owns_the_timeline_from_its_start_on),
        BARS_TEST(test_a_phrase_from_inside_a_bar_goes_on_with_the_same_line),
        BARS_TEST(test_what_lies_before_a_start_inside_a_bar_stays_as_it_was),
        BARS_TEST(test_whoever_knows_only_what_is_not_over_finds_the_same),
        BARS_TEST(test_without_room_only_the_oldest_is_forgotten),
        BARS_TEST(test_the_tempo_is_the_bars_and_names_the_one_before_it),
        BARS_TEST(test_the_texture_is_thin_where_a_phrase_says_so_or_there_is_none),
        BARS_TEST(test_what_is_cancelled_takes_no_room),
        BARS_TEST(test_bars_out_of_order_give_no_other_values_than_theirs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
