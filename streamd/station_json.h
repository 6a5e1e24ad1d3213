/*
 * station_json - parts that answers and messages share, as cJSON values. Only JSON adaptors
 * include it.
 *
 * Memory:  values are given to the object they are added to.
 * Threads: pure.
 */
#ifndef AURALIS_STATION_JSON_H
#define AURALIS_STATION_JSON_H

#include "common/json.h"
#include "streamd/view.h"

/* "params" ({} while composerd has told none), "schema", "presets" [{"name","doc"}],
 * "control". */
void station_add_control(cJSON *object, const struct view *view);
void station_add_params(cJSON *object, const struct view *view);
/* What /api/status says. */
void station_add_status(cJSON *object, const struct view *view);

#endif
