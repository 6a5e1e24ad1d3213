#include "composerd/offline.h"

#include "common/clock.h"
#include "common/entropy.h"
#include "common/event_json.h"
#include "common/log.h"
#include "common/rng.h"
#include "composerd/compose.h"
#include "composerd/midi_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

/* One composition under way. */
struct offline {
    FILE *out;              /* NULL: no journal wanted */
    struct midi_file *midi; /* NULL: no MIDI file wanted */
    struct composer composer;
    struct params params;
    uint32_t rate_hz, phrase_bars;
    uint64_t end_frame;
    struct event_head head;
    struct composition *composition;
    int64_t said_ns; /* progress, last shown */
    int64_t begun_ns;
};

static int print_line(FILE *out, char *json)
{
    const bool good = json != NULL && fprintf(out, "%s\n", json) > 0;

    free(json);
    return good ? 0 : -EIO;
}

static int print_params(struct offline *offline)
{
    const struct params_event event = {.params = offline->params, .rate_hz = offline->rate_hz};

    offline->head.type = EVENT_PARAMS;
    offline->head.n = 1;
    return print_line(offline->out, params_event_to_json(&offline->head, &event));
}

/* On a terminal: how far, and how much faster than the music sounds. */
static void show_progress(struct offline *offline, bool last)
{
    const int64_t now_ns = clock_now_ns();

    if (!isatty(STDERR_FILENO) || (!last && now_ns - offline->said_ns < NS_PER_S / 4)) {
        return;
    }
    offline->said_ns = now_ns;
    const double seconds = (double)offline->composer.frame / offline->rate_hz;
    const double taken = (double)(now_ns - offline->begun_ns) / (double)NS_PER_S;

    fprintf(stderr, "\rcomposed %.1f of %.1f minutes, %.0f times real time%s", seconds / 60,
            (double)offline->end_frame / offline->rate_hz / 60,
            seconds / (taken > 0 ? taken : 1), last ? "\n" : "");
}

static int give_phrase(struct offline *offline, uint64_t number)
{
    const struct phrase *const phrase = &offline->composition->phrase;
    int rc = 0;

    offline->head.type = EVENT_PHRASE;
    offline->head.n = number + 1;
    if (offline->out != NULL) {
        rc = print_line(offline->out, phrase_to_json(&offline->head, phrase));
    }
    if (rc == 0 && offline->midi != NULL) {
        rc = midi_file_add(offline->midi, phrase);
    }
    return rc;
}

static int compose_all(struct offline *offline)
{
    int rc = 0;

    for (uint64_t number = 0; rc == 0 && offline->composer.frame < offline->end_frame;
         number++) {
        compose_phrase(&offline->composer, &offline->params, offline->phrase_bars, number,
                       offline->composition);
        rc = give_phrase(offline, number);
        show_progress(offline, false);
    }
    show_progress(offline, true);
    return rc;
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

static struct offline begin(const struct offline_request *request)
{
    struct offline offline = {.out = request->journal,
                              .rate_hz = (uint32_t)request->settings->station_sample_rate,
                              .phrase_bars = (uint32_t)request->settings->composer_phrase_bars,
                              .begun_ns = clock_now_ns()};

    params_init(&offline.params);
    offline.params.seed = entropy_u64();
    params_apply(&offline.params, &request->settings->params);
    /* no stream was born: its id is the seed's, so that the same seed prints the same bytes */
    offline.head.stream = rng_mix(offline.params.seed);
    offline.end_frame = (uint64_t)(request->minutes * 60 * offline.rate_hz);
    composer_init(&offline.composer, &offline.params, offline.rate_hz);
    return offline;
}

/* All of it, once there is memory to compose in. */
static int run(struct offline *offline, const char *midi_path)
{
    int rc = offline->out != NULL ? print_params(offline) : 0;

    if (rc == 0) {
        rc = compose_all(offline);
    }
    if (rc == 0 && offline->out != NULL && fflush(offline->out) != 0) {
        rc = -errno;
    }
    return rc == 0 && midi_path != NULL ? write_midi(offline->midi, midi_path) : rc;
}

int offline_compose(const struct offline_request *request)
{
    struct offline offline = begin(request);
    struct midi_file midi;
    int rc = -ENOMEM;

    midi_file_init(&midi, &offline.params, offline.rate_hz);
    offline.midi = request->midi != NULL ? &midi : NULL;
    offline.composition = malloc(sizeof *offline.composition);
    if (offline.composition != NULL) {
        rc = run(&offline, request->midi);
    }
    free(offline.composition);
    midi_file_finish(&midi);
    if (rc != 0) {
        log_error("cannot write what was composed: %s", log_errno(rc));
    }
    return rc;
}
