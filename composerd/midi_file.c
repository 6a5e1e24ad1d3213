#include "composerd/midi_file.h"

#include "common/params.h"
#include "composerd/midi_track.h"
#include "composerd/theory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    QUARTERS_PER_BAR = 4,
    TICKS_PER_BAR = QUARTERS_PER_BAR * MIDI_TICKS_PER_QUARTER,
    FIRST_ITEMS = 256,
    META_TRACK_NAME = 0x03,
    META_MARKER = 0x06,
    META_TEMPO = 0x51,
    META_TIME_SIGNATURE = 0x58,
    META_KEY_SIGNATURE = 0x59,
    NOTE_OFF = 0x80,
    NOTE_ON = 0x90,
    PROGRAM_CHANGE = 0xc0,
    OFF_VELOCITY = 64,
    DRUM_CHANNEL = 9,
};

/* General MIDI, counted from 0, for players that know no better. */
static const struct {
    uint8_t channel, program;
} instruments[ROLE_COUNT] = {
    [ROLE_pad] = {0, 89},   /* warm pad */
    [ROLE_lead] = {1, 11},  /* vibraphone */
    [ROLE_bass] = {2, 39},  /* synth bass */
    [ROLE_bell] = {3, 14},  /* tubular bells */
    [ROLE_swell] = {4, 95}, /* sweep */
    [ROLE_kick] = {DRUM_CHANNEL, 0},
    [ROLE_brush] = {5, 122}, /* seashore */
};

void midi_file_init(struct midi_file *file, uint32_t rate_hz)
{
    memset(file, 0, sizeof *file);
    file->rate_hz = rate_hz;
}

void midi_file_finish(struct midi_file *file)
{
    free(file->notes);
    free(file->bars);
    free(file->marks);
    memset(file, 0, sizeof *file);
}

/* Room for `more` items of `size` bytes; 0 or -ENOMEM. */
static int make_room(void **items, size_t n, size_t *max, size_t more, size_t size)
{
    if (*max - n >= more) {
        return 0;
    }
    const size_t room = 2 * *max + more + FIRST_ITEMS;
    void *const grown = realloc(*items, room * size);

    if (grown == NULL) {
        return -ENOMEM;
    }
    *items = grown;
    *max = room;
    return 0;
}

static int make_all_room(struct midi_file *file, const struct phrase *phrase)
{
    void *notes = file->notes;
    void *bars = file->bars;
    void *marks = file->marks;
    int rc = make_room(&notes, file->n_notes, &file->max_notes, phrase->n_notes,
                       sizeof *file->notes);

    file->notes = notes;
    if (rc == 0) {
        rc =
            make_room(&bars, file->n_bars, &file->max_bars, phrase->n_bars, sizeof *file->bars);
        file->bars = bars;
    }
    if (rc == 0) {
        rc = make_room(&marks, file->n_marks, &file->max_marks, phrase->n_chords,
                       sizeof *file->marks);
        file->marks = marks;
    }
    return rc;
}

/* Takes away what earlier phrases hold from this one's start on. */
static void cancel_from(struct midi_file *file, const struct phrase *phrase)
{
    const uint64_t first_bar = phrase->n_bars > 0 ? phrase->bar_frames[0] : phrase->start_frame;

    while (file->n_notes > 0 && file->notes[file->n_notes - 1].frame >= phrase->start_frame) {
        file->n_notes--;
    }
    while (file->n_marks > 0 && file->marks[file->n_marks - 1].frame >= phrase->start_frame) {
        file->n_marks--;
    }
    while (file->n_bars > 0 && file->bars[file->n_bars - 1].frame >= first_bar) {
        file->n_bars--;
    }
}

/* Notes so named that were sounding when the phrase began now end here. */
static void apply_end(struct midi_file *file, const struct phrase *phrase,
                      const struct note_end *end)
{
    const uint64_t longest = (uint64_t)NOTE_MAX_SECONDS * file->rate_hz;

    for (size_t i = file->n_notes; i > 0; i--) {
        struct note *const note = &file->notes[i - 1];

        if (note->frame + longest < phrase->start_frame) {
            return;
        }
        if (note->role == end->role && note->midi == end->midi && note->frame < end->frame &&
            note->frame + note->frames > phrase->start_frame) {
            note->frames = (uint32_t)(end->frame - note->frame);
        }
    }
}

int midi_file_add(struct midi_file *file, const struct phrase *phrase)
{
    const int rc = make_all_room(file, phrase);

    if (rc < 0) {
        return rc;
    }
    cancel_from(file, phrase);
    for (uint32_t i = 0; i < phrase->n_ends; i++) {
        apply_end(file, phrase, &phrase->ends[i]);
    }
    for (uint32_t i = 0; i < phrase->n_notes; i++) {
        file->notes[file->n_notes++] = phrase->notes[i];
    }
    for (uint32_t i = 0; i < phrase->n_bars; i++) {
        file->bars[file->n_bars++] =
            (struct midi_bar){phrase->bar_frames[i], phrase->key, phrase->mode};
    }
    for (uint32_t i = 0; i < phrase->n_chords; i++) {
        const struct chord *const chord = &phrase->chords[i];

        if (file->n_marks > 0 &&
            strcmp(file->marks[file->n_marks - 1].name, chord->name) == 0) {
            continue; /* one that goes on across the border */
        }
        file->marks[file->n_marks].frame = chord->frame;
        memcpy(file->marks[file->n_marks].name, chord->name, sizeof chord->name);
        file->n_marks++;
    }
    file->end_frame = phrase->start_frame + phrase->frames;
    return 0;
}

static uint64_t bar_frames(const struct midi_file *file, size_t bar)
{
    const uint64_t end = bar + 1 < file->n_bars ? file->bars[bar + 1].frame : file->end_frame;

    return end > file->bars[bar].frame ? end - file->bars[bar].frame : 1;
}

/* The bar that holds a frame: the first for what lies before, the last for what lies after. */
static size_t find_bar(const struct midi_file *file, uint64_t frame)
{
    size_t low = 0;
    size_t high = file->n_bars;

    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;

        if (file->bars[middle].frame <= frame) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static uint64_t tick_of(const struct midi_file *file, uint64_t frame)
{
    if (file->n_bars == 0) {
        return 0;
    }
    const size_t bar = find_bar(file, frame);
    const uint64_t begins = file->bars[bar].frame;
    const uint64_t into = frame > begins ? frame - begins : 0;

    return bar * TICKS_PER_BAR + into * TICKS_PER_BAR / bar_frames(file, bar);
}

static void add_tempo(const struct midi_file *file, struct midi_track *track, size_t bar)
{
    const uint64_t quarter = (uint64_t)QUARTERS_PER_BAR * file->rate_hz;
    const uint64_t micros = (bar_frames(file, bar) * 1000000 + quarter / 2) / quarter;
    const uint8_t data[] = {(uint8_t)(micros >> 16), (uint8_t)(micros >> 8), (uint8_t)micros};

    midi_track_meta(track, bar * TICKS_PER_BAR, META_TEMPO, data, sizeof data);
}

static void add_key(const struct midi_file *file, struct midi_track *track, size_t bar)
{
    const struct midi_bar *const at = &file->bars[bar];
    const int32_t sharps = theory_fifths(0, theory_parent(at->key, at->mode));
    const uint8_t data[] = {(uint8_t)(int8_t)sharps, mode_specs[at->mode].minor ? 1 : 0};

    midi_track_meta(track, bar * TICKS_PER_BAR, META_KEY_SIGNATURE, data, sizeof data);
}

static void write_conductor(const struct midi_file *file, struct midi_bytes *bytes)
{
    static const char name[] = "Auralis";
    static const uint8_t four_four[] = {4, 2, 24, 8};
    struct midi_track track = {0};

    midi_track_meta(&track, 0, META_TRACK_NAME, name, sizeof name - 1);
    midi_track_meta(&track, 0, META_TIME_SIGNATURE, four_four, sizeof four_four);
    for (size_t i = 0; i < file->n_bars; i++) {
        const struct midi_bar *const bar = &file->bars[i];

        if (i == 0 || bar_frames(file, i) != bar_frames(file, i - 1)) {
            add_tempo(file, &track, i);
        }
        if (i == 0 || bar->key != bar[-1].key || bar->mode != bar[-1].mode) {
            add_key(file, &track, i);
        }
    }
    for (size_t i = 0; i < file->n_marks; i++) {
        midi_track_meta(&track, tick_of(file, file->marks[i].frame), META_MARKER,
                        file->marks[i].name, strlen(file->marks[i].name));
    }
    midi_track_write(&track, bytes);
    midi_track_finish(&track);
}

/* Where a note ends: one of its pitch that begins earlier than that takes its place. */
static uint64_t end_of(const struct midi_file *file, size_t i)
{
    const struct note *const note = &file->notes[i];
    const uint64_t end = note->frame + note->frames;

    for (size_t k = i + 1; k < file->n_notes && file->notes[k].frame < end; k++) {
        if (file->notes[k].role == note->role && file->notes[k].midi == note->midi) {
            return file->notes[k].frame;
        }
    }
    return end;
}

static void add_note(const struct midi_file *file, struct midi_track *track, size_t i)
{
    const struct note *const note = &file->notes[i];
    const uint8_t channel = instruments[note->role].channel;
    const uint64_t on = tick_of(file, note->frame);
    const uint64_t off = tick_of(file, end_of(file, i));
    const uint8_t begin[] = {(uint8_t)(NOTE_ON | channel), note->midi, note->velocity};
    const uint8_t end[] = {(uint8_t)(NOTE_OFF | channel), note->midi, OFF_VELOCITY};

    if (off > on) {
        midi_track_message(track, on, MIDI_ON, begin, sizeof begin);
        midi_track_message(track, off, MIDI_OFF, end, sizeof end);
    }
}

static void write_role(const struct midi_file *file, struct midi_bytes *bytes, int role)
{
    const uint8_t program[] = {(uint8_t)(PROGRAM_CHANGE | instruments[role].channel),
                               instruments[role].program};
    struct midi_track track = {0};

    midi_track_meta(&track, 0, META_TRACK_NAME, role_names[role], strlen(role_names[role]));
    midi_track_message(&track, 0, MIDI_META, program, sizeof program);
    for (size_t i = 0; i < file->n_notes; i++) {
        if (file->notes[i].role == role) {
            add_note(file, &track, i);
        }
    }
    midi_track_write(&track, bytes);
    midi_track_finish(&track);
}

int midi_file_make(const struct midi_file *file, uint8_t **bytes, size_t *n_bytes)
{
    struct midi_bytes made = {0};

    midi_bytes_put(&made, "MThd", 4);
    midi_bytes_put_number(&made, 6, 4);
    midi_bytes_put_number(&made, 1, 2);
    midi_bytes_put_number(&made, 1 + ROLE_COUNT, 2);
    midi_bytes_put_number(&made, MIDI_TICKS_PER_QUARTER, 2);
    write_conductor(file, &made);
    for (int role = 0; role < ROLE_COUNT; role++) {
        write_role(file, &made, role);
    }
    if (made.failed) {
        free(made.data);
        return -ENOMEM;
    }
    *bytes = made.data;
    *n_bytes = made.size;
    return 0;
}
