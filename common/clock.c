#include "common/clock.h"

#include "common/phrase.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { RATE_UNIT = 1000 };

/* In thousandths, so that the arithmetic is exact. The process's own: set once by
 * clock_set_rate before there are threads. */
static int64_t rate_thousandths = RATE_UNIT;

static int64_t read_clock(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

void clock_set_rate(double rate)
{
    rate_thousandths = llround(rate * RATE_UNIT);
}

int64_t clock_now_ns(void)
{
    const int64_t now_ns = read_clock(CLOCK_MONOTONIC);

    /* now_ns * rate without overflow on the way */
    return now_ns / RATE_UNIT * rate_thousandths +
           now_ns % RATE_UNIT * rate_thousandths / RATE_UNIT;
}

int64_t clock_machine_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_machine_at_ns(int64_t at_ns)
{
    const int64_t rest = at_ns % rate_thousandths;

    /* rounded up: not before the station's time is there */
    return at_ns / rate_thousandths * RATE_UNIT +
           (rest * RATE_UNIT + rate_thousandths - 1) / rate_thousandths;
}

int64_t clock_wall_ns(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t clock_wall_at_ns(int64_t at_ns)
{
    return clock_wall_ns() + clock_machine_at_ns(at_ns) - clock_machine_ns();
}

void clock_sleep_until_ns(int64_t deadline_ns)
{
    const int64_t until_ns = clock_machine_at_ns(deadline_ns);
    const struct timespec deadline = {.tv_sec = (time_t)(until_ns / NS_PER_S),
                                      .tv_nsec = (long)(until_ns % NS_PER_S)};

    if (deadline_ns > 0) {
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL);
    }
}

/* As the supervisor gives it to those from whom it hides the kernel's files: without dashes. */
static int boot_id_from_environment(char boot_id[BOOT_ID_SIZE])
{
    const char *const text = getenv("AURALIS_BOOT_ID");

    if (text == NULL || strspn(text, "0123456789abcdef") != 32 || text[32] != '\0') {
        return -ENOENT;
    }
    snprintf(boot_id, BOOT_ID_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", text, text + 8, text + 12,
             text + 16, text + 20);
    return 0;
}

int clock_boot_id(char boot_id[BOOT_ID_SIZE])
{
    char text[BOOT_ID_SIZE] = "";
    const int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        const int rc = -errno;

        return boot_id_from_environment(boot_id) == 0 ? 0 : rc;
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
