/*
 * check - what the unit tests assert with: cmocka, included once and in the right order, and a few
 * comparisons that say both values with their own types.
 *
 * Threads: the test's main thread only.
 */
#ifndef AURALIS_TESTS_CHECK_H
#define AURALIS_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* What a test program returns when it cannot run here; ctest lists it as skipped. */
enum { CHECK_SKIPPED = 77 };

#define CHECK(condition) assert_true(condition)

#define CHECK_INT(actual, expected)                                                             \
    do {                                                                                        \
        const int64_t check_actual_ = (actual), check_expected_ = (expected);                   \
        if (check_actual_ != check_expected_) {                                                 \
            fail_msg("%s is %lld, not %lld", #actual, (long long)check_actual_,                 \
                     (long long)check_expected_);                                               \
        }                                                                                       \
    } while (0)

#define CHECK_U64(actual, expected)                                                             \
    do {                                                                                        \
        const uint64_t check_actual_ = (actual), check_expected_ = (expected);                  \
        if (check_actual_ != check_expected_) {                                                 \
            fail_msg("%s is %llu, not %llu", #actual, (unsigned long long)check_actual_,        \
                     (unsigned long long)check_expected_);                                      \
        }                                                                                       \
    } while (0)

#define CHECK_NEAR(actual, expected, tolerance)                                                 \
    do {                                                                                        \
        const double check_actual_ = (actual), check_expected_ = (expected);                    \
        const double check_apart_ = check_actual_ - check_expected_;                            \
        if (!(check_apart_ <= (tolerance) && check_apart_ >= -(tolerance))) {                   \
            fail_msg("%s is %.9g, not %.9g", #actual, check_actual_, check_expected_);          \
        }                                                                                       \
    } while (0)

#define CHECK_TEXT(actual, expected) assert_string_equal(actual, expected)

#endif
