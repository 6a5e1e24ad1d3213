/*
 * prometheus - the metrics of all three daemons in Prometheus's text format, from metrics.def.
 *
 * Memory:  the string is the caller's to free; NULL without memory.
 * Threads: pure.
 */
#ifndef AURALIS_PROMETHEUS_H
#define AURALIS_PROMETHEUS_H

#include "streamd/view.h"

#define PROMETHEUS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* auralis_<daemon>_<name>[_<unit>][_total]; what is not known now is left out. */
char *prometheus_text(const struct view *view);

#endif
