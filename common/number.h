/*
 * number - numbers from text, whole and exact or not at all.
 *
 * Threads: pure. The process never leaves the "C" locale, so a point is a point.
 */
#ifndef AURALIS_NUMBER_H
#define AURALIS_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "0" to "18446744073709551615", digits only, no leading zero but "0" itself. */
bool number_decimal64(const char *text, uint64_t *value);
/* The same with a sign allowed. */
bool number_decimal_i64(const char *text, int64_t *value);
/* Exactly 16 lower-case hex digits. */
bool number_hex64(const char *text, uint64_t *value);
/* A finite decimal number: "70", "-0.5", "1e3". */
bool number_real(const char *text, double *value);
/* To a millionth: finer than anybody hears, and exact in 15 printed digits, so that what is
 * journaled, stored and read back is the same to the last bit. */
double number_rounded(double value);

#endif
