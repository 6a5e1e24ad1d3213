/*
 * offline - composes without a station, as fast as it can: a journal on standard output, or a
 * MIDI file.
 *
 * Errors:  0, or -errno; the reason has been logged.
 */
#ifndef AURALIS_OFFLINE_H
#define AURALIS_OFFLINE_H

#include "common/settings.h"

#include <stdio.h>

struct offline_request {
    const struct settings *settings; /* rate, phrase_bars and [params] */
    double minutes;
    FILE *journal;    /* NULL: none wanted */
    const char *midi; /* path, or NULL */
};
int offline_compose(const struct offline_request *request);

#endif
