#include "synthd/player.h"

#include "common/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* From so far ahead a snapshot holds no phrase, only where the stream lies in time. */
#define NOTHING_YET UINT64_C(999999999999999)

enum { BATCH_BLOCKS = PACE_BATCH_FRAMES / BLOCK_FRAMES };

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
    const struct ring_format format = {*epoch, RING_CAPACITY_FRAMES};
    const char *reason = "";

    ring_writer_finish(&player->ring);
    const int opened =
        ring_writer_open(&player->ring, player->options.ring_name, &format, &reason);

    if (opened < 0) {
        player->ring.ring = NULL;
        return opened;
    }
    if (opened == RING_SET_ASIDE) {
        log_warn("ring set aside name=%s reason=\"%s\"", player->options.ring_name, reason);
    }
    player->fresh = opened != RING_ADOPTED;
    log_event("ring", epoch->stream, ring_adopt(player->ring.ring), "ring %s name=%s",
              player->fresh ? "made" : "adopted", player->options.ring_name);
    sign_ring(player);
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
        return rc;
    }
    pace_init(&player->pace, epoch, player->options.lead_ms);
    drop_voices(player); /* even FluidSynth remembers nothing of another stream */
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

int player_join(struct player *player, int64_t now_ns)
{
    const int64_t begun_ns = clock_machine_ns();
    const int rc = player_load(player);

    if (rc != 0) {
        return rc;
    }
    const uint64_t published = ring_adopt(player->ring.ring);
    const uint64_t frame = next_frame(player, now_ns);
    const bool lost = pace_lost(&player->pace, published, now_ns);

    if (frame != published) {
        ring_jump(player->ring.ring, frame);
    }
    if (lost) {
        metric_add(&player->metrics, METRIC_synthd_jumps, 1);
        log_event("jump", player->pace.epoch.stream, frame,
                  "jumped to now frame=%" PRIu64 " left_out_frames=%" PRIu64, frame,
                  frame - published);
    }
    render_join(&player->render, frame);
    render_start(&player->render);
    player->playing = true;
    player->catching_up = lost || player->fresh; /* no outage to count */
    player->fresh = false;
    log_event("join", player->pace.epoch.stream, frame,
              "rendering frame=%" PRIu64 " preroll_ms=%" PRId64, frame,
              (clock_machine_ns() - begun_ns) / NS_PER_MS);
    return 0;
}

/* Moves what the renderer has counted into the metrics. */
static void keep_books(struct player *player)
{
    struct metrics *const m = &player->metrics;
    struct timeline *const t = &player->render.timeline;
    const uint32_t voices = voices_count(&player->render.voices);

    metric_add(m, METRIC_synthd_notes_begun, (int64_t)t->notes_begun);
    metric_add(m, METRIC_synthd_notes_late, (int64_t)t->notes_late);
    metric_add(m, METRIC_synthd_timeline_dropped, (int64_t)t->notes_dropped);
    metric_add(m, METRIC_synthd_changes_late, (int64_t)player->render.changes.changes_late);
    metric_add(m, METRIC_synthd_samples_clipped, (int64_t)player->render.clipped);
    t->notes_begun = t->notes_late = t->notes_dropped = 0;
    player->render.changes.changes_late = 0;
    player->render.clipped = 0;
    metric_set(m, METRIC_synthd_voices, voices);
    metric_max(m, METRIC_synthd_voices_max, voices);
    metric_set(m, METRIC_synthd_voices_stolen, (int64_t)voices_stolen(&player->render.voices));
    metric_set(m, METRIC_synthd_render_time_p50,
               histogram_percentile(&player->block_times, 0.5));
    metric_set(m, METRIC_synthd_render_time_p95,
               histogram_percentile(&player->block_times, 0.95));
    metric_set(m, METRIC_synthd_render_time_p99,
               histogram_percentile(&player->block_times, 0.99));

    const int first = metric_first("synthd");
    const int n = metric_count("synthd");

    for (int i = 0; i < n && i < RING_COUNTERS; i++) {
        const enum metric_id id = (enum metric_id)(first + i);

        atomic_store_explicit(&player->ring.ring->counters[i], metric_get(m, id),
                              memory_order_relaxed);
    }
}

static void store_chunk(struct player *player, const struct render_chunk *chunk, int64_t now_ns)
{
    const struct ring_chunk_facts facts = {
        .first_frame = chunk->first_frame,
        .phrase = chunk->phrase,
        .rendered_ns = now_ns,
        .peak = chunk->peak,
        .loudness_lufs = chunk->loudness_lufs,
        .limiter_gain = chunk->limiter_gain,
        .makeup_gain = chunk->makeup_gain,
    };

    ring_chunk_store(player->ring.ring, &facts);
}

/* Notes whether the batch that was just published came in time. */
static void check_time(struct player *player, uint64_t frame, int64_t now_ns)
{
    const int64_t ahead = pace_ahead_frames(&player->pace, frame, now_ns);

    if (ahead >= (int64_t)player->pace.lead_frames) {
        player->catching_up = false;
    }
    if (ahead < 0) {
        metric_add(&player->metrics, METRIC_synthd_underruns, BATCH_BLOCKS);
        metric_add(&player->metrics, METRIC_synthd_catch_ups, !player->catching_up);
        player->catching_up = true;
    }
}

static void render_batch(struct player *player)
{
    const int64_t begun_ns = clock_machine_ns();
    const uint64_t frame = player->render.frame;
    uint32_t words[PACE_BATCH_FRAMES];
    struct render_chunk chunk = {0};
    bool complete = false; /* at most one: a chunk is longer than a batch */

    for (int i = 0; i < BATCH_BLOCKS; i++) {
        complete |= render_block(&player->render, words + (size_t)i * BLOCK_FRAMES, &chunk);
    }
    ring_write(player->ring.ring, words, PACE_BATCH_FRAMES);
    const int64_t now_ns = clock_now_ns();

    if (complete) {
        store_chunk(player, &chunk, now_ns);
        keep_books(player);
    }
    ring_writer_wake(&player->ring);
    histogram_add(&player->block_times, (clock_machine_ns() - begun_ns) / BATCH_BLOCKS);
    metric_add(&player->metrics, METRIC_synthd_frames_rendered, PACE_BATCH_FRAMES);
    check_time(player, frame, now_ns);
}

int64_t player_turn(struct player *player, int64_t now_ns)
{
    if (pace_lost(&player->pace, player->render.frame, now_ns)) {
        player_join(player, now_ns);
    }
    if (now_ns >= pace_deadline_ns(&player->pace, player->render.frame)) {
        render_batch(player);
    }
    return pace_deadline_ns(&player->pace, player->render.frame);
}
