/* Pace: where to play, and when. */
#include "common/phrase.h"
#include "synthd/pace.h"
#include "tests/check.h"

enum { RATE_HZ = 44100 };

static const int64_t birth_ns = 1000 * NS_PER_S;
static struct pace pace;

static int set_up(void **state)
{
    const struct epoch epoch = {.rate_hz = RATE_HZ, .monotonic_ns = birth_ns};

    (void)state;
    pace_init(&pace, &epoch, 300);
    return 0;
}

static void test_a_batch_is_rendered_when_it_is_the_lead_ahead_of_due(void **state)
{
    const uint64_t position = (uint64_t)10 * RATE_HZ / BLOCK_FRAMES * BLOCK_FRAMES;
    const int64_t deadline_ns = pace_deadline_ns(&pace, position);
    const int64_t ahead = pace_ahead_frames(&pace, position, deadline_ns);

    (void)state;
    CHECK_INT(ahead, (int64_t)pace.lead_frames);
    CHECK(pace.lead_frames >= RATE_HZ * 3 / 10);
}

static void test_a_young_stream_is_rendered_at_once_from_its_first_frame(void **state)
{
    (void)state;
    CHECK_INT(pace_deadline_ns(&pace, 0), birth_ns);
    CHECK_U64(pace_join(&pace, 0, birth_ns + 2 * NS_PER_S), 0);
    CHECK_U64(pace_join(&pace, 0, birth_ns + PACE_CATCH_UP_SECONDS * NS_PER_S), 0);
}

static void test_a_short_outage_is_caught_up_with(void **state)
{
    const uint64_t position = 64 * 1000;
    const int64_t due_ns = clock_due_ns(&pace.epoch, position);

    (void)state;
    CHECK(!pace_lost(&pace, position, due_ns + 5 * NS_PER_S));
    CHECK_U64(pace_join(&pace, position, due_ns + 5 * NS_PER_S), position);
    CHECK(pace_deadline_ns(&pace, position) < due_ns);
}

static void test_after_a_long_outage_it_goes_on_one_chunk_before_now(void **state)
{
    const int64_t now_ns = birth_ns + 3600 * NS_PER_S;
    const uint64_t frame = pace_join(&pace, 64, now_ns);
    const uint64_t wanted = (uint64_t)3600 * RATE_HZ - RATE_HZ / 10;

    (void)state;
    CHECK(pace_lost(&pace, 64, now_ns));
    CHECK_INT(frame % BLOCK_FRAMES, 0);
    CHECK(frame <= wanted && frame + BLOCK_FRAMES > wanted);
}

static void test_a_position_between_blocks_goes_on_at_the_next(void **state)
{
    (void)state;
    CHECK_U64(pace_join(&pace, 65, birth_ns), 128);
}

static void test_what_is_ahead_is_positive_and_what_is_behind_negative(void **state)
{
    (void)state;
    CHECK_INT(pace_ahead_frames(&pace, RATE_HZ, birth_ns), RATE_HZ);
    CHECK_INT(pace_ahead_frames(&pace, 0, birth_ns + NS_PER_S), -RATE_HZ);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_batch_is_rendered_when_it_is_the_lead_ahead_of_due,
                               set_up),
        cmocka_unit_test_setup(test_a_young_stream_is_rendered_at_once_from_its_first_frame,
                               set_up),
        cmocka_unit_test_setup(test_a_short_outage_is_caught_up_with, set_up),
        cmocka_unit_test_setup(test_after_a_long_outage_it_goes_on_one_chunk_before_now,
                               set_up),
        cmocka_unit_test_setup(test_a_position_between_blocks_goes_on_at_the_next, set_up),
        cmocka_unit_test_setup(test_what_is_ahead_is_positive_and_what_is_behind_negative,
                               set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
