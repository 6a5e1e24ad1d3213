#include "common/rng.h"

static uint64_t rotate_left(uint64_t value, unsigned bits)
{
    return (value << bits) | (value >> (64 - bits));
}

/* splitmix64's finalizer over its golden-ratio increment (Steele, Lea and Flood, 2014). */
uint64_t rng_mix(uint64_t value)
{
    uint64_t z = value + UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void rng_init(struct rng *rng, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        rng->s[i] = rng_mix(seed + (uint64_t)i * UINT64_C(0x9e3779b97f4a7c15));
    }
}

uint64_t rng_next(struct rng *rng)
{
    uint64_t *const s = rng->s;
    const uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    const uint64_t t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

double rng_unit(struct rng *rng)
{
    return (double)(rng_next(rng) >> 11) * 0x1.0p-53;
}

uint32_t rng_below(struct rng *rng, uint32_t n)
{
    return (uint32_t)(((rng_next(rng) >> 32) * n) >> 32);
}

double rng_normal(struct rng *rng)
{
    double sum = -6;

    for (int i = 0; i < 12; i++) {
        sum += rng_unit(rng);
    }
    return sum;
}

uint32_t rng_pick(struct rng *rng, const double *weights, uint32_t n)
{
    double total = 0;

    for (uint32_t i = 0; i < n; i++) {
        total += weights[i];
    }
    double left = rng_unit(rng) * total;
    uint32_t last = 0; /* the last with any weight, should rounding leave a rest */

    for (uint32_t i = 0; i < n; i++) {
        if (weights[i] <= 0) {
            continue;
        }
        last = i;
        if (left < weights[i]) {
            return i;
        }
        left -= weights[i];
    }
    return last;
}
