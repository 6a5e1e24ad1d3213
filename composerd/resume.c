#include "common/entropy.h"
#include "common/log.h"
#include "common/presets.h"
#include "composerd/daemon.h"
#include "composerd/state_file.h"
#include "composerd/station_json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Frame 0 lies this far ahead, so that the first sound is not already late. */
static const int64_t birth_ahead_ns = 300 * NS_PER_MS;
/* What is read back of the journal: more than any note lasts and any listener resumes. */
enum { HISTORY_SECONDS = 60 };

/* ---- the state ---- */

/* Takes up one copy of the state. 0, -ENOENT, or why it could not be used. */
static int take_up(struct daemon *daemon, enum state_copy copy, const char *boot_id,
                   struct station_carried *carried)
{
    const struct station_circumstances now = {
        .boot_id = boot_id, .rate_hz = (uint32_t)daemon->settings.station_sample_rate};
    const struct station_taken taken = {&daemon->station, carried};
    struct json_reason reason = {""};
    char *text = NULL;
    size_t len = 0;
    int rc = state_load(daemon->settings.state_dir, copy, &text, &len);

    if (rc == -ENOENT) {
        return rc;
    }
    if (rc == 0) {
        rc = station_from_json(text, len, &now, &taken, &reason);
    }
    free(text);
    if (rc == -ESTALE) {
        log_info("the last stream is over: a new one begins reason=\"%s\"", reason.text);
    } else if (rc != 0) {
        metric_add(&daemon->metrics, METRIC_composerd_state_errors, 1);
        state_set_aside(daemon->settings.state_dir, copy);
        const struct log_facts facts = {.path = daemon->settings.state_dir,
                                        .reason = reason.text[0] ? reason.text : log_errno(rc)};

        log_event(LOG_EVENT_state_set_aside, &facts,
                  "the state cannot be used and was set aside");
    }
    return rc;
}

/* ---- the journal ---- */

struct journal_reading {
    struct daemon *daemon;
    struct event *event;
    uint64_t stream;      /* lines of another stream are not ours */
    uint64_t next_phrase; /* behind the last one journaled */
    bool has_change;
    struct params_event change; /* the last one of our stream */
    struct params params;       /* of the last change, whatever its stream */
    uint64_t n_bad;
};

static void remember(struct journal_reading *reading, const char *line)
{
    const struct event *const event = reading->event;

    if (event->head.type == EVENT_PARAMS) {
        reading->has_change = true;
        reading->change = event->params;
        history_add(&reading->daemon->publisher.history, EVENT_PARAMS,
                    event->params.effective_frame, line);
    } else {
        reading->next_phrase = event->phrase.phrase + 1;
        history_add(&reading->daemon->publisher.history, EVENT_PHRASE,
                    phrase_matters_until(&event->phrase), line);
    }
}

static int on_line(void *user, const char *line, size_t len)
{
    struct journal_reading *const reading = user;
    struct json_reason reason;

    if (event_from_json(line, len, reading->event, &reason) != 0 ||
        reading->event->head.type == EVENT_HEARTBEAT) {
        reading->n_bad++;
        return 0;
    }
    if (reading->event->head.type == EVENT_PARAMS) {
        reading->params = reading->event->params.params;
    }
    if (reading->event->head.stream == reading->stream) {
        remember(reading, line);
    }
    return 0;
}

static int read_journal(struct daemon *daemon, struct journal_reading *reading,
                        uint64_t from_frame)
{
    char dir[SETTING_TEXT_BYTES + 16];

    snprintf(dir, sizeof dir, "%s/journal", daemon->settings.state_dir);
    const int opened = journal_open(&daemon->publisher.journal, dir,
                                    (uint32_t)daemon->settings.station_sample_rate);

    if (opened != 0) { /* it cannot be written; what can be read is read all the same */
        publisher_tell_disk(&daemon->publisher.trouble, dir, opened);
        metric_add(&daemon->metrics, METRIC_composerd_journal_errors, 1);
    }
    const int rc = journal_read(dir, from_frame, on_line, reading);

    if (reading->n_bad > 0 && opened == 0) {
        /* what could be read is in the history; the file begins anew */
        journal_set_aside(&daemon->publisher.journal, ".bad");
        metric_add(&daemon->metrics, METRIC_composerd_journal_errors, 1);
        const struct log_facts facts = {.path = dir, .count = {"lines", reading->n_bad}};

        log_event(LOG_EVENT_journal_set_aside, &facts,
                  "the journal has lines that cannot be used and was set aside");
    }
    return rc;
}

/* ---- going on ---- */

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Queues what the last run had decided and not yet published. Numbers go on behind what the
 * journal has, which may be newer than a state that stood in for a damaged one. */
static void publish_unpublished(struct daemon *daemon, const struct journal_reading *reading)
{
    struct station *const station = &daemon->station;
    struct lookahead *const ahead = &station->ahead;
    const uint64_t last = ahead->entries[ahead->n_entries - 1].number;

    if (!reading->has_change || reading->change.change < station->change.change) {
        outbox_add_params(&daemon->publisher.outbox, &station->change);
    } else if (reading->change.change > station->change.change) {
        station->change = reading->change;
    }
    station->next_phrase = larger(larger(station->next_phrase, last + 1), reading->next_phrase);
    for (uint32_t i = 0; i < ahead->n_entries; i++) { /* one change may be many phrases */
        if (ahead->entries[i].number >= reading->next_phrase) {
            outbox_add_phrase(&daemon->publisher.outbox, lookahead_phrase(ahead, i));
        }
    }
}

/* The configuration may have changed since: what the preset asks of the composer now holds from
 * the next phrase on. False when it is gone. */
static bool follow_preset(struct params *params)
{
    const struct preset_spec *const preset = preset_find(params->preset);

    if (preset != NULL) {
        params->habits = preset->values.habits;
    }
    return preset != NULL || strcmp(params->preset, PRESET_NONE) == 0;
}

/* What the preset had set stays as it is. */
static struct params_change leave_preset(const struct params *params)
{
    struct params_change change = {0};

    log_warn("the preset is not in the configuration any more: there is none now preset=%s",
             params->preset);
    params_change_preset(&change, PRESET_NONE);
    return change;
}

static void check_preset(struct daemon *daemon, uint64_t now_frame)
{
    struct station *const station = &daemon->station;
    const struct station_listener listener = daemon_listener(daemon);

    if (!follow_preset(&station->change.params)) {
        const struct control_request request = {
            .op = CONTROL_SET, .change = leave_preset(&station->change.params)};

        station_change(station, &request, now_frame, 0, &listener);
        outbox_add_params(&daemon->publisher.outbox, &station->change);
    }
}

static int go_on(struct daemon *daemon, struct journal_reading *reading)
{
    const struct station *const station = &daemon->station;
    const uint64_t now_frame = clock_frame_at(&station->epoch, clock_now_ns());
    const uint64_t kept = (uint64_t)HISTORY_SECONDS * station->epoch.rate_hz;

    reading->stream = station->epoch.stream;
    daemon->publisher.outbox.stream = station->epoch.stream;
    read_journal(daemon, reading, now_frame > kept ? now_frame - kept : 0);
    publish_unpublished(daemon, reading);
    check_preset(daemon, now_frame);
    const struct log_facts facts = {.stream = station->epoch.stream, .frame = now_frame};

    log_event(LOG_EVENT_stream_resumed, &facts, "the stream goes on");
    return 0;
}

/* The parameters of the last change in a journal whose state is lost. */
static void carry_from_journal(struct daemon *daemon, struct journal_reading *reading,
                               struct station_carried *carried)
{
    read_journal(daemon, reading, UINT64_MAX);
    *carried = (struct station_carried){reading->params, DAY_NONE};
    history_finish(&daemon->publisher.history);
}

static int give_birth(struct daemon *daemon, const char *boot_id,
                      const struct station_carried *carried)
{
    struct station *const station = &daemon->station;
    struct params params = carried->params;
    const int64_t birth_ns = clock_now_ns() + birth_ahead_ns;
    struct epoch epoch = {.stream = entropy_u64(),
                          .rate_hz = (uint32_t)daemon->settings.station_sample_rate,
                          .monotonic_ns = birth_ns,
                          .wall_ns = clock_wall_at_ns(birth_ns)};

    memcpy(epoch.boot_id, boot_id, BOOT_ID_SIZE);
    if (!follow_preset(&params)) {
        const struct params_change change = leave_preset(&params);

        params_apply(&params, &change);
    }
    if (!daemon->settings.params.named[PARAM_seed]) {
        params.seed = entropy_u64();
    } else {
        params.seed = daemon->settings.params.values.seed;
    }
    const int rc = station_begin(station, &epoch, &params);

    if (rc != 0) {
        return rc;
    }
    station->day_s = carried->day_s;
    daemon->publisher.outbox.stream = epoch.stream;
    journal_set_aside(&daemon->publisher.journal, ".old");
    outbox_add_params(&daemon->publisher.outbox, &station->change);
    const struct log_facts facts = {.stream = epoch.stream, .count = {"seed", params.seed}};

    log_event(LOG_EVENT_stream_born, &facts, "a new stream is born");
    return 0;
}

int daemon_resume(struct daemon *daemon)
{
    char boot_id[BOOT_ID_SIZE] = "";
    struct station_carried carried = {.day_s = DAY_NONE};
    struct journal_reading reading = {.daemon = daemon};
    const int boot = clock_boot_id(boot_id);

    if (boot != 0) {
        return boot;
    }
    params_init(&carried.params);
    params_apply(&carried.params, &daemon->settings.params);
    reading.params = carried.params;
    reading.event = malloc(sizeof *reading.event);
    if (reading.event == NULL) {
        return -ENOMEM;
    }
    outbox_begin_run(&daemon->publisher.outbox, entropy_u64());
    int rc = take_up(daemon, STATE_LATEST, boot_id, &carried);

    if (rc != 0 && rc != -ESTALE) {
        rc = take_up(daemon, STATE_PREVIOUS, boot_id, &carried);
    }
    if (rc == 0) {
        rc = go_on(daemon, &reading);
    } else {
        if (rc != -ESTALE) {
            carry_from_journal(daemon, &reading, &carried);
        } else {
            read_journal(daemon, &reading, UINT64_MAX);
        }
        rc = give_birth(daemon, boot_id, &carried);
    }
    free(reading.event);
    return rc;
}
