/* The clock: frames and their due times are inverse to each other, for as long as a station
 * lives. */
#include "common/clock.h"
#include "common/phrase.h"
#include "tests/check.h"

#include <string.h>

static const uint32_t rates_hz[] = {44100, 48000};
static const uint64_t ten_years_s = UINT64_C(10) * 366 * 24 * 3600;

static struct epoch epoch_at(uint32_t rate_hz, int64_t monotonic_ns)
{
    return (struct epoch){.stream = 1, .rate_hz = rate_hz, .monotonic_ns = monotonic_ns};
}

static void test_a_second_of_frames_lasts_a_second(void **state)
{
    (void)state;
    CHECK_INT(clock_frames_ns(44100, 44100), NS_PER_S);
    CHECK_INT(clock_frames_ns(48000, 48000), NS_PER_S);
    CHECK_INT(clock_frames_ns(4410, 44100), 100 * NS_PER_MS);
    CHECK_INT(clock_frames_ns(0, 44100), 0);
    CHECK_INT(clock_frames_ns(1, 44100), 22675); /* 22675.7 rounded down */
}

static void test_ten_years_of_frames_do_not_overflow(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        const uint64_t frames = ten_years_s * rates_hz[i];
        const struct epoch epoch = epoch_at(rates_hz[i], 123);

        CHECK_INT(clock_frames_ns(frames, rates_hz[i]), (int64_t)ten_years_s * NS_PER_S);
        CHECK_INT(clock_frames_ns(frames + rates_hz[i] - 1, rates_hz[i]),
                  (int64_t)(ten_years_s + 1) * NS_PER_S - NS_PER_S / rates_hz[i] - 1);
        CHECK_U64(clock_frame_at(&epoch, clock_due_ns(&epoch, frames)), frames);
    }
}

static void check_inverse(const struct epoch *epoch, uint64_t frame)
{
    const int64_t due_ns = clock_due_ns(epoch, frame);

    CHECK_U64(clock_frame_at(epoch, due_ns), frame);
    if (frame > 0) {
        CHECK_U64(clock_frame_at(epoch, due_ns - 1), frame - 1);
    }
}

static void
test_the_frame_due_at_a_due_time_is_that_frame_and_a_nanosecond_before_it_is_not(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        const struct epoch epoch = epoch_at(rates_hz[i], INT64_C(987654321));

        for (uint64_t frame = 0; frame < 50000; frame++) {
            check_inverse(&epoch, frame);
            check_inverse(&epoch, frame + UINT64_C(3) * 24 * 3600 * 44100);
        }
        for (uint64_t frame = 1; frame < ten_years_s * rates_hz[i]; frame *= 3) {
            check_inverse(&epoch, frame);
        }
    }
}

static void test_before_the_birth_of_a_stream_frame_0_is_due(void **state)
{
    const struct epoch epoch = epoch_at(44100, NS_PER_S);

    (void)state;
    CHECK_U64(clock_frame_at(&epoch, 0), 0);
    CHECK_U64(clock_frame_at(&epoch, NS_PER_S), 0);
    CHECK_U64(clock_frame_at(&epoch, INT64_MIN / 2), 0);
    CHECK_U64(clock_frame_at(&epoch, NS_PER_S + 22676), 1);
}

static void test_blocks_are_rounded_up(void **state)
{
    (void)state;
    CHECK_U64(clock_block_up(0), 0);
    CHECK_U64(clock_block_up(1), BLOCK_FRAMES);
    CHECK_U64(clock_block_up(BLOCK_FRAMES), BLOCK_FRAMES);
    CHECK_U64(clock_block_up(BLOCK_FRAMES + 1), UINT64_C(2) * BLOCK_FRAMES);
    CHECK_U64(clock_ms_frames(0, 44100), 0);
    CHECK_U64(clock_ms_frames(50, 44100), 2240);   /* 2205 frames */
    CHECK_U64(clock_ms_frames(300, 44100), 13248); /* 13230 frames */
    CHECK_U64(clock_ms_frames(1000, 48000), 48000);
    CHECK_U64(clock_ms_frames(0.001, 48000), BLOCK_FRAMES);
}

static void test_a_sleep_ends_at_its_deadline_and_not_before(void **state)
{
    const int64_t deadline_ns = clock_now_ns() + 2 * NS_PER_MS;

    (void)state;
    clock_sleep_until_ns(deadline_ns);
    CHECK(clock_now_ns() >= deadline_ns);
    clock_sleep_until_ns(deadline_ns); /* over already: both return at once */
    clock_sleep_until_ns(-1);
}

static const double speeds[] = {1, 1.001, 2.5, 7, 20, 60, CLOCK_RATE_MAX};
enum { SPEEDS = sizeof speeds / sizeof speeds[0] };

/* Where the station's clock is, between two looks at the machine's. */
static void check_runs_at(double speed)
{
    const double before = (double)clock_machine_ns() * speed;
    const double now = (double)clock_now_ns();
    const double after = (double)clock_machine_ns() * speed;
    const double rounding = 2e-15 * after + 1;

    CHECK(now >= before - rounding);
    CHECK(now <= after + rounding);
}

static void test_the_stations_time_is_the_machines_times_the_rate(void **state)
{
    (void)state;
    for (int i = 0; i < SPEEDS; i++) {
        clock_set_rate(speeds[i]);
        check_runs_at(speeds[i]);
    }
}

__extension__ typedef __int128 wide_t;

/* The machine's time at which the station's is `at_ns`, and not a nanosecond before: exact, up
 * to two years after a boot. */
static void check_first_moment(int64_t rate_thousandths, int64_t at_ns)
{
    const wide_t scaled = (wide_t)at_ns * 1000;
    const wide_t machine_ns = clock_machine_at_ns(at_ns);

    CHECK(machine_ns * rate_thousandths >= scaled);
    CHECK((machine_ns - 1) * rate_thousandths < scaled);
}

static void test_a_moment_of_the_stations_time_has_its_moment_in_the_machines(void **state)
{
    static const int64_t two_years_ns = INT64_C(2) * 366 * 24 * 3600 * NS_PER_S;

    (void)state;
    for (int i = 0; i < SPEEDS; i++) {
        const int64_t rate_thousandths = (int64_t)(speeds[i] * 1000 + 0.5);
        const int64_t most_ns = two_years_ns / 1000 * rate_thousandths;

        clock_set_rate(speeds[i]);
        for (int64_t at_ns = 1; at_ns < most_ns / 3; at_ns = at_ns * 3 + 1) {
            check_first_moment(rate_thousandths, at_ns);
        }
        check_first_moment(rate_thousandths, most_ns);
    }
}

static void test_at_rate_1_both_times_are_the_same(void **state)
{
    (void)state;
    clock_set_rate(1);
    for (int64_t at_ns = 1; at_ns < INT64_MAX / 2000; at_ns = at_ns * 2 + 1) {
        CHECK_INT(clock_machine_at_ns(at_ns), at_ns);
    }
}

static void test_a_faster_station_sleeps_until_its_own_deadline(void **state)
{
    (void)state;
    for (int i = 0; i < SPEEDS; i++) {
        clock_set_rate(speeds[i]);
        const int64_t deadline_ns = clock_now_ns() + 2 * NS_PER_MS;

        /* by the machine's clock it is as far away as the last boot: this would not end */
        clock_sleep_until_ns(deadline_ns);
        CHECK(clock_now_ns() >= deadline_ns);
    }
}

static void test_the_wall_clock_says_when_a_moment_of_the_station_really_is(void **state)
{
    const int64_t minute_ns = 60 * NS_PER_S;

    (void)state;
    for (int i = 0; i < SPEEDS; i++) {
        clock_set_rate(speeds[i]);
        const int64_t now_ns = clock_now_ns();
        const int64_t before_ns = clock_machine_ns();
        const int64_t apart_ns =
            clock_wall_at_ns(now_ns + minute_ns) - clock_wall_at_ns(now_ns);
        /* the two clocks are not read at once */
        const int64_t between_ns = clock_machine_ns() - before_ns + NS_PER_MS;
        const int64_t wanted_ns = (int64_t)((double)minute_ns / speeds[i]);

        CHECK(apart_ns >= wanted_ns - between_ns && apart_ns <= wanted_ns + between_ns);
    }
}

static int back_to_rate_1(void **state)
{
    (void)state;
    clock_set_rate(1);
    return 0;
}

static void test_the_boot_id_is_the_kernels_and_stays(void **state)
{
    char once[BOOT_ID_SIZE];
    char again[BOOT_ID_SIZE];

    (void)state;
    CHECK_INT(clock_boot_id(once), 0);
    CHECK_INT(clock_boot_id(again), 0);
    CHECK_TEXT(once, again);
    CHECK_U64(strlen(once), BOOT_ID_SIZE - 1);
    CHECK_U64(strspn(once, "0123456789abcdef-"), BOOT_ID_SIZE - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_second_of_frames_lasts_a_second),
        cmocka_unit_test(test_ten_years_of_frames_do_not_overflow),
        cmocka_unit_test(
            test_the_frame_due_at_a_due_time_is_that_frame_and_a_nanosecond_before_it_is_not),
        cmocka_unit_test(test_before_the_birth_of_a_stream_frame_0_is_due),
        cmocka_unit_test(test_blocks_are_rounded_up),
        cmocka_unit_test(test_a_sleep_ends_at_its_deadline_and_not_before),
        cmocka_unit_test_teardown(test_the_stations_time_is_the_machines_times_the_rate,
                                  back_to_rate_1),
        cmocka_unit_test_teardown(
            test_a_moment_of_the_stations_time_has_its_moment_in_the_machines, back_to_rate_1),
        cmocka_unit_test(test_at_rate_1_both_times_are_the_same),
        cmocka_unit_test_teardown(test_a_faster_station_sleeps_until_its_own_deadline,
                                  back_to_rate_1),
        cmocka_unit_test_teardown(
            test_the_wall_clock_says_when_a_moment_of_the_station_really_is, back_to_rate_1),
        cmocka_unit_test(test_the_boot_id_is_the_kernels_and_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
