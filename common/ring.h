/*
 * ring - the station's audio in memory: one writer, any number of readers, nobody ever waits.
 *
 * The writer overwrites old frames whether or not anyone has read them, so a stalled reader
 * can never stall the music; a reader is told when it was lapped. What is published is never
 * rewritten. This is the layout of the shared-memory segment and what is done with it; it works
 * on any memory. ring_shm maps it between processes.
 *
 * Unit:    positions and counts are FRAMES since the stream's birth (u64, never wraps), masked
 *          only to index. One frame = one u32: left s16 in the low half, right s16 in the high.
 * Memory:  the caller owns the mapping; nothing here allocates, locks, logs or calls the
 *          system.
 * Threads: one writer (process or thread), any number of readers on a read-only mapping.
 * Errors:  >= 0 is a result, < 0 is -errno.
 */
#ifndef AURALIS_RING_H
#define AURALIS_RING_H

#include "common/clock.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define RING_MAGIC UINT64_C(0x474e495253525541) /* "AURSRING" in memory */

enum {
    RING_VERSION = 1,
    RING_CHANNELS = 2,
    RING_CAPACITY_FRAMES = 1 << 19, /* 11.9 s at 44.1 kHz: 2 s to work with, the rest history */
    RING_CHUNKS = 128, /* entries of the chunk table; at least the chunks in the ring */
    RING_COUNTERS = 64,
    RING_INFO_BYTES = 2048,
    RING_LINE_BYTES = 64,
    RING_PAGE_BYTES = 4096,
};

/* Facts about one chunk (rate / 10 frames), in slot (first_frame / chunk_frames) % RING_CHUNKS.
 * first_frame is stored last, release; it is UINT64_MAX while the entry is being changed. */
struct ring_chunk {
    _Atomic uint64_t first_frame;
    _Atomic int64_t rendered_ns; /* the station's time when its last frame was published */
    _Atomic uint64_t phrase;     /* number of the phrase sounding at first_frame */
    _Atomic float peak;          /* largest sample, 1 = full scale */
    _Atomic float loudness_lufs; /* K-weighted mean square of the chunk */
    _Atomic float limiter_gain;  /* at its last frame, linear */
    _Atomic float makeup_gain;   /* the same, with the slow trim */
    _Atomic double trim_db; /* the slow trim behind it, and what it goes by: whoever writes */
    _Atomic double trim_excess; /* next goes on from here; 0 while nothing has been learnt */
    _Atomic uint64_t spare;
};

/* The segment's header. All but the atomics is written before the segment has its name. */
struct ring {
    uint64_t magic;              /* 0: RING_MAGIC */
    uint32_t version;            /* 8: RING_VERSION */
    uint32_t header_bytes;       /* 12: sizeof(struct ring); the frames begin there */
    uint64_t segment_bytes;      /* 16: header and frames */
    uint32_t rate_hz;            /* 24 */
    uint32_t channels;           /* 28 */
    uint32_t capacity_frames;    /* 32: a power of two */
    uint32_t chunk_frames;       /* 36: rate_hz / 10 */
    uint64_t stream;             /* 40: id of the stream */
    int64_t epoch_monotonic_ns;  /* 48: when frame 0 was due */
    int64_t epoch_wall_ns;       /* 56 */
    char boot_id[40];            /* 64: of the monotonic clock, 0-terminated */
    uint32_t n_chunks;           /* 104: entries in chunks[] */
    uint32_t n_counters;         /* 108: entries in counters[] that are in use */
    _Atomic uint32_t writer_pid; /* 112 */
    _Atomic uint32_t closed;     /* 116: 1 when a new segment has taken the name */
    /* 120: the station's time when a standby was last ready to take over; written by it about
     * once a second, and 0 by a writer that begins. A reader or writer that knows it as spare
     * space leaves it alone: the version is the same. */
    _Atomic int64_t standby_ns;

    /* 128: about to be overwritten up to here; written by the writer only */
    _Alignas(RING_LINE_BYTES) _Atomic uint64_t reserved_frames;
    /* 192: intact up to here */
    _Alignas(RING_LINE_BYTES) _Atomic uint64_t published_frames;
    /* 200: nothing below was rendered; a multiple of chunk_frames */
    _Atomic uint64_t valid_from_frame;
    /* 256: changes at each publication */
    _Alignas(RING_LINE_BYTES) _Atomic uint32_t futex_word;

    /* 320: metrics of synthd; counters go on from one writer to the next */
    _Alignas(RING_LINE_BYTES) _Atomic int64_t counters[RING_COUNTERS];
    /* 832: JSON of the writer: version, fonts, degraded */
    char info[RING_INFO_BYTES];
    /* 2880: facts about what is in the ring */
    _Alignas(RING_LINE_BYTES) struct ring_chunk chunks[RING_CHUNKS];
    /* header_bytes: [capacity_frames] */
    _Alignas(RING_PAGE_BYTES) _Atomic uint32_t frames[];
};

/* What a new ring is made for. */
struct ring_format {
    struct epoch epoch; /* stream, rate, boot id and times */
    uint32_t capacity_frames;
    uint32_t n_counters; /* that the writer keeps */
};

/* Bytes that a ring of this capacity takes. */
size_t ring_bytes(uint32_t capacity_frames);
/* Lays out an empty ring in zeroed memory of ring_bytes(). -EINVAL when the format makes no
 * sense. */
int ring_init(struct ring *ring, const struct ring_format *format);
/* Whether a mapping of `bytes` holds a ring this code can use: 0, or -EPROTO; *reason says what
 * is wrong with it (static text). Reads nothing beyond `bytes`. */
int ring_check(const struct ring *ring, size_t bytes, const char **reason);
/* Whether its cursors can be true at now_ns of the station's time, by its own epoch: 0, or
 * -EPROTO with the reason. Any thread, at any time. */
int ring_check_cursors(const struct ring *ring, int64_t now_ns, const char **reason);
/* The stream's place in time, as written in the ring. */
struct epoch ring_epoch(const struct ring *ring);

/* ---- writer ---- */
/* Goes on where the last writer ended: returns the next frame to write. */
uint64_t ring_adopt(struct ring *ring);
/* Publishes n_frames (at most the capacity) after what is there; the caller wakes the
 * readers. */
void ring_write(struct ring *ring, const uint32_t *src, uint32_t n_frames);
/* Leaves everything before `frame` out: it is the next to be written and the first that is
 * valid. `frame` is a multiple of BLOCK_FRAMES at or after what is published; valid_from is the
 * next chunk border at or after it. */
void ring_jump(struct ring *ring, uint64_t frame);
/* Records a finished chunk. */
struct ring_chunk_facts {
    uint64_t first_frame, phrase;
    int64_t rendered_ns;
    float peak, loudness_lufs, limiter_gain, makeup_gain;
    double trim_db, trim_excess;
};
void ring_chunk_store(struct ring *ring, const struct ring_chunk_facts *facts);

/* ---- reader ---- */
uint64_t ring_published(const struct ring *ring);
/* The oldest frame that can still be read (it may be lapped the next moment). */
uint64_t ring_oldest(const struct ring *ring);
/* Copies up to n_frames at *cursor_frames into dst[n_frames] and moves the cursor past them.
 * Returns the count, 0 when nothing is new, -EOVERFLOW when lapped: cursor at the oldest intact
 * frame, dst is garbage. */
int ring_read(const struct ring *ring, uint64_t *cursor_frames, uint32_t *dst,
              uint32_t n_frames);
/* Facts of the chunk that begins at first_frame; -ENOENT when they are not (or no longer)
 * there. */
int ring_chunk_load(const struct ring *ring, uint64_t first_frame,
                    struct ring_chunk_facts *facts);
/* The same for what lies in an entry of the table, 0 to RING_CHUNKS - 1; -ENOENT when nothing
 * does. */
int ring_chunk_at(const struct ring *ring, int entry, struct ring_chunk_facts *facts);

#endif
