/*
 * lead_file - how synthd tells composerd how far ahead of due may be rendered: by a file in its
 * folder, which the group may read.
 *
 * Unit:    milliseconds.
 * Threads: any.
 * Errors:  0, or -errno.
 */
#ifndef AURALIS_LEAD_FILE_H
#define AURALIS_LEAD_FILE_H

#include <stdint.h>

int lead_file_write(const char *dir, int32_t ms);
/* -ENOENT when no synthd has said anything yet, -EPROTO when it is none. */
int lead_file_read(const char *dir, int32_t *ms);

#endif
