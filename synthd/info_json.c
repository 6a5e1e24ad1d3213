#include "synthd/info_json.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Texts are cut to this, then to ever less, until all fits. */
static const size_t lengths[] = {SOUNDFONT_TEXT_BYTES, 120, 60, 30, 0};

static void add_text(cJSON *object, const char *name, const char *text, size_t most_bytes)
{
    char cut[2 * SOUNDFONT_TEXT_BYTES + 8];
    const bool long_text = strlen(text) > most_bytes;

    snprintf(cut, sizeof cut, "%.*s%s", (int)most_bytes, text, long_text ? "..." : "");
    cJSON_AddStringToObject(object, name, cut);
}

static cJSON *font_json(const struct font *font, size_t most_bytes)
{
    const struct soundfont_info *const about = &font->about;
    cJSON *const object = cJSON_CreateObject();
    char attribution[2 * SOUNDFONT_TEXT_BYTES + 4];
    const char *const between =
        about->maker[0] != '\0' && about->copyright[0] != '\0' ? "; " : "";

    snprintf(attribution, sizeof attribution, "%s%s%s", about->maker, between,
             about->copyright);
    cJSON_AddStringToObject(object, "path", font->path);
    add_text(object, "name", about->name, most_bytes);
    add_text(object, "licence", about->comment, most_bytes);
    add_text(object, "attribution", attribution, most_bytes);
    return object;
}

static char *print(const struct synth_info *info, size_t most_bytes)
{
    cJSON *const object = cJSON_CreateObject();

    cJSON_AddStringToObject(object, "version", info->version);
    cJSON_AddNumberToObject(object, "pid", info->pid);
    cJSON_AddStringToObject(object, "fluidsynth", info->fluidsynth);
    cJSON *const fonts = cJSON_AddArrayToObject(object, "soundfonts");

    for (int i = 0; i < TIMBRE_FONT_COUNT; i++) {
        if (info->plays[i]) {
            cJSON_AddItemToArray(fonts, font_json(&info->fonts.fonts[i], most_bytes));
        }
    }
    cJSON *const degraded = cJSON_AddArrayToObject(object, "degraded");

    for (int i = 0; i < info->n_degraded; i++) {
        cJSON_AddItemToArray(degraded, cJSON_CreateString(info->degraded[i]));
    }
    char *const printed = cJSON_PrintUnformatted(object);

    cJSON_Delete(object);
    return printed;
}

void info_to_json(const struct synth_info *info, char *text, size_t size)
{
    snprintf(text, size, "{}");
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char *const printed = print(info, lengths[i]);
        const bool fits = printed != NULL && strlen(printed) < size;

        if (fits) {
            memcpy(text, printed, strlen(printed) + 1);
        }
        cJSON_free(printed);
        if (fits) {
            return;
        }
    }
}
