/*
 * offline - a journal on a stream of text in, a sound file out: the same frames that the
 * station plays.
 *
 * Lines are read and rendered as they come, so the input may be endless. The first line must be
 * `params`; a broken last line without its newline is left out, any other is an error.
 *
 * Unit:    frames of the stream.
 * Memory:  allocates while it runs, frees all.
 * Threads: called from one; it makes a second one if it may.
 * Errors:  0, or -errno with the reason in words.
 */
#ifndef AURALIS_OFFLINE_H
#define AURALIS_OFFLINE_H

#include "synthd/kit.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct offline_options {
    FILE *in;
    const char *path;       /* "-", *.wav or *.flac */
    struct kit_options kit; /* its rate is the journal's */
    double makeup_db;
    uint64_t from_frame; /* UINT64_MAX: where the first phrase begins; later ones begin with no
                            slow trim, see render.h */
    uint64_t frames; /* UINT64_MAX: to the end of the last phrase, and until all has faded */
    bool progress;   /* tell on standard error */
    int n_threads;   /* that may be used */
};

struct offline_reason {
    char text[400];
};

int offline_render(const struct offline_options *options, struct offline_reason *reason);

#endif
