/*
 * auralis-streamd - serves the station: its audio, its page, its control.
 */
#include "common/start.h"
#include "streamd/lws_socket.h"
#include "streamd/server.h"
#include "streamd/steering.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { SPARE_DESCRIPTORS = 96 }; /* for all that is no client's */

static const struct settings_program program = {
    .letter = 'w',
    .name = "auralis-streamd",
    .what_it_is = "Serves the station to its listeners over HTTP and WebSocket.",
};

static void load_settings(struct settings *settings, int argc, char **argv)
{
    struct settings_error error = {""};
    const int rc = settings_load(settings, &program, argc, argv, &error);

    if (rc < 0) {
        start_refuse("%s", error.text);
    }
    if (rc == SETTINGS_DONE) {
        exit(EXIT_SUCCESS);
    }
}

/* The page that lies where it was installed with this program, wherever that is; for a program
 * in the build folder, the one it was built from. */
static void find_page(char *dir, size_t size)
{
    char self[1024] = "";
    const ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    const bool built =
        len > 0 && strncmp(self, AURALIS_BUILD_DIR "/", strlen(AURALIS_BUILD_DIR "/")) == 0;

    if (built) {
        snprintf(dir, size, "%s", AURALIS_WEB_SOURCE_DIR);
    } else {
        snprintf(dir, size, "%s/" AURALIS_WEB_FROM_PROGRAM, dirname(self));
    }
}

static void choose_page(struct streamd *streamd)
{
    const bool chosen = streamd->settings.stream_web_dir[0] != '\0';

    if (chosen) {
        snprintf(streamd->web_dir, sizeof(streamd->web_dir), "%s",
                 streamd->settings.stream_web_dir);
    } else {
        find_page(streamd->web_dir, sizeof(streamd->web_dir));
    }
    if (streamd_reload(streamd) < 0 && chosen) {
        start_refuse("stream.web_dir must be a folder with an index.html");
    }
}

static int open_socket(const struct settings *settings)
{
    struct address address;
    int fd;

    if (!address_parse(settings->stream_listen, &address)) {
        start_refuse("stream.listen must be ADDRESS:PORT, as 127.0.0.1:8000 or [::]:8000");
    }
    fd = lws_socket_listen(&address);
    if (fd == -EINVAL) {
        start_refuse("stream.listen names a host that is none of this machine's");
    }
    start_must(fd, "listen on %s", settings->stream_listen);
    return fd;
}

/* All addresses, separated by blanks. */
enum { ADDRESSES_BYTES = LISTENING_MAX * (ADDRESS_TEXT_BYTES + 1) };
static void print_addresses(const struct listening *listening, char text[ADDRESSES_BYTES])
{
    char one[ADDRESS_TEXT_BYTES];
    int len = 0;

    for (int i = 0; i < listening->n; i++) {
        address_print(&listening->addresses[i], one);
        len += snprintf(text + len, (size_t)(ADDRESSES_BYTES - len), "%s%s", i > 0 ? " " : "",
                        one);
    }
}

/* Whether one of the sockets listens where a setting says; port 0 is any. */
static bool listens_at(const struct listening *listening, const char *setting)
{
    struct address wanted;

    if (!address_parse(setting, &wanted)) {
        return false;
    }
    lws_socket_normalize(&wanted);
    for (int i = 0; i < listening->n; i++) {
        const struct address *one = &listening->addresses[i];
        const bool is_host =
            strcmp(wanted.host, one->host) == 0 ||
            (strcmp(wanted.host, "localhost") == 0 && hosts_is_loopback(one->host));

        if (is_host && (strcmp(wanted.port, "0") == 0 || strcmp(wanted.port, one->port) == 0)) {
            return true;
        }
    }
    return false;
}

/* With a socket of the supervisor's the setting decides nothing, so one that was made and says
 * something else would be a lie. */
static void check_setting(const struct settings *settings, const struct listening *listening)
{
    const char *origin = settings->origin[SETTING_stream_listen];
    char text[ADDRESSES_BYTES];

    if (strcmp(origin, "default") == 0 || listens_at(listening, settings->stream_listen)) {
        return;
    }
    print_addresses(listening, text);
    start_refuse(
        "stream.listen = %s (%s), but systemd's socket listens on %s: take the setting "
        "out, or move the socket: auralisctl listen-on %s",
        settings->stream_listen, origin, text, settings->stream_listen);
}

/* The supervisor's sockets, or one of our own. */
static void open_sockets(struct streamd *streamd)
{
    struct listening *listening = &streamd->listening;
    int n = lws_socket_inherited(listening->fds);
    const bool is_own = n == 0;

    if (n == -E2BIG) {
        start_refuse("more sockets were passed than can be served");
    }
    start_must(n, "take the supervisor's sockets");
    if (is_own) {
        listening->fds[0] = open_socket(&streamd->settings);
        n = 1;
    }
    listening->n = n;
    for (int i = 0; i < n; i++) {
        start_must(lws_socket_name(listening->fds[i], &listening->addresses[i]),
                   "read the socket's address");
    }
    if (!is_own) {
        check_setting(&streamd->settings, listening);
    }
}

/* Scripts read where the station really listens, which port 0 leaves open, from the file
 * `listen` in its folder. */
static void publish_address(const struct settings *settings, const char *text)
{
    char path[SETTING_TEXT_BYTES + 16];
    char temporary[SETTING_TEXT_BYTES + 32];
    FILE *out = NULL;

    if (settings->station_dir[0] == '\0') {
        return;
    }
    snprintf(path, sizeof(path), "%s/listen", settings->station_dir);
    snprintf(temporary, sizeof(temporary), "%s.new", path);
    out = fopen(temporary, "we");
    if (!out || fprintf(out, "%s\n", text) < 0 || fclose(out) != 0 ||
        rename(temporary, path) != 0) {
        log_warn("cannot write %s: %s", path, log_errno(-errno));
    }
}

/* What the station is called, by itself, the machine and the settings. */
static int name_station(struct streamd *streamd, const char *allowed, struct hosts *hosts)
{
    char machine[HOST_NAME_MAX + 1] = "";

    (void)gethostname(machine, sizeof(machine) - 1); /* without one it is not called so */
    return hosts_init(hosts, &streamd->listening, machine, allowed);
}

/* Who we are called, and whether listeners may steer. */
static void take_address(struct streamd *streamd)
{
    const struct settings *settings = &streamd->settings;
    char text[ADDRESSES_BYTES];

    if (name_station(streamd, settings->stream_allowed_hosts, &streamd->hosts) < 0) {
        start_refuse("stream.allowed_hosts has too many or too long names");
    }
    steering_load(streamd);
    print_addresses(&streamd->listening, text);
    publish_address(settings, text);
    log_event(LOG_EVENT_listening, NULL, "listening address=%s control=%s", text,
              access_modes[streamd->access.mode]);
}

static void take_descriptors(struct settings *settings)
{
    const uint32_t wanted = (uint32_t)settings->stream_max_clients + SPARE_DESCRIPTORS;
    const uint32_t given = lws_socket_limit(wanted);

    if (given < wanted) {
        settings->stream_max_clients = given > 2 * SPARE_DESCRIPTORS
                                           ? (int32_t)(given - SPARE_DESCRIPTORS)
                                           : SPARE_DESCRIPTORS;
        log_warn("too few descriptors for all clients: max_clients=%d",
                 settings->stream_max_clients);
    }
}

static uint64_t random_word(void)
{
    uint64_t word = 0;

    start_must(getrandom(&word, sizeof(word), 0) == sizeof(word) ? 0 : -EIO,
               "get random bytes");
    return word;
}

static void start_feeder(struct streamd *streamd, struct server *server)
{
    const struct feeder_options options = {
        .ring_name = streamd->settings.ring_name,
        .wake = server_wake,
        .user = server,
        .metrics = &streamd->metrics,
    };

    start_must(feeder_start(&streamd->feeder, &options), "start the feeder");
}

struct reloading {
    struct streamd *streamd;
    int argc;
    char **argv;
};

static void refuse_reload(const char *reason)
{
    const struct log_facts facts = {.reason = reason};

    log_event(LOG_EVENT_config_refused, &facts,
              "cannot reload the configuration, serving on as before");
}

/* SIGHUP: the page, who may steer, names and the limits of one client. All else waits for a
 * restart. */
static void reload(void *user)
{
    static struct settings next;
    const struct reloading *const reloading = user;
    struct streamd *const streamd = reloading->streamd;
    struct settings *const settings = &streamd->settings;
    struct settings_error error;
    struct hosts hosts = {0};

    (void)streamd_reload(streamd); /* it says itself what failed */
    if (settings_reload(&next, &program, reloading->argc, reloading->argv, &error) < 0) {
        refuse_reload(error.text);
        return;
    }
    if (name_station(streamd, next.stream_allowed_hosts, &hosts) < 0) {
        refuse_reload("stream.allowed_hosts has too many names");
        return;
    }
    streamd->hosts = hosts;
    memcpy(settings->stream_control, next.stream_control, SETTING_TEXT_BYTES);
    settings->stream_max_request_bytes = next.stream_max_request_bytes;
    streamd->peers.max_per_address = (uint32_t)next.stream_max_clients_per_address;
    streamd->peers.changes_per_second = next.stream_max_changes_per_second;
    log_event(LOG_EVENT_config_reloaded, NULL, "the configuration was read again");
}

int main(int argc, char **argv)
{
    static struct streamd streamd; /* large, and the feeder keeps its address */
    static struct server server;
    struct reloading reloading = {&streamd, argc, argv};

    log_init("streamd", "info"); /* what is wrong with the settings is said, too */
    load_settings(&streamd.settings, argc, argv);
    start_must(log_init("streamd", streamd.settings.log_level), "set up the log");
    log_set_station(streamd.settings.station_name);
    clock_set_rate(streamd.settings.station_clock_rate);
    start_must(service_init(&streamd.service), "set up signals");
    streamd.pid = (uint32_t)getpid();
    take_descriptors(&streamd.settings);
    start_must(streamd_init(&streamd, random_word()), "set up");
    choose_page(&streamd);
    open_sockets(&streamd);
    take_address(&streamd);
    start_must(bus_client_open(&streamd.bus, streamd.settings.bus_dir), "connect to the bus");
    start_must(server_open(&server, &streamd), "serve");
    start_feeder(&streamd, &server);
    start_succeeded();
    service_ready(&streamd.service);
    server_run(&server, reload, &reloading);
    service_stopping(&streamd.service);
    server_close(&server);
    feeder_stop(&streamd.feeder);
    server_finish(&server);
    streamd_finish(&streamd);
    return EXIT_SUCCESS;
}
