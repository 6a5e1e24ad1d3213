#include "common/histogram.h"

#include <math.h>

enum { BINS_PER_OCTAVE = 8, FIRST_NS = 1000 };

static int bin_of(int64_t value_ns)
{
    if (value_ns <= FIRST_NS) {
        return 0;
    }
    const int bin = 1 + (int)(log2((double)value_ns / FIRST_NS) * BINS_PER_OCTAVE);

    return bin < HISTOGRAM_BINS ? bin : HISTOGRAM_BINS - 1;
}

void histogram_add(struct histogram *histogram, int64_t value_ns)
{
    histogram->bins[bin_of(value_ns)]++;
    histogram->count++;
    histogram->sum_ns += value_ns;
    if (value_ns > histogram->max_ns) {
        histogram->max_ns = value_ns;
    }
}

int64_t histogram_percentile(const struct histogram *histogram, double share)
{
    const double wanted = share * (double)histogram->count;
    uint64_t seen = 0;

    if (histogram->count == 0) {
        return 0;
    }
    /* what the last bin holds has no upper end but the largest value */
    for (int bin = 0; bin < HISTOGRAM_BINS - 1; bin++) {
        seen += histogram->bins[bin];
        if ((double)seen >= wanted && seen > 0) {
            const int64_t upper = (int64_t)(FIRST_NS * exp2((double)bin / BINS_PER_OCTAVE));
            return upper < histogram->max_ns ? upper : histogram->max_ns;
        }
    }
    return histogram->max_ns;
}

int64_t histogram_mean(const struct histogram *histogram)
{
    return histogram->count == 0 ? 0 : histogram->sum_ns / (int64_t)histogram->count;
}
