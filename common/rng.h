/*
 * rng - seeded random numbers, the same sequence everywhere (xoshiro256**, seeded by
 * splitmix64; Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021).
 *
 * Memory:  four words, the caller's; plain data that may be copied and stored.
 * Threads: pure.
 */
#ifndef AURALIS_RNG_H
#define AURALIS_RNG_H

#include <stdint.h>

struct rng {
    uint64_t s[4];
};

void rng_init(struct rng *rng, uint64_t seed);
uint64_t rng_next(struct rng *rng);
double rng_unit(struct rng *rng);                /* [0, 1) */
uint32_t rng_below(struct rng *rng, uint32_t n); /* 0 .. n - 1; n >= 1 */
double rng_normal(struct rng *rng); /* mean 0, deviation 1 (sum of 12 uniforms), within +-6 */
/* Index drawn with the given weights (>= 0, not all 0); [n]. */
uint32_t rng_pick(struct rng *rng, const double *weights, uint32_t n);

/* A well-mixed word for any input: hash of a position, or a fresh seed from an old one. */
uint64_t rng_mix(uint64_t value);

#endif
