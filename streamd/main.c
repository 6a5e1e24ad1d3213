/*
 * auralis-streamd - serves the station: its audio, its page, its control.
 */
#include "streamd/lws_socket.h"
#include "streamd/server.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { SPARE_DESCRIPTORS = 96 }; /* for all that is no client's */

/* A step of the start that must succeed; what the operator set wrongly is final, the rest is
 * tried again by the supervisor. */
static void must(int rc, const char *what)
{
    if (rc < 0) {
        const struct log_facts facts = {.reason = log_errno(rc)};

        log_event(LOG_EVENT_start_failed, &facts, "cannot %s", what);
        exit(EXIT_FAILURE);
    }
}

static void end_misconfigured(const char *text)
{
    log_event(LOG_EVENT_config_invalid, NULL, "%s", text);
    exit(EXIT_CONFIG);
}

static void load_settings(struct settings *settings, int argc, char **argv)
{
    static const struct settings_program program = {
        .letter = 'w',
        .name = "auralis-streamd",
        .what_it_is = "Serves the station to its listeners over HTTP and WebSocket.",
    };
    struct settings_error error = {""};
    const int rc = settings_load(settings, &program, argc, argv, &error);

    if (rc < 0) {
        end_misconfigured(error.text);
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
        end_misconfigured("stream.web_dir must be a folder with an index.html");
    }
}

static int open_socket(const struct settings *settings)
{
    struct address address;
    int fd = lws_socket_inherited();

    if (fd >= 0) {
        return fd;
    }
    if (!address_parse(settings->stream_listen, &address)) {
        end_misconfigured("stream.listen must be ADDRESS:PORT, as 127.0.0.1:8000 or [::]:8000");
    }
    fd = lws_socket_listen(&address);
    if (fd == -EINVAL) {
        end_misconfigured("stream.listen names a host that is none of this machine's");
    }
    if (fd < 0) {
        const struct log_facts facts = {.reason = log_errno(fd)};

        log_event(LOG_EVENT_start_failed, &facts, "cannot listen address=%s",
                  settings->stream_listen);
        exit(EXIT_FAILURE);
    }
    return fd;
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

/* Who we are called, and whether listeners may steer. */
static void take_address(struct streamd *streamd, int fd)
{
    const struct settings *settings = &streamd->settings;
    struct address address;
    char text[ADDRESS_TEXT_BYTES];

    must(lws_socket_name(fd, &address), "read the socket's address");
    address_print(&address, text);
    streamd->control_open = settings->stream_control[0] == '\0'
                                ? hosts_is_loopback(address.host)
                                : strcmp(settings->stream_control, "open") == 0;
    if (hosts_init(&streamd->hosts, address.host, settings->stream_allowed_hosts) < 0) {
        end_misconfigured("stream.allowed_hosts has too many or too long names");
    }
    publish_address(settings, text);
    log_event(LOG_EVENT_listening, NULL, "listening address=%s control=%s", text,
              streamd->control_open ? "open" : "off");
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

    must(getrandom(&word, sizeof(word), 0) == sizeof(word) ? 0 : -EIO, "get random bytes");
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

    must(feeder_start(&streamd->feeder, &options), "start the feeder");
}

int main(int argc, char **argv)
{
    static struct streamd streamd; /* large, and the feeder keeps its address */
    static struct server server;

    log_init("streamd", "info"); /* what is wrong with the settings is said, too */
    load_settings(&streamd.settings, argc, argv);
    must(log_init("streamd", streamd.settings.log_level), "set up the log");
    log_set_station(streamd.settings.station_name);
    clock_set_rate(streamd.settings.station_clock_rate);
    must(service_init(&streamd.service), "set up signals");
    streamd.pid = (uint32_t)getpid();
    take_descriptors(&streamd.settings);
    must(streamd_init(&streamd, random_word()), "set up");
    choose_page(&streamd);
    const int fd = open_socket(&streamd.settings);

    take_address(&streamd, fd);
    must(bus_client_open(&streamd.bus, streamd.settings.bus_dir), "connect to the bus");
    must(server_open(&server, &streamd, fd), "serve");
    start_feeder(&streamd, &server);
    service_ready(&streamd.service);
    server_run(&server);
    service_stopping(&streamd.service);
    server_close(&server);
    feeder_stop(&streamd.feeder);
    server_finish(&server);
    streamd_finish(&streamd);
    return EXIT_SUCCESS;
}
