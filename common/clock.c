#include "common/clock.h"

#include "common/phrase.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t clock_now_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_wall_ns(void)
{
    return read_clock(CLOCK_REALTIME);
}

void clock_sleep_until_ns(int64_t deadline_ns)
{
    const struct timespec deadline = {.tv_sec = (time_t)(deadline_ns / NS_PER_S),
                                      .tv_nsec = (long)(deadline_ns % NS_PER_S)};

    if (deadline_ns > 0) {
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL);
    }
}

int clock_boot_id(char boot_id[BOOT_ID_SIZE])
{
    char text[BOOT_ID_SIZE] = "";
    const int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        return -errno;
    }
    const ssize_t n = read(fd, text, BOOT_ID_SIZE - 1);

    close(fd);
    if (n != BOOT_ID_SIZE - 1) {
        return -EIO;
    }
    memcpy(boot_id, text, BOOT_ID_SIZE);
    return 0;
}

int64_t clock_frames_ns(uint64_t frames, uint32_t rate_hz)
{
    return (int64_t)(frames / rate_hz) * NS_PER_S +
           (int64_t)(frames % rate_hz) * NS_PER_S / rate_hz;
}

int64_t clock_due_ns(const struct epoch *epoch, uint64_t frame)
{
    return epoch->monotonic_ns + clock_frames_ns(frame, epoch->rate_hz);
}

uint64_t clock_frame_at(const struct epoch *epoch, int64_t now_ns)
{
    const int64_t since_ns = now_ns - epoch->monotonic_ns;

    if (since_ns <= 0) {
        return 0;
    }
    const uint64_t rest = (uint64_t)(since_ns % NS_PER_S);
    uint64_t frame = (uint64_t)(since_ns / NS_PER_S) * epoch->rate_hz +
                     rest * epoch->rate_hz / (uint64_t)NS_PER_S;

    /* due times are rounded down to a nanosecond, so the next frame may be due already */
    while (clock_frames_ns(frame + 1, epoch->rate_hz) <= since_ns) {
        frame++;
    }
    return frame;
}

uint64_t clock_block_up(uint64_t frame)
{
    return (frame + BLOCK_FRAMES - 1) / BLOCK_FRAMES * BLOCK_FRAMES;
}

uint64_t clock_ms_frames(double ms, uint32_t rate_hz)
{
    return clock_block_up((uint64_t)ceil(ms * rate_hz / 1000.0));
}
