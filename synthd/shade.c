#include "synthd/shade.h"

#include <string.h>

void shade_init(struct shade *shade)
{
    memset(shade, 0, sizeof *shade);
}

static void cancel_from(struct shade *shade, uint64_t start_frame)
{
    while (shade->n_lines > 0 && shade->lines[shade->n_lines - 1].owned_from >= start_frame) {
        shade->n_lines--;
    }
}

/* Room for n more lines behind the newest. */
static void make_room(struct shade *shade, uint32_t n)
{
    if (shade->n_lines + n <= SHADE_LINES) {
        return;
    }
    const uint32_t kept = SHADE_LINES - n;

    memmove(shade->lines, shade->lines + (shade->n_lines - kept),
            kept * sizeof shade->lines[0]);
    shade->n_lines = kept;
}

void shade_apply(struct shade *shade, const struct phrase *phrase)
{
    uint64_t owned_from = phrase->start_frame;

    cancel_from(shade, phrase->start_frame);
    make_room(shade, phrase->n_bars);
    for (uint32_t i = 0; i < phrase->n_bars; i++) {
        const uint64_t begin_frame = phrase->bar_frames[i];
        const uint64_t end_frame = i + 1 < phrase->n_bars
                                       ? phrase->bar_frames[i + 1]
                                       : phrase->start_frame + phrase->frames;

        owned_from = begin_frame > owned_from ? begin_frame : owned_from;
        shade->lines[shade->n_lines++] = (struct shade_line){.owned_from = owned_from,
                                                             .begin_frame = begin_frame,
                                                             .end_frame = end_frame,
                                                             .begin = phrase->bar_shade[i],
                                                             .end = phrase->bar_shade[i + 1]};
    }
}

static double value_on(const struct shade_line *line, uint64_t frame)
{
    if (frame >= line->end_frame) {
        return line->end;
    }
    if (frame <= line->begin_frame) {
        return line->begin;
    }
    const double gone = (double)(frame - line->begin_frame);
    const double whole = (double)(line->end_frame - line->begin_frame);

    return line->begin + gone / whole * (line->end - line->begin);
}

double shade_at(const struct shade *shade, uint64_t frame)
{
    for (uint32_t i = shade->n_lines; i > 0; i--) {
        if (shade->lines[i - 1].owned_from <= frame) {
            return value_on(&shade->lines[i - 1], frame);
        }
    }
    return 0;
}
