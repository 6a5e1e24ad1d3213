#include "common/params.h"
#include "composerd/compose.h"
#include "composerd/midi_file.h"
#include "tests/check.h"
#include "tests/unit/piece.h"

#include <stdlib.h>
#include <string.h>

enum { RATE = 44100, MAX_MARKS = 64 };
#define BAR      (INT64_C(4) * MIDI_TICKS_PER_QUARTER)

#define SLOW_BAR UINT64_C(176448) /* frames, at 60 BPM or so */
#define FAST_BAR UINT64_C(88192)  /* at 120 */

/* What a reader of the format finds in a file. */
struct found {
    int tracks, ons, offs, tempi, keys, marks;
    int sounding;          /* notes that were begun and not ended */
    int stolen;            /* begun again before they were ended */
    uint32_t first_on[16]; /* tick of the first note of each channel */
    uint32_t tempo[64];    /* microseconds a quarter */
    uint32_t tempo_tick[64];
    int key_fifths[16], key_minor[16];
    int program[16], volume[16], pan[16]; /* of each channel; -1: none */
    char title[64];
    char mark[MAX_MARKS][24];
    uint32_t mark_tick[MAX_MARKS];
    uint32_t end_tick[1 + ROLE_COUNT]; /* of each track */
};

static struct timbre timbres[TIMBRE_COUNT];

struct reader {
    const uint8_t *at, *end;
};

static uint32_t take(struct reader *reader, int n_bytes)
{
    uint32_t value = 0;

    for (int i = 0; i < n_bytes; i++) {
        CHECK(reader->at < reader->end);
        value = value << 8 | *reader->at++;
    }
    return value;
}

static uint32_t take_variable(struct reader *reader)
{
    uint32_t value = 0;
    uint32_t byte;

    do {
        byte = take(reader, 1);
        value = value << 7 | (byte & 0x7f);
    } while (byte & 0x80);
    return value;
}

static void take_meta(struct reader *reader, uint32_t tick, struct found *found)
{
    const uint32_t type = take(reader, 1);
    const uint32_t length = take_variable(reader);
    const uint8_t *const data = reader->at;

    take(reader, (int)length);
    switch (type) {
    case 0x51:
        CHECK_INT(length, 3);
        found->tempo_tick[found->tempi % 64] = tick;
        found->tempo[found->tempi++ % 64] =
            (uint32_t)data[0] << 16 | (uint32_t)data[1] << 8 | data[2];
        break;
    case 0x59:
        CHECK_INT(length, 2);
        found->key_fifths[found->keys % 16] = (data[0] ^ 0x80) - 0x80; /* it is signed */
        found->key_minor[found->keys++ % 16] = data[1];
        break;
    case 0x03:
        if (found->tracks == 0) {
            CHECK(length < sizeof found->title);
            memcpy(found->title, data, length);
        }
        break;
    case 0x06:
        CHECK(length > 0 && length < 24);
        memcpy(found->mark[found->marks % MAX_MARKS], data, length);
        found->mark[found->marks % MAX_MARKS][length] = '\0';
        found->mark_tick[found->marks++ % MAX_MARKS] = tick;
        break;
    default:
        break;
    }
}

/* What a channel is set to; true if the message was one of these. */
static bool take_set_up(struct reader *reader, uint32_t status, struct found *found)
{
    const uint32_t channel = status & 0x0f;

    if ((status & 0xf0) == 0xc0) {
        found->program[channel] = (int)take(reader, 1);
        return true;
    }
    if ((status & 0xf0) == 0xb0) {
        const uint32_t control = take(reader, 1);
        const int value = (int)take(reader, 1);

        CHECK(control == 7 || control == 10);
        CHECK(value < 128);
        (control == 7 ? found->volume : found->pan)[channel] = value;
        return true;
    }
    return false;
}

static void take_note(struct reader *reader, uint32_t status, uint32_t tick,
                      struct found *found, int on[128])
{
    const uint32_t key = take(reader, 1);
    const uint32_t velocity = take(reader, 1);

    CHECK(key < 128);
    CHECK(velocity > 0 && velocity < 128);
    if ((status & 0xf0) == 0x90) {
        uint32_t *const first = &found->first_on[status & 0x0f];

        *first = *first == 0 ? tick : *first;
        found->stolen += on[key];
        found->ons++;
        on[key] = 1;
    } else {
        CHECK_INT(status & 0xf0, 0x80);
        CHECK_INT(on[key], 1);
        found->offs++;
        on[key] = 0;
    }
}

static void take_track(struct reader *reader, struct found *found)
{
    int on[128] = {0};
    uint32_t tick = 0;

    CHECK(memcmp(reader->at, "MTrk", 4) == 0);
    take(reader, 4);
    const uint32_t size = take(reader, 4);
    const uint8_t *const end = reader->at + size;

    CHECK(end <= reader->end);
    for (bool ended = false; !ended;) {
        tick += take_variable(reader);
        const uint32_t status = take(reader, 1);

        ended = status == 0xff && *reader->at == 0x2f;
        if (status == 0xff) {
            take_meta(reader, tick, found);
        } else {
            CHECK(status >= 0x80 && status < 0xf0);
            if (!take_set_up(reader, status, found)) {
                take_note(reader, status, tick, found, on);
            }
        }
    }
    CHECK(found->tracks <= ROLE_COUNT);
    found->end_tick[found->tracks] = tick;
    CHECK(reader->at == end);
    for (int key = 0; key < 128; key++) {
        found->sounding += on[key];
    }
    found->tracks++;
}

static void read_file(const struct midi_file *file, struct found *found)
{
    uint8_t *bytes = NULL;
    size_t size = 0;

    memset(found, 0, sizeof *found);
    for (int channel = 0; channel < 16; channel++) {
        found->program[channel] = found->volume[channel] = found->pan[channel] = -1;
    }
    CHECK_INT(midi_file_make(file, &bytes, &size), 0);
    struct reader reader = {bytes, bytes + size};

    CHECK(memcmp(bytes, "MThd", 4) == 0);
    reader.at += 4;
    CHECK_INT(take(&reader, 4), 6);
    CHECK_INT(take(&reader, 2), 1);
    const uint32_t tracks = take(&reader, 2);

    CHECK_INT(take(&reader, 2), MIDI_TICKS_PER_QUARTER);
    while (reader.at < reader.end) {
        take_track(&reader, found);
    }
    CHECK_INT(found->tracks, tracks);
    free(bytes);
}

static struct composition composition;

/* A file of a piece with the default parameters. */
static void begin_file(struct midi_file *file)
{
    struct params params;

    params_init(&params);
    midi_file_init(file, &params, timbres, RATE);
}

static struct params some_params(void)
{
    struct params params;

    params_init(&params);
    params.seed = 1;
    params.intensity = 1;
    params.bpm = 60;
    return params;
}

static void test_a_composed_hour_is_a_whole_file_with_every_note_ended(void **state)
{
    struct params params = some_params();
    struct composer composer;
    struct midi_file file;
    struct found found;
    int notes = 0;

    (void)state;
    composer_init(&composer, &params, RATE);
    midi_file_init(&file, &params, timbres, RATE);
    for (uint64_t n = 0; composer.frame < UINT64_C(3600) * RATE; n++) {
        compose_phrase(&composer, &params, 8, n, &composition);
        CHECK_INT(midi_file_add(&file, &composition.phrase), 0);
        notes += (int)composition.phrase.n_notes;
    }
    read_file(&file, &found);
    CHECK_INT(found.tracks, 1 + ROLE_COUNT);
    CHECK_INT(found.ons, notes);
    CHECK_INT(found.offs, notes);
    CHECK_INT(found.sounding, 0);
    CHECK_INT(found.stolen, 0);
    CHECK_INT(found.keys, 1);
    CHECK_INT(found.key_fifths[0], 0); /* A aeolian */
    CHECK_INT(found.key_minor[0], 1);
    CHECK_TEXT(found.title, "Auralis: A aeolian, seed 1");
    midi_file_finish(&file);
}

/* A phrase of n_bars whole bars of `bar_frames`, with nothing in it. */
static struct phrase *plain_phrase(uint64_t start_frame, uint32_t n_bars, uint64_t bar_frames)
{
    struct phrase *const phrase = &composition.phrase;

    memset(phrase, 0, sizeof *phrase);
    phrase->start_frame = start_frame;
    phrase->frames = n_bars * bar_frames;
    phrase->n_bars = n_bars;
    for (uint32_t i = 0; i < n_bars; i++) {
        phrase->bar_frames[i] = start_frame + i * bar_frames;
        phrase->bar_bpm[i] = 60;
    }
    return phrase;
}

static void add_note(struct phrase *phrase, uint64_t frame, uint32_t frames, uint8_t midi)
{
    phrase->notes[phrase->n_notes++] = (struct note){
        .frame = frame, .frames = frames, .midi = midi, .velocity = 60, .role = ROLE_lead};
}

static void add_chord(struct phrase *phrase, uint64_t frame, const char *name)
{
    struct chord *const chord = &phrase->chords[phrase->n_chords++];

    chord->frame = frame;
    memcpy(chord->name, name, strlen(name) + 1);
}

static void test_ticks_follow_the_bars_through_changes_of_tempo(void **state)
{
    struct midi_file file;
    struct found found;
    struct phrase *phrase = plain_phrase(0, 2, SLOW_BAR);

    (void)state;
    begin_file(&file);
    CHECK_INT(midi_file_add(&file, phrase), 0);
    phrase = plain_phrase(2 * SLOW_BAR, 2, FAST_BAR);
    add_chord(phrase, 2 * SLOW_BAR, "Dm9");
    add_chord(phrase, 2 * SLOW_BAR + FAST_BAR, "Gsus2");
    add_note(phrase, 2 * SLOW_BAR + FAST_BAR + FAST_BAR / 2, 44096, 64);
    CHECK_INT(midi_file_add(&file, phrase), 0);
    read_file(&file, &found);
    CHECK_INT(found.tempi, 2);
    CHECK_NEAR(found.tempo[0], 1000272, 1); /* SLOW_BAR */
    CHECK_NEAR(found.tempo[1], 499955, 1);
    CHECK_INT(found.tempo_tick[1], 2 * BAR);
    CHECK_INT(found.marks, 3); /* the first is the section's */
    CHECK_TEXT(found.mark[2], "Gsus2");
    CHECK_INT(found.mark_tick[1], 2 * BAR);
    CHECK_INT(found.mark_tick[2], 3 * BAR);
    CHECK_INT(found.first_on[1], 3 * BAR + BAR / 2);
    midi_file_finish(&file);
}

static void test_a_phrase_takes_the_place_of_what_it_cancels(void **state)
{
    struct midi_file file;
    struct found found;
    struct phrase *phrase = plain_phrase(0, 4, SLOW_BAR);

    (void)state;
    add_chord(phrase, 0, "Am9");
    add_chord(phrase, 2 * SLOW_BAR, "Dm9");
    add_note(phrase, SLOW_BAR / 4, 400000, 60);
    add_note(phrase, 3 * SLOW_BAR, 64000, 62); /* is never played */
    begin_file(&file);
    CHECK_INT(midi_file_add(&file, phrase), 0);
    phrase = plain_phrase(2 * SLOW_BAR, 4, SLOW_BAR);
    phrase->key = 2;
    add_chord(phrase, 2 * SLOW_BAR, "Em7");
    add_note(phrase, 2 * SLOW_BAR, 64000, 64);
    phrase->ends[phrase->n_ends++] =
        (struct note_end){.frame = 2 * SLOW_BAR, .role = ROLE_lead, .midi = 60};
    CHECK_INT(midi_file_add(&file, phrase), 0);
    read_file(&file, &found);
    CHECK_INT(found.ons, 2);
    CHECK_INT(found.marks, 3); /* the first is the section's */
    CHECK_TEXT(found.mark[2], "Em7");
    CHECK_INT(found.keys, 2);
    CHECK_INT(found.key_fifths[1], 2); /* D ionian */
    CHECK_U64(file.notes[0].end, 2 * SLOW_BAR);
    midi_file_finish(&file);
}

static void test_a_note_struck_again_ends_the_one_before(void **state)
{
    struct midi_file file;
    struct found found;
    struct phrase *const phrase = plain_phrase(0, 4, SLOW_BAR);

    (void)state;
    add_note(phrase, 64, 200000, 60);
    add_note(phrase, 100032, 200000, 60);
    add_note(phrase, 100032, 100032, 67);
    begin_file(&file);
    CHECK_INT(midi_file_add(&file, phrase), 0);
    read_file(&file, &found);
    CHECK_INT(found.ons, 3);
    CHECK_INT(found.stolen, 0);
    CHECK_INT(found.sounding, 0);
    midi_file_finish(&file);
}

static void test_an_end_is_moved_back_when_the_phrase_that_moved_it_is_cancelled(void **state)
{
    struct midi_file file;
    struct phrase *phrase = plain_phrase(0, 2, SLOW_BAR);

    (void)state;
    add_note(phrase, 64, 640000, 60);
    begin_file(&file);
    CHECK_INT(midi_file_add(&file, phrase), 0);
    phrase = plain_phrase(2 * SLOW_BAR, 2, SLOW_BAR);
    phrase->ends[phrase->n_ends++] =
        (struct note_end){.frame = 3 * SLOW_BAR, .role = ROLE_lead, .midi = 60};
    CHECK_INT(midi_file_add(&file, phrase), 0);
    CHECK_U64(file.notes[0].end, 3 * SLOW_BAR);
    CHECK_INT(midi_file_add(&file, plain_phrase(2 * SLOW_BAR, 2, SLOW_BAR)), 0);
    CHECK_U64(file.notes[0].end, 640064);
    midi_file_finish(&file);
}

static void test_bar_lines_do_not_drift_over_hours(void **state)
{
    enum { PHRASES = 1000, BARS = 8 };
    struct midi_file file;
    struct found found;
    double micros = 0;

    (void)state;
    begin_file(&file);
    for (uint64_t n = 0; n < PHRASES; n++) {
        const struct phrase *const phrase = plain_phrase(n * BARS * FAST_BAR, BARS, FAST_BAR);

        CHECK_INT(midi_file_add(&file, phrase), 0);
    }
    read_file(&file, &found);
    CHECK(found.tempi > 1 && found.tempi < 64);
    found.tempo_tick[found.tempi] = PHRASES * BARS * BAR;
    for (int i = 0; i < found.tempi; i++) {
        const uint64_t tick = found.tempo_tick[i + 1];

        micros +=
            (double)(tick - found.tempo_tick[i]) / MIDI_TICKS_PER_QUARTER * found.tempo[i];
        CHECK_NEAR(micros, (double)tick / BAR * FAST_BAR * 1e6 / RATE,
                   MIDI_MAX_DRIFT_MICROS + 4);
    }
    midi_file_finish(&file);
}

static void test_sections_are_marked_where_they_begin(void **state)
{
    struct midi_file file;
    struct found found;

    (void)state;
    begin_file(&file);
    for (uint32_t n = 0; n < 4; n++) {
        struct phrase *const phrase = plain_phrase(n * 2 * SLOW_BAR, 2, SLOW_BAR);

        phrase->section = n / 2;
        add_chord(phrase, phrase->start_frame, "Am9");
        CHECK_INT(midi_file_add(&file, phrase), 0);
    }
    read_file(&file, &found);
    CHECK_INT(found.marks, 3);
    CHECK_TEXT(found.mark[0], "Section 1");
    CHECK_TEXT(found.mark[1], "Am9");
    CHECK_TEXT(found.mark[2], "Section 2");
    CHECK_INT(found.mark_tick[2], 4 * BAR);
    for (int i = 0; i < found.tracks; i++) {
        CHECK_INT(found.end_tick[i], 8 * BAR);
    }
    midi_file_finish(&file);
}

static void test_each_role_has_its_program_level_and_place(void **state)
{
    struct params params = some_params();
    struct midi_file file;
    struct found found;

    (void)state;
    params.mix_pad = 1;
    params.mix_bass = 0;
    midi_file_init(&file, &params, timbres, RATE);
    read_file(&file, &found);
    for (int role = 0; role < ROLE_COUNT; role++) {
        CHECK(found.program[role] >= 0);
        CHECK_INT(found.volume[role], role == ROLE_pad ? 125 : role == ROLE_bass ? 0 : 100);
        CHECK_INT(found.pan[role], role == ROLE_lead ? 59 : 64);
    }
    CHECK_INT(found.program[ROLE_pad], 89);
    CHECK_INT(found.program[ROLE_brush], 122);
    CHECK_INT(found.program[9], -1);
    midi_file_finish(&file);
}

static void test_the_longest_title_is_whole(void **state)
{
    struct params params = some_params();
    struct midi_file file;
    struct found found;

    (void)state;
    params.key = 10;
    params.mode = MODE_mixolydian;
    params.seed = UINT64_MAX;
    midi_file_init(&file, &params, timbres, RATE);
    read_file(&file, &found);
    CHECK_TEXT(found.title, "Auralis: Bb mixolydian, seed 18446744073709551615");
    midi_file_finish(&file);
}

static void test_nothing_added_is_a_file_without_notes(void **state)
{
    struct midi_file file;
    struct found found;

    (void)state;
    begin_file(&file);
    read_file(&file, &found);
    CHECK_INT(found.tracks, 1 + ROLE_COUNT);
    CHECK_INT(found.ons + found.tempi + found.marks, 0);
    midi_file_finish(&file);
    midi_file_finish(&file); /* takes a zeroed one */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_composed_hour_is_a_whole_file_with_every_note_ended),
        cmocka_unit_test(test_ticks_follow_the_bars_through_changes_of_tempo),
        cmocka_unit_test(test_a_phrase_takes_the_place_of_what_it_cancels),
        cmocka_unit_test(test_a_note_struck_again_ends_the_one_before),
        cmocka_unit_test(test_an_end_is_moved_back_when_the_phrase_that_moved_it_is_cancelled),
        cmocka_unit_test(test_bar_lines_do_not_drift_over_hours),
        cmocka_unit_test(test_sections_are_marked_where_they_begin),
        cmocka_unit_test(test_each_role_has_its_program_level_and_place),
        cmocka_unit_test(test_the_longest_title_is_whole),
        cmocka_unit_test(test_nothing_added_is_a_file_without_notes),
    };

    timbres_init(timbres);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
