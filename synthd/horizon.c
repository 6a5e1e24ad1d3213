#include "synthd/horizon.h"

#include <string.h>

void horizon_add(struct horizon *horizon, const struct phrase *phrase)
{
    while (horizon->n_starts > 0 &&
           horizon->starts[horizon->n_starts - 1] >= phrase->start_frame) {
        horizon->n_starts--;
    }
    if (horizon->n_starts == HORIZON_STARTS) {
        horizon->n_starts--;
        memmove(horizon->starts, horizon->starts + 1,
                horizon->n_starts * sizeof horizon->starts[0]);
    }
    horizon->starts[horizon->n_starts++] = phrase->start_frame;
    horizon->end_frame = phrase->start_frame + phrase->frames;
}

uint64_t horizon_final(const struct horizon *horizon, uint32_t rate_hz)
{
    const uint64_t held_back = (uint64_t)HORIZON_SECONDS * rate_hz;

    if (horizon->n_starts <= HORIZON_PHRASES) {
        return 0;
    }
    const uint64_t by_number = horizon->starts[horizon->n_starts - 1 - HORIZON_PHRASES];
    const uint64_t newest = horizon->starts[horizon->n_starts - 1];
    const uint64_t by_time = newest > held_back ? newest - held_back : 0;

    return by_number < by_time ? by_number : by_time;
}
