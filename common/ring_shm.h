/*
 * ring_shm - the ring as a POSIX shared-memory segment with a name.
 *
 * The writer holds a lock file of its own (mode 0600, in its own directory), adopts a segment
 * that a dead writer left, or makes a new one under a temporary name and renames it over the
 * old, which is marked closed and whose readers are woken. Readers map it read-only and can
 * still sleep on it.
 *
 * Memory:  the mapping belongs to the struct; *_finish() accepts a zeroed one.
 * Threads: each struct belongs to one thread; any number of processes.
 * Errors:  0, or -errno; the reason in words where a `reason` is taken (static text or
 *          errno's).
 */
#ifndef AURALIS_RING_SHM_H
#define AURALIS_RING_SHM_H

#include "common/ring.h"

#include <stdbool.h>
#include <stdint.h>

struct ring_writer {
    struct ring *ring; /* mapped read-write */
    size_t bytes;
    char name[108]; /* "/auralis-main" */
    uint64_t inode; /* of the segment that had the name when it was followed */
};
enum ring_opened { RING_ADOPTED = 0, RING_CREATED = 1, RING_REPLACED = 2, RING_SET_ASIDE = 3 };
/* Adopts the segment called `name` when stream, rate, capacity and version are the same, else
 * replaces it; what is not a ring is set aside as NAME.bad. Returns an enum ring_opened or
 * -errno. `reason` says why the old segment was not adopted ("" when there was none). */
int ring_writer_open(struct ring_writer *writer, const char *name,
                     const struct ring_format *format, const char **reason);
/* Maps the segment called `name` as it is, for one that will be its writer should that die.
 * -ENOENT when there is none of this stream, rate, capacity and version. */
int ring_writer_follow(struct ring_writer *writer, const char *name,
                       const struct ring_format *format);
/* Whether the name still is that of the segment followed. */
bool ring_writer_is_named(const struct ring_writer *writer);
/* Wakes every reader that sleeps on the ring; one system call. */
void ring_writer_wake(struct ring_writer *writer);
/* Unmaps; the segment stays, for the next writer and for the readers. */
void ring_writer_finish(struct ring_writer *writer);

struct ring_reader {
    const struct ring *ring; /* mapped read-only; NULL when not attached */
    size_t bytes;
};
/* Attaches to the segment of this name, read-only. -ENOENT, -EACCES, or -EPROTO with the
 * reason. */
int ring_reader_open(struct ring_reader *reader, const char *name, const char **reason);
/* Sleeps until more than `published_frames` are published, the ring is closed or `deadline_ns`
 * (the station's time) has come. True when there is more. */
bool ring_reader_wait(const struct ring_reader *reader, uint64_t published_frames,
                      int64_t deadline_ns);
bool ring_reader_closed(const struct ring_reader *reader);
void ring_reader_finish(struct ring_reader *reader);

#endif
