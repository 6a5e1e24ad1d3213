/*
 * kit - what the station plays with: timbres, their fonts, the voice that was loaded from them,
 * and what is to be said about it.
 *
 * Memory:  the caller's struct; the voice is the caller's to take and destroy, kit_finish()
 *          destroys one that nobody took. kit_finish() accepts a zeroed kit.
 * Threads: one at a time; reads files, and takes as long as that takes.
 * Errors:  0, or -ENOMEM. What cannot be used is replaced and said in info.
 */
#ifndef AURALIS_KIT_H
#define AURALIS_KIT_H

#include "synthd/fonts.h"
#include "synthd/info_json.h"
#include "synthd/voice.h"

struct kit_options {
    uint32_t rate_hz;
    double gain;
    int32_t polyphony;
    struct font_paths fonts;
    const struct timbre *timbres; /* [TIMBRE_COUNT] */
    uint32_t pid;
};

struct kit {
    uint32_t rate_hz;
    struct voice *voice;
    struct timbre timbres[TIMBRE_COUNT]; /* a piano that has no font of its own is gm */
    struct synth_info info;
};

int kit_open(struct kit *kit, const struct kit_options *options);
/* Whether there is a font to play from at all. */
bool kit_plays(const struct kit *kit);
/* Says in the log what is wrong, and what plays. */
void kit_warn(const struct kit *kit);
void kit_log(const struct kit *kit);
/* What is wrong with it that was not before; NULL when there is nothing. */
const char *kit_worse(const struct kit *kit, const struct synth_info *before);
/* Gives the voice away. */
struct voice *kit_take_voice(struct kit *kit);
void kit_finish(struct kit *kit);

#endif
