#include "synthd/fonts.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const installed = "/usr/share/sounds/sf2/*.sf2";

static void add(struct fonts *fonts, const char *path)
{
    for (int i = 0; i < fonts->n; i++) {
        if (strcmp(fonts->paths[i], path) == 0) {
            return;
        }
    }
    if (fonts->n < FONTS_MAX && strlen(path) < FONT_PATH_BYTES) {
        memcpy(fonts->texts[fonts->n], path, strlen(path) + 1);
        fonts->paths[fonts->n] = fonts->texts[fonts->n];
        fonts->n++;
    }
}

void fonts_find(struct fonts *fonts, const char *asked_for)
{
    glob_t found;

    memset(fonts, 0, sizeof *fonts);
    add(fonts, asked_for);
    if (glob(installed, 0, NULL, &found) == 0) { /* sorted by name */
        for (size_t i = 0; i < found.gl_pathc; i++) {
            add(fonts, found.gl_pathv[i]);
        }
        globfree(&found);
    }
}

int fonts_info(const char *path, struct soundfont_info *info)
{
    uint8_t *const head = malloc(SOUNDFONT_HEAD_BYTES);
    FILE *const file = fopen(path, "rbe");
    int rc = head == NULL ? -ENOMEM : file == NULL ? -errno : 0;

    if (rc == 0) {
        rc = soundfont_info_read(head, fread(head, 1, SOUNDFONT_HEAD_BYTES, file), info);
    }
    if (file != NULL) {
        fclose(file);
    }
    free(head);
    return rc;
}
