/*
 * script - changes to be made while composing without a station, read from a file: a line of
 * JSON each, a control request with `at`, in seconds from the beginning.
 *
 * Times do not go back; what only asks (get, snapshot) is not taken; blank lines are left out.
 *
 * Memory:  the steps are allocated by script_load(); script_finish() accepts a zeroed one.
 * Threads: one.
 * Errors:  0, or -errno with text that names file and line, what was wrong and what is allowed.
 */
#ifndef AURALIS_SCRIPT_H
#define AURALIS_SCRIPT_H

#include "composerd/control_json.h"

#include <stddef.h>

enum { SCRIPT_LINE_BYTES = 8192 }; /* as for a request on the bus */

struct script {
    size_t n_steps, max_steps;
    struct control_step *steps; /* [n_steps] by at_seconds */
};

struct script_error {
    char text[800]; /* "FILE:3: bpm: must be 60 to 120" */
};

/* Reads a file, all of whose steps must lie within end_seconds. The script is empty on
 * failure. */
int script_load(struct script *script, const char *path, double end_seconds,
                struct script_error *error);
void script_finish(struct script *script);

#endif
