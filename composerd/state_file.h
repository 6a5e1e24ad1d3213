/*
 * state_file - the station's state on disk: state.json, and the one before it as
 * state.previous.json.
 *
 * Written beside and renamed, so that a crash leaves one or the other whole.
 *
 * Memory:  texts read are the caller's to free.
 * Errors:  0, or -errno.
 */
#ifndef AURALIS_STATE_FILE_H
#define AURALIS_STATE_FILE_H

#include <stddef.h>

enum { STATE_MAX_BYTES = 4 << 20 };

enum state_copy { STATE_LATEST, STATE_PREVIOUS, STATE_COPIES };

/* Makes the folder (and its parent) when missing and takes the lock in it, which this process
 * keeps until it ends. -EWOULDBLOCK when another composerd has it. */
int state_lock(const char *dir);
int state_save(const char *dir, const char *text);
/* -ENOENT when there is none, -EFBIG when it cannot be one. */
int state_load(const char *dir, enum state_copy copy, char **text, size_t *len);
/* Renames a copy that cannot be used to NAME.bad. */
int state_set_aside(const char *dir, enum state_copy copy);

#endif
