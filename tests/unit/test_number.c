/* Numbers from text: whole and exact, or not at all. */
#include "common/number.h"
#include "tests/check.h"

static void test_every_unsigned_64_bit_number_is_read_exactly(void **state)
{
    uint64_t value = 1;

    (void)state;
    CHECK(number_decimal64("0", &value));
    CHECK_U64(value, 0);
    CHECK(number_decimal64("18446744073709551615", &value));
    CHECK_U64(value, UINT64_MAX);
    CHECK(number_decimal64("9007199254740993", &value)); /* no double holds it */
    CHECK_U64(value, UINT64_C(9007199254740993));
}

static void test_what_is_no_plain_decimal_is_refused_and_the_value_stays(void **state)
{
    static const char *const wrong[] = {"",
                                        "00",
                                        "01",
                                        "-1",
                                        "+1",
                                        " 1",
                                        "1 ",
                                        "1.0",
                                        "1e3",
                                        "x",
                                        "0x10",
                                        "12a",
                                        "-",
                                        "١",
                                        "1\n2",
                                        "18446744073709551616",
                                        "99999999999999999999",
                                        "184467440737095516150"};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint64_t value = 77;

        CHECK(!number_decimal64(wrong[i], &value));
        CHECK_U64(value, 77);
    }
}

static void test_signed_numbers_are_read_up_to_their_limits(void **state)
{
    int64_t value = 0;

    (void)state;
    CHECK(number_decimal_i64("-9223372036854775807", &value));
    CHECK_INT(value, -INT64_MAX);
    CHECK(number_decimal_i64("9223372036854775807", &value));
    CHECK_INT(value, INT64_MAX);
    CHECK(!number_decimal_i64("9223372036854775808", &value));
    CHECK(!number_decimal_i64("--1", &value));
    CHECK(!number_decimal_i64("-", &value));
    CHECK(!number_decimal_i64("-01", &value));
    CHECK_INT(value, INT64_MAX);
}

static void test_an_id_is_exactly_16_lower_case_hex_digits(void **state)
{
    uint64_t value = 5;

    (void)state;
    CHECK(number_hex64("00f0123456789abc", &value));
    CHECK_U64(value, UINT64_C(0x00f0123456789abc));
    CHECK(number_hex64("ffffffffffffffff", &value));
    CHECK_U64(value, UINT64_MAX);
    CHECK(!number_hex64("FFFFFFFFFFFFFFFF", &value));
    CHECK(!number_hex64("fffffffffffffff", &value));
    CHECK(!number_hex64("0fffffffffffffffff", &value));
    CHECK(!number_hex64("fffffffffffffffg", &value));
    CHECK(!number_hex64("0xffffffffffffff", &value));
    CHECK(!number_hex64("", &value));
    CHECK_U64(value, UINT64_MAX);
}

static void test_reals_are_finite_decimal_numbers(void **state)
{
    double value = 0;

    (void)state;
    CHECK(number_real("70", &value) && value == 70);
    CHECK(number_real("-0.5", &value) && value == -0.5);
    CHECK(number_real("1e3", &value) && value == 1000);
}

static void test_what_else_strtod_would_read_is_refused(void **state)
{
    static const char *const wrong[] = {"",     " 1",    "1 ",       "nan",   "NaN",    "inf",
                                        "-inf", "0x1p3", "infinity", "1e999", "-1e999", "1.2.3",
                                        "1,5",  "e",     "--5",      "+",     ".",      "1e"};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        double value = 7;

        CHECK(!number_real(wrong[i], &value));
        CHECK(value == 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_unsigned_64_bit_number_is_read_exactly),
        cmocka_unit_test(test_what_is_no_plain_decimal_is_refused_and_the_value_stays),
        cmocka_unit_test(test_signed_numbers_are_read_up_to_their_limits),
        cmocka_unit_test(test_an_id_is_exactly_16_lower_case_hex_digits),
        cmocka_unit_test(test_reals_are_finite_decimal_numbers),
        cmocka_unit_test(test_what_else_strtod_would_read_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
