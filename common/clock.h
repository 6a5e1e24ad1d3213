/*
 * clock - the station's time: frames and when they are due.
 *
 * Frame n is due at epoch + n / rate on CLOCK_MONOTONIC, which stands still in suspend.
 *
 * For tests of long times the station's time may pass faster than the machine's. Due is
 * meant in the station's time, and so is all that follows the music: clock_now_ns(). Waiting
 * for other processes and for people, and how long work takes, is meant in the machine's:
 * clock_machine_ns(). The wall clock is always the machine's: a frame is due by it at
 * clock_wall_at_ns(), and `wall_ns` of an epoch is that of frame 0.
 *
 * Unit:    nanoseconds as int64_t; frames as uint64_t.
 * Threads: pure, but for the calls that ask the system.
 */
#ifndef AURALIS_CLOCK_H
#define AURALIS_CLOCK_H

#include <stdint.h>

#define NS_PER_S  INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

enum { BOOT_ID_SIZE = 37 };

/* Where a stream lies in time. */
struct epoch {
    uint64_t stream; /* random id */
    uint32_t rate_hz;
    int64_t monotonic_ns;       /* the station's time of frame 0 */
    int64_t wall_ns;            /* CLOCK_REALTIME of frame 0 */
    char boot_id[BOOT_ID_SIZE]; /* the monotonic clock's: it means nothing under another boot */
};

enum { CLOCK_RATE_MAX = 100 };

/* How many seconds of the station pass in one of the machine's: 1 to CLOCK_RATE_MAX, taken to
 * the thousandth. Set it before there are threads, and to the same in all processes of a
 * station as long as its stream lives. At the maximum times overflow after 2.9 years without
 * a boot. */
void clock_set_rate(double rate);
/* The station's time: CLOCK_MONOTONIC times the rate, so that all processes agree on it. */
int64_t clock_now_ns(void);
/* CLOCK_MONOTONIC, now and when the station's time will be `at_ns`. */
int64_t clock_machine_ns(void);
int64_t clock_machine_at_ns(int64_t at_ns);
/* The wall clock, now and at `at_ns` of the station's time. */
int64_t clock_wall_ns(void);
int64_t clock_wall_at_ns(int64_t at_ns);
/* Returns at `deadline_ns` (the station's), or earlier when a signal arrives. */
void clock_sleep_until_ns(int64_t deadline_ns);
/* The kernel's boot id, or where its files are hidden AURALIS_BOOT_ID of the environment; 0, or
 * -errno. */
int clock_boot_id(char boot_id[BOOT_ID_SIZE]);

/* Duration of `frames`; exact to the nanosecond below, no overflow within 10 years (and
 * beyond). */
int64_t clock_frames_ns(uint64_t frames, uint32_t rate_hz);
int64_t clock_due_ns(const struct epoch *epoch, uint64_t frame);
/* The last frame that is due at `now_ns`; 0 before the stream's birth. */
uint64_t clock_frame_at(const struct epoch *epoch, int64_t now_ns);
/* `ms` milliseconds as frames, rounded up to whole blocks. */
uint64_t clock_ms_frames(double ms, uint32_t rate_hz);
uint64_t clock_block_up(uint64_t frame);

#endif
