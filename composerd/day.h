/*
 * day - how the station follows the hour, if it is to (composer.day_drift); from day.def.
 *
 * What it wants is an ordinary change of intensity and brightness: from where the curve was
 * followed last to where it is now, upon what the parameters are.
 *
 * Unit:    seconds of the local day, 0 to 86399.
 * Threads: pure.
 */
#ifndef AURALIS_DAY_H
#define AURALIS_DAY_H

#include "common/params.h"

enum {
    DAY_SECONDS = 24 * 3600,
    DAY_NONE = -1,          /* a time of day that is not known */
    DAY_STEP_SECONDS = 300, /* at most one change in so long */
};
#define DAY_STEP_INTENSITY 0.01 /* and none that would move less */
#define DAY_ORIGIN         "time of day"

struct day_point {
    double intensity;  /* factor */
    double brightness; /* offset */
};

/* The curve at a time of day. */
struct day_point day_at(int32_t seconds_of_day);
/* What takes the parameters from one time of day to a later one, within their ranges; false
 * when it is too soon or too little for a change. */
bool day_change(const struct params *params, int32_t then_s, int32_t now_s,
                struct params_change *change);
/* A time of day from "HH:MM"; false when it is none. */
bool day_read(const char *text, int32_t *seconds_of_day);

#endif
