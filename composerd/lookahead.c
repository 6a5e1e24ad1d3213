#include "composerd/lookahead.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int lookahead_init(struct lookahead *ahead)
{
    memset(ahead, 0, sizeof *ahead);
    ahead->entries = calloc(LOOKAHEAD_ENTRIES, sizeof *ahead->entries);
    ahead->beats = calloc(LOOKAHEAD_BEATS, sizeof *ahead->beats);
    ahead->latest = calloc(1, sizeof *ahead->latest);
    if (ahead->entries == NULL || ahead->beats == NULL || ahead->latest == NULL) {
        lookahead_finish(ahead);
        return -ENOMEM;
    }
    return 0;
}

void lookahead_finish(struct lookahead *ahead)
{
    free(ahead->entries);
    free(ahead->beats);
    free(ahead->latest);
    memset(ahead, 0, sizeof *ahead);
}

void lookahead_begin(struct lookahead *ahead, const struct composer *composer)
{
    ahead->n_entries = 0;
    ahead->n_beats = 0;
    ahead->composer = *composer;
}

static void drop_first_entries(struct lookahead *ahead, uint32_t n)
{
    memmove(ahead->entries, ahead->entries + n,
            (ahead->n_entries - n) * sizeof *ahead->entries);
    ahead->n_entries -= n;
}

static void drop_first_beats(struct lookahead *ahead, uint32_t n)
{
    memmove(ahead->beats, ahead->beats + n, (ahead->n_beats - n) * sizeof *ahead->beats);
    ahead->n_beats -= n;
}

/* Whatever was planned at or after `frame` is not any more. */
static void cancel_from(struct lookahead *ahead, uint64_t frame)
{
    while (ahead->n_entries > 0 && ahead->entries[ahead->n_entries - 1].start_frame >= frame) {
        ahead->n_entries--;
    }
    while (ahead->n_beats > 0 && ahead->beats[ahead->n_beats - 1].frame >= frame) {
        ahead->n_beats--;
    }
}

static void append_beats(struct lookahead *ahead, const struct composition *composition)
{
    const uint32_t n = composition->n_beats;

    if (ahead->n_beats + n > LOOKAHEAD_BEATS) {
        drop_first_beats(ahead, ahead->n_beats + n - LOOKAHEAD_BEATS);
    }
    memcpy(ahead->beats + ahead->n_beats, composition->beats, n * sizeof *ahead->beats);
    ahead->n_beats += n;
}

void lookahead_compose(struct lookahead *ahead, const struct params *params,
                       uint32_t phrase_bars, uint64_t number)
{
    const uint64_t start_frame = ahead->composer.frame;

    cancel_from(ahead, start_frame);
    if (ahead->n_entries == LOOKAHEAD_ENTRIES) {
        drop_first_entries(ahead, 1);
    }
    struct lookahead_entry *const entry = &ahead->entries[ahead->n_entries++];

    *entry = (struct lookahead_entry){.number = number,
                                      .start_frame = start_frame,
                                      .phrase_bars = phrase_bars,
                                      .params = *params,
                                      .before = ahead->composer};
    compose_phrase(&ahead->composer, params, phrase_bars, number, ahead->latest);
    append_beats(ahead, ahead->latest);
}

const struct phrase *lookahead_phrase(struct lookahead *ahead, uint32_t i)
{
    const struct lookahead_entry *const entry = &ahead->entries[i];
    struct composer composer = entry->before;

    compose_phrase(&composer, &entry->params, entry->phrase_bars, entry->number, ahead->latest);
    return &ahead->latest->phrase;
}

void lookahead_restore(struct lookahead *ahead, const struct lookahead_entry *entry)
{
    const struct lookahead_entry copy = *entry;

    ahead->composer = copy.before;
    lookahead_compose(ahead, &copy.params, copy.phrase_bars, copy.number);
}

const struct checkpoint *lookahead_find(const struct lookahead *ahead, uint64_t frame,
                                        bool bar_line)
{
    for (uint32_t i = 0; i < ahead->n_beats; i++) {
        if (ahead->beats[i].frame >= frame && (ahead->beats[i].bar_line || !bar_line)) {
            return &ahead->beats[i];
        }
    }
    return NULL;
}

/* The composer as it was to begin at the bar line that a beat within a bar leads to; NULL when
 * no phrase begins there. */
static const struct composer *at_next_bar(const struct lookahead *ahead,
                                          const struct checkpoint *beat)
{
    const uint64_t bar_frame =
        beat->before.bar_frame + (uint64_t)beat->before.bar_frames; /* multiples of a block */

    for (uint32_t i = 0; i < ahead->n_entries && !beat->bar_line; i++) {
        if (ahead->entries[i].start_frame == bar_frame) {
            return &ahead->entries[i].before;
        }
    }
    return NULL;
}

/* What was asked for at a bar line is in the composer that begins there, and in none before. */
static void carry_over(struct composer *to, const struct composer *asked)
{
    to->renewal = asked->renewal;
    to->renewal_seed = asked->renewal_seed;
    to->ending = asked->ending;
    to->end_asked = asked->end_asked;
    to->end_frame = asked->end_frame;
}

void lookahead_rewind(struct lookahead *ahead, const struct checkpoint *beat)
{
    const uint64_t frame = beat->frame;
    const struct composer *const asked = at_next_bar(ahead, beat);

    ahead->composer = beat->before;
    if (asked != NULL) {
        carry_over(&ahead->composer, asked);
    }
    cancel_from(ahead, frame);
}

void lookahead_forget(struct lookahead *ahead, uint64_t now_frame)
{
    uint32_t n = 0;

    /* an entry is over when the next one has begun */
    while (n + 1 < ahead->n_entries && ahead->entries[n + 1].start_frame <= now_frame) {
        n++;
    }
    drop_first_entries(ahead, n);
    n = 0;
    while (n < ahead->n_beats && ahead->beats[n].frame < now_frame) {
        n++;
    }
    drop_first_beats(ahead, n);
}

uint32_t lookahead_phrases_after(const struct lookahead *ahead, uint64_t frame)
{
    uint32_t n = 0;

    while (n < ahead->n_entries &&
           ahead->entries[ahead->n_entries - 1 - n].start_frame > frame) {
        n++;
    }
    return n;
}

uint64_t lookahead_end(const struct lookahead *ahead)
{
    return ahead->composer.frame;
}

/* Key, mode and tempo move at bar lines: what is found behind a beat has been so since its
 * bar's. */
static uint64_t since(const struct composer *composer, uint64_t frame)
{
    return composer->bar_frame > frame ? composer->bar_frame : frame;
}

uint64_t lookahead_settled(const struct lookahead *ahead, uint64_t frame,
                           const struct params *params)
{
    for (uint32_t i = 0; i < ahead->n_beats; i++) {
        const struct composer *const before = &ahead->beats[i].before;

        if (ahead->beats[i].frame >= frame && composer_settled(before, params)) {
            return since(before, frame);
        }
    }
    return composer_settled(&ahead->composer, params) ? since(&ahead->composer, frame)
                                                      : lookahead_end(ahead);
}
