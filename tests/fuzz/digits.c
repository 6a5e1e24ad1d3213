/* A mutator for texts whose form is soon broken: half of the time it changes but a digit or
 * two, so that what lies behind the parser is reached. */
#include "common/rng.h"
#include "fuzz.h"

#include <stdbool.h>

enum { TRIES = 64 };

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size); /* libFuzzer's own */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

static bool change_digit(struct rng *rng, uint8_t *data, size_t size)
{
    for (int i = 0; i < TRIES; i++) {
        uint8_t *const at = data + rng_below(rng, (uint32_t)size);

        if (*at >= '0' && *at <= '9') {
            *at = (uint8_t)('0' + rng_below(rng, 10));
            return true;
        }
    }
    return false;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
    struct rng rng;
    uint32_t n;

    rng_init(&rng, seed);
    n = 1 + rng_below(&rng, 3);
    if (size == 0 || rng_below(&rng, 2) == 0) {
        return LLVMFuzzerMutate(data, size, max_size);
    }
    while (n > 0 && change_digit(&rng, data, size)) {
        n--;
    }
    return n > 0 ? LLVMFuzzerMutate(data, size, max_size) : size;
}
