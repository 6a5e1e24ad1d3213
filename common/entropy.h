/*
 * entropy - numbers that nobody can guess, for ids and first seeds.
 *
 * Threads: any.
 */
#ifndef AURALIS_ENTROPY_H
#define AURALIS_ENTROPY_H

#include <stdint.h>

/* From the kernel; should it have none, from the clock. */
uint64_t entropy_u64(void);

#endif
