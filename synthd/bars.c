#include "synthd/bars.h"

#include <string.h>

void bars_init(struct bars *bars)
{
    memset(bars, 0, sizeof *bars);
}

static void cancel_from(struct bars *bars, uint64_t start_frame)
{
    while (bars->n_lines > 0 && bars->lines[bars->n_lines - 1].owned_from >= start_frame) {
        bars->n_lines--;
    }
}

/* Room for n more lines behind the newest. */
static void make_room(struct bars *bars, uint32_t n)
{
    if (bars->n_lines + n <= BARS_LINES) {
        return;
    }
    const uint32_t kept = BARS_LINES - n;

    memmove(bars->lines, bars->lines + (bars->n_lines - kept), kept * sizeof bars->lines[0]);
    bars->n_lines = kept;
}

/* Adds a line behind the newest, for which there is room. */
static void add(struct bars *bars, struct bar_line line)
{
    const struct bar_line *const last =
        bars->n_lines > 0 ? &bars->lines[bars->n_lines - 1] : NULL;

    line.tempo_since = line.owned_from;
    if (last != NULL) {
        const bool same = !(last->bpm < line.bpm || last->bpm > line.bpm);

        line.tempo_since = same ? last->tempo_since : line.owned_from;
        line.before_bpm = same ? last->before_bpm : last->bpm;
    }
    bars->lines[bars->n_lines++] = line;
}

void bars_apply(struct bars *bars, const struct phrase *phrase)
{
    uint64_t owned_from = phrase->start_frame;

    cancel_from(bars, phrase->start_frame);
    make_room(bars, phrase->n_bars);
    for (uint32_t i = 0; i < phrase->n_bars; i++) {
        const uint64_t begin_frame = phrase->bar_frames[i];
        const uint64_t end_frame = i + 1 < phrase->n_bars
                                       ? phrase->bar_frames[i + 1]
                                       : phrase->start_frame + phrase->frames;

        owned_from = begin_frame > owned_from ? begin_frame : owned_from;
        add(bars, (struct bar_line){.owned_from = owned_from,
                                    .begin_frame = begin_frame,
                                    .end_frame = end_frame,
                                    .shade_begin = phrase->bar_shade[i],
                                    .shade_end = phrase->bar_shade[i + 1],
                                    .bpm = phrase->bar_bpm[i],
                                    .thin = phrase->thin});
    }
}

/* The line that owns a frame; NULL before the first. */
static const struct bar_line *line_at(const struct bars *bars, uint64_t frame)
{
    for (uint32_t i = bars->n_lines; i > 0; i--) {
        if (bars->lines[i - 1].owned_from <= frame) {
            return &bars->lines[i - 1];
        }
    }
    return NULL;
}

double bars_shade_at(const struct bars *bars, uint64_t frame)
{
    const struct bar_line *const line = line_at(bars, frame);

    if (line == NULL) {
        return 0;
    }
    if (frame >= line->end_frame) {
        return line->shade_end;
    }
    if (frame <= line->begin_frame) {
        return line->shade_begin;
    }
    const double gone = (double)(frame - line->begin_frame);
    const double whole = (double)(line->end_frame - line->begin_frame);

    return line->shade_begin + gone / whole * (line->shade_end - line->shade_begin);
}

struct tempo bars_tempo_at(const struct bars *bars, uint64_t frame)
{
    const struct bar_line *const line = line_at(bars, frame);

    if (line == NULL) {
        return (struct tempo){0};
    }
    return (struct tempo){.bpm = line->bpm,
                          .before_bpm = line->before_bpm,
                          .age_frames = frame - line->tempo_since};
}

bool bars_thin_at(const struct bars *bars, uint64_t frame)
{
    const struct bar_line *const line = line_at(bars, frame);

    return line == NULL || line->thin || frame >= line->end_frame;
}
