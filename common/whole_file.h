/*
 * whole_file - small files that are there as a whole, or as they were.
 *
 * Threads: any.
 * Errors:  0, or -errno; -ENOSPC when only a part could be written.
 */
#ifndef AURALIS_WHOLE_FILE_H
#define AURALIS_WHOLE_FILE_H

/* Writes a text in place of what is there, mode 0640. When it fails, a part may be there. */
int whole_file_write(const char *path, const char *text);
/* The same aside, as NAME.new, which then gets the name: nobody sees a part. When it fails,
 * what was there stays. */
int whole_file_replace(const char *path, const char *text);

#endif
