#include "common/entropy.h"

#include "common/clock.h"
#include "common/rng.h"

#include <sys/random.h>

uint64_t entropy_u64(void)
{
    uint64_t value;

    if (getrandom(&value, sizeof value, GRND_NONBLOCK) == (ssize_t)sizeof value) {
        return value;
    }
    return rng_mix((uint64_t)clock_wall_ns() ^ rng_mix((uint64_t)clock_now_ns()));
}
