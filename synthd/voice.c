#include "synthd/voice.h"

#include <fluidsynth.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SIDES = 2,
    LANES = 4, /* a pitch may overlap itself this often */
    CHANNELS = 64,
    NOTES = 256,      /* held at once */
    SKIP_BLOCKS = 32, /* at a time: stays in the cache */
    MIDI_PAN = 10,
    MIDI_PAN_MIDDLE = 64,
    VOICES_PER_NOTE = 4, /* the most that the timbres take */
};

_Static_assert(TIMBRE_COUNT *SIDES *LANES <= CHANNELS, "every lane has a channel");

struct held {
    bool used;
    uint32_t id;
    uint8_t channel, key;
};

struct voice {
    fluid_settings_t *settings;
    fluid_synth_t *synth;
    int font; /* index of the one that plays, or -1 */
    int polyphony;
    uint64_t stolen;
    struct held held[NOTES];
    uint8_t next_lane[TIMBRE_COUNT][128];
    struct timbre timbres[TIMBRE_COUNT];
};

/* Channels of one timbre share an audio group, which is its stem. */
static int channel_of(int timbre, int side, int lane)
{
    return timbre + TIMBRE_COUNT * (side * LANES + lane);
}

static double timecents(double factor)
{
    return 1200 * log2(factor);
}

static int method_of(enum timbre_between between)
{
    return between == TIMBRE_BETWEEN_none     ? FLUID_INTERP_NONE
           : between == TIMBRE_BETWEEN_linear ? FLUID_INTERP_LINEAR
                                              : FLUID_INTERP_4THORDER;
}

static void set_up_channel(struct voice *voice, const struct timbre *timbre, int side,
                           int channel)
{
    const int direction = timbre->pan < 0 ? -1 : 2 * side - 1;
    const int pan = MIDI_PAN_MIDDLE + direction * (int)(fabs(timbre->pan) * 63 / 100);

    fluid_synth_cc(voice->synth, channel, MIDI_PAN, pan);
    fluid_synth_set_gen(voice->synth, channel, GEN_VOLENVATTACK,
                        (float)timecents(timbre->attack));
    fluid_synth_set_gen(voice->synth, channel, GEN_VOLENVRELEASE,
                        (float)timecents(timbre->release));
    fluid_synth_set_gen(voice->synth, channel, GEN_FILTERFC, (float)timbre->filter_cents);
    fluid_synth_set_interp_method(voice->synth, channel,
                                  method_of((enum timbre_between)timbre->between));
}

/* Chooses the timbre's preset and keeps its samples in memory. A font that lacks it plays its
 * first. */
static void choose_preset(struct voice *voice, int sfont, int timbre)
{
    const int wanted = voice->timbres[timbre].program;
    const bool there = fluid_synth_pin_preset(voice->synth, sfont, 0, wanted) == FLUID_OK;
    const int program = there ? wanted : 0;

    if (!there) {
        fluid_synth_pin_preset(voice->synth, sfont, 0, 0);
    }
    for (int side = 0; side < SIDES; side++) {
        for (int lane = 0; lane < LANES; lane++) {
            const int channel = channel_of(timbre, side, lane);

            fluid_synth_set_channel_type(voice->synth, channel, CHANNEL_TYPE_MELODIC);
            fluid_synth_program_select(voice->synth, channel, sfont, 0, program);
            set_up_channel(voice, &voice->timbres[timbre], side, channel);
        }
    }
}

static void load_font(struct voice *voice, const struct voice_options *options)
{
    voice->font = -1;
    for (int i = 0; i < options->n_fonts && voice->font < 0; i++) {
        const int sfont = fluid_is_soundfont(options->fonts[i])
                              ? fluid_synth_sfload(voice->synth, options->fonts[i], 0)
                              : FLUID_FAILED;

        if (sfont == FLUID_FAILED) {
            continue;
        }
        voice->font = i;
        for (int timbre = 0; timbre < TIMBRE_COUNT; timbre++) {
            choose_preset(voice, sfont, timbre);
        }
    }
}

static fluid_settings_t *make_settings(const struct voice_options *options)
{
    fluid_settings_t *const s = new_fluid_settings();

    if (s != NULL) {
        fluid_settings_setnum(s, "synth.sample-rate", options->rate_hz);
        fluid_settings_setnum(s, "synth.gain", options->gain);
        fluid_settings_setint(s, "synth.polyphony", options->polyphony);
        fluid_settings_setint(s, "synth.midi-channels", CHANNELS);
        fluid_settings_setint(s, "synth.audio-groups", TIMBRE_COUNT);
        fluid_settings_setint(s, "synth.audio-channels", TIMBRE_COUNT);
        fluid_settings_setint(s, "synth.cpu-cores", 1);
        fluid_settings_setint(s, "synth.threadsafe-api", 0);
        fluid_settings_setint(s, "synth.lock-memory", 0);
        fluid_settings_setint(s, "synth.dynamic-sample-loading", 1);
        fluid_settings_setint(s, "synth.reverb.active", 0);
        fluid_settings_setint(s, "synth.chorus.active", 0);
    }
    return s;
}

struct voice *voice_create(const struct voice_options *options)
{
    struct voice *const voice = calloc(1, sizeof *voice);

    if (voice == NULL) {
        return NULL;
    }
    for (int level = FLUID_PANIC; level < LAST_LOG_LEVEL; level++) {
        fluid_set_log_function(level, NULL, NULL); /* what matters is told by results */
    }
    voice->polyphony = options->polyphony;
    memcpy(voice->timbres, options->timbres, sizeof voice->timbres);
    voice->settings = make_settings(options);
    voice->synth = voice->settings != NULL ? new_fluid_synth(voice->settings) : NULL;
    if (voice->synth == NULL) {
        voice_destroy(voice);
        return NULL;
    }
    load_font(voice, options);
    return voice;
}

void voice_destroy(struct voice *voice)
{
    if (voice == NULL) {
        return;
    }
    delete_fluid_synth(voice->synth); /* both accept NULL */
    delete_fluid_settings(voice->settings);
    free(voice);
}

int voice_font(const struct voice *voice)
{
    return voice->font;
}

const char *voice_library_version(void)
{
    return fluid_version_str();
}

static struct held *find_held(struct voice *voice, uint32_t id)
{
    for (int i = 0; i < NOTES; i++) {
        if (voice->held[i].used && voice->held[i].id == id) {
            return &voice->held[i];
        }
    }
    return NULL;
}

static bool lane_is_free(const struct voice *voice, int channel, int key)
{
    for (int i = 0; i < NOTES; i++) {
        const struct held *const held = &voice->held[i];

        if (held->used && held->channel == channel && held->key == key) {
            return false;
        }
    }
    return true;
}

/* The lane for a pitch: the one used longest ago of those where it is not held. */
static int choose_lane(struct voice *voice, int timbre, int side, int key)
{
    uint8_t *const next = &voice->next_lane[timbre][key];

    for (int tries = 0; tries < LANES; tries++) {
        const int lane = *next;

        *next = (uint8_t)((*next + 1) % LANES);
        if (lane_is_free(voice, channel_of(timbre, side, lane), key)) {
            return lane;
        }
    }
    return *next;
}

/* FluidSynth makes 12 dB of half a velocity; ambient music wants less between soft and loud. */
static int softened(int velocity)
{
    return (int)lround(127 * pow(velocity / 127.0, 0.7));
}

static void begin_note(struct voice *voice, const struct timeline_event *event)
{
    const int fixed = voice->timbres[event->timbre].key;
    const int key = fixed >= 0 ? fixed : event->midi;
    const int side = event->midi & 1;
    const int channel =
        channel_of(event->timbre, side, choose_lane(voice, event->timbre, side, key));
    struct held *slot = NULL;

    for (int i = 0; i < NOTES && slot == NULL; i++) {
        slot = voice->held[i].used ? NULL : &voice->held[i];
    }
    if (slot == NULL) {
        voice->stolen++;
        return;
    }
    if (fluid_synth_get_active_voice_count(voice->synth) + VOICES_PER_NOTE > voice->polyphony) {
        voice->stolen++;
    }
    *slot = (struct held){true, event->id, (uint8_t)channel, (uint8_t)key};
    fluid_synth_noteon(voice->synth, channel, key, softened(event->velocity));
}

void voice_event(struct voice *voice, const struct timeline_event *event)
{
    if (event->on) {
        begin_note(voice, event);
        return;
    }
    struct held *const held = find_held(voice, event->id);

    if (held != NULL) {
        fluid_synth_noteoff(voice->synth, held->channel, held->key);
        held->used = false;
    }
}

static void process(struct voice *voice, struct stereo stems[TIMBRE_COUNT])
{
    float *out[2 * TIMBRE_COUNT];
    float **next = out;

    memset(stems, 0, TIMBRE_COUNT * sizeof stems[0]); /* FluidSynth adds to what is there */
    for (int i = 0; i < TIMBRE_COUNT; i++) {
        *next++ = stems[i].left;
        *next++ = stems[i].right;
    }
    fluid_synth_process(voice->synth, BLOCK_FRAMES, 0, NULL, 2 * TIMBRE_COUNT, out);
}

bool voice_block(struct voice *voice, struct stereo stems[TIMBRE_COUNT])
{
    /* skipped blocks change nothing: an idle synth has no state that moves */
    if (fluid_synth_get_active_voice_count(voice->synth) == 0) {
        return false;
    }
    process(voice, stems);
    return true;
}

void voice_skip(struct voice *voice, uint32_t n_blocks)
{
    for (uint32_t left = n_blocks; left > 0;) {
        const uint32_t n = left < SKIP_BLOCKS ? left : SKIP_BLOCKS;

        if (fluid_synth_get_active_voice_count(voice->synth) == 0) {
            return;
        }
        fluid_synth_process(voice->synth, (int)(n * BLOCK_FRAMES), 0, NULL, 0, NULL);
        left -= n;
    }
}

void voice_silence(struct voice *voice)
{
    struct stereo unheard[TIMBRE_COUNT];

    fluid_synth_all_sounds_off(voice->synth, -1);
    process(voice, unheard); /* what is cut off is let go of with the next block */
    memset(voice->held, 0, sizeof voice->held);
    memset(voice->next_lane, 0, sizeof voice->next_lane);
}

uint32_t voice_count(const struct voice *voice)
{
    return (uint32_t)fluid_synth_get_active_voice_count(voice->synth);
}

uint64_t voice_stolen(const struct voice *voice)
{
    return voice->stolen;
}
