/*
 * histogram - durations in fixed bins, for percentiles without memory of the values.
 *
 * Bins grow by 1/8 octave (each value is known to within 9 %), from 1 us to about 70 s.
 * (No packaged C histogram exists in Debian 12 or 13.)
 *
 * Unit:    nanoseconds.
 * Memory:  the caller's; zeroed is empty.
 * Threads: one.
 */
#ifndef AURALIS_HISTOGRAM_H
#define AURALIS_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_BINS = 208 };

struct histogram {
    uint64_t count, bins[HISTOGRAM_BINS];
    int64_t sum_ns, max_ns;
};

void histogram_add(struct histogram *histogram, int64_t value_ns);
/* The value that `share` (0 to 1) of all lie at or below; 0 when empty. */
int64_t histogram_percentile(const struct histogram *histogram, double share);
int64_t histogram_mean(const struct histogram *histogram);

#endif
