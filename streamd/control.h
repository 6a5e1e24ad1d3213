/*
 * control - the requests that listeners made and composerd has not answered yet.
 *
 * Each goes out under an id of ours, again every CONTROL_RETRY_NS under the same id (composerd
 * answers a repeated one from memory), and is given up after CONTROL_GIVE_UP_NS.
 *
 * Unit:    times are clock_machine_ns().
 * Memory:  the struct is the caller's; control_finish() accepts a zeroed one.
 * Threads: the event loop's.
 * Errors:  0, or -errno.
 */
#ifndef AURALIS_CONTROL_H
#define AURALIS_CONTROL_H

#include "common/clock.h"
#include "streamd/client_json.h"

#include <stdbool.h>
#include <stdint.h>

enum { CONTROL_PENDING = 256, CONTROL_OWN_ID_BYTES = 48 };
#define CONTROL_RETRY_NS   (200 * NS_PER_MS)
#define CONTROL_GIVE_UP_NS (2 * NS_PER_S)

struct control_pending {
    bool used;
    char id[CONTROL_OWN_ID_BYTES];
    char *request; /* JSON, as sent */
    void *who;     /* the connection that asked; NULL when it has left */
    char client_id_json[CLIENT_ID_BYTES];
    int64_t asked_ns, next_ns;
};

struct control {
    uint64_t run; /* random: ids of an earlier process are never repeated */
    uint64_t n_asked;
    struct control_pending pending[CONTROL_PENDING];
};

void control_init(struct control *control, uint64_t run);
void control_finish(struct control *control);
/* Notes a request of `who` ("http" or "ws" is its origin), to be sent at once. -EBUSY when
 * there are too many; *pending stays until control_done. */
int control_add(struct control *control, const struct control_ask *ask, const char *origin,
                int64_t now_ns, struct control_pending **pending);
/* The next request that is to be sent (again) now; NULL when there is none. */
struct control_pending *control_due(struct control *control, int64_t now_ns);
/* One that has waited too long; NULL when there is none. */
struct control_pending *control_expired(struct control *control, int64_t now_ns);
/* The request that a reply is for; NULL when it is none of ours, or over. */
struct control_pending *control_find(struct control *control, const char *id);
void control_done(struct control_pending *pending);
/* A client has left: what it asked for is not asked again, nor answered. */
void control_forget(struct control *control, const void *who);

#endif
