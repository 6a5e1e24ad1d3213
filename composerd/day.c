#include "composerd/day.h"

#include <math.h>
#include <string.h>

static const struct {
    int32_t hour;
    struct day_point point;
} rows[] = {
#define DAY(hour, intensity, brightness) {hour, {intensity, brightness}},
#include "composerd/day.def"
#undef DAY
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static double between(double from, double to, double share)
{
    return from + (to - from) * share;
}

struct day_point day_at(int32_t seconds_of_day)
{
    const double hour = (double)seconds_of_day / 3600;
    int i = 0;

    while (i + 1 < ROWS && rows[i + 1].hour <= hour) {
        i++;
    }
    /* the last row goes on to the first one of the next day */
    const int next = (i + 1) % ROWS;
    const int32_t next_hour = i + 1 < ROWS ? rows[next].hour : 24 + rows[0].hour;
    const double share = (hour - rows[i].hour) / (next_hour - rows[i].hour);

    return (struct day_point){
        between(rows[i].point.intensity, rows[next].point.intensity, share),
        between(rows[i].point.brightness, rows[next].point.brightness, share)};
}

static double within(double value, enum param_id id)
{
    return fmin(fmax(value, param_specs[id].min), param_specs[id].max);
}

bool day_change(const struct params *params, int32_t then_s, int32_t now_s,
                struct params_change *change)
{
    const int32_t passed_s = (now_s - then_s + DAY_SECONDS) % DAY_SECONDS;
    const struct day_point then = day_at(then_s);
    const struct day_point now = day_at(now_s);
    const double intensity =
        within(params->intensity * now.intensity / then.intensity, PARAM_intensity);
    const double brightness =
        within(params->brightness + now.brightness - then.brightness, PARAM_brightness);
    struct param_error error;

    if (passed_s < DAY_STEP_SECONDS ||
        fabs(intensity - params->intensity) < DAY_STEP_INTENSITY) {
        return false;
    }
    memset(change, 0, sizeof *change);
    return params_change_number(change, "intensity", intensity, &error) == 0 &&
           params_change_number(change, "brightness", brightness, &error) == 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool day_read(const char *text, int32_t *seconds_of_day)
{
    if (strlen(text) != strlen("HH:MM") || !is_digit(text[0]) || !is_digit(text[1]) ||
        text[2] != ':' || !is_digit(text[3]) || !is_digit(text[4])) {
        return false;
    }
    const int32_t hour = (text[0] - '0') * 10 + (text[1] - '0');
    const int32_t minute = (text[3] - '0') * 10 + (text[4] - '0');

    *seconds_of_day = hour * 3600 + minute * 60;
    return hour < 24 && minute < 60;
}
