#include "synthd/mixer.h"

#include "synthd/tone.h"

#include <math.h>
#include <string.h>

#define TWO_PI 6.283185307179586

enum { CHANGE_BLOCKS = 70 }; /* 100 ms: no step is heard */

/* A send of so little is none. */
static const double no_send_db = -60;

/* Timbres that sway do so at different times: this much of a turn apart. */
static const double turn_apart = 0.38;

double mixer_gain(double mix)
{
    const double relative = mix / 0.8;

    return relative * relative; /* even steps to the ear, and a true zero */
}

static double linear(double db)
{
    return pow(10, db / 20);
}

static double send_gain(double db)
{
    return db > no_send_db ? linear(db) : 0;
}

static void set_strips(struct mixer *mixer, const struct timbre timbres[TIMBRE_COUNT])
{
    for (int i = 0; i < TIMBRE_COUNT; i++) {
        mixer->strips[i] =
            (struct strip){.level = linear(timbres[i].level_db),
                           .room = send_gain(timbres[i].room_db),
                           .echo = send_gain(timbres[i].echo_db),
                           .width = timbres[i].width,
                           .sway = timbres[i].sway,
                           .sway_frames = (uint64_t)(timbres[i].sway_s * mixer->rate_hz)};
    }
}

void mixer_init(struct mixer *mixer, const struct timbre timbres[TIMBRE_COUNT],
                uint32_t rate_hz)
{
    mixer->rate_hz = rate_hz;
    mixer->blocks_left = 0;
    set_strips(mixer, timbres);
}

void mixer_change(struct mixer *mixer, const struct timbre timbres[TIMBRE_COUNT])
{
    memcpy(mixer->before, mixer->strips, sizeof mixer->before);
    mixer->blocks_left = CHANGE_BLOCKS;
    set_strips(mixer, timbres);
}

/* What a strip does to a sample, at one frame. */
enum gain_id { GAIN_LEFT, GAIN_RIGHT, GAIN_SAME, GAIN_ROOM, GAIN_ECHO, GAIN_COUNT };

static void gains_of(const struct strip *strip, int timbre, uint64_t frame,
                     double gains[GAIN_COUNT])
{
    gains[GAIN_LEFT] = gains[GAIN_RIGHT] = strip->level;
    gains[GAIN_SAME] = 0.5 + 0.5 * strip->width;
    gains[GAIN_ROOM] = strip->room;
    gains[GAIN_ECHO] = strip->echo;
    if (strip->sway > 0) {
        const double turn = (double)(frame % strip->sway_frames) / (double)strip->sway_frames;
        const double place = strip->sway * sin(TWO_PI * (turn + turn_apart * timbre));
        const double angle = (1 + place) * TWO_PI / 8;

        gains[GAIN_LEFT] *= sqrt(2) * cos(angle);
        gains[GAIN_RIGHT] *= sqrt(2) * sin(angle);
    }
}

/* At a frame, when so many blocks of the way to the present strips are left. */
static void gains_at(const struct mixer *mixer, int timbre, uint64_t frame, uint32_t left,
                     double gains[GAIN_COUNT])
{
    gains_of(&mixer->strips[timbre], timbre, frame, gains);
    if (left > 0) {
        const double share = (double)left / CHANGE_BLOCKS;
        double before[GAIN_COUNT];

        gains_of(&mixer->before[timbre], timbre, frame, before);
        for (int i = 0; i < GAIN_COUNT; i++) {
            gains[i] += share * (before[i] - gains[i]);
        }
    }
}

static void add_strip(const struct stem *stem, const float from[GAIN_COUNT],
                      const float step[GAIN_COUNT], struct buses *buses)
{
    for (int i = 0; i < BLOCK_FRAMES; i++) {
        const float at = (float)i;
        const float same = from[GAIN_SAME] + at * step[GAIN_SAME];
        const float cross = 1 - same;
        const float room = from[GAIN_ROOM] + at * step[GAIN_ROOM];
        const float echo = from[GAIN_ECHO] + at * step[GAIN_ECHO];
        const float left = (from[GAIN_LEFT] + at * step[GAIN_LEFT]) *
                           (same * stem->left[i] + cross * stem->right[i]);
        const float right = (from[GAIN_RIGHT] + at * step[GAIN_RIGHT]) *
                            (same * stem->right[i] + cross * stem->left[i]);

        buses->dry.left[i] += left;
        buses->dry.right[i] += right;
        buses->room.left[i] += room * left;
        buses->room.right[i] += room * right;
        buses->echo.left[i] += echo * left;
        buses->echo.right[i] += echo * right;
    }
}

/* The gains of one timbre at a block's first frame, and how they move to those behind its
 * last; its mix parameter at both is given as gains. */
static void ramps_of(const struct mixer *mixer, int timbre, uint64_t frame, struct ramp mix,
                     float from_and_step[2][GAIN_COUNT])
{
    const uint32_t left = mixer->blocks_left;
    double first[GAIN_COUNT];
    double last[GAIN_COUNT];

    gains_at(mixer, timbre, frame, left, first);
    gains_at(mixer, timbre, frame + BLOCK_FRAMES, left > 0 ? left - 1 : 0, last);
    for (int side = GAIN_LEFT; side <= GAIN_RIGHT; side++) {
        first[side] *= mix.first;
        last[side] *= mix.last;
    }
    for (int i = 0; i < GAIN_COUNT; i++) {
        from_and_step[0][i] = (float)first[i];
        from_and_step[1][i] = (float)((last[i] - first[i]) / BLOCK_FRAMES);
    }
}

static bool is_heard(const struct stem *stem)
{
    return largest(stem->left, BLOCK_FRAMES) > 0 || largest(stem->right, BLOCK_FRAMES) > 0;
}

void mixer_block(struct mixer *mixer, uint64_t frame, const struct stem stems[TIMBRE_COUNT],
                 const struct sound sound[2], struct buses *buses)
{
    memset(buses, 0, sizeof *buses);
    for (int i = 0; stems != NULL && i < TIMBRE_COUNT; i++) {
        const int value = SOUND_MIX + (int)timbre_specs[i].role;
        const struct ramp mix = {mixer_gain(sound[0].values[value]),
                                 mixer_gain(sound[1].values[value])};

        if ((mix.first > 0 || mix.last > 0) && is_heard(&stems[i])) {
            float ramps[2][GAIN_COUNT];

            ramps_of(mixer, i, frame, mix, ramps);
            add_strip(&stems[i], ramps[0], ramps[1], buses);
        }
    }
    mixer->blocks_left -= mixer->blocks_left > 0;
}
