/* stems - blocks of a test's own as the stems of the timbres. */
#ifndef AURALIS_TESTS_STEMS_H
#define AURALIS_TESTS_STEMS_H

#include "synthd/voice.h"

#include <string.h>

static inline void stems_of(struct stereo blocks[TIMBRE_COUNT], struct stem stems[TIMBRE_COUNT])
{
    for (int i = 0; i < TIMBRE_COUNT; i++) {
        stems[i] = (struct stem){blocks[i].left, blocks[i].right};
    }
}

/* A band's next block in place of what is there. */
static inline bool play_band(struct voice *voice, int band, struct stereo blocks[TIMBRE_COUNT])
{
    struct stem stems[TIMBRE_COUNT];

    for (int i = 0; i < TIMBRE_COUNT; i++) {
        if (timbre_specs[i].band == band) {
            memset(&blocks[i], 0, sizeof blocks[i]);
        }
    }
    stems_of(blocks, stems);
    return voice_blocks(voice, band, 1, stems);
}

#endif
