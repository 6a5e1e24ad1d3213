#include "streamd/control.h"

#include "common/event.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void control_init(struct control *control, uint64_t run)
{
    memset(control, 0, sizeof(*control));
    control->run = run;
}

void control_finish(struct control *control)
{
    for (int i = 0; i < CONTROL_PENDING; i++) {
        control_done(&control->pending[i]);
    }
}

static char *make_request(const char *id, const struct control_ask *ask, const char *origin)
{
    char after[48] = "";
    char *request = NULL;

    if (ask->has_after) {
        snprintf(after, sizeof(after), ",\"after_ms\":%.0f", ask->after_ms);
    }
    if (asprintf(&request, "{\"v\":%d,\"id\":\"%s\",\"op\":\"%s\"%s%s%s,\"origin\":\"%s\"}",
                 EVENT_VERSION, id, ask->op, after, ask->params_json ? ",\"params\":" : "",
                 ask->params_json ? ask->params_json : "", origin) < 0) {
        return NULL;
    }
    return request;
}

int control_add(struct control *control, const struct control_ask *ask, const char *origin,
                int64_t now_ns, struct control_pending **pending)
{
    struct control_pending *free_one = NULL;

    for (int i = 0; i < CONTROL_PENDING && !free_one; i++) {
        if (!control->pending[i].used) {
            free_one = &control->pending[i];
        }
    }
    if (!free_one) {
        return -EBUSY;
    }
    *free_one = (struct control_pending){.asked_ns = now_ns, .next_ns = now_ns};
    snprintf(free_one->id, sizeof(free_one->id), "w-%016" PRIx64 "-%" PRIu64, control->run,
             ++control->n_asked);
    free_one->request = make_request(free_one->id, ask, origin);
    if (!free_one->request) {
        return -ENOMEM;
    }
    free_one->used = true;
    *pending = free_one;
    return 0;
}

struct control_pending *control_due(struct control *control, int64_t now_ns)
{
    for (int i = 0; i < CONTROL_PENDING; i++) {
        struct control_pending *pending = &control->pending[i];

        if (pending->used && now_ns >= pending->next_ns) {
            pending->next_ns = now_ns + CONTROL_RETRY_NS;
            return pending;
        }
    }
    return NULL;
}

struct control_pending *control_expired(struct control *control, int64_t now_ns)
{
    for (int i = 0; i < CONTROL_PENDING; i++) {
        struct control_pending *pending = &control->pending[i];

        if (pending->used && now_ns - pending->asked_ns >= CONTROL_GIVE_UP_NS) {
            return pending;
        }
    }
    return NULL;
}

struct control_pending *control_find(struct control *control, const char *id)
{
    for (int i = 0; i < CONTROL_PENDING; i++) {
        if (control->pending[i].used && strcmp(control->pending[i].id, id) == 0) {
            return &control->pending[i];
        }
    }
    return NULL;
}

void control_done(struct control_pending *pending)
{
    free(pending->request);
    *pending = (struct control_pending){0};
}

void control_forget(struct control *control, const void *who)
{
    for (int i = 0; i < CONTROL_PENDING; i++) {
        if (control->pending[i].used && control->pending[i].who == who) {
            control_done(&control->pending[i]);
        }
    }
}
