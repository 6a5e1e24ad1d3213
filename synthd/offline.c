#include "synthd/offline.h"

#include "common/clock.h"
#include "common/event_json.h"
#include "common/log.h"
#include "synthd/bounce.h"
#include "synthd/horizon.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { FADE_SECONDS = 15 };

static const int64_t progress_period_ns = NS_PER_S / 2;

struct offline {
    const struct offline_options *options;
    struct offline_reason *reason;
    uint64_t line;
    uint32_t rate_hz; /* 0: no params yet */
    uint64_t stream;
    bool placed; /* where to begin is known */
    bool started;
    uint64_t next_frame;  /* the block to be rendered next */
    uint64_t skip_frames; /* of the first block: they lie before from_frame */
    uint64_t left_frames; /* to render */
    uint64_t frames;      /* to be written so far */
    int64_t began_ns, next_progress_ns;
    struct kit kit;
    struct sink sink;
    struct horizon horizon;
    struct event event;
    struct render render;
    struct bounce bounce;
};

__attribute__((format(printf, 3, 4))) static int refuse(struct offline *offline, int rc,
                                                        const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(offline->reason->text, sizeof offline->reason->text, format, arguments);
    va_end(arguments);
    return rc;
}

/* "rendered 3:20, 33 %, 62 times as fast as it plays" */
static void tell_progress(struct offline *offline, int64_t now_ns)
{
    const uint64_t all = offline->options->frames;
    const double seconds = (double)offline->frames / offline->rate_hz;
    const double took_s = (double)(now_ns - offline->began_ns + 1) / (double)NS_PER_S;
    char percent[16] = "";

    if (all != UINT64_MAX && all > 0) {
        snprintf(percent, sizeof percent, "%.0f %%, ",
                 100 * (double)offline->frames / (double)all);
    }
    fprintf(stderr, "\rrendered %.0f:%02.0f, %s%.0f times as fast as it plays  ",
            floor(seconds / 60), floor(fmod(seconds, 60)), percent, seconds / took_s);
}

static void look_at_progress(struct offline *offline)
{
    const int64_t now_ns = clock_machine_ns();

    if (offline->options->progress && now_ns >= offline->next_progress_ns) {
        offline->next_progress_ns = now_ns + progress_period_ns;
        tell_progress(offline, now_ns);
    }
}

static int refuse_to_write(struct offline *offline, int rc)
{
    if (rc == -EFBIG) {
        return refuse(offline, rc,
                      "a WAV file cannot hold more than 4 GiB; write FLAC (*.flac) or raw (-)");
    }
    return refuse(offline, rc, "cannot write %s: %s", offline->options->path, log_errno(rc));
}

/* Begins to play, as if it had played all along. */
static void start(struct offline *offline)
{
    if (!offline->started) {
        offline->started = true;
        render_start(&offline->render);
        bounce_open(&offline->bounce, &offline->render, &offline->sink,
                    offline->options->n_threads);
    }
}

static int add_block(struct offline *offline, bool fading)
{
    const uint64_t whole = BLOCK_FRAMES - offline->skip_frames;
    const uint64_t n = offline->left_frames < whole ? offline->left_frames : whole;
    const int rc =
        bounce_add(&offline->bounce, (uint32_t)offline->skip_frames, (uint32_t)n, fading);

    offline->next_frame += BLOCK_FRAMES;
    offline->skip_frames = 0;
    offline->left_frames -= n;
    offline->frames += n;
    return rc < 0 ? refuse_to_write(offline, rc) : rc;
}

/* Renders up to a frame that can no longer change. */
static int advance(struct offline *offline, uint64_t until_frame, bool fading)
{
    const uint64_t ahead =
        LIMITER_FRAMES + BLOCK_FRAMES; /* what a block needs to know beyond it */
    int rc = 0;

    while (rc == 0 && offline->left_frames > 0 && offline->next_frame + ahead <= until_frame) {
        start(offline);
        rc = add_block(offline, fading);
        if (offline->bounce.filling == NULL) {
            look_at_progress(offline);
        }
    }
    if (offline->started) {
        bounce_flush(&offline->bounce);
    }
    return rc;
}

static int open_all(struct offline *offline)
{
    const struct offline_options *const options = offline->options;
    struct kit_options kit = options->kit;

    kit.rate_hz = offline->rate_hz;
    if (kit_open(&offline->kit, &kit) != 0) {
        return refuse(offline, -ENOMEM, "cannot set up FluidSynth");
    }
    if (!kit_plays(&offline->kit)) {
        return refuse(offline, -ENOENT, "no SoundFont can be used: %s",
                      offline->kit.info.n_degraded > 0 ? offline->kit.info.degraded[0]
                                                       : "none is set");
    }
    kit_warn(&offline->kit);
    render_init(&offline->render, offline->kit.voice, offline->kit.timbres, offline->rate_hz,
                options->makeup_db);
    const int rc = sink_open(&offline->sink, options->path, offline->rate_hz);

    return rc == 0 ? 0
                   : refuse(offline, rc, "cannot write %s: %s", options->path, log_errno(rc));
}

static int take_params(struct offline *offline)
{
    const struct params_event *const params = &offline->event.params;

    if (offline->rate_hz == 0) {
        offline->rate_hz = params->rate_hz;
        offline->stream = offline->event.head.stream;
        const int rc = open_all(offline);

        if (rc != 0) {
            return rc;
        }
    }
    render_change(&offline->render, params);
    return 0;
}

static int take_phrase(struct offline *offline)
{
    const struct phrase *const phrase = &offline->event.phrase;

    if (!offline->placed) {
        const uint64_t from = offline->options->from_frame == UINT64_MAX
                                  ? phrase->start_frame
                                  : offline->options->from_frame;

        offline->placed = true;
        offline->skip_frames = from % BLOCK_FRAMES;
        offline->next_frame = from - offline->skip_frames;
        render_join(&offline->render, offline->next_frame);
    }
    if (render_phrase(&offline->render, phrase)) {
        horizon_add(&offline->horizon, phrase);
    }
    return advance(offline, horizon_final(&offline->horizon, offline->rate_hz), false);
}

static int take_event(struct offline *offline)
{
    const enum event_type type = offline->event.head.type;

    if (type == EVENT_HEARTBEAT) {
        return 0;
    }
    if (offline->rate_hz == 0 && type != EVENT_PARAMS) {
        return refuse(offline, -EPROTO, "line %" PRIu64 ": the first line must be `params`",
                      offline->line);
    }
    if (offline->rate_hz != 0 && offline->event.head.stream != offline->stream) {
        return refuse(offline, -EPROTO, "line %" PRIu64 ": another stream begins here",
                      offline->line);
    }
    return type == EVENT_PARAMS ? take_params(offline) : take_phrase(offline);
}

/* One line of [len] bytes, its newline included. */
static int take_line(struct offline *offline, const char *line, size_t len)
{
    const bool whole = len > 0 && line[len - 1] == '\n';
    struct json_reason why = {""};

    offline->line++;
    if (event_from_json(line, len - whole, &offline->event, &why) == 0) {
        return take_event(offline);
    }
    return whole ? refuse(offline, -EPROTO, "line %" PRIu64 ": %s", offline->line, why.text)
                 : 0;
}

static int take_lines(struct offline *offline)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t len;
    int rc = 0;

    while (rc == 0 && offline->left_frames > 0 &&
           (len = getline(&line, &size, offline->options->in)) > 0) {
        rc = take_line(offline, line, (size_t)len);
    }
    free(line);
    if (rc == 0 && ferror(offline->options->in)) {
        rc = refuse(offline, -EIO, "cannot read standard input");
    }
    return rc;
}

/* Everything is known: the rest, and until all has faded. */
static int finish_music(struct offline *offline)
{
    const uint64_t ahead = LIMITER_FRAMES + BLOCK_FRAMES;
    const uint64_t last_frame =
        offline->horizon.end_frame + (uint64_t)FADE_SECONDS * offline->rate_hz;

    if (offline->horizon.n_starts == 0) {
        return refuse(offline, -ENODATA, "there is no phrase on standard input");
    }
    if (offline->options->frames != UINT64_MAX) {
        return advance(offline, UINT64_MAX, false);
    }
    const int rc = advance(offline, offline->horizon.end_frame + ahead, false);

    return rc == 0 ? advance(offline, last_frame + ahead - 1, true) : rc;
}

static int complete(struct offline *offline)
{
    int rc = offline->started ? bounce_drain(&offline->bounce) : 0;

    bounce_finish(&offline->bounce);
    if (rc < 0) {
        return refuse_to_write(offline, rc);
    }
    rc = sink_close(&offline->sink);
    return rc == 0 ? 0
                   : refuse(offline, rc, "cannot complete %s: %s", offline->options->path,
                            log_errno(rc));
}

static int run(struct offline *offline)
{
    int rc = take_lines(offline);

    if (rc == 0) {
        rc = finish_music(offline);
    }
    if (rc >= 0) {
        rc = complete(offline);
    }
    if (offline->options->progress && offline->started) {
        tell_progress(offline, clock_machine_ns());
        fprintf(stderr, "\n");
    }
    return rc;
}

static void log_cost(const struct offline *offline)
{
    log_debug("rendered frames=%" PRIu64 " wall_ms=%" PRId64 " voices_cpu_ms=%" PRId64
              " mix_cpu_ms=%" PRId64,
              offline->sink.frames, (clock_machine_ns() - offline->began_ns) / NS_PER_MS,
              bounce_voices_ns(&offline->bounce) / NS_PER_MS,
              bounce_mix_ns(&offline->bounce) / NS_PER_MS);
}

int offline_render(const struct offline_options *options, struct offline_reason *reason)
{
    struct offline *const offline = calloc(1, sizeof *offline);

    reason->text[0] = '\0';
    if (offline == NULL) {
        snprintf(reason->text, sizeof reason->text, "out of memory");
        return -ENOMEM;
    }
    offline->options = options;
    offline->reason = reason;
    offline->left_frames = options->frames;
    offline->began_ns = clock_machine_ns();
    int rc =
        sink_check(options->path) == 0
            ? 0
            : refuse(offline, -EINVAL,
                     "cannot write %s: the name must end in .wav or .flac, or be - for raw",
                     options->path);

    if (rc == 0) {
        rc = run(offline);
    }
    bounce_finish(&offline->bounce);
    if (rc == 0) {
        log_cost(offline);
    }
    sink_finish(&offline->sink);
    render_finish(&offline->render);
    kit_finish(&offline->kit);
    free(offline);
    return rc;
}
