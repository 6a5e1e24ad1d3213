#include "synthd/player.h"

#include "common/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* From so far ahead a snapshot holds no phrase, only where the stream lies in time. */
#define NOTHING_YET UINT64_C(999999999999999)

/* The writer renders so many batches at once, and no more than half its lead: each time it
 * wakes up, it finds the caches cold. Before that all but one of them are lacking from the
 * lead, and one that takes over has to wait as long before its frames are new. */
enum { TURN_BATCHES = 2, TURN_BATCHES_ALONE = 4 };

/* What comes out at once. */
struct batch {
    uint64_t frame;
    uint32_t n_frames;
    bool complete; /* a chunk */
    struct render_chunk chunk;
    uint32_t words[RENDER_BATCH_FRAMES];
};

static const int64_t sign_period_ns = NS_PER_S;   /* of a standby's signs of life */
static const int64_t stalled_ns = 10 * NS_PER_MS; /* between looks while the writer hangs */

void player_init(struct player *player, const struct player_options *options)
{
    memset(player, 0, sizeof *player);
    player->options = *options;
}

static void drop_voices(struct player *player)
{
    struct voice *voice;

    while ((voice = voices_take(&player->render.voices)) != NULL) {
        voice_destroy(voice);
    }
}

void player_finish(struct player *player)
{
    ring_writer_finish(&player->ring);
    render_finish(&player->render);
    drop_voices(player);
    kit_finish(&player->kit);
}

bool player_tuned(const struct player *player)
{
    return player->ring.ring != NULL;
}

static void sign_ring(struct player *player)
{
    struct ring *const ring = player->ring.ring;

    if (!player->writes) {
        return;
    }
    memcpy(ring->info, player->info, sizeof ring->info);
    atomic_store_explicit(&ring->writer_pid, player->options.pid, memory_order_relaxed);
}

/* Plays with the kit's voice from the next block on. */
static void play_kit(struct player *player)
{
    info_to_json(&player->kit.info, player->info, sizeof player->info);
    render_play(&player->render, kit_take_voice(&player->kit), player->kit.timbres);
    sign_ring(player);
}

/* Voices belong to a rate; another stream may have another one. */
int player_load(struct player *player)
{
    const struct kit_options options = player_kit_options(player);

    if (player->render.voices.n > 0) {
        return 0;
    }
    const int rc = kit_open(&player->kit, &options);

    if (rc != 0) {
        return rc;
    }
    kit_log(&player->kit);
    play_kit(player);
    return 0;
}

bool player_change(struct player *player, struct kit *kit)
{
    if (player->render.voices.n == 0 || kit->rate_hz != player->render.rate_hz) {
        return false;
    }
    player->kit = *kit;
    kit->voice = NULL;
    kit_log(&player->kit);
    play_kit(player);
    return true;
}

struct kit_options player_kit_options(const struct player *player)
{
    struct kit_options options = player->options.kit;

    options.rate_hz = player->pace.epoch.rate_hz;
    return options;
}

static int open_ring(struct player *player, const struct epoch *epoch)
{
    const struct ring_format format = {*epoch, RING_CAPACITY_FRAMES, books_size()};
    const char *reason = "";

    ring_writer_finish(&player->ring);
    if (!player->writes) {
        return ring_writer_follow(&player->ring, player->options.ring_name, &format);
    }
    const int opened =
        ring_writer_open(&player->ring, player->options.ring_name, &format, &reason);

    if (opened < 0) {
        player->ring.ring = NULL;
        return opened;
    }
    if (opened == RING_SET_ASIDE) {
        const struct log_facts facts = {.path = player->options.ring_name, .reason = reason};

        log_event(LOG_EVENT_ring_set_aside, &facts, "the ring was set aside");
    }
    player->fresh = opened != RING_ADOPTED;
    if (player->fresh) {
        const struct log_facts facts = {.stream = epoch->stream,
                                        .path = player->options.ring_name};

        log_event(LOG_EVENT_ring_made, &facts, "a ring was made");
    }
    if (opened == RING_ADOPTED) {
        books_continue(&player->books, &player->render, player->ring.ring);
    }
    sign_ring(player);
    atomic_store_explicit(&player->ring.ring->standby_ns, 0, memory_order_relaxed);
    return 0;
}

int player_tune(struct player *player, const struct epoch *epoch)
{
    if (player_tuned(player) && player->pace.epoch.stream == epoch->stream &&
        player->pace.epoch.monotonic_ns == epoch->monotonic_ns) {
        return 0;
    }
    player->playing = false;
    const int rc = open_ring(player, epoch);

    if (rc != 0) {
        return rc == -ENOENT && !player->writes ? 0 : rc;
    }
    pace_init(&player->pace, epoch, player->options.lead_ms);
    drop_voices(player); /* even FluidSynth remembers nothing of another stream */
    books_new_voice(&player->books);
    render_init(&player->render, NULL, player->options.kit.timbres, epoch->rate_hz,
                player->options.makeup_db);
    return 1;
}

bool player_peek(struct player *player)
{
    struct ring_reader reader = {0};
    const char *reason = "";
    char boot_id[BOOT_ID_SIZE] = "";

    if (ring_reader_open(&reader, player->options.ring_name, &reason) != 0) {
        return false;
    }
    const struct epoch epoch = ring_epoch(reader.ring);
    const bool now = clock_boot_id(boot_id) == 0 && strcmp(boot_id, epoch.boot_id) == 0;

    ring_reader_finish(&reader);
    return now && player_tune(player, &epoch) == 1;
}

bool player_take(struct player *player, const struct event *event)
{
    if (!player_tuned(player) || event->head.stream != player->pace.epoch.stream) {
        return false;
    }
    if (event->head.type == EVENT_PHRASE) {
        render_phrase(&player->render, &event->phrase);
    } else if (event->head.type == EVENT_PARAMS) {
        render_change(&player->render, &event->params);
    }
    return true;
}

/* Where the ring ends, or where it will go on when that is too long ago. */
static uint64_t next_frame(const struct player *player, int64_t now_ns)
{
    return pace_join(&player->pace, ring_adopt(player->ring.ring), now_ns);
}

uint64_t player_from_frame(const struct player *player, int64_t now_ns)
{
    if (!player_tuned(player)) {
        return NOTHING_YET;
    }
    const uint64_t next = next_frame(player, now_ns);
    const uint64_t history = (uint64_t)PACE_HISTORY_SECONDS * player->pace.epoch.rate_hz;

    return next > history ? next - history : 0;
}

static void log_jump(struct player *player, uint64_t frame, uint64_t left_out_frames)
{
    static const struct log_trouble_kind kind = {.event = LOG_EVENT_synth_jumped,
                                                 .sentence = "jumped to now"};
    const struct log_facts facts = {.stream = player->pace.epoch.stream,
                                    .frame = frame,
                                    .count = {"left_out_frames", left_out_frames}};

    log_trouble(&player->jumps, &kind, true, &facts);
}

/* Makes the ring end at `frame`, where its writer goes on; elsewhere after a long outage. */
static void move_ring(struct player *player, uint64_t frame, int64_t now_ns)
{
    const uint64_t published = ring_adopt(player->ring.ring);
    const bool lost = pace_lost(&player->pace, published, now_ns);

    if (frame != published) {
        ring_jump(player->ring.ring, frame);
    }
    if (lost) {
        metric_add(&player->books.metrics, METRIC_synthd_jumps, 1);
        log_jump(player, frame, frame - published);
    }
    player->catching_up = lost || player->fresh; /* no outage to count */
    player->fresh = false;
}

/* What the writer before this one has learnt about the loudness. */
static void take_up_trim(struct player *player)
{
    for (int entry = 0; entry < RING_CHUNKS; entry++) {
        struct ring_chunk_facts facts;

        if (ring_chunk_at(player->ring.ring, entry, &facts) == 0) {
            render_know(&player->render, facts.first_frame,
                        (struct trim_state){facts.trim_db, facts.trim_excess});
        }
    }
}

static void log_join(const struct player *player, uint64_t frame, int64_t took_ns)
{
    const struct log_facts facts = {.stream = player->pace.epoch.stream,
                                    .frame = frame,
                                    .count = {"preroll_ms", (uint64_t)(took_ns / NS_PER_MS)}};

    log_event(LOG_EVENT_synth_joined, &facts, "%s",
              player->private ? "standing by" : "rendering");
}

int player_join(struct player *player, int64_t now_ns)
{
    const int64_t begun_ns = clock_machine_ns();
    const int rc = player_load(player);

    if (rc != 0) {
        return rc;
    }
    const uint64_t frame = next_frame(player, now_ns);

    player->private = !player->writes;
    player->turn_batches = 1;
    if (player->private) {
        reserve_begin(&player->reserve, frame);
    } else {
        move_ring(player, frame, now_ns);
    }
    render_join(&player->render, frame);
    take_up_trim(player);
    render_start(&player->render);
    if (!player->playing) {
        log_join(player, frame, clock_machine_ns() - begun_ns);
    }
    player->playing = true;
    return 0;
}

static struct ring_chunk_facts facts_of(const struct render_chunk *chunk, int64_t now_ns)
{
    return (struct ring_chunk_facts){
        .first_frame = chunk->first_frame,
        .phrase = chunk->phrase,
        .rendered_ns = now_ns,
        .peak = chunk->peak,
        .loudness_lufs = (float)chunk->loudness.chunk_lufs,
        .limiter_gain = chunk->limiter_gain,
        .makeup_gain = chunk->makeup_gain,
        .trim_db = chunk->trim.trim_db,
        .trim_excess = chunk->trim.excess,
    };
}

/* Notes whether what was just published from `frame` on came in time. */
static void check_time(struct player *player, uint64_t frame, int64_t now_ns)
{
    const int64_t ahead = pace_ahead_frames(&player->pace, frame, now_ns);

    if (ahead + RENDER_BATCH_FRAMES >= (int64_t)player->pace.lead_frames) {
        player->catching_up = false;
    }
    if (ahead < 0) {
        metric_add(&player->books.metrics, METRIC_synthd_underruns, RENDER_BATCH_BLOCKS);
        metric_add(&player->books.metrics, METRIC_synthd_catch_ups, !player->catching_up);
        player->catching_up = true;
    }
}

static void publish(struct player *player, const struct batch *batch, int64_t deadline_ns)
{
    ring_write(player->ring.ring, batch->words, batch->n_frames);
    metric_add(&player->books.metrics, METRIC_synthd_frames_rendered, batch->n_frames);
    const int64_t now_ns = clock_now_ns();

    if (batch->complete) {
        const struct ring_chunk_facts facts = facts_of(&batch->chunk, now_ns);

        ring_chunk_store(player->ring.ring, &facts);
        books_note_levels(&player->books, &batch->chunk);
        books_keep(&player->books, &player->render, player->ring.ring);
    }
    ring_writer_wake(&player->ring);
    if (!render_rests(&player->render)) {
        histogram_add(&player->books.lateness, now_ns - deadline_ns);
    }
    check_time(player, batch->frame, now_ns);
}

static void keep(struct player *player, const struct batch *batch)
{
    reserve_add(&player->reserve, batch->words, batch->n_frames);
    if (batch->complete) {
        const struct ring_chunk_facts facts = facts_of(&batch->chunk, 0);

        reserve_add_chunk(&player->reserve, &facts);
    }
}

static void render_batch(struct player *player, int64_t deadline_ns)
{
    const int64_t begun_ns = clock_machine_ns();
    struct batch batch;

    batch.frame = player->render.frame;
    batch.n_frames = render_next(&player->render, batch.words, &batch.chunk, &batch.complete);
    if (player->private) {
        keep(player, &batch);
    } else {
        publish(player, &batch, deadline_ns);
    }
    histogram_add(&player->books.block_times,
                  (clock_machine_ns() - begun_ns) / (batch.n_frames / BLOCK_FRAMES));
}

/* The first turn as the writer: the ring gets what it lacks of what was rendered in private,
 * once that reaches as far as the ring. */
static void go_public(struct player *player, int64_t now_ns)
{
    struct ring *const ring = player->ring.ring;
    const uint64_t published = ring_published(ring);
    const int given = reserve_give(&player->reserve, ring, now_ns);

    if (given == -EAGAIN) {
        return;
    }
    if (given < 0) {
        player->playing = false; /* to join anew */
        return;
    }
    player->private = false;
    player->catching_up = false;
    ring_writer_wake(&player->ring);
    metric_add(&player->books.metrics, METRIC_synthd_take_overs, 1);
    metric_add(&player->books.metrics, METRIC_synthd_frames_rendered, given);
    if (given > 0) {
        check_time(player, published, now_ns);
    }
    books_keep(&player->books, &player->render, player->ring.ring);
    const struct log_facts facts = {.stream = player->pace.epoch.stream,
                                    .frame = published,
                                    .count = {"given_frames", (uint64_t)given}};

    log_event(LOG_EVENT_synth_took_over, &facts, "took over");
}

bool player_ready(const struct player *player)
{
    const uint64_t most_behind = 2 * (uint64_t)RENDER_BATCH_FRAMES;

    if (player->writes || !player->playing) {
        return player->writes;
    }
    const uint64_t published = ring_published(player->ring.ring);

    return player->render.frame + most_behind >= published &&
           reserve_first_frame(&player->reserve) <= published;
}

/* Once a second a standby that is ready says so, and sees whether the ring still has its name:
 * one that it lost does not grow, and so is soon reached. */
static void show_standby(struct player *player, int64_t now_ns)
{
    if (now_ns < player->next_sign_ns || !player_ready(player)) {
        return;
    }
    player->next_sign_ns = now_ns + sign_period_ns;
    if (ring_writer_is_named(&player->ring)) {
        atomic_store_explicit(&player->ring.ring->standby_ns, now_ns, memory_order_relaxed);
    } else {
        ring_writer_finish(&player->ring); /* the next epoch tunes to the one that has it */
        player->playing = false;
    }
}

/* When the last of the next turn's batches is to be rendered. */
static int64_t next_deadline_ns(const struct player *player)
{
    const uint64_t before = (uint64_t)(player->turn_batches - 1) * RENDER_BATCH_FRAMES;

    return pace_deadline_ns(&player->pace, player->render.frame + before);
}

static int turn_batches(const struct player *player)
{
    const int most = player->alone ? TURN_BATCHES_ALONE : TURN_BATCHES;
    const int half = (int)(player->pace.lead_frames / 2 / RENDER_BATCH_FRAMES);

    return player->private || half < 1 ? 1 : half < most ? half : most;
}

/* What is due. The first turn of a writer is short: it may have given nothing yet. */
static void render_turn(struct player *player, int64_t deadline_ns)
{
    for (int left = player->turn_batches; left > 0; left--) {
        render_batch(player, deadline_ns);
    }
    player->turn_batches = turn_batches(player);
}

int64_t player_turn(struct player *player, int64_t now_ns)
{
    if (!player->writes) {
        show_standby(player, now_ns);
    } else if (player->private) {
        go_public(player, now_ns);
    }
    if (!player->playing) {
        return now_ns;
    }
    if (pace_lost(&player->pace, player->render.frame, now_ns)) {
        player_join(player, now_ns);
    }
    if (player->private &&
        !reserve_has_room(&player->reserve, player->ring.ring, RENDER_BATCH_FRAMES)) {
        return now_ns + stalled_ns; /* the writer hangs; should it die, all it lacks is here */
    }
    const int64_t deadline_ns = next_deadline_ns(player);

    if (now_ns >= deadline_ns) {
        render_turn(player, deadline_ns);
    }
    return next_deadline_ns(player);
}

void player_take_over(struct player *player)
{
    player->writes = true;
    /* by its name, as any new writer: it may have got another segment meanwhile */
    if (player_tuned(player) && open_ring(player, &player->pace.epoch) != 0) {
        player->playing = false; /* it is tried again with the next epoch */
    }
}
