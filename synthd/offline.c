#include "synthd/offline.h"

#include "common/clock.h"
#include "common/event_json.h"
#include "common/log.h"
#include "synthd/horizon.h"
#include "synthd/render.h"
#include "synthd/sink.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { FADE_SECONDS = 15, QUIET_BLOCKS = 100 };

struct offline {
    const struct offline_options *options;
    struct offline_reason *reason;
    uint64_t line;
    uint32_t rate_hz; /* 0: no params yet */
    uint64_t stream;
    bool placed; /* where to begin is known */
    bool started;
    uint64_t skip_frames; /* of the first block: they lie before from_frame */
    uint64_t left_frames; /* to write */
    uint64_t quiet_blocks;
    int64_t next_progress_ns;
    struct kit kit;
    struct sink sink;
    struct horizon horizon;
    struct event event;
    struct render render;
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

static void tell_progress(struct offline *offline)
{
    const int64_t now_ns = clock_machine_ns();

    if (offline->options->progress && now_ns >= offline->next_progress_ns) {
        const uint64_t seconds = offline->sink.frames / offline->rate_hz;

        offline->next_progress_ns = now_ns + NS_PER_S / 2;
        fprintf(stderr, "\rrendered %" PRIu64 ":%02" PRIu64 " ", seconds / 60, seconds % 60);
    }
}

static int write_block(struct offline *offline, const uint32_t words[BLOCK_FRAMES])
{
    const uint64_t skip = offline->skip_frames;
    const uint64_t whole = BLOCK_FRAMES - skip;
    const uint64_t n = offline->left_frames < whole ? offline->left_frames : whole;
    const int rc = sink_write(&offline->sink, words + skip, (uint32_t)n);

    if (rc == -EFBIG) {
        return refuse(offline, rc,
                      "a WAV file cannot hold more than 4 GiB; write FLAC (*.flac) or raw (-)");
    }
    if (rc != 0) {
        return refuse(offline, rc, "cannot write %s: %s", offline->options->path,
                      log_errno(rc));
    }
    offline->skip_frames = 0;
    offline->left_frames -= n;
    return 0;
}

/* Begins to play, as if it had played all along. */
static void start(struct offline *offline)
{
    if (!offline->started) {
        offline->started = true;
        render_start(&offline->render);
    }
}

/* Renders up to a frame that can no longer change. */
static int advance(struct offline *offline, uint64_t until_frame)
{
    const uint64_t ahead =
        LIMITER_FRAMES + BLOCK_FRAMES; /* what a block needs to know beyond it */

    while (offline->left_frames > 0 && offline->render.frame + ahead <= until_frame) {
        uint32_t words[BLOCK_FRAMES];
        struct render_chunk chunk;
        bool quiet = true;

        start(offline);
        render_block(&offline->render, words, &chunk);
        for (int i = 0; i < BLOCK_FRAMES; i++) {
            quiet = quiet && words[i] == 0;
        }
        offline->quiet_blocks = quiet ? offline->quiet_blocks + 1 : 0;
        const int rc = write_block(offline, words);

        if (rc != 0) {
            return rc;
        }
        tell_progress(offline);
    }
    return 0;
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
        render_join(&offline->render, from - offline->skip_frames);
    }
    if (render_phrase(&offline->render, phrase)) {
        horizon_add(&offline->horizon, phrase);
    }
    return advance(offline, horizon_final(&offline->horizon, offline->rate_hz));
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
        return advance(offline, UINT64_MAX);
    }
    int rc = advance(offline, offline->horizon.end_frame + ahead);

    while (rc == 0 && offline->quiet_blocks < QUIET_BLOCKS &&
           offline->render.frame < last_frame) {
        rc = advance(offline, offline->render.frame + ahead);
    }
    return rc;
}

static int run(struct offline *offline)
{
    int rc = take_lines(offline);

    if (rc == 0) {
        rc = finish_music(offline);
    }
    if (rc == 0) {
        rc = sink_close(&offline->sink);
        if (rc != 0) {
            refuse(offline, rc, "cannot complete %s: %s", offline->options->path,
                   log_errno(rc));
        }
    }
    if (offline->options->progress) {
        fprintf(stderr, "\n");
    }
    return rc;
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
    int rc =
        sink_check(options->path) == 0
            ? 0
            : refuse(offline, -EINVAL,
                     "cannot write %s: the name must end in .wav or .flac, or be - for raw",
                     options->path);

    if (rc == 0) {
        rc = run(offline);
    }
    sink_finish(&offline->sink);
    render_finish(&offline->render);
    kit_finish(&offline->kit);
    free(offline);
    return rc;
}
