#include "composerd/midi_file.h"

#include "composerd/midi_track.h"
#include "composerd/theory.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
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
    CONTROL_CHANGE = 0xb0,
    PROGRAM_CHANGE = 0xc0,
    CONTROL_VOLUME = 7,
    CONTROL_PAN = 10,
    PAN_MIDDLE = 64,
    USUAL_VOLUME = 100,
    OFF_VELOCITY = 64,
    DRUM_CHANNEL = 9,
    TITLE_SIZE = 56,
};

#define MICROS_PER_SECOND UINT64_C(1000000)

_Static_assert((int)ROLE_COUNT <= (int)DRUM_CHANNEL, "roles have channels before the drums'");

static const enum param_id mixes[ROLE_COUNT] = {
#define ROLE(name, mix, ...) [ROLE_##name] = PARAM_##mix,
#include "common/roles.def"
#undef ROLE
};

void midi_file_init(struct midi_file *file, const struct params *params,
                    const struct timbre timbres[TIMBRE_COUNT], uint32_t rate_hz)
{
    memset(file, 0, sizeof *file);
    memcpy(file->timbres, timbres, sizeof file->timbres);
    file->params = *params;
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

/* The first note that may still sound at a frame. */
static size_t first_near(const struct midi_file *file, uint64_t frame)
{
    const uint64_t longest = (uint64_t)NOTE_MAX_SECONDS * file->rate_hz;
    size_t i = file->n_notes;

    while (i > 0 && file->notes[i - 1].note.frame + longest >= frame) {
        i--;
    }
    return i;
}

/* Takes away what earlier phrases hold from this one's start on, ends that they moved too. */
static void cancel_from(struct midi_file *file, const struct phrase *phrase)
{
    const uint64_t first_bar = phrase->n_bars > 0 ? phrase->bar_frames[0] : phrase->start_frame;

    while (file->n_notes > 0 &&
           file->notes[file->n_notes - 1].note.frame >= phrase->start_frame) {
        file->n_notes--;
    }
    while (file->n_marks > 0 && file->marks[file->n_marks - 1].frame >= phrase->start_frame) {
        file->n_marks--;
    }
    while (file->n_bars > 0 && file->bars[file->n_bars - 1].frame >= first_bar) {
        file->n_bars--;
    }
    for (size_t i = first_near(file, phrase->start_frame); i < file->n_notes; i++) {
        struct midi_note *const held = &file->notes[i];

        if (held->end >= phrase->start_frame) {
            held->end = held->note.frame + held->note.frames;
        }
    }
}

/* Notes so named that were sounding when the phrase began end here, if not before. */
static void apply_end(struct midi_file *file, const struct phrase *phrase,
                      const struct note_end *end)
{
    for (size_t i = first_near(file, phrase->start_frame); i < file->n_notes; i++) {
        struct midi_note *const held = &file->notes[i];

        if (held->note.role == end->role && held->note.midi == end->midi &&
            held->note.frame < end->frame && held->end > end->frame) {
            held->end = end->frame;
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
        const struct note *const note = &phrase->notes[i];

        file->notes[file->n_notes++] = (struct midi_note){*note, note->frame + note->frames};
    }
    for (uint32_t i = 0; i < phrase->n_bars; i++) {
        file->bars[file->n_bars++] = (struct midi_bar){phrase->bar_frames[i], phrase->key,
                                                       phrase->mode, phrase->section};
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

    const uint64_t frames = bar_frames(file, bar);

    return bar * TICKS_PER_BAR + (into * TICKS_PER_BAR + frames / 2) / frames;
}

/* The tempo map under way: quarters have whole microseconds, bars have not. */
struct tempo_map {
    uint64_t frames;  /* of the bar before */
    uint64_t quarter; /* microseconds */
    int64_t drift;    /* by which it is late, in 1 / rate_hz microseconds */
};

/* The next bar's quarter note, rounded the other way where the map has drifted too far. */
static uint64_t next_quarter(const struct tempo_map *map, uint64_t frames, uint32_t rate_hz)
{
    const int64_t limit = (int64_t)MIDI_MAX_DRIFT_MICROS * rate_hz;
    const uint64_t divisor = (uint64_t)QUARTERS_PER_BAR * rate_hz;
    const uint64_t dividend = frames * MICROS_PER_SECOND;

    if (map->drift > limit) {
        return dividend / divisor;
    }
    if (map->drift < -limit) {
        return (dividend + divisor - 1) / divisor;
    }
    return frames == map->frames ? map->quarter : (dividend + divisor / 2) / divisor;
}

static void add_tempo(const struct midi_file *file, struct midi_track *track, size_t bar,
                      struct tempo_map *map)
{
    const uint64_t frames = bar_frames(file, bar);
    const uint64_t quarter = next_quarter(map, frames, file->rate_hz);

    if (quarter != map->quarter) {
        const uint8_t data[] = {(uint8_t)(quarter >> 16), (uint8_t)(quarter >> 8),
                                (uint8_t)quarter};

        midi_track_meta(track, bar * TICKS_PER_BAR, META_TEMPO, data, sizeof data);
    }
    map->drift += (int64_t)(quarter * QUARTERS_PER_BAR * file->rate_hz) -
                  (int64_t)(frames * MICROS_PER_SECOND);
    map->frames = frames;
    map->quarter = quarter;
}

static void add_key(const struct midi_file *file, struct midi_track *track, size_t bar)
{
    const struct midi_bar *const at = &file->bars[bar];
    const uint8_t data[] = {(uint8_t)(int8_t)theory_sharps(at->key, at->mode),
                            mode_specs[at->mode].minor ? 1 : 0};

    midi_track_meta(track, bar * TICKS_PER_BAR, META_KEY_SIGNATURE, data, sizeof data);
}

static void add_section(const struct midi_file *file, struct midi_track *track, size_t bar)
{
    char name[24];
    const int length =
        snprintf(name, sizeof name, "Section %" PRIu64, (uint64_t)file->bars[bar].section + 1);

    midi_track_meta(track, bar * TICKS_PER_BAR, META_MARKER, name, (size_t)length);
}

static void add_bars(const struct midi_file *file, struct midi_track *track)
{
    struct tempo_map map = {0};

    for (size_t i = 0; i < file->n_bars; i++) {
        const struct midi_bar *const bar = &file->bars[i];

        add_tempo(file, track, i, &map);
        if (i == 0 || bar->key != bar[-1].key || bar->mode != bar[-1].mode) {
            add_key(file, track, i);
        }
        if (i == 0 || bar->section != bar[-1].section) {
            add_section(file, track, i);
        }
    }
}

static void add_title(const struct midi_file *file, struct midi_track *track)
{
    const struct params *const params = &file->params;
    char title[TITLE_SIZE];
    const int length = snprintf(title, sizeof title, "Auralis: %s %s, seed %" PRIu64,
                                key_name(params->key), mode_name(params->mode), params->seed);

    midi_track_meta(track, 0, META_TRACK_NAME, title, (size_t)length);
}

static void write_conductor(const struct midi_file *file, struct midi_bytes *bytes)
{
    static const uint8_t four_four[] = {4, 2, 24, 8};
    struct midi_track track = {0};

    add_title(file, &track);
    midi_track_meta(&track, 0, META_TIME_SIGNATURE, four_four, sizeof four_four);
    add_bars(file, &track);
    for (size_t i = 0; i < file->n_marks; i++) {
        midi_track_meta(&track, tick_of(file, file->marks[i].frame), META_MARKER,
                        file->marks[i].name, strlen(file->marks[i].name));
    }
    midi_track_write(&track, tick_of(file, file->end_frame), bytes);
    midi_track_finish(&track);
}

/* Where a note ends: one of its pitch that begins before that takes its place. */
static uint64_t end_of(const struct midi_file *file, size_t i)
{
    const struct midi_note *const held = &file->notes[i];

    for (size_t k = i + 1; k < file->n_notes && file->notes[k].note.frame < held->end; k++) {
        const struct note *const next = &file->notes[k].note;

        if (next->role == held->note.role && next->midi == held->note.midi) {
            return next->frame;
        }
    }
    return held->end;
}

static void add_note(const struct midi_file *file, struct midi_track *track, size_t i)
{
    const struct note *const note = &file->notes[i].note;
    const uint64_t on = tick_of(file, note->frame);
    const uint64_t off = tick_of(file, end_of(file, i));
    const uint8_t begin[] = {(uint8_t)(NOTE_ON | note->role), note->midi, note->velocity};
    const uint8_t end[] = {(uint8_t)(NOTE_OFF | note->role), note->midi, OFF_VELOCITY};

    if (off > on) {
        midi_track_message(track, on, MIDI_ON, begin, sizeof begin);
        midi_track_message(track, off, MIDI_OFF, end, sizeof end);
    }
}

static void add_control(struct midi_track *track, int role, uint8_t control, long value)
{
    const uint8_t data[] = {(uint8_t)(CONTROL_CHANGE | role), control, (uint8_t)value};

    midi_track_message(track, 0, MIDI_META, data, sizeof data);
}

/* Program, level and place. A channel has one pan: notes that go both ways stay in the middle.
 * Both here and in the synth the mix is squared to be a gain. */
static void add_set_up(const struct midi_file *file, struct midi_track *track, int role)
{
    const struct timbre *const timbre = &file->timbres[timbre_of_role((enum role)role)];
    const uint8_t program[] = {(uint8_t)(PROGRAM_CHANGE | role), (uint8_t)timbre->program};
    const double mix = params_real(&file->params, mixes[role]);
    const double usual = param_specs[mixes[role]].initial;

    midi_track_message(track, 0, MIDI_META, program, sizeof program);
    add_control(track, role, CONTROL_VOLUME, lround(USUAL_VOLUME * mix / usual));
    add_control(track, role, CONTROL_PAN, PAN_MIDDLE + lround(fmin(timbre->pan, 0) * 63 / 100));
}

static void write_role(const struct midi_file *file, struct midi_bytes *bytes, int role)
{
    struct midi_track track = {0};

    midi_track_meta(&track, 0, META_TRACK_NAME, role_names[role], strlen(role_names[role]));
    add_set_up(file, &track, role);
    for (size_t i = 0; i < file->n_notes; i++) {
        if (file->notes[i].note.role == role) {
            add_note(file, &track, i);
        }
    }
    midi_track_write(&track, tick_of(file, file->end_frame), bytes);
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
