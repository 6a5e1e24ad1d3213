#include "tests/unit/piece.h"

#include "composerd/theory.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ITEMS = 1024, MELODY_LOWEST = 59, MELODY_HIGHEST = 85 };

void piece_init(struct piece *piece, uint32_t rate_hz)
{
    memset(piece, 0, sizeof *piece);
    piece->rate_hz = rate_hz;
}

void piece_finish(struct piece *piece)
{
    free(piece->notes);
    free(piece->chords);
    memset(piece, 0, sizeof *piece);
}

static void *make_room(void *items, size_t n, size_t *max, size_t size)
{
    if (n < *max) {
        return items;
    }
    *max = 2 * *max + FIRST_ITEMS;
    void *const grown = realloc(items, *max * size);

    if (grown == NULL) {
        abort();
    }
    return grown;
}

static void cancel_from(struct piece *piece, uint64_t frame)
{
    while (piece->n_notes > 0 && piece->notes[piece->n_notes - 1].note.frame >= frame) {
        piece->n_notes--;
    }
    while (piece->n_chords > 0 && piece->chords[piece->n_chords - 1].chord.frame >= frame) {
        piece->n_chords--;
    }
    /* an end that the phrases before had moved to here or later is theirs no more */
    for (size_t i = 0; i < piece->n_notes && !piece->ends_stay; i++) {
        struct heard *const heard = &piece->notes[i];

        if (heard->end >= frame) {
            heard->end = heard->note.frame + heard->note.frames;
        }
    }
}

static void apply_end(struct piece *piece, uint64_t start_frame, const struct note_end *end)
{
    for (size_t i = 0; i < piece->n_notes; i++) {
        struct heard *const heard = &piece->notes[i];
        const bool named = heard->note.role == end->role && heard->note.midi == end->midi;

        if (named && heard->end > (piece->ends_stay ? start_frame : end->frame)) {
            heard->end = end->frame;
        }
    }
}

static void add_chord(struct piece *piece, const struct phrase *phrase,
                      const struct chord *chord)
{
    struct harmony_heard *const last =
        piece->n_chords > 0 ? &piece->chords[piece->n_chords - 1] : NULL;

    if (last != NULL && chord == phrase->chords && last->key == phrase->key &&
        last->mode == phrase->mode && strcmp(last->chord.name, chord->name) == 0 &&
        memcmp(last->chord.notes, chord->notes, sizeof chord->notes) == 0) {
        last->chord.frames = (uint32_t)(chord->frame + chord->frames - last->chord.frame);
        return;
    }
    piece->chords =
        make_room(piece->chords, piece->n_chords, &piece->max_chords, sizeof *piece->chords);
    struct harmony_heard *const heard = &piece->chords[piece->n_chords++];

    *heard = (struct harmony_heard){*chord, phrase->key, phrase->mode, 1U << chord->root};
    for (int i = 0; i < chord->n_notes; i++) {
        heard->mask |= 1U << chord->notes[i] % 12;
    }
}

static uint32_t mask_at(const struct piece *piece, uint64_t frame)
{
    for (size_t i = piece->n_chords; i > 0; i--) {
        if (piece->chords[i - 1].chord.frame <= frame) {
            return piece->chords[i - 1].mask;
        }
    }
    return 0;
}

void piece_add(struct piece *piece, const struct phrase *phrase)
{
    cancel_from(piece, phrase->start_frame);
    for (uint32_t i = 0; i < phrase->n_ends; i++) {
        apply_end(piece, phrase->start_frame, &phrase->ends[i]);
    }
    for (uint32_t i = 0; i < phrase->n_chords; i++) {
        add_chord(piece, phrase, &phrase->chords[i]);
    }
    for (uint32_t i = 0; i < phrase->n_notes; i++) {
        const struct note *const note = &phrase->notes[i];

        piece->notes =
            make_room(piece->notes, piece->n_notes, &piece->max_notes, sizeof *piece->notes);
        piece->notes[piece->n_notes++] =
            (struct heard){*note, note->frame + note->frames, phrase->key, phrase->mode,
                           mask_at(piece, note->frame)};
    }
    piece->end_frame = phrase->start_frame + phrase->frames;
}

int piece_most_at_once(const struct piece *piece)
{
    const uint64_t longest = (uint64_t)NOTE_MAX_SECONDS * piece->rate_hz;
    int most = 0;

    for (size_t i = 0; i < piece->n_notes; i++) {
        const uint64_t frame = piece->notes[i].note.frame;
        int sounding = 1;

        for (size_t k = i; k > 0 && piece->notes[k - 1].note.frame + longest >= frame; k--) {
            sounding += piece->notes[k - 1].end > frame ? 1 : 0;
        }
        most = sounding > most ? sounding : most;
    }
    return most;
}

uint64_t piece_longest_hole(const struct piece *piece, uint64_t until)
{
    uint64_t covered = 0;
    uint64_t longest = 0;

    for (size_t i = 0; i < piece->n_notes; i++) {
        const struct heard *const heard = &piece->notes[i];

        if (heard->note.role != ROLE_pad || heard->note.frame >= until) {
            continue;
        }
        if (covered > 0 && heard->note.frame > covered + longest) {
            longest = heard->note.frame - covered;
        }
        covered = heard->end > covered ? heard->end : covered;
    }
    return until > covered && until - covered > longest ? until - covered : longest;
}

static int distance(int a, int b)
{
    return a > b ? a - b : b - a;
}

static bool resolves(const struct heard *from, const struct heard *to, uint64_t beat_frames)
{
    const int step = distance(from->note.midi, to->note.midi);

    return step >= 1 && step <= 2 && to->note.frame - from->note.frame <= 2 * beat_frames &&
           theory_has(theory_scale(to->key, to->mode), to->note.midi);
}

static void hear_tone(const struct heard *heard, struct melody_heard *melody)
{
    const bool chord = theory_has(heard->chord, heard->note.midi);
    const bool scale = theory_has(theory_scale(heard->key, heard->mode), heard->note.midi);
    const bool free = heard->note.why == RULE_melody_resolution;
    const int why = chord   ? RULE_melody_chord
                    : scale ? RULE_melody_scale
                            : RULE_melody_chromatic;

    melody->notes++;
    melody->velocity += heard->note.velocity;
    melody->chord += chord;
    melody->scale += !chord && scale;
    melody->chromatic += !chord && !scale;
    melody->astray += heard->note.midi < MELODY_LOWEST || heard->note.midi > MELODY_HIGHEST ||
                      (free ? !chord && !scale : heard->note.why != why);
}

static void hear_interval(const struct heard *from, const struct heard *to,
                          uint64_t beat_frames, struct melody_heard *melody)
{
    const int size = distance(from->note.midi, to->note.midi);

    if (from->note.why == RULE_melody_chromatic) {
        melody->unresolved += !resolves(from, to, beat_frames);
    }
    melody->intervals++;
    melody->steps += size == 1 || size == 2;
    melody->over_fifth += size > 7;
    melody->over_octave += size > 12;
}

void piece_melody(const struct piece *piece, uint64_t from, uint64_t beat_frames,
                  struct melody_heard *melody)
{
    const struct heard *last = NULL;

    memset(melody, 0, sizeof *melody);
    for (size_t i = 0; i < piece->n_notes; i++) {
        const struct heard *const heard = &piece->notes[i];

        if (heard->note.role != ROLE_lead || heard->note.frame < from) {
            continue;
        }
        hear_tone(heard, melody);
        if (last != NULL) {
            hear_interval(last, heard, beat_frames, melody);
        }
        last = heard;
    }
    /* the last note may still be resolved beyond the end */
    if (last != NULL && last->note.why == RULE_melody_chromatic &&
        last->note.frame + 2 * beat_frames < piece->end_frame) {
        melody->unresolved++;
    }
    melody->velocity /= melody->notes > 0 ? melody->notes : 1;
}

static void hear_change(const struct chord *from, const struct chord *to,
                        struct pads_heard *pads)
{
    bool planing = to->notes[0] != from->notes[0], kept = false;

    for (int v = 0; v < from->n_notes; v++) {
        const int step = to->notes[v] - from->notes[v];

        pads->motion += (double)distance(step, 0) / from->n_notes;
        planing = planing && step == to->notes[0] - from->notes[0];
        kept = kept || step == 0;
    }
    pads->changes++;
    pads->planing += planing;
    pads->kept += kept;
}

void piece_pads(const struct piece *piece, struct pads_heard *pads)
{
    memset(pads, 0, sizeof *pads);
    for (size_t i = 1; i < piece->n_chords; i++) {
        hear_change(&piece->chords[i - 1].chord, &piece->chords[i].chord, pads);
    }
    pads->motion /= pads->changes > 0 ? pads->changes : 1;
}

int piece_count(const struct piece *piece, int role, double *velocity)
{
    int n = 0;

    *velocity = 0;
    for (size_t i = 0; i < piece->n_notes; i++) {
        if (piece->notes[i].note.role == role) {
            *velocity += piece->notes[i].note.velocity;
            n++;
        }
    }
    *velocity /= n > 0 ? n : 1;
    return n;
}
