/*
 * midi_track - the events of one track of a MIDI file, in any order in, by time out as bytes.
 *
 * Unit:    ticks.
 * Memory:  init/finish; the events and bytes are the track's.
 * Threads: one.
 * Errors:  remembered: midi_bytes.failed is set when memory ran out.
 */
#ifndef AURALIS_MIDI_TRACK_H
#define AURALIS_MIDI_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct midi_bytes {
    uint8_t *data; /* [size] */
    size_t size, max;
    bool failed;
};

void midi_bytes_put(struct midi_bytes *bytes, const void *data, size_t size);
void midi_bytes_put_number(struct midi_bytes *bytes, uint32_t value,
                           int n_bytes); /* big-endian */

/* What comes first at the same tick. */
enum midi_order { MIDI_META, MIDI_OFF, MIDI_ON };

enum { MIDI_EVENT_MAX_BYTES = 64 };

struct midi_event {
    uint64_t tick;
    enum midi_order order;
    uint32_t number; /* keeps events apart that are otherwise equal */
    uint8_t size, data[MIDI_EVENT_MAX_BYTES];
};

struct midi_track {
    struct midi_event *events;
    size_t n_events, max_events;
    bool failed;
};

void midi_track_finish(struct midi_track *track);
/* A channel message; `size` is 2 or 3. */
void midi_track_message(struct midi_track *track, uint64_t tick, enum midi_order order,
                        const uint8_t *data, uint8_t size);
/* A meta event of at most MIDI_EVENT_MAX_BYTES - 3 bytes; more is cut off. */
void midi_track_meta(struct midi_track *track, uint64_t tick, uint8_t type, const void *data,
                     size_t size);
/* Appends the track as a chunk of a file. It ends at end_tick, or with a later event. */
void midi_track_write(struct midi_track *track, uint64_t end_tick, struct midi_bytes *bytes);

#endif
