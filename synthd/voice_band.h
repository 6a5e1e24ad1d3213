/*
 * voice_band - a FluidSynth with some of the timbres, shared by the files of voice.
 *
 * Threads: as voice.h.
 */
#ifndef AURALIS_VOICE_BAND_H
#define AURALIS_VOICE_BAND_H

#include "synthd/voice.h"

#include <fluidsynth.h>

enum {
    BAND_SIDES = 2,
    BAND_LANES = 4,   /* a pitch may overlap itself this often */
    BAND_NOTES = 256, /* held at once */
    BAND_CHANNELS_A_TIMBRE = BAND_SIDES * BAND_LANES,
    BAND_OPEN_STEPS = 512, /* a low-pass moves by whole ones: some 4 cents, and 1.5 ms apart */
};

struct band_note {
    bool used;
    uint32_t id;
    uint8_t channel, key;
};

struct band {
    fluid_settings_t *settings;
    fluid_synth_t *synth;
    int n_timbres;
    uint8_t timbres[TIMBRE_COUNT]; /* [n_timbres]; its place here is its stem in FluidSynth */
    int sfonts[TIMBRE_FONT_COUNT]; /* FluidSynth's numbers; 0: not loaded */
    int open_steps;                /* as the low-passes stand */
    uint64_t stolen;
    struct band_note held[BAND_NOTES];
    uint8_t next_lane[TIMBRE_COUNT][128];
};

struct voice {
    int32_t polyphony;
    struct timbre timbres[TIMBRE_COUNT];
    uint8_t places[TIMBRE_COUNT]; /* in its band */
    int8_t fonts[TIMBRE_COUNT];   /* from which each plays */
    bool failed[TIMBRE_FONT_COUNT];
    struct band bands[TIMBRE_BANDS];
};

/* Channels of one timbre share an audio group, which is its stem. */
int band_channel(const struct band *band, int place, int side, int lane);
/* The low-passes of a timbre's channels, as open as the band is. */
void band_set_filter(struct voice *voice, enum timbre_id timbre);
/* Makes a band's FluidSynth and loads what its timbres play: 0 or -ENOMEM. */
int band_load(struct voice *voice, int band, const struct voice_options *options);

#endif
