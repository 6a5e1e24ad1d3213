/*
 * params_json - parameters <-> JSON: the values, a change asked for, and the schema that the
 * page's controls are made from. cJSON values, so only JSON adaptors include this.
 *
 * Memory:  returned values are the caller's (cJSON_Delete).
 * Errors:  0, or the number of errors found.
 */
#ifndef AURALIS_PARAMS_JSON_H
#define AURALIS_PARAMS_JSON_H

#include "common/json.h"
#include "common/params.h"

enum { PARAM_ERRORS_MAX = PARAM_COUNT };

struct param_errors {
    int n;
    struct param_error list[PARAM_ERRORS_MAX]; /* [n] */
};

/* {"key":"A","mode":"aeolian","bpm":70,...,"preset":"none","seed":"42"} */
cJSON *params_to_json(const struct params *params);
/* The value of one parameter. */
cJSON *param_to_json(const struct params *params, int param);
/* A JSON Schema (2020-12) of an object of parameters, with title, description, unit and
 * effect. */
cJSON *params_schema_json(void);
/* One member of an object that should name a parameter. Unknown names and bad values become
 * errors. */
void params_change_json(struct params_change *change, const char *name, const cJSON *value,
                        struct param_errors *errors);
/* A whole object of parameters, as it was published or stored; every one of them must be there.
 * A preset that is not here is taken by its name. */
int params_from_json(const cJSON *object, struct params *params, struct param_errors *errors);
/* [{"param":"bpm","error":"must be 60 to 120"}] */
cJSON *param_errors_to_json(const struct param_errors *errors);

#endif
