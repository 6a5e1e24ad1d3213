#include "composerd/offline.h"

#include "common/clock.h"
#include "common/entropy.h"
#include "common/log.h"
#include "common/rng.h"
#include "composerd/midi_file.h"
#include "composerd/outbox.h"
#include "composerd/station.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* One composition under way. */
struct offline {
    FILE *out;              /* NULL: no journal wanted */
    struct midi_file *midi; /* NULL: no MIDI file wanted */
    struct station station;
    struct outbox outbox;
    uint64_t end_frame;
    int32_t begin_s;     /* the time of day at frame 0; DAY_NONE: the hour is not followed */
    uint64_t look_frame; /* when to look at the hour next: once a second, as on the air */
    int rc;              /* 0, or what went wrong first */
    int64_t said_ns;     /* progress, last shown */
    int64_t begun_ns;
};

static void note_failure(struct offline *offline, int rc)
{
    if (offline->rc == 0) {
        offline->rc = rc;
    }
}

/* On a terminal: how far, and how much faster than the music sounds. */
static void show_progress(struct offline *offline, bool last)
{
    const int64_t now_ns = clock_machine_ns();

    if (!isatty(STDERR_FILENO) || (!last && now_ns - offline->said_ns < NS_PER_S / 4)) {
        return;
    }
    offline->said_ns = now_ns;
    const double rate_hz = offline->station.epoch.rate_hz;
    const double seconds = (double)lookahead_end(&offline->station.ahead) / rate_hz;
    const double taken = (double)(now_ns - offline->begun_ns) / (double)NS_PER_S;

    fprintf(stderr, "\rcomposed %.1f of %.1f minutes, %.0f times real time%s", seconds / 60,
            (double)offline->end_frame / rate_hz / 60, seconds / (taken > 0 ? taken : 1),
            last ? "\n" : "");
}

static void on_phrase(void *user, const struct phrase *phrase)
{
    struct offline *const offline = user;

    if (offline->out != NULL) {
        note_failure(offline, outbox_add_phrase(&offline->outbox, phrase));
    }
    if (offline->midi != NULL) {
        note_failure(offline, midi_file_add(offline->midi, phrase));
    }
}

static struct station_listener listener_of(struct offline *offline)
{
    return (struct station_listener){.user = offline, .phrase = on_phrase};
}

static void print_event(void *user, const struct outbox_event *event)
{
    struct offline *const offline = user;

    if (fprintf(offline->out, "%s\n", event->json) < 0) {
        note_failure(offline, -EIO);
    }
}

static void print_all(struct offline *offline)
{
    const struct outbox_reader journal = {.user = offline, .event = print_event};

    outbox_flush(&offline->outbox, &journal);
    show_progress(offline, false);
}

static void print_change(struct offline *offline)
{
    if (offline->out != NULL) {
        note_failure(offline, outbox_add_params(&offline->outbox, &offline->station.change));
    }
    print_all(offline);
}

/* What the station has composed by then. */
static void compose_by(struct offline *offline, uint64_t now_frame)
{
    const struct station_listener listener = listener_of(offline);

    while (offline->rc == 0 && station_compose(&offline->station, now_frame, &listener)) {
        print_all(offline);
    }
}

/* Lives up to a frame, following the hour. */
static void follow_day(struct offline *offline, uint64_t until_frame)
{
    const struct station_listener listener = listener_of(offline);
    const uint32_t rate_hz = offline->station.epoch.rate_hz;

    while (offline->rc == 0 && offline->begin_s != DAY_NONE &&
           offline->look_frame <= until_frame) {
        const uint64_t now_frame = offline->look_frame;
        const uint64_t seconds = (uint64_t)offline->begin_s + now_frame / rate_hz;

        compose_by(offline, now_frame);
        if (station_follow_day(&offline->station, (int32_t)(seconds % DAY_SECONDS), now_frame,
                               &listener)) {
            print_change(offline);
        }
        offline->look_frame += rate_hz;
    }
}

static void carry_out(struct offline *offline, const struct control_step *step)
{
    struct station *const station = &offline->station;
    const struct station_listener listener = listener_of(offline);
    const uint64_t now_frame = (uint64_t)(step->at_seconds * station->epoch.rate_hz);

    follow_day(offline, now_frame);
    compose_by(offline, now_frame);
    station_change(station, &step->request, now_frame, rng_mix(station->change.params.seed),
                   &listener);
    print_change(offline);
}

static void compose_all(struct offline *offline, const struct script *script)
{
    const struct lookahead *const ahead = &offline->station.ahead;
    const struct station_listener listener = listener_of(offline);

    print_change(offline); /* the parameters that the stream begins with */
    for (size_t i = 0; offline->rc == 0 && i < script->n_steps; i++) {
        carry_out(offline, &script->steps[i]);
    }
    follow_day(offline, offline->end_frame);
    /* nobody asks for anything any more: it need not look ahead */
    while (offline->rc == 0 && lookahead_end(ahead) < offline->end_frame) {
        station_compose(&offline->station, lookahead_end(ahead), &listener);
        print_all(offline);
    }
    show_progress(offline, true);
}

static int write_midi(const struct midi_file *midi, const char *path)
{
    uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    int rc = midi_file_make(midi, &bytes, &n_bytes);
    FILE *const file = rc == 0 ? fopen(path, "we") : NULL;

    if (rc == 0 && file == NULL) {
        rc = -errno;
    }
    if (file != NULL) {
        rc = fwrite(bytes, 1, n_bytes, file) == n_bytes ? 0 : -EIO;
        rc = fclose(file) != 0 ? -errno : rc;
    }
    free(bytes);
    return rc;
}

static int begin(struct offline *offline, const struct offline_request *request)
{
    const struct settings *const settings = request->settings;
    struct epoch epoch = {.rate_hz = (uint32_t)settings->station_sample_rate};
    struct params params;

    params_init(&params);
    params.seed = entropy_u64();
    params_apply(&params, &settings->params);
    /* no stream was born: its id is the seed's, so that the same seed prints the same bytes */
    epoch.stream = offline->outbox.stream = rng_mix(params.seed);
    offline->out = request->journal;
    offline->begin_s = request->begin_s;
    offline->end_frame = (uint64_t)(request->minutes * 60 * epoch.rate_hz);
    offline->begun_ns = clock_machine_ns();
    station_configure(&offline->station, settings);
    return station_begin(&offline->station, &epoch, &params);
}

static int run(struct offline *offline, const struct offline_request *request)
{
    compose_all(offline, request->script);
    if (offline->rc == 0 && offline->out != NULL && fflush(offline->out) != 0) {
        offline->rc = -errno;
    }
    return offline->rc == 0 && offline->midi != NULL ? write_midi(offline->midi, request->midi)
                                                     : offline->rc;
}

int offline_compose(const struct offline_request *request)
{
    struct offline offline = {0};
    struct midi_file midi;
    int rc = begin(&offline, request);

    midi_file_init(&midi, &offline.station.change.params, request->settings->timbres,
                   (uint32_t)request->settings->station_sample_rate);
    offline.midi = request->midi != NULL ? &midi : NULL;
    if (rc == 0) {
        rc = run(&offline, request);
    }
    outbox_finish(&offline.outbox);
    station_finish(&offline.station);
    midi_file_finish(&midi);
    if (rc != 0) {
        log_error("cannot write what was composed: %s", log_errno(rc));
    }
    return rc;
}
