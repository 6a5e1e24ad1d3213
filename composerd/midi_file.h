/*
 * midi_file - phrases as a standard MIDI file, format 1: a track with the title, tempi, keys,
 * and sections and chord names as markers, then one for each role, on a channel of its own.
 *
 * Phrases are laid down in the order in which they were published; each owns the timeline from
 * its start_frame on, as phrase.h says. Ticks follow the bars, so that a notation program shows
 * notes where they were written: each within half a tick of its frame, and bar lines within
 * MIDI_MAX_DRIFT_MICROS, for which the tempo may change by a microsecond a quarter.
 *
 * A channel sounds a pitch once: a note ends where its role strikes the same pitch again,
 * however long it was to sound. A note that would then last no tick is left out.
 *
 * A role has the General MIDI program of its timbre, its level in the mix (100, the usual, at
 * the default) and its pan; none is on channel 10, whose programs are drum kits. All tracks end
 * with the last phrase, or with a note that outlasts it.
 *
 * Unit:    frames in; MIDI_TICKS_PER_QUARTER ticks a quarter note out.
 * Memory:  init/finish; grows with what is added. The bytes of midi_file_make() are the
 *          caller's to free().
 * Threads: one.
 * Errors:  0, or -ENOMEM; a file that failed holds what was added before.
 */
#ifndef AURALIS_MIDI_FILE_H
#define AURALIS_MIDI_FILE_H

#include "common/params.h"
#include "common/phrase.h"
#include "common/timbres.h"

#include <stddef.h>
#include <stdint.h>

enum { MIDI_TICKS_PER_QUARTER = 960, MIDI_MAX_DRIFT_MICROS = 250 };

struct midi_note {
    struct note note; /* as written */
    uint64_t end;     /* frame; moved by ends[] */
};

struct midi_bar {
    uint64_t frame;
    int32_t key, mode;
    uint32_t section;
};

struct midi_mark {
    uint64_t frame;
    char name[16]; /* of a chord */
};

struct midi_file {
    struct params params; /* with which the piece begins */
    struct timbre timbres[TIMBRE_COUNT];
    uint32_t rate_hz;
    uint64_t end_frame;
    struct midi_note *notes; /* [n_notes] by frame */
    struct midi_bar *bars;
    struct midi_mark *marks;
    size_t n_notes, n_bars, n_marks;
    size_t max_notes, max_bars, max_marks;
};

void midi_file_init(struct midi_file *file, const struct params *params,
                    const struct timbre timbres[TIMBRE_COUNT], uint32_t rate_hz);
void midi_file_finish(struct midi_file *file);
int midi_file_add(struct midi_file *file, const struct phrase *phrase);
/* The whole file as bytes. */
int midi_file_make(const struct midi_file *file, uint8_t **bytes, size_t *n_bytes);

#endif
