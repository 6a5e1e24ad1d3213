#include "synthd/timeline.h"

#include <stdlib.h>
#include <string.h>

enum {
    LATE_MIN_MS = 250, /* what is left of a late note must be this long to begin it */
    GLIDE_GAP_MS = 60, /* a note that begins later after another does not glide from it */
    GLIDE_LONGEST = 7, /* semitones */
};

static uint64_t block_of(uint64_t frame)
{
    return frame - frame % BLOCK_FRAMES;
}

static uint64_t tail_frames(const struct timeline *timeline)
{
    return (uint64_t)TIMELINE_TAIL_SECONDS * timeline->rate_hz;
}

static uint64_t next_of(const struct timeline_note *note)
{
    return note->begun ? note->end_frame : note->frame;
}

static void find_next_event(struct timeline *timeline)
{
    timeline->next_event = UINT64_MAX;
    for (uint32_t i = 0; i < timeline->n_notes; i++) {
        const uint64_t next = next_of(&timeline->notes[i]);

        if (next < timeline->next_event) {
            timeline->next_event = next;
        }
    }
}

static void remove_note(struct timeline *timeline, uint32_t i)
{
    timeline->notes[i] = timeline->notes[--timeline->n_notes];
}

void timeline_init(struct timeline *timeline, uint32_t rate_hz)
{
    memset(timeline, 0, sizeof *timeline);
    timeline->rate_hz = rate_hz;
    timeline_join(timeline, 0);
}

void timeline_join(struct timeline *timeline, uint64_t frame)
{
    timeline->joining = true;
    timeline->position = block_of(frame);
    for (uint32_t i = 0; i < timeline->n_notes; i++) {
        timeline->notes[i].begun = false;
    }
}

/* Whether nothing of the note can be heard any more at the frame of joining. */
static bool faded(const struct timeline *timeline, uint64_t end_frame)
{
    return end_frame + tail_frames(timeline) <= timeline->position;
}

uint64_t timeline_start(struct timeline *timeline)
{
    const uint64_t tail = tail_frames(timeline);
    uint64_t from = timeline->position > tail ? block_of(timeline->position - tail) : 0;

    for (uint32_t i = 0; i < timeline->n_notes;) {
        const struct timeline_note *note = &timeline->notes[i];

        if (faded(timeline, note->end_frame)) {
            remove_note(timeline, i);
            continue;
        }
        from = note->frame < from ? note->frame : from;
        i++;
    }
    timeline->joining = false;
    timeline->position = from;
    find_next_event(timeline);
    return from;
}

/* Takes away what earlier phrases hold at or after start_frame: notes, and ends of notes. */
static void cancel_from(struct timeline *timeline, uint64_t start_frame)
{
    for (uint32_t i = 0; i < timeline->n_notes;) {
        struct timeline_note *note = &timeline->notes[i];

        if (note->frame < start_frame) {
            if (note->end_frame >= start_frame) {
                note->end_frame = note->written_end_frame;
            }
            i++;
        } else if (note->begun) {
            note->end_frame =
                timeline->position < note->end_frame ? timeline->position : note->end_frame;
            i++;
        } else {
            remove_note(timeline, i);
        }
    }
}

/* Ends notes that sound across the phrase's start earlier, where it says so. */
static void apply_ends(struct timeline *timeline, const struct phrase *phrase)
{
    for (uint32_t e = 0; e < phrase->n_ends; e++) {
        const struct note_end *end = &phrase->ends[e];
        const uint64_t end_frame = block_of(end->frame);

        for (uint32_t i = 0; i < timeline->n_notes; i++) {
            struct timeline_note *note = &timeline->notes[i];
            const bool named = note->role == end->role && note->midi == end->midi;

            if (named && note->frame < end_frame && end_frame < note->end_frame) {
                note->end_frame = end_frame;
            }
        }
    }
}

/* The pitch from which a note of the melody glides: that of the one before it in the same
 * phrase, which still sounds or has just ended. */
static uint8_t glide_from(const struct timeline *timeline, const struct phrase *phrase,
                          uint32_t i)
{
    const struct note *const note = &phrase->notes[i];
    const uint64_t gap = (uint64_t)GLIDE_GAP_MS * timeline->rate_hz / 1000;

    for (uint32_t k = i; note->role == ROLE_lead && k > 0; k--) {
        const struct note *const before = &phrase->notes[k - 1];

        if (before->role == note->role && before->frame < note->frame) {
            const int interval = abs(note->midi - before->midi);

            return note->frame <= before->frame + before->frames + gap && interval > 0 &&
                           interval <= GLIDE_LONGEST
                       ? before->midi
                       : TIMELINE_NO_GLIDE;
        }
    }
    return TIMELINE_NO_GLIDE;
}

static void add_note(struct timeline *timeline, const struct phrase *from, uint32_t i)
{
    const struct note *const note = &from->notes[i];
    const uint64_t frame = block_of(note->frame);
    const uint64_t end = block_of(note->frame + note->frames);
    const uint64_t end_frame = end > frame ? end : frame + BLOCK_FRAMES;

    if (timeline->joining && faded(timeline, end_frame)) {
        return;
    }
    if (timeline->n_notes == TIMELINE_NOTES) {
        timeline->notes_dropped++;
        return;
    }
    timeline->notes[timeline->n_notes++] = (struct timeline_note){
        .frame = frame,
        .end_frame = end_frame,
        .written_end_frame = end_frame,
        .phrase = from->phrase,
        .role = note->role,
        .midi = note->midi,
        .velocity = note->velocity,
        .timbre = (uint8_t)timbre_of(note),
        .glide_from = glide_from(timeline, from, i),
    };
}

static void add_span(struct timeline *timeline, const struct phrase *phrase)
{
    while (timeline->n_spans > 0 &&
           timeline->spans[timeline->n_spans - 1].start_frame >= phrase->start_frame) {
        timeline->n_spans--;
    }
    if (timeline->n_spans == TIMELINE_SPANS) {
        timeline->n_spans--;
        memmove(timeline->spans, timeline->spans + 1,
                timeline->n_spans * sizeof timeline->spans[0]);
    }
    timeline->spans[timeline->n_spans++] =
        (struct timeline_span){.start_frame = phrase->start_frame, .phrase = phrase->phrase};
}

bool timeline_apply(struct timeline *timeline, const struct phrase *phrase)
{
    if (phrase->phrase < timeline->next_phrase) {
        return false;
    }
    timeline->next_phrase = phrase->phrase + 1;
    cancel_from(timeline, phrase->start_frame);
    apply_ends(timeline, phrase);
    add_span(timeline, phrase);
    for (uint32_t i = 0; i < phrase->n_notes; i++) {
        add_note(timeline, phrase, i);
    }
    find_next_event(timeline);
    return true;
}

/* Whether `a` comes before `b` within a block. */
static bool event_before(const struct timeline_event *a, const struct timeline_event *b)
{
    if (a->on != b->on) {
        return b->on;
    }
    if (a->timbre != b->timbre) {
        return a->timbre < b->timbre;
    }
    if (a->midi != b->midi) {
        return a->midi < b->midi;
    }
    if (a->velocity != b->velocity) {
        return a->velocity < b->velocity;
    }
    return a->id < b->id;
}

static void insert_event(struct timeline_event *events, uint32_t n, struct timeline_event event)
{
    for (; n > 0 && event_before(&event, &events[n - 1]); n--) {
        events[n] = events[n - 1];
    }
    events[n] = event;
}

/* Begins or ends one note that is due. True when there is an event to play; *keep says whether
 * the note stays in the timeline. */
static bool note_event(struct timeline *timeline, struct timeline_note *note,
                       struct timeline_event *event, bool *keep)
{
    const uint64_t least = (uint64_t)LATE_MIN_MS * timeline->rate_hz / 1000;
    const bool late = !note->begun && note->frame < timeline->position;

    timeline->notes_late += late;
    if (late && note->end_frame < timeline->position + least) {
        *keep = false;
        return false;
    }
    *keep = !note->begun;
    if (!note->begun) {
        note->begun = true;
        note->id = timeline->next_id++;
        timeline->notes_begun++;
    }
    *event = (struct timeline_event){.on = *keep,
                                     .timbre = note->timbre,
                                     .midi = note->midi,
                                     .velocity = note->velocity,
                                     .glide_from = note->glide_from,
                                     .id = note->id};
    return true;
}

uint32_t timeline_pop(struct timeline *timeline,
                      struct timeline_event events[TIMELINE_BLOCK_EVENTS])
{
    const uint64_t end = timeline->position + BLOCK_FRAMES;
    uint32_t n = 0;

    if (timeline->next_event >= end) {
        timeline->position = end;
        return 0;
    }
    for (uint32_t i = 0; i < timeline->n_notes && n < TIMELINE_BLOCK_EVENTS;) {
        struct timeline_event event;
        bool keep = true;

        if (next_of(&timeline->notes[i]) < end &&
            note_event(timeline, &timeline->notes[i], &event, &keep)) {
            insert_event(events, n++, event);
        }
        if (keep) {
            i++;
        } else {
            remove_note(timeline, i);
        }
    }
    find_next_event(timeline);
    timeline->position = end;
    return n;
}

uint32_t timeline_skip(struct timeline *timeline, uint64_t until)
{
    const uint64_t next = block_of(timeline->next_event < until ? timeline->next_event : until);
    const uint64_t from = timeline->position;

    if (next <= from) {
        return 0;
    }
    timeline->position = next;
    return (uint32_t)((next - from) / BLOCK_FRAMES);
}

uint64_t timeline_phrase_at(const struct timeline *timeline, uint64_t frame)
{
    for (uint32_t i = timeline->n_spans; i > 0; i--) {
        if (timeline->spans[i - 1].start_frame <= frame) {
            return timeline->spans[i - 1].phrase;
        }
    }
    return UINT64_MAX;
}

uint32_t timeline_pending(const struct timeline *timeline)
{
    return timeline->n_notes;
}
