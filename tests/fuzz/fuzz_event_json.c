/* Any bytes as an event or a snapshot: an event that is taken can be said again, and means
 * the same. */
#include "common/event_json.h"
#include "fuzz.h"

#include <string.h>

static struct event event, again;

static char *say(const struct event *one)
{
    switch (one->head.type) {
    case EVENT_PHRASE:
        return phrase_to_json(&one->head, &one->phrase);
    case EVENT_PARAMS:
        return params_event_to_json(&one->head, &one->params);
    default:
        return heartbeat_to_json(&one->head, &one->heartbeat, NULL);
    }
}

static void on_event(void *user, const struct event *one)
{
    (void)user;
    free(say(one));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *const text = (const char *)data;
    struct snapshot_head head;
    struct json_reason reason;

    if (event_from_json(text, size, &event, &reason) == 0) {
        char *const said = say(&event);

        FUZZ_CHECK(event_from_json(said, strlen(said), &again, &reason) == 0);
        char *const said_again = say(&again);

        FUZZ_CHECK(strcmp(said, said_again) == 0);
        free(said_again);
        free(said);
    } else {
        FUZZ_CHECK(reason.text[0] != '\0');
    }
    snapshot_from_json(text, size, &head, &(struct event_sink){&event, on_event, NULL},
                       &reason);
    return 0;
}
