#include "synthd/voice.h"

#include "synthd/voice_band.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    SKIP_BLOCKS = 32,    /* at a time: stays in the cache */
    VOICES_PER_NOTE = 4, /* the most that the timbres take */
    MIDI_GLIDE_TIME = 5,
    MIDI_GLIDE_TIME_FINE = 37,
    MIDI_GLIDE_FROM = 84,
    GLIDE_MIN_MS = 5,
    GLIDE_LONGEST = 7, /* semitones */
};

/* FluidSynth logs for the whole process; what matters is told by results. */
static void be_quiet(void)
{
    static atomic_flag quiet = ATOMIC_FLAG_INIT;

    if (!atomic_flag_test_and_set(&quiet)) {
        for (int level = FLUID_PANIC; level < LAST_LOG_LEVEL; level++) {
            fluid_set_log_function(level, NULL, NULL);
        }
    }
}

struct voice *voice_create(const struct voice_options *options)
{
    struct voice *const voice = calloc(1, sizeof *voice);

    if (voice == NULL) {
        return NULL;
    }
    be_quiet();
    voice->polyphony = options->polyphony;
    memcpy(voice->timbres, options->timbres, sizeof voice->timbres);
    for (int band = 0; band < TIMBRE_BANDS; band++) {
        if (band_load(voice, band, options) != 0) {
            voice_destroy(voice);
            return NULL;
        }
    }
    return voice;
}

void voice_destroy(struct voice *voice)
{
    if (voice == NULL) {
        return;
    }
    for (int band = 0; band < TIMBRE_BANDS; band++) {
        delete_fluid_synth(voice->bands[band].synth); /* both accept NULL */
        delete_fluid_settings(voice->bands[band].settings);
    }
    free(voice);
}

int voice_font(const struct voice *voice, enum timbre_id timbre)
{
    return voice->fonts[timbre];
}

bool voice_font_failed(const struct voice *voice, enum timbre_font font)
{
    return voice->failed[font];
}

const char *voice_library_version(void)
{
    return fluid_version_str();
}

static struct band_note *find_held(struct band *band, uint32_t id)
{
    for (int i = 0; i < BAND_NOTES; i++) {
        if (band->held[i].used && band->held[i].id == id) {
            return &band->held[i];
        }
    }
    return NULL;
}

static bool lane_is_free(const struct band *band, int channel, int key)
{
    for (int i = 0; i < BAND_NOTES; i++) {
        const struct band_note *const held = &band->held[i];

        if (held->used && held->channel == channel && held->key == key) {
            return false;
        }
    }
    return true;
}

/* The lane for a pitch: the one used longest ago of those where it is not held, nor the one
 * that it glides from, which FluidSynth would end there. */
static int choose_lane(struct voice *voice, enum timbre_id timbre, int side, int key,
                       int from_key)
{
    struct band *const band = &voice->bands[timbre_specs[timbre].band];
    uint8_t *const next = &band->next_lane[timbre][key];

    for (int tries = 0; tries < BAND_LANES; tries++) {
        const int lane = *next;
        const int channel = band_channel(band, voice->places[timbre], side, lane);

        *next = (uint8_t)((*next + 1) % BAND_LANES);
        if (lane_is_free(band, channel, key) && lane_is_free(band, channel, from_key)) {
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

/* The next note of the channel begins at another pitch and glides to its own. FluidSynth keeps
 * nothing of that beyond the note. */
static void prepare_glide(fluid_synth_t *synth, int channel, int from_key, int ms)
{
    fluid_synth_cc(synth, channel, MIDI_GLIDE_TIME, ms / 128);
    fluid_synth_cc(synth, channel, MIDI_GLIDE_TIME_FINE, ms % 128);
    fluid_synth_cc(synth, channel, MIDI_GLIDE_FROM, from_key);
}

/* A fifth takes as long as the timbre says, a semitone GLIDE_MIN_MS. */
static int glide_ms(const struct timbre *timbre, int interval)
{
    const double share = fmin((abs(interval) - 1) / (GLIDE_LONGEST - 1.0), 1);

    return (int)lround(GLIDE_MIN_MS + share * (timbre->glide_ms - GLIDE_MIN_MS));
}

static bool glides(const struct timbre *timbre, const struct timeline_event *event)
{
    return event->glide_from != TIMELINE_NO_GLIDE && timbre->key < 0 &&
           timbre->glide_ms >= GLIDE_MIN_MS;
}

static void begin_note(struct voice *voice, const struct timeline_event *event)
{
    const enum timbre_id timbre = (enum timbre_id)event->timbre;
    struct band *const band = &voice->bands[timbre_specs[timbre].band];
    const struct timbre *const t = &voice->timbres[timbre];
    const int key = t->key >= 0 ? t->key : event->midi;
    const int from_key = glides(t, event) ? event->glide_from : key;
    const int side = event->midi & 1;
    const int lane = choose_lane(voice, timbre, side, key, from_key);
    const int channel = band_channel(band, voice->places[timbre], side, lane);
    struct band_note *slot = NULL;

    for (int i = 0; i < BAND_NOTES && slot == NULL; i++) {
        slot = band->held[i].used ? NULL : &band->held[i];
    }
    if (slot == NULL) {
        band->stolen++;
        return;
    }
    if (fluid_synth_get_active_voice_count(band->synth) + VOICES_PER_NOTE > voice->polyphony) {
        band->stolen++;
    }
    *slot = (struct band_note){true, event->id, (uint8_t)channel, (uint8_t)key};
    if (from_key != key) {
        prepare_glide(band->synth, channel, from_key, glide_ms(t, key - from_key));
    }
    fluid_synth_noteon(band->synth, channel, key, softened(event->velocity));
}

bool voice_event(struct voice *voice, const struct timeline_event *event)
{
    if (event->on) {
        begin_note(voice, event);
        return true;
    }
    struct band *const band = &voice->bands[timbre_specs[event->timbre].band];
    struct band_note *const held = find_held(band, event->id);

    if (held == NULL) {
        return false;
    }
    fluid_synth_noteoff(band->synth, held->channel, held->key);
    held->used = false;
    return true;
}

int voice_open_steps(double openness)
{
    return (int)lround(openness * BAND_OPEN_STEPS);
}

void voice_open(struct voice *voice, int band, int open_steps)
{
    struct band *const b = &voice->bands[band];

    if (open_steps == b->open_steps) {
        return;
    }
    b->open_steps = open_steps;
    for (int i = 0; i < b->n_timbres; i++) {
        band_set_filter(voice, (enum timbre_id)b->timbres[i]);
    }
}

/* FluidSynth adds to what is there. */
static void process(struct band *band, uint32_t n_blocks, const struct stem stems[TIMBRE_COUNT])
{
    float *out[2 * TIMBRE_COUNT];
    float **next = out;

    for (int i = 0; i < band->n_timbres; i++) {
        *next++ = stems[band->timbres[i]].left;
        *next++ = stems[band->timbres[i]].right;
    }
    fluid_synth_process(band->synth, (int)(n_blocks * BLOCK_FRAMES), 0, NULL,
                        2 * band->n_timbres, out);
}

bool voice_blocks(struct voice *voice, int band, uint32_t n_blocks,
                  const struct stem stems[TIMBRE_COUNT])
{
    struct band *const b = &voice->bands[band];

    /* skipped blocks change nothing: an idle synth has no state that moves */
    if (fluid_synth_get_active_voice_count(b->synth) == 0) {
        return false;
    }
    process(b, n_blocks, stems);
    return true;
}

void voice_skip(struct voice *voice, int band, uint32_t n_blocks)
{
    fluid_synth_t *const synth = voice->bands[band].synth;

    for (uint32_t left = n_blocks; left > 0;) {
        const uint32_t n = left < SKIP_BLOCKS ? left : SKIP_BLOCKS;

        if (fluid_synth_get_active_voice_count(synth) == 0) {
            return;
        }
        fluid_synth_process(synth, (int)(n * BLOCK_FRAMES), 0, NULL, 0, NULL);
        left -= n;
    }
}

void voice_silence(struct voice *voice)
{
    for (int i = 0; i < TIMBRE_BANDS; i++) {
        struct band *const band = &voice->bands[i];

        fluid_synth_all_sounds_off(band->synth, -1);
        /* what is cut off is let go of with the next block */
        fluid_synth_process(band->synth, BLOCK_FRAMES, 0, NULL, 0, NULL);
        memset(band->held, 0, sizeof band->held);
        memset(band->next_lane, 0, sizeof band->next_lane);
    }
}

uint32_t voice_count(const struct voice *voice)
{
    int n = 0;

    for (int band = 0; band < TIMBRE_BANDS; band++) {
        n += fluid_synth_get_active_voice_count(voice->bands[band].synth);
    }
    return (uint32_t)n;
}

uint64_t voice_stolen(const struct voice *voice)
{
    uint64_t n = 0;

    for (int band = 0; band < TIMBRE_BANDS; band++) {
        n += voice->bands[band].stolen;
    }
    return n;
}
