/*
 * check - what the unit tests assert with: cmocka, included once and in the right order, and
 * a few comparisons that say both values with their own types.
 *
 * Threads: the test's main thread only.
 */
#ifndef AURALIS_TESTS_CHECK_H
#define AURALIS_TESTS_CHECK_H

/* cmocka needs the others before it */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
/* clang-format on */

/* What a test program returns when it cannot run here; ctest lists it as skipped. */
enum { CHECK_SKIPPED = 77 };

/* Where a check stands and what it looks at. */
struct check_place {
    const char *what, *file;
    int line;
};
#define CHECK_PLACE(actual) ((struct check_place){#actual, __FILE__, __LINE__})

static inline void check_int(struct check_place place, int64_t actual, int64_t expected)
{
    if (actual != expected) {
        print_error("%s is %lld, not %lld\n", place.what, (long long)actual,
                    (long long)expected);
        _fail(place.file, place.line);
    }
}

static inline void check_u64(struct check_place place, uint64_t actual, uint64_t expected)
{
    if (actual != expected) {
        print_error("%s is %llu, not %llu\n", place.what, (unsigned long long)actual,
                    (unsigned long long)expected);
        _fail(place.file, place.line);
    }
}

static inline void check_near(struct check_place place, double actual, double expected,
                              double tolerance)
{
    const double apart = actual - expected;

    if (!(apart <= tolerance && apart >= -tolerance)) { /* NaN is near nothing */
        print_error("%s is %.9g, not %.9g\n", place.what, actual, expected);
        _fail(place.file, place.line);
    }
}

#define CHECK(condition)            assert_true(condition)
#define CHECK_INT(actual, expected) check_int(CHECK_PLACE(actual), actual, expected)
#define CHECK_U64(actual, expected) check_u64(CHECK_PLACE(actual), actual, expected)
#define CHECK_NEAR(actual, expected, tolerance)                                                \
    check_near(CHECK_PLACE(actual), actual, expected, tolerance)
#define CHECK_TEXT(actual, expected) assert_string_equal(actual, expected)

#endif
