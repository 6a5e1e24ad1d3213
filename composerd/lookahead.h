/*
 * lookahead - the music that is published but not yet over, and how to compose on or again
 * from any beat of it.
 *
 * An entry is what one phrase was composed from; composing it again gives the same bytes, so
 * the entries are all that has to survive a restart. A phrase composed from a beat inside an
 * older one takes the timeline over from there, as it does for everybody who hears of it.
 *
 * Unit:    frames.
 * Memory:  about 1 MB, allocated by lookahead_init(); lookahead_finish() accepts a zeroed one.
 * Threads: one.
 * Errors:  0, or -errno.
 */
#ifndef AURALIS_LOOKAHEAD_H
#define AURALIS_LOOKAHEAD_H

#include "composerd/compose.h"

#include <stdbool.h>

enum { LOOKAHEAD_ENTRIES = 24, LOOKAHEAD_BEATS = 512 };

/* What one phrase was composed from. */
struct lookahead_entry {
    uint64_t number; /* the phrase's */
    uint64_t start_frame;
    uint32_t phrase_bars;
    struct params params;
    struct composer before;
};

struct lookahead {
    uint32_t n_entries;
    struct lookahead_entry *entries; /* [n_entries] by start_frame */
    uint32_t n_beats;
    struct checkpoint *beats;   /* [n_beats] by frame */
    struct composer composer;   /* behind the last phrase */
    struct composition *latest; /* the phrase composed last */
};

int lookahead_init(struct lookahead *ahead);
void lookahead_finish(struct lookahead *ahead);
/* Begins anew with this composer, nothing composed. */
void lookahead_begin(struct lookahead *ahead, const struct composer *composer);

/* Composes the next phrase from where the composer stands into ahead->latest. */
void lookahead_compose(struct lookahead *ahead, const struct params *params,
                       uint32_t phrase_bars, uint64_t number);
/* The phrase of entry i, composed again into ahead->latest. */
const struct phrase *lookahead_phrase(struct lookahead *ahead, uint32_t i);
/* Composes an entry of an earlier run again. */
void lookahead_restore(struct lookahead *ahead, const struct lookahead_entry *entry);

/* The first beat (or bar line) at or after `frame`; NULL when it has not been composed yet. */
const struct checkpoint *lookahead_find(const struct lookahead *ahead, uint64_t frame,
                                        bool bar_line);
/* Puts the composer back to where that beat began; the next phrase begins there. What was asked
 * for at the next bar line is still to come then. */
void lookahead_rewind(struct lookahead *ahead, const struct checkpoint *beat);
/* Forgets what is over at `now_frame`, but never the last entry. */
void lookahead_forget(struct lookahead *ahead, uint64_t now_frame);

/* Phrases that begin after `frame`, and where the last one ends. */
uint32_t lookahead_phrases_after(const struct lookahead *ahead, uint64_t frame);
uint64_t lookahead_end(const struct lookahead *ahead);
/* The bar line from which on the music is where `params` want it: `frame` when it is there
 * already, the end when that lies beyond. */
uint64_t lookahead_settled(const struct lookahead *ahead, uint64_t frame,
                           const struct params *params);

#endif
