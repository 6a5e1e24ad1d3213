/*
 * offline - composes without a bus, as fast as it can: a journal on standard output, or a MIDI
 * file.
 *
 * It is the station that composes, at a time of our own: what a script asks for is carried out
 * as it would be on the air at that moment, and journaled in the same order. What is drawn
 * afresh there, a seed that nobody names, is made from the one before here.
 *
 * Errors:  0, or -errno; the reason has been logged.
 */
#ifndef AURALIS_OFFLINE_H
#define AURALIS_OFFLINE_H

#include "common/settings.h"
#include "composerd/day.h"
#include "composerd/script.h"

#include <stdio.h>

struct offline_request {
    const struct settings *settings; /* rate, lead_ms, phrase_bars and [params] */
    const struct script *script;
    double minutes;
    int32_t begin_s;  /* the time of day at which it begins, in seconds; DAY_NONE: no matter */
    FILE *journal;    /* NULL: none wanted */
    const char *midi; /* path, or NULL */
};
int offline_compose(const struct offline_request *request);

#endif
