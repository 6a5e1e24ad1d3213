#include "composerd/outbox.h"

#include "common/event_json.h"
#include "composerd/history.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void outbox_begin_run(struct outbox *outbox, uint64_t run)
{
    snprintf(outbox->run, sizeof outbox->run, "%016" PRIx64, run);
    memset(outbox->last_n, 0, sizeof outbox->last_n);
}

struct event_head outbox_head(struct outbox *outbox, enum event_type type)
{
    struct event_head head = {.type = type, .stream = outbox->stream};

    head.n = type == EVENT_HEARTBEAT ? 0 : ++outbox->last_n[type];
    memcpy(head.run, outbox->run, sizeof head.run);
    return head;
}

/* Takes the JSON over. */
static int add(struct outbox *outbox, const struct outbox_event *event)
{
    if (event->json == NULL || outbox->n_events == OUTBOX_EVENTS) {
        free(event->json);
        return -ENOMEM;
    }
    outbox->events[outbox->n_events++] = *event;
    return 0;
}

int outbox_add_params(struct outbox *outbox, const struct params_event *event)
{
    const struct event_head head = outbox_head(outbox, EVENT_PARAMS);
    const struct outbox_event entry = {.type = EVENT_PARAMS,
                                       .start_frame = event->effective_frame,
                                       .kept_until_frame = event->effective_frame,
                                       .json = params_event_to_json(&head, event)};

    return add(outbox, &entry);
}

int outbox_add_phrase(struct outbox *outbox, const struct phrase *phrase)
{
    const struct event_head head = outbox_head(outbox, EVENT_PHRASE);
    const struct outbox_event entry = {.type = EVENT_PHRASE,
                                       .start_frame = phrase->start_frame,
                                       .kept_until_frame = phrase_matters_until(phrase),
                                       .json = phrase_to_json(&head, phrase)};

    return add(outbox, &entry);
}

static void give(const struct outbox *outbox, bool params, const struct outbox_reader *reader)
{
    for (size_t i = 0; i < outbox->n_events; i++) {
        if ((outbox->events[i].type == EVENT_PARAMS) == params) {
            reader->event(reader->user, &outbox->events[i]);
        }
    }
}

void outbox_flush(struct outbox *outbox, const struct outbox_reader *reader)
{
    give(outbox, true, reader);
    give(outbox, false, reader);
    outbox_finish(outbox);
}

void outbox_finish(struct outbox *outbox)
{
    for (size_t i = 0; i < outbox->n_events; i++) {
        free(outbox->events[i].json);
    }
    outbox->n_events = 0;
}
