/*
 * auralis-synthd - takes phrases, renders them ahead of due, and writes the station's audio
 * ring; where another one does, it stands by.
 */
#include "common/file_lock.h"
#include "common/lead_file.h"
#include "common/log.h"
#include "common/service.h"
#include "common/settings.h"
#include "common/start.h"
#include "common/trouble.h"
#include "synthd/feed.h"
#include "synthd/lead.h"
#include "synthd/offline.h"
#include "synthd/pipeline.h"
#include "synthd/player.h"
#include "synthd/reload.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const int64_t status_period_ns = 5 * NS_PER_S;
static const int64_t waiting_ns = 2 * NS_PER_MS;  /* between looks while something is awaited */
static const int64_t warming_ns = 10 * NS_PER_S;  /* after so long a standby may lack a peer */
static const int64_t awaiting_ns = 2 * NS_PER_S;  /* and the writer composerd */
static const int64_t loading_ns = 120 * NS_PER_S; /* a big font from a slow disk */
/* Events are taken at least this often, and before each turn of rendering. */
static const int64_t longest_sleep_ns = 100 * NS_PER_MS;
static const int64_t standby_ns = 3 * NS_PER_S; /* one shows itself every second */
static const int64_t alone_ns = 5 * NS_PER_S;   /* none stood by for so long: none will soon */
static const int64_t watching_ns = 10 * NS_PER_MS; /* between a standby's tries for the lock */

struct synthd {
    struct settings settings;
    struct service service;
    struct file_lock lock;
    struct feed feed;
    struct player player;
    struct reload reload;
    struct trouble ring_trouble, voice_trouble;
    struct lead lead;
    int64_t alone_from_ns;
    char lock_path[SETTING_TEXT_BYTES + 16];
    int64_t begun_ns, next_status_ns;
    bool ready;
};

/* The one thing this process does, and large: not for the stack. */
static struct synthd synthd;

static struct kit_options kit_options(const struct settings *set)
{
    return (struct kit_options){
        .gain = set->synth_gain,
        .polyphony = set->synth_polyphony,
        .fonts = {set->synth_soundfont, set->synth_piano_font, set->synth_texture_font},
        .timbres = set->timbres,
        .pid = (uint32_t)getpid()};
}

/* ---- what the feed hands over ---- */

/* What came of opening the ring: 0 or above, or -errno. */
static void tell_ring(struct synthd *s, int rc)
{
    static const struct log_trouble_kind kind = {
        .event = LOG_EVENT_ring_trouble,
        .sentence = "cannot open the ring",
        .over_event = LOG_EVENT_ring_well,
        .over_sentence = "the ring is open",
    };
    const struct log_facts facts = {.path = s->settings.ring_name,
                                    .reason = rc < 0 ? log_errno(rc) : NULL};

    log_trouble(&s->ring_trouble, &kind, rc < 0, &facts);
}

static void on_epoch(void *user, const struct epoch *epoch)
{
    struct synthd *const s = user;
    const int rc = player_tune(&s->player, epoch);

    if (rc == 1) {
        feed_restart(&s->feed); /* another stream: all of it is wanted */
    }
    tell_ring(s, rc);
}

static bool on_event(void *user, const struct event *event)
{
    struct synthd *const s = user;

    return player_take(&s->player, event);
}

static uint64_t from_frame(void *user)
{
    struct synthd *const s = user;

    return player_from_frame(&s->player, clock_now_ns());
}

/* ---- the steps of main() ---- */

/* A standby is up when it could take over: then the writer may be ended. The writer is when it
 * renders. */
static void show_ready(struct synthd *s)
{
    const struct player *const player = &s->player;
    const int64_t patience_ns = player->writes ? awaiting_ns : warming_ns;

    if (!s->ready && ((player->playing && player_ready(player)) ||
                      clock_machine_ns() - s->begun_ns > patience_ns)) {
        s->ready = true;
        s->next_status_ns = 0;
        service_ready(&s->service);
    }
}

static void show_status(struct synthd *s, int64_t now_ns)
{
    const struct player *const player = &s->player;

    show_ready(s);
    if (now_ns < s->next_status_ns) {
        return;
    }
    s->next_status_ns = now_ns + status_period_ns;
    if (!player->playing) {
        service_status(&s->service, "waiting for composerd%s",
                       player->writes ? "" : ", another synthd plays");
        return;
    }
    const int64_t ahead = pace_ahead_frames(&player->pace, player->render.frame, now_ns);

    service_status(&s->service, "%s, %" PRId64 " ms ahead, %u voices%s",
                   player->writes ? "rendering" : "standing by",
                   ahead * 1000 / player->pace.epoch.rate_hz,
                   voices_count(&player->render.voices),
                   feed_alive(&s->feed, clock_machine_ns()) ? "" : ", composerd is away");
}

/* Whether another synthd would go on, should this one die. */
static bool has_standby(const struct player *player, int64_t now_ns)
{
    const struct ring *const ring = player->ring.ring;
    const int64_t seen_ns =
        ring != NULL ? atomic_load_explicit(&ring->standby_ns, memory_order_relaxed) : 0;

    return seen_ns != 0 && now_ns - seen_ns < standby_ns;
}

/* A standby that ends says so: the writer need not wait for its signs to grow old. */
static void take_leave(struct synthd *s)
{
    struct ring *const ring = s->player.ring.ring;

    if (ring != NULL && !s->player.writes) {
        atomic_store_explicit(&ring->standby_ns, 0, memory_order_relaxed);
    }
}

/* Renders as far ahead of due as is safe now, and tells composerd how far that is. */
static void mind_lead(struct synthd *s, int64_t now_ns)
{
    struct player *const player = &s->player;
    const struct epoch *const epoch = &player->pace.epoch;
    const int64_t machine_ns = clock_machine_ns();

    if (player->writes) {
        const int32_t ms = lead_turn(&s->lead, has_standby(player, now_ns), machine_ns);

        if (ms != 0 && lead_file_write(s->settings.synth_dir, ms) == 0) {
            lead_told(&s->lead, ms, machine_ns);
        }
    } else if (player->playing) {
        const int64_t ahead =
            pace_ahead_frames(&player->pace, ring_published(player->ring.ring), now_ns);

        lead_follow(&s->lead, (int32_t)(ahead * 1000 / epoch->rate_hz));
    }
    player->options.lead_ms = s->lead.ms;
    if (player_tuned(player)) {
        player->pace.lead_frames = clock_ms_frames(s->lead.ms, epoch->rate_hz);
    }
}

/* Lets the player know whether another may soon be there to go on. */
static void mind_standby(struct synthd *s, int64_t now_ns)
{
    if (has_standby(&s->player, now_ns)) {
        s->alone_from_ns = now_ns + alone_ns;
    }
    s->player.alone = now_ns >= s->alone_from_ns;
}

/* Becomes the writer when no other synthd is; one system call. 0, or -errno. */
static int take_ring(struct synthd *s)
{
    const int rc = file_lock_take(&s->lock, s->lock_path);

    if (rc == 0) {
        if (s->player.playing) {
            lead_take_over(&s->lead, clock_machine_ns());
        }
        player_take_over(&s->player);
        s->alone_from_ns = clock_now_ns() + alone_ns;
        s->next_status_ns = 0;
    }
    return rc;
}

/* Where another synthd plays, this one stands by. */
static void choose_role(struct synthd *s)
{
    snprintf(s->lock_path, sizeof s->lock_path, "%s/ring.lock", s->settings.synth_dir);
    const int rc = take_ring(s);

    if (rc == -EWOULDBLOCK) {
        log_debug("another synthd plays, standing by lock=%s", s->lock_path);
    } else {
        start_must(rc, "take the ring's lock");
    }
}

static void set_up(struct synthd *s)
{
    const struct settings *const set = &s->settings;
    const struct feed_user user = {s, on_epoch, on_event, from_frame};
    const struct player_options player = {
        .ring_name = set->ring_name,
        .lead_ms = set->station_lead_ms,
        .makeup_db = set->synth_makeup_db,
        .kit = kit_options(set),
        .pid = (uint32_t)getpid(),
    };

    s->begun_ns = clock_machine_ns();
    if (mkdir(set->synth_dir, 0750) != 0 && errno != EEXIST) {
        start_must(-errno, "make the lock's folder");
    }
    lead_init(&s->lead, set->station_lead_ms, set->station_standby_lead_ms);
    player_init(&s->player, &player);
    start_must(
        feed_open(&s->feed, set->bus_dir, set->state_dir, &s->player.books.metrics, &user),
        "connect to composerd");
}

/* Joins the stream once everything is known; loads the voices while that is on its way. */
static void prepare(struct synthd *s, int64_t now_ns)
{
    const bool complete = feed_complete(&s->feed);

    if (!player_tuned(&s->player) ||
        !(complete || feed_waiting(&s->feed, clock_machine_ns()))) {
        return;
    }
    if (complete || s->player.render.voices.n == 0) {
        service_busy(&s->service, loading_ns); /* fonts are read, seconds played in private */
    }
    const int rc = complete ? player_join(&s->player, now_ns) : player_load(&s->player);

    if (rc < 0 && trouble_lasts(&s->voice_trouble, TROUBLE_AT_ONCE, clock_machine_ns())) {
        log_error("cannot load the voices reason=\"%s\" times=%" PRIu64, log_errno(rc),
                  s->voice_trouble.times);
    }
}

/* Takes up what the configuration now says of timbres and fonts. All else of it waits for a
 * restart. */
static void change_kit(struct synthd *s)
{
    struct settings *const set = &s->settings;
    const struct settings *const next = &s->reload.settings;

    memcpy(set->timbres, next->timbres, sizeof set->timbres);
    memcpy(set->synth_soundfont, next->synth_soundfont, SETTING_TEXT_BYTES);
    memcpy(set->synth_piano_font, next->synth_piano_font, SETTING_TEXT_BYTES);
    memcpy(set->synth_texture_font, next->synth_texture_font, SETTING_TEXT_BYTES);
    if (player_change(&s->player, &s->reload.kit)) {
        log_event(LOG_EVENT_config_reloaded, NULL, "the timbres and fonts were read again");
    } else {
        kit_finish(&s->reload.kit); /* another stream has begun, and waits for its own */
    }
}

/* SIGHUP: a kit is made aside, and taken up between two blocks. */
static void reload(struct synthd *s)
{
    struct voices *const voices = &s->player.render.voices;

    s->reload.wanted |= service_reload_wanted();
    if (reload_collect(&s->reload)) {
        change_kit(s);
    }
    if (reload_busy(&s->reload)) {
        return;
    }
    struct voice *const silent = voices_retire(voices);

    if (silent != NULL) {
        reload_destroy(&s->reload, silent);
    } else if (s->reload.wanted && voices->n > 0 && voices_have_room(voices)) {
        const struct kit_options options = player_kit_options(&s->player);

        reload_begin(&s->reload, &options, &s->player.kit.info);
    }
}

/* Takes events, renders what is due; returns when to look again. */
static int64_t turn(struct synthd *s, int64_t now_ns)
{
    if (!s->player.writes) {
        take_ring(s);
    }
    mind_lead(s, now_ns);
    mind_standby(s, now_ns);
    feed_poll(&s->feed, clock_machine_ns());
    reload(s);
    if (!s->player.playing) {
        prepare(s, now_ns);
        return s->player.playing ? now_ns : now_ns + waiting_ns;
    }
    const int64_t next_ns = player_turn(&s->player, clock_now_ns());
    const int64_t latest_ns = now_ns + (s->player.writes ? longest_sleep_ns : watching_ns);

    return next_ns < latest_ns ? next_ns : latest_ns;
}

static void serve(struct synthd *s)
{
    set_up(s);
    choose_role(s);
    start_succeeded();
    player_peek(&s->player);
    while (service_running()) {
        const int64_t now_ns = clock_now_ns();
        const int64_t next_ns = turn(s, now_ns);

        service_alive(&s->service, clock_machine_ns());
        show_status(s, now_ns);
        clock_sleep_until_ns(next_ns);
    }
    service_stopping(&s->service);
    take_leave(s);
}

/* ---- --render ---- */

static bool read_frames(const char *text, uint64_t *frames)
{
    char *end = NULL;

    if (text == NULL) {
        *frames = UINT64_MAX;
        return true;
    }
    errno = 0;
    *frames = strtoull(text, &end, 10);
    return errno == 0 && *text >= '0' && *text <= '9' && *end == '\0' &&
           *frames < UINT64_C(1000000000000000);
}

static int render_file(const struct settings *set, const char *path, const char *from,
                       const char *frames)
{
    struct offline_reason reason;
    struct offline_options options = {
        .in = stdin,
        .path = path,
        .kit = kit_options(set),
        .makeup_db = set->synth_makeup_db,
        .progress = isatty(STDERR_FILENO) == 1,
        .n_threads = pipeline_processors(),
    };

    if (!read_frames(from, &options.from_frame) || !read_frames(frames, &options.frames)) {
        log_error("--from and --frames take whole numbers of frames, 0 to 999999999999999");
        return EXIT_FAILURE;
    }
    if (offline_render(&options, &reason) != 0) {
        log_error("%s", reason.text);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    const char *render = NULL;
    const char *from = NULL;
    const char *frames = NULL;
    const struct settings_flag flags[] = {
        {"render", "FILE", "render a journal from standard input to FILE (.wav, .flac; -: raw)",
         &render},
        {"from", "FRAME", "with --render: begin there, as if all before had been played",
         &from},
        {"frames", "N", "with --render: end after so many frames", &frames},
        {0},
    };
    const struct settings_program program = {
        's', "auralis-synthd", "renders the station's phrases into its audio ring", flags};
    struct settings_error error = {""};
    struct synthd *const s = &synthd;

    log_init("synthd", "info"); /* what is wrong with the settings is said, too */
    const int rc = settings_load(&s->settings, &program, argc, argv, &error);

    if (rc == SETTINGS_DONE) {
        return EXIT_SUCCESS;
    }
    if (rc != 0) {
        start_refuse("%s", error.text);
    }
    start_must(log_init("synthd", s->settings.log_level), "set up the log");
    log_set_station(s->settings.station_name);
    clock_set_rate(s->settings.station_clock_rate);
    if (render != NULL) {
        return render_file(&s->settings, render, from, frames);
    }
    start_must(service_init(&s->service), "set up signals and watchdog");
    reload_init(&s->reload, &program, argc, argv);
    serve(s);
    feed_finish(&s->feed);
    reload_finish(&s->reload);
    player_finish(&s->player);
    file_lock_finish(&s->lock);
    return EXIT_SUCCESS;
}
