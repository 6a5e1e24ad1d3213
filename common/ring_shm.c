#include "common/ring_shm.h"

#include "common/clock.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Where the names of shm_open() live; renaming needs the path (shm_overview(7)). */
#define SHM_FOLDER "/dev/shm"

/* Maps a whole segment. The size is what it has, whatever its header claims. */
static int map_segment(const char *name, int open_flags, int protection, size_t *bytes,
                       void **at)
{
    struct stat facts;
    const int fd = shm_open(name, open_flags, 0);

    if (fd < 0) {
        return -errno;
    }
    int rc = 0;

    if (fstat(fd, &facts) != 0) {
        rc = -errno;
    } else if (facts.st_size < (off_t)sizeof(struct ring)) {
        rc = -EPROTO;
    } else {
        *bytes = (size_t)facts.st_size;
        *at = mmap(NULL, *bytes, protection, MAP_SHARED, fd, 0);
        rc = *at == MAP_FAILED ? -errno : 0;
    }
    close(fd);
    return rc;
}

static void futex_wake_all(const struct ring *ring)
{
    syscall(SYS_futex, &ring->futex_word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static bool same_stream(const struct ring *ring, const struct ring_format *format)
{
    return ring->stream == format->epoch.stream && ring->rate_hz == format->epoch.rate_hz &&
           ring->capacity_frames == format->capacity_frames &&
           ring->epoch_monotonic_ns == format->epoch.monotonic_ns &&
           strcmp(ring->boot_id, format->epoch.boot_id) == 0 &&
           atomic_load_explicit(&ring->closed, memory_order_relaxed) == 0;
}

/* Makes the new segment under a temporary name and gives it the name in one step. */
static int create_segment(struct ring_writer *writer, const struct ring_format *format)
{
    char temporary[NAME_MAX];
    char from[PATH_MAX];
    char to[PATH_MAX];
    const size_t bytes = ring_bytes(format->capacity_frames);
    void *at = MAP_FAILED;

    snprintf(temporary, sizeof temporary, "%s.new", writer->name);
    shm_unlink(temporary);
    const int fd = shm_open(temporary, O_RDWR | O_CREAT | O_EXCL, 0640);

    if (fd < 0) {
        return -errno;
    }
    /* reserved now: a full /dev/shm is an error here, not a SIGBUS later */
    int rc = fchmod(fd, 0640) != 0 ? -errno : -posix_fallocate(fd, 0, (off_t)bytes);

    if (rc == 0) {
        at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        rc = at == MAP_FAILED ? -errno : ring_init(at, format);
    }
    close(fd);
    snprintf(from, sizeof from, SHM_FOLDER "%s", temporary);
    snprintf(to, sizeof to, SHM_FOLDER "%s", writer->name);
    if (rc == 0 && rename(from, to) != 0) {
        rc = -errno;
    }
    if (rc != 0) {
        if (at != MAP_FAILED) {
            munmap(at, bytes);
        }
        shm_unlink(temporary);
        return rc;
    }
    writer->ring = at;
    writer->bytes = bytes;
    return 0;
}

static void set_aside(const char *name)
{
    char from[PATH_MAX];
    char to[PATH_MAX];

    snprintf(from, sizeof from, SHM_FOLDER "%s", name);
    snprintf(to, sizeof to, SHM_FOLDER "%s.bad", name);
    if (rename(from, to) != 0) {
        shm_unlink(name);
    }
}

/* Trouble of this process or moment, which says nothing about the segment. */
static bool is_passing(int rc)
{
    return rc == -EMFILE || rc == -ENFILE || rc == -ENOMEM || rc == -EINTR || rc == -EAGAIN;
}

/* What to do about the segment that has the name now: adopt it, replace it, set it aside or
 * make a first one. It stays mapped at *old (NULL when nothing is there). -errno when it cannot
 * be looked at: it may be good. */
static int inspect(const char *name, const struct ring_format *format, void **old,
                   size_t *bytes, const char **reason)
{
    const int rc = map_segment(name, O_RDWR, PROT_READ | PROT_WRITE, bytes, old);

    if (rc == -ENOENT) {
        *reason = "";
        return RING_CREATED;
    }
    if (rc != 0) {
        *reason = rc == -EPROTO ? "it is shorter than a ring's header" : strerror(-rc);
        return is_passing(rc) ? rc : RING_SET_ASIDE;
    }
    if (ring_check(*old, *bytes, reason) != 0) {
        return RING_SET_ASIDE; /* mapped still: its readers are to look at the name again */
    }
    assert(*old != NULL);
    if (!same_stream(*old, format)) {
        *reason = "it belongs to another stream";
        return RING_REPLACED;
    }
    return ring_check_cursors(*old, clock_now_ns(), reason) == 0 ? RING_ADOPTED
                                                                 : RING_SET_ASIDE;
}

/* Readers of a replaced ring look at the name again, which is the new segment's by now. */
static void close_replaced(struct ring *replaced)
{
    atomic_store_explicit(&replaced->closed, 1, memory_order_release);
    atomic_fetch_add_explicit(&replaced->futex_word, 1, memory_order_release);
    futex_wake_all(replaced);
}

int ring_writer_open(struct ring_writer *writer, const char *name,
                     const struct ring_format *format, const char **reason)
{
    void *old = NULL;
    size_t bytes = 0;
    const int opened = inspect(name, format, &old, &bytes, reason);

    if (opened < 0) {
        return opened;
    }
    snprintf(writer->name, sizeof writer->name, "%s", name);
    if (opened == RING_ADOPTED) {
        writer->ring = old;
        writer->bytes = bytes;
        return RING_ADOPTED;
    }
    if (opened == RING_SET_ASIDE) {
        set_aside(name);
    }
    const int rc = create_segment(writer, format);

    if (old != NULL) {
        if (rc == 0) {
            close_replaced(old);
        }
        munmap(old, bytes);
    }
    return rc < 0 ? rc : opened;
}

/* Of the segment called `name`; 0 when there is none. */
static uint64_t inode_of(const char *name)
{
    char path[PATH_MAX];
    struct stat facts;

    snprintf(path, sizeof path, SHM_FOLDER "%s", name);
    return stat(path, &facts) == 0 ? facts.st_ino : 0;
}

int ring_writer_follow(struct ring_writer *writer, const char *name,
                       const struct ring_format *format)
{
    void *at = NULL;
    size_t bytes = 0;
    const char *reason = "";
    const int found = inspect(name, format, &at, &bytes, &reason);

    if (found != RING_ADOPTED) {
        if (at != NULL) {
            munmap(at, bytes);
        }
        return found < 0 ? found : -ENOENT;
    }
    snprintf(writer->name, sizeof writer->name, "%s", name);
    writer->ring = at;
    writer->bytes = bytes;
    writer->inode = inode_of(name); /* should it be another's by now, this one is closed */
    return 0;
}

bool ring_writer_is_named(const struct ring_writer *writer)
{
    return atomic_load_explicit(&writer->ring->closed, memory_order_acquire) == 0 &&
           inode_of(writer->name) == writer->inode;
}

void ring_writer_wake(struct ring_writer *writer)
{
    futex_wake_all(writer->ring);
}

void ring_writer_finish(struct ring_writer *writer)
{
    if (writer->ring != NULL) {
        munmap(writer->ring, writer->bytes);
    }
    writer->ring = NULL;
    writer->bytes = 0;
}

int ring_reader_open(struct ring_reader *reader, const char *name, const char **reason)
{
    void *at = NULL;
    size_t bytes = 0;
    int rc = map_segment(name, O_RDONLY, PROT_READ, &bytes, &at);

    *reason = rc == -EPROTO ? "it is shorter than a ring's header" : strerror(-rc);
    if (rc != 0) {
        return rc;
    }
    rc = ring_check(at, bytes, reason);
    if (rc != 0) {
        munmap(at, bytes);
        return rc;
    }
    reader->ring = at;
    reader->bytes = bytes;
    return 0;
}

bool ring_reader_wait(const struct ring_reader *reader, uint64_t published_frames,
                      int64_t deadline_ns)
{
    const struct ring *const ring = reader->ring;

    for (;;) {
        /* the word first: should the writer publish in between, the wait returns at once */
        const uint32_t word = atomic_load_explicit(&ring->futex_word, memory_order_acquire);

        if (ring_published(ring) > published_frames) {
            return true;
        }
        const int64_t left_ns = clock_machine_at_ns(deadline_ns) - clock_machine_ns();

        if (left_ns <= 0 || ring_reader_closed(reader)) {
            return false;
        }
        const struct timespec wait = {.tv_sec = (time_t)(left_ns / NS_PER_S),
                                      .tv_nsec = (long)(left_ns % NS_PER_S)};

        /* shared futex (not PRIVATE): it works on a read-only mapping, between processes */
        if (syscall(SYS_futex, &ring->futex_word, FUTEX_WAIT, word, &wait, NULL, 0) != 0 &&
            errno == EINTR) {
            return ring_published(ring) > published_frames;
        }
    }
}

bool ring_reader_closed(const struct ring_reader *reader)
{
    return atomic_load_explicit(&reader->ring->closed, memory_order_acquire) != 0;
}

void ring_reader_finish(struct ring_reader *reader)
{
    if (reader->ring != NULL) {
        munmap((void *)(uintptr_t)reader->ring, reader->bytes);
    }
    reader->ring = NULL;
    reader->bytes = 0;
}
