/* Writes the seeds that the fuzzers begin from: DIR/<fuzzer>/<name>, one good input of each
 * kind. */
#include "common/ring.h"
#include "common/settings.h"
#include "composerd/control_json.h"
#include "composerd/station_json.h"
#include "streamd/chunk.h"
#include "tests/samples.h"
#include "tests/small_font.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char *dir;

static FILE *open_seed(const char *fuzzer, const char *name)
{
    char path[512];

    snprintf(path, sizeof path, "%s/%s", dir, fuzzer);
    mkdir(path, 0755);
    snprintf(path, sizeof path, "%s/%s/%s", dir, fuzzer, name);
    FILE *const file = fopen(path, "we");

    if (file == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    return file;
}

static void write_seed(const char *fuzzer, const char *name, const void *bytes, size_t n)
{
    FILE *const file = open_seed(fuzzer, name);

    fwrite(bytes, 1, n, file);
    fclose(file);
}

/* Frees the text. */
static void write_text(const char *fuzzer, const char *name, char *text)
{
    write_seed(fuzzer, name, text, strlen(text));
    free(text);
}

static void write_events(const char *fuzzer)
{
    static struct phrase phrase;
    const struct event_head heads[] = {sample_head(EVENT_PHRASE), sample_head(EVENT_PARAMS),
                                       sample_head(EVENT_HEARTBEAT)};
    const struct params_event params = sample_params_event();
    const struct heartbeat heartbeat = sample_heartbeat();

    sample_phrase(&phrase);
    write_text(fuzzer, "phrase", phrase_to_json(&heads[0], &phrase));
    write_text(fuzzer, "params", params_event_to_json(&heads[1], &params));
    write_text(fuzzer, "heartbeat", heartbeat_to_json(&heads[2], &heartbeat, NULL));
}

static void write_soundfonts(void)
{
    const int programs[] = {0, 1, 8, 127};
    struct small_font font;

    small_font_make(&font, programs, 1);
    write_seed("soundfont", "one preset", font.bytes, font.n_bytes);
    small_font_make(&font, programs, 4);
    write_seed("soundfont", "four presets", font.bytes, font.n_bytes);
}

static void write_snapshot(void)
{
    const struct event_head event_head = sample_head(EVENT_PARAMS);
    const struct params_event params = sample_params_event();
    const struct snapshot_head head = {.id = "1", .run = "ab", .epoch = sample_epoch()};
    char *const text = params_event_to_json(&event_head, &params);
    const char *const events[] = {text};

    write_text("event_json", "snapshot", snapshot_to_json(&head, events, 1));
    free(text);
}

static void write_journal(void)
{
    const struct event_head head = sample_head(EVENT_PARAMS);
    const struct params_event params = sample_params_event();
    char *const text = params_event_to_json(&head, &params);
    FILE *const file = open_seed("journal", "two lines and a half");

    fprintf(file, "%s\n%s\n%.40s", text, text, text);
    fclose(file);
    free(text);
}

static void write_requests(void)
{
    static const char *const requests[] = {
        ("{\"v\":1,\"id\":\"7\",\"op\":\"set\",\"params\":{\"key\":\"A minor\",\"bpm\":72.5,"
         "\"preset\":\"sleep\",\"seed\":\"42\",\"mix.pad\":0.5},\"origin\":\"http\"}"),
        "{\"op\":\"snapshot\",\"from\":441000,\"id\":\"a\"}",
        "{\"op\":\"end\",\"after_ms\":5000}",
        "{\"type\":\"control\",\"id\":7,\"bpm\":80}",
        "{\"type\":\"control\",\"id\":\"a\",\"op\":\"end\",\"after_ms\":5000}",
        "{\"type\":\"ping\",\"id\":1}",
        "{\"type\":\"status\"}",
        "{\"bpm\":80,\"space\":0.25}"};

    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        char name[20];

        snprintf(name, sizeof name, "request-%zu", i);
        write_seed("control_json", name, requests[i], strlen(requests[i]));
        write_seed("client_json", name, requests[i], strlen(requests[i]));
        write_seed("json", name, requests[i], strlen(requests[i]));
    }
}

static void write_settings(void)
{
    static const char text[] = "[station]\nname = blue ; a comment\n[params]\nbpm = 80\n"
                               "  key = A minor\npreset = dawn\n[stream]\ncontrol = off\n"
                               "[preset dusk]\n[preset dawn]\nlike = sleep\nchords = 4\n";
    FILE *const file = open_seed("settings", "template");

    settings_print_template(file);
    fclose(file);
    write_seed("settings", "some", text, strlen(text));
}

static void write_ring(void)
{
    const struct ring_format format = {.epoch = sample_epoch(), .capacity_frames = 2};
    const size_t bytes = ring_bytes(2);
    struct ring *const ring = aligned_alloc(RING_PAGE_BYTES, 4 * RING_PAGE_BYTES);

    if (ring != NULL) {
        memset((void *)ring, 0, 4 * RING_PAGE_BYTES);
        ring_init(ring, &format);
        write_seed("ring", "empty", ring, bytes);
    }
    free(ring);
}

static void write_chunk(void)
{
    const struct chunk_header header = {
        .format = CHUNK_PCM, .stream = 1, .first_frame = 4410, .frames = 2, .payload_bytes = 8};
    unsigned char bytes[CHUNK_HEADER_BYTES + 8] = {0};

    chunk_header_encode(&header, bytes);
    write_seed("chunk", "two frames", bytes, sizeof bytes);
}

static void forget_phrase(void *user, const struct phrase *phrase)
{
    (void)user;
    (void)phrase;
}

static void write_station(void)
{
    const struct station_listener listener = {NULL, forget_phrase};
    const struct epoch epoch = sample_epoch();
    struct station station = {.phrase_bars = 8, .lead_frames = 13248};
    struct params params;

    params_init(&params);
    if (station_begin(&station, &epoch, &params) == 0) {
        station_compose(&station, 0, &listener);
        write_text("station_json", "one phrase", station_to_json(&station));
        while (station_compose(&station, 1000000, &listener)) {
        }
        write_text("station_json", "phrases", station_to_json(&station));
    }
    station_finish(&station);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s DIR\n", argv[0]);
        return EXIT_FAILURE;
    }
    dir = argv[1];
    mkdir(dir, 0755);
    write_events("event_json");
    write_events("json");
    write_soundfonts();
    write_snapshot();
    write_journal();
    write_requests();
    write_settings();
    write_ring();
    write_chunk();
    write_station();
    return EXIT_SUCCESS;
}
