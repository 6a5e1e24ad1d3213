/*
 * folder - makes folders.
 *
 * Errors:  0, or -errno.
 */
#ifndef AURALIS_FOLDER_H
#define AURALIS_FOLDER_H

/* Makes `path` and what is missing above it, mode 0750; fine when it is there. */
int folder_make(const char *path);

#endif
