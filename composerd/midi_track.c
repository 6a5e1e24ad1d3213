#include "composerd/midi_track.h"

#include <stdlib.h>
#include <string.h>

enum {
    META = 0xff,
    META_TEXT = 0x01,
    META_END_OF_TRACK = 0x2f,
    MAX_DELTA = 0x0fffffff, /* ticks: the format has 4 bytes for them, of 7 bits each */
    FIRST_BYTES = 4096,
    FIRST_EVENTS = 256
};

void midi_bytes_put(struct midi_bytes *bytes, const void *data, size_t size)
{
    if (bytes->failed) {
        return;
    }
    if (bytes->max - bytes->size < size) {
        const size_t max = 2 * bytes->max + size + FIRST_BYTES;
        uint8_t *const grown = realloc(bytes->data, max);

        if (grown == NULL) {
            bytes->failed = true;
            return;
        }
        bytes->data = grown;
        bytes->max = max;
    }
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

void midi_bytes_put_number(struct midi_bytes *bytes, uint32_t value, int n_bytes)
{
    for (int shift = 8 * (n_bytes - 1); shift >= 0; shift -= 8) {
        const uint8_t byte = (uint8_t)(value >> shift & 0xff);

        midi_bytes_put(bytes, &byte, 1);
    }
}

/* Seven bits a byte, the high bit set on all but the last. */
static void put_variable(struct midi_bytes *bytes, uint32_t value)
{
    for (int shift = 21; shift >= 0; shift -= 7) {
        const uint8_t byte = (uint8_t)((value >> shift & 0x7f) | (shift > 0 ? 0x80 : 0));

        if (shift == 0 || value >> shift != 0) {
            midi_bytes_put(bytes, &byte, 1);
        }
    }
}

/* The time from the event before. Where it is too long for one, empty texts come between. */
static void put_delta(struct midi_bytes *bytes, uint64_t ticks)
{
    static const uint8_t nothing[] = {META, META_TEXT, 0};

    for (; ticks > MAX_DELTA; ticks -= MAX_DELTA) {
        put_variable(bytes, MAX_DELTA);
        midi_bytes_put(bytes, nothing, sizeof nothing);
    }
    put_variable(bytes, (uint32_t)ticks);
}

void midi_track_finish(struct midi_track *track)
{
    free(track->events);
    memset(track, 0, sizeof *track);
}

static struct midi_event *append(struct midi_track *track)
{
    if (track->n_events == track->max_events) {
        const size_t max = 2 * track->max_events + FIRST_EVENTS;
        struct midi_event *const grown = realloc(track->events, max * sizeof *grown);

        if (grown == NULL) {
            track->failed = true;
            return NULL;
        }
        track->events = grown;
        track->max_events = max;
    }
    struct midi_event *const event = &track->events[track->n_events];

    memset(event, 0, sizeof *event);
    event->number = (uint32_t)track->n_events++;
    return event;
}

void midi_track_message(struct midi_track *track, uint64_t tick, enum midi_order order,
                        const uint8_t *data, uint8_t size)
{
    struct midi_event *const event = append(track);

    if (event != NULL) {
        event->tick = tick;
        event->order = order;
        event->size = size;
        memcpy(event->data, data, size);
    }
}

void midi_track_meta(struct midi_track *track, uint64_t tick, uint8_t type, const void *data,
                     size_t size)
{
    const size_t room = MIDI_EVENT_MAX_BYTES - 3;
    const uint8_t length = (uint8_t)(size < room ? size : room);
    struct midi_event *const event = append(track);

    if (event != NULL) {
        event->tick = tick;
        event->order = MIDI_META;
        event->size = (uint8_t)(3 + length);
        event->data[0] = META;
        event->data[1] = type;
        event->data[2] = length;
        memcpy(event->data + 3, data, length);
    }
}

static int compare_events(const void *left, const void *right)
{
    const struct midi_event *const a = left;
    const struct midi_event *const b = right;

    if (a->tick != b->tick) {
        return a->tick < b->tick ? -1 : 1;
    }
    if (a->order != b->order) {
        return a->order < b->order ? -1 : 1;
    }
    return a->number < b->number ? -1 : a->number > b->number;
}

void midi_track_write(struct midi_track *track, uint64_t end_tick, struct midi_bytes *bytes)
{
    static const uint8_t end[] = {META, META_END_OF_TRACK, 0};
    struct midi_bytes body = {0};
    uint64_t tick = 0;

    if (track->n_events > 0) {
        qsort(track->events, track->n_events, sizeof track->events[0], compare_events);
    }
    for (size_t i = 0; i < track->n_events; i++) {
        put_delta(&body, track->events[i].tick - tick);
        midi_bytes_put(&body, track->events[i].data, track->events[i].size);
        tick = track->events[i].tick;
    }
    put_delta(&body, end_tick > tick ? end_tick - tick : 0);
    midi_bytes_put(&body, end, sizeof end);
    midi_bytes_put(bytes, "MTrk", 4);
    midi_bytes_put_number(bytes, (uint32_t)body.size, 4);
    midi_bytes_put(bytes, body.data, body.size);
    bytes->failed = bytes->failed || body.failed || track->failed;
    free(body.data);
}
