#include "common/entropy.h"
#include "composerd/daemon.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct control_errors one_error(const char *param, const char *error)
{
    struct control_errors errors = {.n = 1};

    snprintf(errors.list[0].param, sizeof errors.list[0].param, "%s", param);
    snprintf(errors.list[0].error, sizeof errors.list[0].error, "%s", error);
    return errors;
}

/* The answer to `get`: nothing changes, so the frames are those of the last change. */
static char *answer(struct daemon *daemon, const char *id)
{
    const struct control_answer present = station_answer(&daemon->station, clock_now_ns());

    return control_answer_to_json(id, &present);
}

/* Journal, publish, reply: in this order, so that whoever has the reply can find the change. */
static char *carry_out(struct daemon *daemon, const struct control_request *request)
{
    const struct station_listener listener = daemon_listener(daemon);

    station_change(&daemon->station, request, daemon_now_frame(daemon), entropy_u64(),
                   &listener);
    daemon_publish_change(daemon);
    char *const reply = answer(daemon, request->id);

    if (reply != NULL) {
        replies_add(&daemon->replies, request->id, reply);
    }
    return reply;
}

static char *reply_to(struct daemon *daemon, const char *text, size_t len)
{
    struct control_request request;
    struct control_errors errors;
    const int rc = control_request_from_json(text, len, &request, &errors);
    const char *const given = replies_find(&daemon->replies, request.id);

    if (given != NULL) {
        metric_add(&daemon->metrics, METRIC_composerd_requests_repeated, 1);
        return strdup(given);
    }
    if (rc != 0) {
        metric_add(&daemon->metrics, METRIC_composerd_requests_refused, 1);
        return control_errors_to_json(request.id, &errors);
    }
    switch (request.op) {
    case CONTROL_GET:
        return answer(daemon, request.id);
    case CONTROL_SNAPSHOT:
        metric_add(&daemon->metrics, METRIC_composerd_snapshots_served, 1);
        return publisher_snapshot(&daemon->publisher, request.id, request.from_frame,
                                  &daemon->station.epoch);
    default:
        return carry_out(daemon, &request);
    }
}

void daemon_serve(struct daemon *daemon)
{
    static char text[BUS_REQUEST_MAX_BYTES + 1]; /* one at a time */
    struct bus_peer peer;
    int len;

    while ((len = bus_next_request(&daemon->publisher.bus, &peer, text, sizeof text)) !=
           -EAGAIN) {
        char *reply;

        if (len >= 0) {
            reply = reply_to(daemon, text, (size_t)len);
        } else {
            const struct control_errors errors =
                len == -EMSGSIZE ? one_error("request", "must be at most 8192 bytes")
                                 : one_error("request", "must be one frame of JSON");

            metric_add(&daemon->metrics, METRIC_composerd_requests_refused, 1);
            reply = control_errors_to_json("", &errors);
        }
        if (reply != NULL) {
            bus_reply(&daemon->publisher.bus, &peer, reply);
        }
        free(reply);
    }
}
