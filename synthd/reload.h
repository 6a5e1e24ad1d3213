/*
 * reload - the configuration read again and another kit made from it, aside, while the station
 * plays; and voices destroyed aside, once they have rung out.
 *
 * Memory:  the caller's struct (about 160 kB); reload_finish() accepts a zeroed one.
 * Threads: one thread calls; the work is done by one of its own, one piece at a time. No call
 *          but reload_finish() waits for it.
 * Errors:  a configuration or font that cannot be used is said in one line of the log, and
 *          nothing comes of it.
 */
#ifndef AURALIS_RELOAD_H
#define AURALIS_RELOAD_H

#include "common/settings.h"
#include "synthd/kit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct reload {
    const struct settings_program *program;
    int argc;
    char **argv;
    bool wanted;                /* asked for and not begun */
    bool working;               /* the thread is there */
    _Atomic bool done;          /* by the thread, release: what it made may be read */
    struct voice *doomed;       /* to be destroyed by the thread; or a kit is to be made: */
    bool made;                  /* kit and settings hold what comes of it */
    struct kit_options options; /* rate, gain and polyphony are those of before */
    struct synth_info before;   /* what is already wrong is no reason to refuse */
    struct settings settings;
    struct kit kit;
    pthread_t thread;
};

/* The command line is read again for each. */
void reload_init(struct reload *reload, const struct settings_program *program, int argc,
                 char **argv);
bool reload_busy(const struct reload *reload);
/* Begins to make a kit in place of one that plays. Not while it is busy. */
void reload_begin(struct reload *reload, const struct kit_options *options,
                  const struct synth_info *before);
/* Begins to destroy a voice. Not while it is busy. */
void reload_destroy(struct reload *reload, struct voice *voice);
/* Ends a piece of work that is done. True when a kit has been made: reload->kit, which the
 * caller takes or finishes, from reload->settings. */
bool reload_collect(struct reload *reload);
void reload_finish(struct reload *reload);

#endif
