/* Any bytes as a station's state: one that is taken can be composed on from, and changed. */
#include "composerd/station_json.h"
#include "fuzz.h"

#include <string.h>

static void on_phrase(void *user, const struct phrase *phrase)
{
    const struct event_head head = {.type = EVENT_PHRASE};

    (void)user;
    FUZZ_CHECK(phrase->n_notes <= PHRASE_MAX_NOTES);
    free(phrase_to_json(&head, phrase));
}

static void go_on(struct station *station)
{
    const struct station_listener listener = {NULL, on_phrase};
    const uint64_t begin = station->ahead.entries[0].start_frame;
    struct control_request request = {.op = CONTROL_SET};

    for (uint64_t i = 0; i < 4; i++) {
        station_compose(station, begin + i * 1000000, &listener);
    }
    request.change.named[PARAM_key] = request.change.named[PARAM_bpm] = true;
    request.change.values.bpm = 120;
    station_change(station, &request, begin, 1, &listener);
    station_resting(station, begin);
    free(station_to_json(station));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* where the seeds come from */
    const struct station_circumstances here = {
        .boot_id = "01234567-89ab-cdef-0123-456789abcdef", .rate_hz = 44100};
    struct station station = {.phrase_bars = 8, .lead_frames = 13248};
    struct json_reason reason = {""};
    struct station_carried carried;
    const struct station_taken taken = {&station, &carried};

    if (station_from_json((const char *)data, size, &here, &taken, &reason) == 0) {
        go_on(&station);
    } else {
        FUZZ_CHECK(reason.text[0] != '\0');
    }
    station_finish(&station);
    return 0;
}
