/*
 * news_json - the counters that travel in a heartbeat.
 *
 * Threads: pure.
 */
#ifndef AURALIS_NEWS_JSON_H
#define AURALIS_NEWS_JSON_H

#include "common/metrics.h"

#include <stddef.h>

/* Takes composerd's metrics from a heartbeat; those it does not name stay as they are. */
void news_counters_from_json(const char *text, size_t len, int64_t counters[METRIC_COUNT]);

#endif
