#include "synthd/mixer.h"

#include "synthd/tone.h"

#include <math.h>
#include <string.h>

struct strip {
    double level_db, send_db, echo_db, width;
};

static const struct strip strips[ROLE_COUNT] = {
#define STRIP(role, ...) [ROLE_##role] = {__VA_ARGS__},
#include "synthd/strips.def"
#undef STRIP
};

double mixer_gain(double mix)
{
    const double relative = mix / 0.8;

    return relative * relative; /* even steps to the ear, and a true zero */
}

static void add_strip(const struct stereo *stem, double from, double to,
                      const struct strip *strip, struct buses *out)
{
    const float same = (float)(0.5 + 0.5 * strip->width);
    const float cross = 1 - same;
    const float room = (float)pow(10, strip->send_db / 20);
    const float echo = (float)pow(10, strip->echo_db / 20);
    const float step = (float)((to - from) / BLOCK_FRAMES);
    float gain = (float)from;

    for (int i = 0; i < BLOCK_FRAMES; i++) {
        const float left = gain * (same * stem->left[i] + cross * stem->right[i]);
        const float right = gain * (same * stem->right[i] + cross * stem->left[i]);

        out->dry.left[i] += left;
        out->dry.right[i] += right;
        out->room.left[i] += room * left;
        out->room.right[i] += room * right;
        out->echo.left[i] += echo * left;
        out->echo.right[i] += echo * right;
        gain += step;
    }
}

void mixer_block(const struct stereo stems[ROLE_COUNT], const struct sound *first,
                 const struct sound *last, struct buses *out)
{
    memset(out, 0, sizeof *out);
    for (int role = 0; role < ROLE_COUNT; role++) {
        const double level = pow(10, strips[role].level_db / 20);
        const double from = level * mixer_gain(first->values[SOUND_MIX + role]);
        const double to = level * mixer_gain(last->values[SOUND_MIX + role]);

        if ((from > 0 || to > 0) && block_peak(&stems[role]) > 0) {
            add_strip(&stems[role], from, to, &strips[role], out);
        }
    }
}
