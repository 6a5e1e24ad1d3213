/*
 * flac - a FLAC file, by libFLAC.
 *
 * Memory:  flac_create() allocates; flac_destroy() accepts NULL.
 * Threads: one thread.
 * Errors:  0, or -errno.
 */
#ifndef AURALIS_FLAC_H
#define AURALIS_FLAC_H

#include <stdint.h>

enum { FLAC_MAX_FRAMES = 4096 };

struct flac;

/* NULL when the file cannot be made. */
struct flac *flac_create(const char *path, uint32_t rate_hz);
/* n_frames at most FLAC_MAX_FRAMES, words as in common/ring.h. */
int flac_write(struct flac *flac, const uint32_t *words, uint32_t n_frames);
/* Writes what is left and completes the header. */
int flac_close(struct flac *flac);
void flac_destroy(struct flac *flac);

#endif
