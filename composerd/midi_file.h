/*
 * midi_file - phrases as a standard MIDI file, format 1: a track with tempi, keys and chord
 * names, then one for each role.
 *
 * Phrases are laid down in the order in which they were published; each owns the timeline from
 * its start_frame on, as phrase.h says. Ticks follow the bars, so that a notation program shows
 * them where they were written.
 *
 * Unit:    frames in; MIDI_TICKS_PER_QUARTER ticks a quarter note out.
 * Memory:  init/finish; grows with what is added. The bytes of midi_file_make() are the
 *          caller's to free().
 * Threads: one.
 * Errors:  0, or -ENOMEM; a file that failed holds what was added before.
 */
#ifndef AURALIS_MIDI_FILE_H
#define AURALIS_MIDI_FILE_H

#include "common/phrase.h"

#include <stddef.h>
#include <stdint.h>

enum { MIDI_TICKS_PER_QUARTER = 480 };

struct midi_bar {
    uint64_t frame;
    int32_t key, mode;
};

struct midi_mark {
    uint64_t frame;
    char name[16]; /* of a chord */
};

struct midi_file {
    uint32_t rate_hz;
    uint64_t end_frame;
    struct note *notes; /* [n_notes] by frame */
    struct midi_bar *bars;
    struct midi_mark *marks;
    size_t n_notes, n_bars, n_marks;
    size_t max_notes, max_bars, max_marks;
};

void midi_file_init(struct midi_file *file, uint32_t rate_hz);
void midi_file_finish(struct midi_file *file);
int midi_file_add(struct midi_file *file, const struct phrase *phrase);
/* The whole file as bytes. */
int midi_file_make(const struct midi_file *file, uint8_t **bytes, size_t *n_bytes);

#endif
