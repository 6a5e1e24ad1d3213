/*
 * auralis-composerd - composes phrases, publishes them, and takes what listeners ask for.
 */
#include "common/folder.h"
#include "common/log.h"
#include "common/number.h"
#include "common/start.h"
#include "composerd/daemon.h"
#include "composerd/offline.h"
#include "composerd/state_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t longest_wait_ns = 200 * NS_PER_MS;

/* What the command line asks for beside the settings. */
struct wishes {
    const char *compose, *minutes, *seed, *preset, *midi, *script, *at;
};

static struct wishes wishes;
static const struct settings_flag flags[] = {
    {"compose", NULL, "compose to standard output, as fast as possible, and end",
     &wishes.compose},
    {"minutes", "N", "how much to compose (10)", &wishes.minutes},
    {"seed", "N", "what the dice are thrown with", &wishes.seed},
    {"preset", "NAME", "begin with a preset", &wishes.preset},
    {"midi", "FILE", "compose into a MIDI file, and end", &wishes.midi},
    {"script", "FILE", "with them: control requests, a line each with \"at\" in seconds",
     &wishes.script},
    {"at", "HH:MM", "with them: the hour at which it begins, for composer.day_drift (12:00)",
     &wishes.at},
    {NULL, NULL, NULL, NULL}};
static const struct settings_program program = {.letter = 'c',
                                                .name = "auralis-composerd",
                                                .what_it_is =
                                                    "composes the music of an Auralis station",
                                                .flags = flags};

/* --seed and --preset are [params] by shorter names. */
static void apply_wishes(struct settings *settings)
{
    struct settings_error error;

    if (wishes.seed != NULL &&
        settings_set(settings, "params.seed", wishes.seed, "--seed", &error) != 0) {
        start_refuse("%s", error.text);
    }
    if (wishes.preset != NULL &&
        settings_set(settings, "params.preset", wishes.preset, "--preset", &error) != 0) {
        start_refuse("%s", error.text);
    }
}

static void load_settings(struct settings *settings, int argc, char **argv)
{
    struct settings_error error;
    const int rc = settings_load(settings, &program, argc, argv, &error);

    if (rc < 0) {
        start_refuse("%s", error.text);
    }
    if (rc == SETTINGS_DONE) {
        exit(EXIT_SUCCESS);
    }
    apply_wishes(settings);
    if (wishes.script != NULL && wishes.compose == NULL && wishes.midi == NULL) {
        start_refuse("--script is for --compose and --midi");
    }
    if (wishes.at != NULL && wishes.compose == NULL && wishes.midi == NULL) {
        start_refuse("--at is for --compose and --midi");
    }
}

/* SIGHUP: takes up what does not belong to the stream. All else waits for a restart. */
static void reload(struct daemon *daemon, int argc, char **argv)
{
    static struct settings next;
    struct settings_error error;

    if (!service_reload_wanted()) {
        return;
    }
    if (settings_reload(&next, &program, argc, argv, &error) != 0) {
        const struct log_facts facts = {.reason = error.text};

        log_event(LOG_EVENT_config_refused, &facts,
                  "cannot reload the configuration, composing on as before");
        return;
    }
    memcpy(daemon->settings.composer_day_drift, next.composer_day_drift, SETTING_TEXT_BYTES);
    daemon->settings.composer_phrase_bars = next.composer_phrase_bars;
    daemon->settings.station_lead_ms = next.station_lead_ms;
    station_configure(&daemon->station, &daemon->settings);
    log_event(LOG_EVENT_config_reloaded, NULL, "the configuration was read again");
}

static double read_minutes(const char *text)
{
    double minutes = 10;

    if (text != NULL && (!number_real(text, &minutes) || minutes <= 0 || minutes > 100000)) {
        start_refuse("--minutes must be a number, more than 0 and at most 100000");
    }
    return minutes;
}

/* The time of day at which to begin; DAY_NONE when the hour is not followed. */
static int32_t read_hour(const struct settings *settings, const char *text)
{
    int32_t seconds_of_day = DAY_NONE;

    if (!day_read(text != NULL ? text : "12:00", &seconds_of_day)) {
        start_refuse("--at must be a time of day, 00:00 to 23:59");
    }
    if (strcmp(settings->composer_day_drift, "on") == 0) {
        return seconds_of_day;
    }
    if (text != NULL) {
        start_refuse("--at is for --set composer.day_drift=on");
    }
    return DAY_NONE;
}

static int compose_offline(const struct settings *settings)
{
    struct script script = {0};
    struct script_error error;
    const struct offline_request request = {.settings = settings,
                                            .script = &script,
                                            .minutes = read_minutes(wishes.minutes),
                                            .begin_s = read_hour(settings, wishes.at),
                                            .journal = wishes.compose != NULL ? stdout : NULL,
                                            .midi = wishes.midi};

    if (wishes.script != NULL &&
        script_load(&script, wishes.script, request.minutes * 60, &error) != 0) {
        start_refuse("%s", error.text);
    }
    const int rc = offline_compose(&request);

    script_finish(&script);
    return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void start(struct daemon *daemon)
{
    const struct settings *const settings = &daemon->settings;

    start_must(service_init(&daemon->service), "set up signals");
    start_must(folder_make(settings->state_dir), "make the state folder");
    start_must(folder_make(settings->bus_dir), "make the bus folder");
    start_must(state_lock(settings->state_dir),
               "lock the state: another composerd may be running");
    daemon->publisher.metrics = &daemon->metrics;
    station_configure(&daemon->station, settings);
    start_must(daemon_resume(daemon), "begin or take up a stream");
    start_must(bus_server_open(&daemon->publisher.bus, settings->bus_dir), "bind the bus");
    daemon_commit(daemon);
}

/* When to go round again, asked or not: in time for the heartbeat, and for the watchdog. */
static int64_t next_turn_ns(const struct daemon *daemon)
{
    const int64_t latest_ns = clock_now_ns() + longest_wait_ns;

    return daemon->heartbeat_ns < latest_ns ? daemon->heartbeat_ns : latest_ns;
}

int main(int argc, char **argv)
{
    static struct daemon daemon;

    log_init("composerd", "info"); /* what is wrong with the settings is said, too */
    load_settings(&daemon.settings, argc, argv);
    start_must(log_init("composerd", daemon.settings.log_level), "set up the log");
    log_set_station(daemon.settings.station_name);
    clock_set_rate(daemon.settings.station_clock_rate);
    if (wishes.compose != NULL || wishes.midi != NULL) {
        return compose_offline(&daemon.settings);
    }
    start(&daemon);
    start_succeeded();
    service_ready(&daemon.service);
    while (service_running()) {
        reload(&daemon, argc, argv);
        daemon_take_lead(&daemon);
        daemon_serve(&daemon);
        daemon_greet(&daemon);
        daemon_follow_day(&daemon, daemon_seconds_of_day());
        const bool more = daemon_compose(&daemon);

        daemon_heartbeat(&daemon);
        service_alive(&daemon.service, clock_machine_ns());
        bus_server_wait(&daemon.publisher.bus, more ? 0 : next_turn_ns(&daemon));
    }
    service_stopping(&daemon.service);
    daemon_finish(&daemon);
    return EXIT_SUCCESS;
}
