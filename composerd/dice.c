#include "composerd/dice.h"

#include "common/rng.h"

#include <string.h>

_Static_assert(sizeof(struct rng) == 4 * sizeof(uint64_t), "a die is four words of the state");

static struct rng take(const struct composer *composer, enum die die)
{
    struct rng rng;

    memcpy(&rng, &composer->dice[(size_t)die * 4], sizeof rng);
    return rng;
}

static void put(struct composer *composer, enum die die, const struct rng *rng)
{
    memcpy(&composer->dice[(size_t)die * 4], rng, sizeof *rng);
}

void dice_seed(struct composer *composer, uint64_t seed)
{
    for (int die = 0; die < DIE_COUNT; die++) {
        struct rng rng;

        rng_init(&rng, rng_mix(seed + (uint64_t)die));
        put(composer, (enum die)die, &rng);
    }
}

double dice_unit(struct composer *composer, enum die die)
{
    struct rng rng = take(composer, die);
    const double value = rng_unit(&rng);

    put(composer, die, &rng);
    return value;
}

double dice_between(struct composer *composer, enum die die, double min, double max)
{
    return min + (max - min) * dice_unit(composer, die);
}

int32_t dice_below(struct composer *composer, enum die die, int32_t n)
{
    struct rng rng = take(composer, die);
    const uint32_t value = rng_below(&rng, (uint32_t)n);

    put(composer, die, &rng);
    return (int32_t)value;
}

double dice_normal(struct composer *composer, enum die die)
{
    struct rng rng = take(composer, die);
    const double value = rng_normal(&rng);

    put(composer, die, &rng);
    return value;
}

bool dice_chance(struct composer *composer, enum die die, double probability)
{
    return dice_unit(composer, die) < probability;
}

int32_t dice_pick(struct composer *composer, enum die die, const double *weights, int32_t n)
{
    struct rng rng = take(composer, die);
    const uint32_t value = rng_pick(&rng, weights, (uint32_t)n);

    put(composer, die, &rng);
    return (int32_t)value;
}
