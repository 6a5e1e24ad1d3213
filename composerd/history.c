#include "composerd/history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Forgets the older half at once, so that not every addition moves everything: all but its last
 * params event, which is still valid for what follows. */
static void forget_half(struct history *history)
{
    const size_t half = HISTORY_EVENTS / 2;
    size_t kept = 0;
    size_t n = 0;

    for (size_t i = 0; i < half; i++) {
        if (history->events[i].type == EVENT_PARAMS) {
            kept = i + 1;
        }
    }
    for (size_t i = 0; i < half; i++) {
        if (i + 1 == kept) {
            history->events[n++] = history->events[i];
        } else {
            free(history->events[i].json);
        }
    }
    memmove(history->events + n, history->events + half,
            (history->n - half) * sizeof history->events[0]);
    history->n += n;
    history->n -= half;
}

int history_add(struct history *history, enum event_type type, uint64_t frame, const char *json)
{
    char *const copy = strdup(json);

    if (copy == NULL) {
        return -ENOMEM;
    }
    if (history->n == HISTORY_EVENTS) {
        forget_half(history);
    }
    history->events[history->n++] =
        (struct history_event){.type = type, .frame = frame, .json = copy};
    return 0;
}

/* The index of the params event that is valid at a frame: the last that is effective by
 * then, or the first of all. */
static size_t valid_params(const struct history *history, uint64_t from_frame)
{
    size_t valid = history->n;

    for (size_t i = 0; i < history->n; i++) {
        if (history->events[i].type == EVENT_PARAMS &&
            (valid == history->n || history->events[i].frame <= from_frame)) {
            valid = i;
        }
    }
    return valid;
}

size_t history_select(const struct history *history, uint64_t from_frame, const char **list)
{
    const size_t valid = valid_params(history, from_frame);
    size_t n = 0;

    for (size_t i = 0; i < history->n; i++) {
        const struct history_event *const event = &history->events[i];
        const bool wanted =
            event->type == EVENT_PARAMS ? i >= valid : event->frame > from_frame;

        if (wanted) {
            list[n++] = event->json;
        }
    }
    return n;
}

const char *history_last_params(const struct history *history)
{
    for (size_t i = history->n; i > 0; i--) {
        if (history->events[i - 1].type == EVENT_PARAMS) {
            return history->events[i - 1].json;
        }
    }
    return NULL;
}

void history_finish(struct history *history)
{
    for (size_t i = 0; i < history->n; i++) {
        free(history->events[i].json);
    }
    history->n = 0;
}

uint64_t phrase_matters_until(const struct phrase *phrase)
{
    uint64_t until = phrase->start_frame + phrase->frames;

    for (uint32_t i = 0; i < phrase->n_notes; i++) {
        const uint64_t end = phrase->notes[i].frame + phrase->notes[i].frames;

        until = end > until ? end : until;
    }
    return until;
}
