/*
 * changes - what listeners steer, as values at each frame.
 *
 * A change moves each value that it wants elsewhere than the change before it, in a straight
 * line from what it is at sound_frame, over glide_frames. It takes away what was published
 * before it for the same value at or after its sound_frame, and leaves alone what it does not
 * move: a preset's long glide goes on while a listener turns one knob. Key, mode and tempo are
 * the composer's and mean nothing here.
 *
 * Unit:    ratios 0 to 1 as in params.def, unless said otherwise; frames since the stream's
 *          birth.
 * Memory:  the caller's struct; nothing here allocates.
 * Threads: pure; one thread.
 */
#ifndef AURALIS_CHANGES_H
#define AURALIS_CHANGES_H

#include "common/event.h"

#include <stdbool.h>
#include <stdint.h>

enum { CHANGES_PENDING = 256 };

enum sound_id {
    SOUND_INTENSITY,
    SOUND_BRIGHTNESS,
    SOUND_SPACE,
    SOUND_WIDTH,
    SOUND_GAIN,      /* the preset's, dB: to what is usual, and from there to its loudness */
    SOUND_LOUDNESS,  /* the preset's, LUFS */
    SOUND_UNTOUCHED, /* 1 while intensity and mix are as the preset has them */
    SOUND_MIX,       /* of the first role; the others follow */
    SOUND_COUNT = SOUND_MIX + ROLE_COUNT
};

struct sound {
    double values[SOUND_COUNT];
};

/* The way of one value: from `from` at `frame`, to `to` over `frames`. */
struct glide {
    uint64_t frame;
    uint32_t frames;
    double from, to;
};

struct change {
    uint64_t sound_frame;
    uint32_t glide_frames;
    bool moves[SOUND_COUNT];
    struct sound to;
};

struct changes {
    bool known;   /* there has been a first change: what was before it does not matter */
    bool joining; /* what lies in the past is history, not late */
    uint64_t next_change; /* the lowest number that is news */
    uint64_t position;    /* values have been asked for up to here */
    struct sound wanted;  /* by the change published last */
    struct glide now[SOUND_COUNT];
    uint32_t n_pending;
    struct change pending[CHANGES_PENDING]; /* [n_pending] by sound_frame, not begun yet */
    uint64_t changes_late;                  /* arrived after their frame: begun at once */
};

/* The default parameters, until a first change says what they are. */
void changes_init(struct changes *changes);
/* Between these two, changes may lie in the past. */
void changes_join(struct changes *changes);
void changes_start(struct changes *changes, uint64_t position);
/* Lays a change down. False when its number says that it has been laid down before. */
bool changes_apply(struct changes *changes, const struct params_event *event);
/* The values at `frame`, which never decreases between start and join. */
void changes_at(struct changes *changes, uint64_t frame, struct sound *sound);

#endif
