#include "synthd/mixer.h"

#include "synthd/tone.h"

#include <math.h>
#include <string.h>

/* A send of so little is none. */
static const double no_send_db = -60;

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

void mixer_init(struct mixer *mixer, const struct timbre timbres[TIMBRE_COUNT])
{
    for (int i = 0; i < TIMBRE_COUNT; i++) {
        mixer->strips[i] = (struct strip){.level = linear(timbres[i].level_db),
                                          .room = send_gain(timbres[i].room_db),
                                          .echo = send_gain(timbres[i].echo_db),
                                          .width = timbres[i].width};
    }
}

static void add_strip(const struct stereo *stem, struct ramp gain, const struct strip *strip,
                      struct buses *buses)
{
    const float same = (float)(0.5 + 0.5 * strip->width);
    const float cross = 1 - same;
    const float room = (float)strip->room;
    const float echo = (float)strip->echo;
    const float step = (float)((gain.last - gain.first) / BLOCK_FRAMES);
    float at = (float)gain.first;

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        const float left = at * (same * stem->left[i] + cross * stem->right[i]);
        const float right = at * (same * stem->right[i] + cross * stem->left[i]);

        buses->dry.left[i] += left;
        buses->dry.right[i] += right;
        buses->room.left[i] += room * left;
        buses->room.right[i] += room * right;
        buses->echo.left[i] += echo * left;
        buses->echo.right[i] += echo * right;
        at += step;
    }
}

void mixer_block(struct mixer *mixer, uint64_t frame, const struct stereo stems[TIMBRE_COUNT],
                 const struct sound sound[2], struct buses *buses)
{
    (void)frame;
    memset(buses, 0, sizeof *buses);
    for (int i = 0; i < TIMBRE_COUNT; i++) {
        const struct strip *const strip = &mixer->strips[i];
        const int mix = SOUND_MIX + (int)timbre_specs[i].role;
        const struct ramp gain = {strip->level * mixer_gain(sound[0].values[mix]),
                                  strip->level * mixer_gain(sound[1].values[mix])};

        if ((gain.first > 0 || gain.last > 0) && block_peak(&stems[i]) > 0) {
            add_strip(&stems[i], gain, strip, buses);
        }
    }
}
