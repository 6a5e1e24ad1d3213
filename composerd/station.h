/*
 * station - the stream as composerd owns it: the parameters, what is composed ahead, and what a
 * change does to both.
 *
 * Unit:    frames.
 * Memory:  the caller's struct, zeroed before station_begin() or station_from_json();
 *          station_finish() accepts a zeroed one.
 * Threads: one.
 */
#ifndef AURALIS_STATION_H
#define AURALIS_STATION_H

#include "common/clock.h"
#include "common/event.h"
#include "common/settings.h"
#include "composerd/control_json.h"
#include "composerd/day.h"
#include "composerd/lookahead.h"

enum {
    STATION_PHRASES_AHEAD =
        3, /* composed beyond the one that sounds; 2 while the next begins */
    STATION_SECONDS_AHEAD = 40,
    STATION_MARGIN_MS = 50,  /* for a change to reach the synth before it renders */
    STATION_GLIDE_MS = 50,   /* how long timbre and mix move */
    STATION_PRESET_BARS = 4, /* how long a preset's do */
};

struct station {
    struct epoch epoch;
    uint32_t phrase_bars;
    uint64_t lead_frames;       /* how far ahead of due synthd renders */
    uint64_t next_phrase;       /* number of the next phrase */
    struct params_event change; /* the last one accepted; its params are the station's */
    int32_t day_s;              /* up to which time of day it is followed; DAY_NONE: not yet */
    struct lookahead ahead;
};

/* Who hears of what is composed. */
struct station_listener {
    void *user;
    void (*phrase)(void *user, const struct phrase *phrase);
};

/* What is not the stream's but the operator's: phrase_bars and lead_frames. */
void station_configure(struct station *station, const struct settings *settings);
/* A newborn stream: seed in params. 0, or -ENOMEM. */
int station_begin(struct station *station, const struct epoch *epoch,
                  const struct params *params);
/* Composes the next phrase when fewer than STATION_PHRASES_AHEAD lie ahead; true when it
 * did. */
bool station_compose(struct station *station, uint64_t now_frame,
                     const struct station_listener *listener);
/* Carries out set, next, reseed, end or begin: station->change is the new one, and the phrases
 * that take over from there have been given to the listener. `seed` is for reseed. */
void station_change(struct station *station, const struct control_request *request,
                    uint64_t now_frame, uint64_t seed, const struct station_listener *listener);
/* Lets the parameters follow the hour; true when they changed, as by station_change(). The
 * first time, and after a listener has chosen intensity or brightness, this is where it
 * begins. */
bool station_follow_day(struct station *station, int32_t seconds_of_day, uint64_t now_frame,
                        const struct station_listener *listener);
/* What the present change means for someone who asks at now_ns. */
struct control_answer station_answer(const struct station *station, int64_t now_ns);
bool station_resting(const struct station *station, uint64_t now_frame);
void station_finish(struct station *station);

#endif
