/*
 * state_json - struct composer <-> JSON, all from state.def: complete and exact, so that a
 * composer read back goes on with the same bytes. What is missing, unknown or out of range is
 * refused.
 *
 * Memory:  the returned value is the caller's (cJSON_Delete).
 * Threads: pure.
 * Errors:  0, or -EPROTO with the reason; the composer stays untouched then.
 */
#ifndef AURALIS_STATE_JSON_H
#define AURALIS_STATE_JSON_H

#include "common/event_json.h"
#include "common/json.h"
#include "composerd/state.h"

/* For printing: 64-bit words are decimal strings, frames and other numbers are numbers, as
 * exact text. * NULL without memory. */
cJSON *composer_to_json(const struct composer *composer);
int composer_from_json(const cJSON *object, struct composer *composer,
                       struct json_reason *reason);

#endif
