#include "synthd/info_json.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_font(cJSON *fonts, const struct synth_info *info)
{
    const struct soundfont_info *const about = &info->about;
    cJSON *const font = cJSON_CreateObject();
    char attribution[2 * SOUNDFONT_TEXT_BYTES + 4];
    const char *const between =
        about->maker[0] != '\0' && about->copyright[0] != '\0' ? "; " : "";

    snprintf(attribution, sizeof attribution, "%s%s%s", about->maker, between,
             about->copyright);
    cJSON_AddStringToObject(font, "path", info->font);
    cJSON_AddStringToObject(font, "name", about->name);
    cJSON_AddStringToObject(font, "licence", about->comment);
    cJSON_AddStringToObject(font, "attribution", attribution);
    cJSON_AddItemToArray(fonts, font);
}

void info_to_json(const struct synth_info *info, char *text, size_t size)
{
    cJSON *const object = cJSON_CreateObject();

    cJSON_AddStringToObject(object, "version", info->version);
    cJSON_AddNumberToObject(object, "pid", info->pid);
    cJSON_AddStringToObject(object, "fluidsynth", info->fluidsynth);
    cJSON *const fonts = cJSON_AddArrayToObject(object, "soundfonts");

    if (info->font != NULL) {
        add_font(fonts, info);
    }
    cJSON *const degraded = cJSON_AddArrayToObject(object, "degraded");

    if (info->degraded != NULL) {
        cJSON_AddItemToArray(degraded, cJSON_CreateString(info->degraded));
    }
    char *const printed = cJSON_PrintUnformatted(object);

    if (printed != NULL && strlen(printed) < size) {
        memcpy(text, printed, strlen(printed) + 1);
    } else {
        snprintf(text, size, "{}");
    }
    cJSON_free(printed);
    cJSON_Delete(object);
}
