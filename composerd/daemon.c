#include "composerd/daemon.h"

#include "common/lead_file.h"
#include "common/log.h"
#include "composerd/state_file.h"
#include "composerd/station_json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

uint64_t daemon_now_frame(const struct daemon *daemon)
{
    return clock_frame_at(&daemon->station.epoch, clock_now_ns());
}

static void on_phrase(void *user, const struct phrase *phrase)
{
    struct daemon *const daemon = user;

    if (outbox_add_phrase(&daemon->publisher.outbox, phrase) != 0) {
        log_error("no room to publish a phrase phrase=%" PRIu64, phrase->phrase);
    }
    metric_add(&daemon->metrics, METRIC_composerd_phrases_composed, 1);
}

struct station_listener daemon_listener(struct daemon *daemon)
{
    return (struct station_listener){.user = daemon, .phrase = on_phrase};
}

bool daemon_compose(struct daemon *daemon)
{
    const struct station_listener listener = daemon_listener(daemon);
    const uint64_t now_frame = daemon_now_frame(daemon);
    const int64_t begun_ns = clock_machine_ns();

    if (!station_compose(&daemon->station, now_frame, &listener)) {
        return false;
    }
    metric_max(&daemon->metrics, METRIC_composerd_compose_time_max,
               clock_machine_ns() - begun_ns);
    daemon_commit(daemon);
    return true;
}

static void save_state(struct daemon *daemon)
{
    char *const text = station_to_json(&daemon->station);
    const char *const dir = daemon->settings.state_dir;
    const int rc = text != NULL ? state_save(dir, text) : -ENOMEM;

    free(text);
    metric_add(&daemon->metrics, METRIC_composerd_state_errors, rc != 0);
    publisher_tell_disk(&daemon->state_trouble, dir, rc);
}

void daemon_commit(struct daemon *daemon)
{
    save_state(daemon); /* first: what is published can then always be composed again */
    publisher_flush(&daemon->publisher);
    const uint64_t end_frame = lookahead_end(&daemon->station.ahead);
    const uint64_t now_frame = daemon_now_frame(daemon);

    metric_set(&daemon->metrics, METRIC_composerd_ahead,
               (int64_t)end_frame - (int64_t)now_frame);
}

void daemon_take_lead(struct daemon *daemon)
{
    int32_t ms = daemon->settings.station_lead_ms; /* where no synthd has been yet */

    (void)lead_file_read(daemon->settings.synth_dir, &ms);
    daemon->station.lead_frames = clock_ms_frames(ms, daemon->station.epoch.rate_hz);
}

void daemon_greet(struct daemon *daemon)
{
    char topic[32];

    while (bus_next_subscription(&daemon->publisher.bus, topic, sizeof topic) >= 0) {
        if (strncmp("params", topic, strlen(topic)) == 0) {
            publisher_greet(&daemon->publisher);
        }
        daemon->heartbeat_ns = 0; /* and the epoch, without waiting a second for it */
    }
}

void daemon_heartbeat(struct daemon *daemon)
{
    const int64_t now_ns = clock_now_ns();

    if (now_ns < daemon->heartbeat_ns) {
        return;
    }
    const uint64_t now_frame = daemon_now_frame(daemon);
    const bool resting = station_resting(&daemon->station, now_frame);
    struct heartbeat heartbeat = {.epoch = daemon->station.epoch,
                                  .frame = now_frame,
                                  .pid = (uint32_t)getpid(),
                                  .version = AURALIS_VERSION,
                                  .resting = resting};

    publisher_heartbeat(&daemon->publisher, &heartbeat);
    daemon->heartbeat_ns = now_ns + NS_PER_S;
    const struct params *const params = &daemon->station.change.params;

    service_status(&daemon->service, "%s in %s %s, %.0f bpm", resting ? "resting" : "composing",
                   key_name(params->key), mode_name(params->mode), params->bpm);
}

int32_t daemon_seconds_of_day(void)
{
    const time_t now = (time_t)(clock_wall_ns() / NS_PER_S);
    struct tm local;

    return localtime_r(&now, &local) == NULL
               ? DAY_NONE
               : (local.tm_hour * 3600 + local.tm_min * 60 + local.tm_sec) % DAY_SECONDS;
}

void daemon_follow_day(struct daemon *daemon, int32_t seconds_of_day)
{
    const struct station_listener listener = daemon_listener(daemon);
    struct station *const station = &daemon->station;

    if (strcmp(daemon->settings.composer_day_drift, "on") != 0) {
        station->day_s = DAY_NONE; /* and begins there, should it be switched on again */
    } else if (seconds_of_day != DAY_NONE &&
               station_follow_day(station, seconds_of_day, daemon_now_frame(daemon),
                                  &listener)) {
        daemon_publish_change(daemon);
    }
}

void daemon_publish_change(struct daemon *daemon)
{
    outbox_add_params(&daemon->publisher.outbox, &daemon->station.change);
    daemon_commit(daemon);
    metric_add(&daemon->metrics, METRIC_composerd_changes_accepted, 1);
}

void daemon_finish(struct daemon *daemon)
{
    publisher_finish(&daemon->publisher);
    station_finish(&daemon->station);
    replies_finish(&daemon->replies);
}
