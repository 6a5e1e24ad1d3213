#include "synthd/kit.h"

#include "common/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static void degrade(struct kit *kit, const char *format,
                                                          ...)
{
    struct synth_info *const info = &kit->info;
    va_list arguments;

    if (info->n_degraded < INFO_DEGRADED_MAX) {
        va_start(arguments, format);
        vsnprintf(info->degraded[info->n_degraded++], INFO_SENTENCE_BYTES, format, arguments);
        va_end(arguments);
    }
}

static bool is_wanted(const struct kit *kit, enum timbre_font font)
{
    for (int i = 0; i < TIMBRE_COUNT; i++) {
        if (kit->timbres[i].font == (int32_t)font) {
            return true;
        }
    }
    return false;
}

static void look_at_font(struct kit *kit, enum timbre_font font)
{
    const struct font *const f = &kit->info.fonts.fonts[font];
    const bool failed = voice_font_failed(kit->voice, font);

    if (is_wanted(kit, font) && (!f->usable || failed)) {
        degrade(kit, "soundfont %.120s cannot be used: %s", f->path,
                failed ? "FluidSynth cannot load it" : f->reason.text);
    }
}

static const char *font_name(const struct kit *kit, int font)
{
    return font >= 0 ? kit->info.fonts.fonts[font].path : "silence";
}

/* A font that is there and lacks what a timbre wants of it. */
static void look_at_timbre(struct kit *kit, enum timbre_id timbre)
{
    const struct timbre *const t = &kit->timbres[timbre];
    const bool texture = t->font == TIMBRE_FONT_texture;
    const int plays = voice_font(kit->voice, timbre);

    if (plays != t->font && kit->info.fonts.fonts[t->font].usable &&
        !voice_font_failed(kit->voice, (enum timbre_font)t->font)) {
        degrade(kit, "timbre %s: %.100s has no program %d of bank %d, playing %.60s",
                timbre_specs[timbre].name, font_name(kit, t->font),
                texture ? t->texture_program : t->program, texture ? 0 : t->bank,
                font_name(kit, plays));
    }
}

/* Without a piano font of its own it is the General MIDI one. */
static void settle_piano(struct kit *kit)
{
    const struct font *const fonts = kit->info.fonts.fonts;

    if (strcmp(fonts[TIMBRE_FONT_piano].path, fonts[TIMBRE_FONT_gm].path) != 0) {
        return;
    }
    for (int i = 0; i < TIMBRE_COUNT; i++) {
        if (kit->timbres[i].font == TIMBRE_FONT_piano) {
            kit->timbres[i].font = TIMBRE_FONT_gm;
        }
    }
}

static void describe(struct kit *kit)
{
    for (int font = 0; font < TIMBRE_FONT_COUNT; font++) {
        look_at_font(kit, (enum timbre_font)font);
    }
    for (int timbre = 0; timbre < TIMBRE_COUNT; timbre++) {
        const int font = voice_font(kit->voice, (enum timbre_id)timbre);

        look_at_timbre(kit, (enum timbre_id)timbre);
        if (font >= 0) {
            kit->info.plays[font] = true;
        }
    }
}

int kit_open(struct kit *kit, const struct kit_options *options)
{
    struct voice_options voice = {.rate_hz = options->rate_hz,
                                  .gain = options->gain,
                                  .polyphony = options->polyphony,
                                  .timbres = kit->timbres};

    memset(kit, 0, sizeof *kit);
    kit->rate_hz = options->rate_hz;
    memcpy(kit->timbres, options->timbres, sizeof kit->timbres);
    fonts_open(&kit->info.fonts, &options->fonts);
    settle_piano(kit);
    for (int font = 0; font < TIMBRE_FONT_COUNT; font++) {
        const struct font *const f = &kit->info.fonts.fonts[font];

        voice.fonts[font] = f->usable ? f->path : NULL;
    }
    kit->voice = voice_create(&voice);
    if (kit->voice == NULL) {
        return -ENOMEM;
    }
    kit->info.version = AURALIS_VERSION;
    kit->info.fluidsynth = voice_library_version();
    kit->info.pid = options->pid;
    describe(kit);
    return 0;
}

bool kit_plays(const struct kit *kit)
{
    bool plays = false;

    for (int i = 0; i < TIMBRE_FONT_COUNT; i++) {
        plays = plays || kit->info.plays[i];
    }
    return plays;
}

void kit_warn(const struct kit *kit)
{
    for (int i = 0; i < kit->info.n_degraded; i++) {
        log_event(LOG_EVENT_font_degraded, NULL, "%s", kit->info.degraded[i]);
    }
    if (!kit_plays(kit)) {
        log_event(LOG_EVENT_font_degraded, NULL,
                  "there is no soundfont to play from, playing silence");
    }
}

void kit_log(const struct kit *kit)
{
    kit_warn(kit);
    for (int i = 0; i < TIMBRE_FONT_COUNT; i++) {
        const struct font *const font = &kit->info.fonts.fonts[i];

        if (kit->info.plays[i]) {
            log_debug("soundfont loaded path=%s name=\"%s\" licence=\"%s\"", font->path,
                      font->about.name, font->about.comment);
        }
    }
}

const char *kit_worse(const struct kit *kit, const struct synth_info *before)
{
    for (int i = 0; i < kit->info.n_degraded; i++) {
        bool known = false;

        for (int k = 0; k < before->n_degraded; k++) {
            known = known || strcmp(kit->info.degraded[i], before->degraded[k]) == 0;
        }
        if (!known) {
            return kit->info.degraded[i];
        }
    }
    return NULL;
}

struct voice *kit_take_voice(struct kit *kit)
{
    struct voice *const voice = kit->voice;

    kit->voice = NULL;
    return voice;
}

void kit_finish(struct kit *kit)
{
    voice_destroy(kit->voice);
    kit->voice = NULL;
}
