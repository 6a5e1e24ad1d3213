/*
 * player - one stream into one ring: tunes in, joins, renders ahead of due, keeps the books.
 *
 * It begins as a standby: it joins and renders as the writer does, at the same pace, but only
 * keeps what it renders and leaves the ring to the writer. Once it is told to take over, it
 * publishes what the ring lacks of that, and is the writer.
 *
 * Memory:  the caller's struct (about 1.3 MB); player_finish() accepts a zeroed one. The voices
 *          are loaded once a stream.
 * Threads: one thread.
 * Errors:  0, or -errno.
 */
#ifndef AURALIS_PLAYER_H
#define AURALIS_PLAYER_H

#include "common/event_json.h"
#include "common/ring_shm.h"
#include "common/trouble.h"
#include "synthd/books.h"
#include "synthd/kit.h"
#include "synthd/pace.h"
#include "synthd/render.h"
#include "synthd/reserve.h"

#include <stdbool.h>
#include <stdint.h>

struct player_options {
    const char *ring_name;
    int32_t lead_ms;
    double makeup_db;
    struct kit_options kit; /* its rate is the stream's */
    uint32_t pid;
};

struct player {
    struct player_options options;
    struct kit kit; /* what plays; its voice is with the renderer */
    char info[RING_INFO_BYTES];
    struct ring_writer ring; /* ring.ring is NULL until tuned */
    bool writes;             /* the ring is this player's to write; else a standby's */
    bool private;            /* what is rendered is kept in the reserve, not published */
    int64_t next_sign_ns;    /* when a standby shows itself again */
    struct pace pace;
    bool fresh; /* the ring was made by this player: what is missing in it is no outage */
    bool playing;
    bool catching_up;
    struct trouble jumps; /* too long outages */
    bool alone;           /* set by the owner: for long none has stood by the writer */
    int turn_batches;     /* to be rendered at once, next */
    struct books books;
    struct render render;
    struct reserve reserve;
};

void player_init(struct player *player, const struct player_options *options);
/* Follows a stream that is already in the ring, so that composerd need not be there. True when
 * it does. */
bool player_peek(struct player *player);
/* Follows the stream: opens its ring. 1 when it is another one than before (nothing is
 * known of it yet), 0 when it is not, or a standby finds that the writer has not opened it. */
int player_tune(struct player *player, const struct epoch *epoch);
bool player_tuned(const struct player *player);
/* Loads the voices, so that joining need not wait for them. */
int player_load(struct player *player);
/* Plays with another kit from the next block on, while what is held rings out on the voice
 * before. There must be room among the renderer's voices. False when there are none to change,
 * or the stream has another rate. */
bool player_change(struct player *player, struct kit *kit);
/* What its kit is made from. */
struct kit_options player_kit_options(const struct player *player);
/* Whether an event of this stream was taken. */
bool player_take(struct player *player, const struct event *event);
/* From which frame on events matter to what will be rendered next. */
uint64_t player_from_frame(const struct player *player, int64_t now_ns);
/* Begins to play with what is known, where the ring ends; again when it is too far behind. */
int player_join(struct player *player, int64_t now_ns);
/* Renders and publishes what is due when it is time. Returns when the next one is due. */
int64_t player_turn(struct player *player, int64_t now_ns);
/* From now on the ring is this player's to write: the caller holds its lock. */
void player_take_over(struct player *player);
/* Whether it writes, or has come as far as the ring and could at once. */
bool player_ready(const struct player *player);
void player_finish(struct player *player);

#endif
