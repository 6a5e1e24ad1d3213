#include "synthd/chain.h"

#include "synthd/pcm.h"

#include <math.h>
#include <string.h>

static const double rumble_hz = 12, shelf_hz = 1600, middle_hz = 160;

/* At brightness 0.5: the pads alone are darker than a room. */
static const double air_db = 3;

/* At space 0.5 the room is as loud as this; it is silent at 0. */
static const double room_gain = 1.0;

/* How much of the echo goes on into the room. */
static const float echo_in_room = 0.35f;

/* What is fainter than this for so long has faded: between two taps of the echo it may be
 * silent for half a second. */
enum { SLEEP_BLOCKS = 700 };

static double linear(double db)
{
    return pow(10, db / 20);
}

double chain_loudness_gain(const struct sound *sound)
{
    return linear(sound->values[SOUND_GAIN] + sound->values[SOUND_INTENSITY] - 0.5);
}

double chain_brightness_gain(const struct sound *sound)
{
    return linear(air_db + 20 * (sound->values[SOUND_BRIGHTNESS] - 0.5) +
                  4 * (sound->values[SOUND_INTENSITY] - 0.5));
}

static double width_gain(const struct sound *sound)
{
    return 2 * sound->values[SOUND_WIDTH];
}

static double space_gain(const struct sound *sound)
{
    return room_gain * 2 * sound->values[SOUND_SPACE];
}

static struct ramp ramp_of(double (*gain)(const struct sound *), const struct sound sound[2],
                           double scale)
{
    return (struct ramp){scale * gain(&sound[0]), scale * gain(&sound[1])};
}

void chain_init(struct chain *chain, double makeup_db, uint32_t rate_hz)
{
    echo_init(&chain->echo, rate_hz);
    reverb_init(&chain->reverb, rate_hz);
    highpass_init(&chain->highpass, rumble_hz, rate_hz);
    shelf_init(&chain->shelf, shelf_hz, rate_hz);
    width_init(&chain->width, middle_hz, rate_hz);
    limiter_init(&chain->limiter, rate_hz);
    chain->makeup = linear(makeup_db);
    chain->silent_blocks = 0;
    chain->asleep = false;
}

/* Forgets everything. */
static void clear(struct chain *chain)
{
    const uint32_t rate_hz = chain->reverb.rate_hz;

    echo_clear(&chain->echo);
    reverb_clear(&chain->reverb);
    highpass_init(&chain->highpass, rumble_hz, rate_hz);
    shelf_init(&chain->shelf, shelf_hz, rate_hz);
    width_init(&chain->width, middle_hz, rate_hz);
    limiter_init(&chain->limiter, rate_hz);
}

static void process(struct chain *chain, const struct chain_input *in, struct stereo *out)
{
    const struct sound *const sound = in->sound;
    struct buses buses;
    struct stereo wet;

    mixer_block(&chain->mixer, in->frame, in->stems, sound, &buses);
    *out = buses.dry;
    echo_block(&chain->echo, &in->tempo, &buses.echo, &wet);
    blend_block(ramp_of(space_gain, sound, 1), &wet, out);
    blend_block((struct ramp){echo_in_room, echo_in_room}, &wet, &buses.room);
    reverb_block(&chain->reverb, in->frame, &buses.room, &wet);
    blend_block(ramp_of(space_gain, sound, 1), &wet, out);
    highpass_block(&chain->highpass, out);
    shelf_block(&chain->shelf, ramp_of(chain_brightness_gain, sound, 1), out);
    width_block(&chain->width, ramp_of(width_gain, sound, 1), out);
    gain_block(ramp_of(chain_loudness_gain, sound, chain->makeup), out);
    if (!block_is_finite(out)) { /* else it would go round for ever */
        clear(chain);
        memset(out, 0, sizeof *out);
    }
    limiter_block(&chain->limiter, out);
}

void chain_block(struct chain *chain, const struct chain_input *in, struct stereo *out)
{
    if (in->stems != NULL) {
        chain->asleep = false;
    }
    if (chain->asleep) {
        memset(out, 0, sizeof *out);
        return;
    }
    process(chain, in, out);
    if (in->stems != NULL || block_peak(out) >= PCM_SILENCE) {
        chain->silent_blocks = 0;
    } else if (++chain->silent_blocks == SLEEP_BLOCKS) {
        clear(chain); /* all has faded: what is left need not decay for ever */
        chain->asleep = true;
    }
}
