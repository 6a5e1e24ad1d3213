/* The slow trim: where it goes, how fast, when it holds, and that whoever takes it up goes on
 * with the same bits. */
#include "synthd/trim.h"
#include "tests/check.h"

#include <math.h>

enum { CHUNK = 4410, MINUTE = 600 };

static struct trim trim;

static int set_up(void **state)
{
    (void)state;
    trim_init(&trim, CHUNK);
    return 0;
}

static double db_behind(uint64_t chunk)
{
    return trim_state_at(&trim, chunk).trim_db;
}

/* A sound that lies so far above what is asked without the trim. */
static void hear(uint64_t from, uint64_t until, double above_db)
{
    for (uint64_t chunk = from; chunk < until; chunk++) {
        const uint64_t middle = chunk * CHUNK + CHUNK / 2;

        trim_hear(&trim, chunk, above_db + trim_db_at(&trim, middle));
    }
}

static void test_what_is_too_loud_or_too_soft_is_made_up_for(void **state)
{
    (void)state;
    hear(0, 30 * MINUTE, 1.5);
    CHECK_NEAR(db_behind(30 * MINUTE), -1.5, 0.02);
    trim_init(&trim, CHUNK);
    hear(0, 30 * MINUTE, -2);
    CHECK_NEAR(db_behind(30 * MINUTE), 2, 0.02);
}

static void test_it_never_passes_3_db_nor_1_db_a_minute(void **state)
{
    static double db[60 * MINUTE];
    double fastest = 0;

    (void)state;
    for (uint64_t chunk = 0; chunk < 60 * MINUTE; chunk++) {
        hear(chunk, chunk + 1, chunk < 20 * MINUTE ? 15 : -15);
        db[chunk] = db_behind(chunk);
        CHECK(fabs(db[chunk]) <= TRIM_MAX_DB);
        if (chunk >= MINUTE) {
            fastest = fmax(fastest, fabs(db[chunk] - db[chunk - MINUTE]));
        }
    }
    CHECK(fastest > 0.99 && fastest < 1.0001);
    CHECK_NEAR(db[20 * MINUTE - 1], -TRIM_MAX_DB, 0);
    CHECK_NEAR(db[60 * MINUTE - 1], TRIM_MAX_DB, 0);
    printf("| trim | at most %.2f dB a minute, %.0f dB in all |\n", fastest, TRIM_MAX_DB);
}

static void test_it_moves_without_a_step(void **state)
{
    double last_db = 0;

    (void)state;
    for (uint64_t chunk = 0; chunk < 4 * MINUTE; chunk++) {
        for (uint64_t frame = chunk * CHUNK; frame < (chunk + 1) * CHUNK; frame += 90) {
            const double db = trim_db_at(&trim, frame);

            CHECK_NEAR(db, last_db, 1.01 * 90 / CHUNK / MINUTE);
            last_db = db;
        }
        hear(chunk, chunk + 1, 10);
    }
    CHECK(last_db < -2);
}

static void test_silence_and_holding_teach_nothing(void **state)
{
    (void)state;
    hear(0, 3 * MINUTE, 2);
    const struct trim_state before = trim_state_at(&trim, 3 * MINUTE);

    for (uint64_t chunk = 3 * MINUTE; chunk < 9 * MINUTE; chunk++) {
        switch (chunk % 3) {
        case 0:
            trim_hold(&trim, chunk);
            break;
        case 1:
            trim_hear(&trim, chunk, -102);
            break;
        default:
            trim_hear(&trim, chunk, NAN);
            break;
        }
    }
    CHECK_NEAR(db_behind(9 * MINUTE), before.trim_db, 0);
    CHECK_NEAR(trim_state_at(&trim, 9 * MINUTE).excess, before.excess, 0);
}

/* Another one is told what the first has measured lately, and hears the rest. */
static void test_whoever_takes_it_up_goes_on_with_the_same_bits(void **state)
{
    static struct trim first;
    const uint64_t join = 5 * MINUTE + 7;

    (void)state;
    hear(0, join, 3);
    first = trim;
    trim_init(&trim, CHUNK);
    for (uint64_t chunk = join - 50; chunk < join; chunk++) {
        trim_know(&trim, chunk, trim_state_at(&first, chunk));
    }
    for (uint64_t chunk = join - 40; chunk < join + MINUTE; chunk++) {
        const double above_db = 1 + (double)(chunk % 7);
        const uint64_t frame = chunk * CHUNK + 64;

        trim_hear(&trim, chunk, above_db); /* what is known stays as it was told */
        trim_hear(&first, chunk, above_db);
        CHECK_NEAR(trim_db_at(&trim, frame), trim_db_at(&first, frame), 0);
        CHECK_NEAR(trim_state_at(&trim, chunk).excess, trim_state_at(&first, chunk).excess, 0);
    }
}

static void test_after_a_long_outage_it_goes_on_from_the_last_state(void **state)
{
    (void)state;
    trim_know(&trim, 100, (struct trim_state){-1.25, 0.5});
    trim_know(&trim, 99, (struct trim_state){-1, 0.5});
    CHECK_NEAR(trim_db_at(&trim, UINT64_C(100000) * CHUNK), -1.25, 0);
    trim_hold(&trim, 100000);
    CHECK_NEAR(db_behind(100000), -1.25, 0);
}

static void test_a_state_that_makes_no_sense_is_left_out(void **state)
{
    const struct trim_state wrong[] = {{3.5, 0}, {-3.5, 0}, {NAN, 0},
                                       {1, NAN}, {1, -1.5}, {1, INFINITY}};

    (void)state;
    for (int i = 0; i < 6; i++) {
        trim_know(&trim, 7, wrong[i]);
        CHECK_NEAR(db_behind(7), 0, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_what_is_too_loud_or_too_soft_is_made_up_for, set_up),
        cmocka_unit_test_setup(test_it_never_passes_3_db_nor_1_db_a_minute, set_up),
        cmocka_unit_test_setup(test_it_moves_without_a_step, set_up),
        cmocka_unit_test_setup(test_silence_and_holding_teach_nothing, set_up),
        cmocka_unit_test_setup(test_whoever_takes_it_up_goes_on_with_the_same_bits, set_up),
        cmocka_unit_test_setup(test_after_a_long_outage_it_goes_on_from_the_last_state, set_up),
        cmocka_unit_test_setup(test_a_state_that_makes_no_sense_is_left_out, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
