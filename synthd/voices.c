#include "synthd/voices.h"

#include <string.h>

void voices_set(struct voices *voices, struct voice *voice)
{
    memset(voices, 0, sizeof *voices);
    voices->all[0] = voice;
    voices->n = voice != NULL;
}

bool voices_have_room(const struct voices *voices)
{
    return voices->n < VOICES_MAX;
}

void voices_change(struct voices *voices, struct voice *voice)
{
    for (int i = voices->n++; i > 0; i--) {
        voices->all[i] = voices->all[i - 1];
    }
    voices->all[0] = voice;
}

static struct voice *remove_at(struct voices *voices, int i)
{
    struct voice *const voice = voices->all[i];

    voices->stolen_before += voice_stolen(voice);
    voices->n--;
    for (; i < voices->n; i++) {
        voices->all[i] = voices->all[i + 1];
    }
    return voice;
}

struct voice *voices_retire(struct voices *voices)
{
    for (int i = 1; i < voices->n; i++) {
        if (voice_count(voices->all[i]) == 0) {
            return remove_at(voices, i);
        }
    }
    return NULL;
}

struct voice *voices_take(struct voices *voices)
{
    return voices->n > 0 ? remove_at(voices, 0) : NULL;
}

void voices_event(struct voices *voices, const struct timeline_event *event)
{
    for (int i = 0; i < voices->n; i++) {
        if (voice_event(voices->all[i], event)) {
            return;
        }
    }
}

void voices_open(struct voices *voices, int band, int open_steps)
{
    for (int i = 0; i < voices->n; i++) {
        voice_open(voices->all[i], band, open_steps);
    }
}

bool voices_blocks(struct voices *voices, int band, uint32_t n_blocks,
                   const struct stem stems[TIMBRE_COUNT])
{
    bool sounding = false;

    for (int i = 0; i < voices->n; i++) {
        sounding |= voice_blocks(voices->all[i], band, n_blocks, stems);
    }
    return sounding;
}

void voices_skip(struct voices *voices, int band, uint32_t n_blocks)
{
    for (int i = 0; i < voices->n; i++) {
        voice_skip(voices->all[i], band, n_blocks);
    }
}

void voices_silence(struct voices *voices)
{
    for (int i = 0; i < voices->n; i++) {
        voice_silence(voices->all[i]);
    }
}

uint32_t voices_count(const struct voices *voices)
{
    uint32_t n = 0;

    for (int i = 0; i < voices->n; i++) {
        n += voice_count(voices->all[i]);
    }
    return n;
}

uint64_t voices_stolen(const struct voices *voices)
{
    uint64_t n = voices->stolen_before;

    for (int i = 0; i < voices->n; i++) {
        n += voice_stolen(voices->all[i]);
    }
    return n;
}
