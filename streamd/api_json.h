/*
 * api_json - the JSON of the HTTP API.
 *
 * Memory:  strings are the caller's to free; NULL without memory.
 * Threads: pure.
 */
#ifndef AURALIS_API_JSON_H
#define AURALIS_API_JSON_H

#include "streamd/view.h"

/* {"ok":false,"code","message","allowed":[...],"errors":[{"param":"","error":message}]};
 * allowed ends with NULL, or is NULL. */
char *api_error_json(const char *code, const char *message, const char *const *allowed);
/* {"ok":false,"errors":[...]} from a list that is JSON already. */
char *api_refusal_json(const char *errors_json);
/* [{"param":"","error":message}] */
char *api_errors_json(const char *message);
/* {"params","schema","presets","control"} */
char *api_control_json(const struct view *view);
char *api_status_json(const struct view *view);
char *api_metrics_json(const struct view *view);

#endif
