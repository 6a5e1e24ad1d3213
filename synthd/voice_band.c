#include "synthd/voice_band.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum {
    MIDI_PAN = 10,
    MIDI_PAN_MIDDLE = 64,
    CHANNELS_STEP = 16, /* FluidSynth has them by the port of MIDI */
};

int band_channel(const struct band *band, int place, int side, int lane)
{
    return place + band->n_timbres * (side * BAND_LANES + lane);
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

static void set_up_channel(fluid_synth_t *synth, const struct timbre *timbre, int side,
                           int channel)
{
    const int direction = timbre->pan < 0 ? -1 : 2 * side - 1;
    const int pan = MIDI_PAN_MIDDLE + direction * (int)(fabs(timbre->pan) * 63 / 100);

    fluid_synth_cc(synth, channel, MIDI_PAN, pan);
    fluid_synth_set_gen(synth, channel, GEN_VOLENVATTACK, (float)timecents(timbre->attack));
    fluid_synth_set_gen(synth, channel, GEN_VOLENVRELEASE, (float)timecents(timbre->release));
    fluid_synth_set_interp_method(synth, channel,
                                  method_of((enum timbre_between)timbre->between));
}

void band_set_filter(struct voice *voice, enum timbre_id timbre)
{
    struct band *const band = &voice->bands[timbre_specs[timbre].band];
    const struct timbre *const t = &voice->timbres[timbre];
    const double cents = t->filter_cents + t->bright_cents * band->open_steps / BAND_OPEN_STEPS;

    for (int side = 0; side < BAND_SIDES; side++) {
        for (int lane = 0; lane < BAND_LANES; lane++) {
            fluid_synth_set_gen(band->synth,
                                band_channel(band, voice->places[timbre], side, lane),
                                GEN_FILTERFC, (float)cents);
        }
    }
}

/* What a timbre may play: a program of a font. */
struct choice {
    enum timbre_font font;
    int bank, program;
};

/* FluidSynth's number of a font in a band; 0 when there is none. */
static int load_font(struct voice *voice, struct band *band, enum timbre_font font,
                     const struct voice_options *options)
{
    if (band->sfonts[font] == 0 && options->fonts[font] != NULL && !voice->failed[font]) {
        const int sfont = fluid_synth_sfload(band->synth, options->fonts[font], 0);

        voice->failed[font] = sfont == FLUID_FAILED;
        band->sfonts[font] = sfont == FLUID_FAILED ? 0 : sfont;
    }
    return band->sfonts[font];
}

/* Keeps the samples of the timbre's program in memory and puts it on its channels. */
static bool take(struct voice *voice, enum timbre_id timbre, const struct choice *choice,
                 const struct voice_options *options)
{
    struct band *const band = &voice->bands[timbre_specs[timbre].band];
    const int sfont = load_font(voice, band, choice->font, options);

    if (sfont == 0 ||
        fluid_synth_pin_preset(band->synth, sfont, choice->bank, choice->program) != FLUID_OK) {
        return false;
    }
    for (int side = 0; side < BAND_SIDES; side++) {
        for (int lane = 0; lane < BAND_LANES; lane++) {
            const int channel = band_channel(band, voice->places[timbre], side, lane);

            fluid_synth_set_channel_type(band->synth, channel, CHANNEL_TYPE_MELODIC);
            fluid_synth_program_select(band->synth, channel, sfont, choice->bank,
                                       choice->program);
            set_up_channel(band->synth, &voice->timbres[timbre], side, channel);
        }
    }
    band_set_filter(voice, timbre);
    return true;
}

static void choose(struct voice *voice, enum timbre_id timbre,
                   const struct voice_options *options)
{
    const struct timbre *const t = &voice->timbres[timbre];
    const struct choice texture = {TIMBRE_FONT_texture, 0, t->texture_program};
    const struct choice wanted = {(enum timbre_font)t->font, t->bank, t->program};
    const struct choice gm = {TIMBRE_FONT_gm, t->bank, t->program};
    const struct choice choices[] = {t->font == TIMBRE_FONT_texture ? texture : wanted, texture,
                                     gm};

    voice->fonts[timbre] = -1;
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        if (take(voice, timbre, &choices[i], options)) {
            voice->fonts[timbre] = (int8_t)choices[i].font;
            return;
        }
    }
}

static fluid_settings_t *make_settings(const struct band *band,
                                       const struct voice_options *options)
{
    const int channels = band->n_timbres * BAND_CHANNELS_A_TIMBRE + CHANNELS_STEP - 1;
    fluid_settings_t *const s = new_fluid_settings();

    if (s != NULL) {
        fluid_settings_setnum(s, "synth.sample-rate", options->rate_hz);
        fluid_settings_setnum(s, "synth.gain", options->gain);
        fluid_settings_setint(s, "synth.polyphony", options->polyphony);
        fluid_settings_setint(s, "synth.midi-channels", channels - channels % CHANNELS_STEP);
        fluid_settings_setint(s, "synth.audio-groups", band->n_timbres);
        fluid_settings_setint(s, "synth.audio-channels", band->n_timbres);
        fluid_settings_setint(s, "synth.cpu-cores", 1);
        fluid_settings_setint(s, "synth.threadsafe-api", 0);
        fluid_settings_setint(s, "synth.lock-memory", 0);
        fluid_settings_setint(s, "synth.dynamic-sample-loading", 1);
        fluid_settings_setint(s, "synth.reverb.active", 0);
        fluid_settings_setint(s, "synth.chorus.active", 0);
    }
    return s;
}

int band_load(struct voice *voice, int band, const struct voice_options *options)
{
    struct band *const b = &voice->bands[band];

    for (int timbre = 0; timbre < TIMBRE_COUNT; timbre++) {
        if (timbre_specs[timbre].band == band) {
            voice->places[timbre] = (uint8_t)b->n_timbres;
            b->timbres[b->n_timbres++] = (uint8_t)timbre;
        }
    }
    b->settings = make_settings(b, options);
    b->synth = b->settings != NULL ? new_fluid_synth(b->settings) : NULL;
    if (b->synth == NULL) {
        return -ENOMEM;
    }
    for (int i = 0; i < b->n_timbres; i++) {
        choose(voice, (enum timbre_id)b->timbres[i], options);
    }
    return 0;
}
