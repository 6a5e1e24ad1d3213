/*
 * bars - what phrases say of each bar, at each frame: what form adds to the brightness, the
 * tempo, and whether the texture is thin.
 *
 * Shades come in straight lines, one a bar. Bars are laid down in the order in which their
 * phrases were published, and a phrase owns the timeline from its start_frame on, as in
 * timeline.h. A phrase that begins inside a bar names the bar's true beginning, so that its
 * line is the one that it takes over. Behind the last line its end stays; before the first
 * there is nothing to add. What is read depends only on what was laid down, never on when it
 * arrived.
 *
 * Unit:    of the parameter brightness, -1 to 1; beats a minute; frames since the stream's
 *          birth.
 * Memory:  the caller's struct (about 40 kB); nothing here allocates. When there is no room the
 *          oldest lines are forgotten.
 * Threads: pure; one thread.
 */
#ifndef AURALIS_BARS_H
#define AURALIS_BARS_H

#include "common/phrase.h"

#include <stdbool.h>
#include <stdint.h>

/* More than composerd has composed ahead, and a minute of the past cut at every beat. */
enum { BARS_LINES = 512 };

/* A bar, from where its phrase owns it. */
struct bar_line {
    uint64_t owned_from;
    uint64_t begin_frame, end_frame;
    double shade_begin, shade_end;
    double bpm, before_bpm;
    uint64_t tempo_since; /* where the tempo became what it is */
    bool thin;
};

struct bars {
    uint32_t n_lines;
    struct bar_line lines[BARS_LINES]; /* [n_lines] by owned_from */
};

/* The tempo, and the other one that it took over from so long ago; 0 where there is none. */
struct tempo {
    double bpm, before_bpm;
    uint64_t age_frames;
};

void bars_init(struct bars *bars);
/* Lays a phrase down; each only once. */
void bars_apply(struct bars *bars, const struct phrase *phrase);
/* What form adds to the brightness. */
double bars_shade_at(const struct bars *bars, uint64_t frame);
struct tempo bars_tempo_at(const struct bars *bars, uint64_t frame);
/* Whether the texture is not whole, or nothing has been composed there. */
bool bars_thin_at(const struct bars *bars, uint64_t frame);

#endif
