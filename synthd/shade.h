/*
 * shade - what form adds to the brightness, at each frame.
 *
 * Phrases say it in straight lines, one a bar. They are laid down in the order in which they
 * were published, and one owns the timeline from its start_frame on, as in timeline.h. A phrase
 * that begins inside a bar names the bar's true beginning, so that its line is the one that it
 * takes over. Behind the last line its end stays; before the first there is nothing to add.
 * The value depends only on what was laid down, never on when it arrived.
 *
 * Unit:    of the parameter brightness, -1 to 1; frames since the stream's birth.
 * Memory:  the caller's struct (about 20 kB); nothing here allocates. When there is no room the
 *          oldest lines are forgotten.
 * Threads: pure; one thread.
 */
#ifndef AURALIS_SHADE_H
#define AURALIS_SHADE_H

#include "common/phrase.h"

#include <stdint.h>

/* More than composerd has composed ahead, and a minute of the past cut at every beat. */
enum { SHADE_LINES = 512 };

/* A bar, from where its phrase owns it. */
struct shade_line {
    uint64_t owned_from;
    uint64_t begin_frame, end_frame;
    double begin, end;
};

struct shade {
    uint32_t n_lines;
    struct shade_line lines[SHADE_LINES]; /* [n_lines] by owned_from */
};

void shade_init(struct shade *shade);
/* Lays a phrase down; each only once. */
void shade_apply(struct shade *shade, const struct phrase *phrase);
double shade_at(const struct shade *shade, uint64_t frame);

#endif
