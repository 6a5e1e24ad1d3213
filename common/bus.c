#include "common/bus.h"

#include "common/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

enum {
    SOCKET_PATH_MAX = 107, /* sun_path less its 0 */
    QUEUE_MESSAGES = 10000,
    RECONNECT_MS = 20,
    RECONNECT_MAX_MS = 200,
};

/* ---- both sides ---- */

static int endpoint(char *dst, size_t size, const char *bus_dir, const char *name)
{
    if (strlen(bus_dir) + 1 + strlen(name) > SOCKET_PATH_MAX) {
        return -ENAMETOOLONG;
    }
    snprintf(dst, size, "ipc://%s/%s", bus_dir, name);
    return 0;
}

/* A socket with the options that all of ours have; NULL with errno on failure. */
static void *open_socket(void *context, int type)
{
    const int no = 0;
    const int queue = QUEUE_MESSAGES;
    const int soon = RECONNECT_MS;
    const int late = RECONNECT_MAX_MS;
    void *const socket = zmq_socket(context, type);

    if (socket != NULL) {
        zmq_setsockopt(socket, ZMQ_LINGER, &no, sizeof no);
        zmq_setsockopt(socket, ZMQ_SNDHWM, &queue, sizeof queue);
        zmq_setsockopt(socket, ZMQ_RCVHWM, &queue, sizeof queue);
        zmq_setsockopt(socket, ZMQ_RECONNECT_IVL, &soon, sizeof soon);
        zmq_setsockopt(socket, ZMQ_RECONNECT_IVL_MAX, &late, sizeof late);
    }
    return socket;
}

/* Binds or connects both sockets of a side. */
static int join(const char *bus_dir, void *events, void *control,
                int (*connect)(void *socket, const char *address))
{
    char address[SOCKET_PATH_MAX + 16];
    int rc = endpoint(address, sizeof address, bus_dir, "events");

    if (rc == 0 && connect(events, address) != 0) {
        rc = -errno;
    }
    if (rc == 0) {
        rc = endpoint(address, sizeof address, bus_dir, "control");
    }
    if (rc == 0 && connect(control, address) != 0) {
        rc = -errno;
    }
    return rc;
}

static void close_all(void **context, void **events, void **control)
{
    if (*events != NULL) {
        zmq_close(*events);
    }
    if (*control != NULL) {
        zmq_close(*control);
    }
    if (*context != NULL) {
        zmq_ctx_term(*context);
    }
    *context = *events = *control = NULL;
}

/* Receives one frame without waiting. 1 when more frames follow, 0 when not, or -errno. */
static int receive(void *socket, zmq_msg_t *message)
{
    zmq_msg_init(message);
    if (zmq_msg_recv(message, socket, ZMQ_DONTWAIT) < 0) {
        const int rc = -errno;

        zmq_msg_close(message);
        return rc;
    }
    return zmq_msg_more(message);
}

static void skip_rest(void *socket, int more)
{
    zmq_msg_t message;

    while (more > 0) {
        more = receive(socket, &message);
        if (more >= 0) {
            zmq_msg_close(&message);
        }
    }
}

/* ---- composerd's side ---- */

int bus_server_open(struct bus_server *bus, const char *bus_dir)
{
    const int yes = 1;
    const int64_t most = 8 * (int64_t)BUS_REQUEST_MAX_BYTES;

    memset(bus, 0, sizeof *bus);
    bus->context = zmq_ctx_new();
    if (bus->context == NULL) {
        return -errno;
    }
    bus->events = open_socket(bus->context, ZMQ_XPUB);
    bus->control = open_socket(bus->context, ZMQ_ROUTER);
    int rc = bus->events == NULL || bus->control == NULL ? -errno : 0;

    if (rc == 0) {
        /* each new subscription is seen, not only the first of a topic */
        zmq_setsockopt(bus->events, ZMQ_XPUB_VERBOSE, &yes, sizeof yes);
        /* a peer that reconnects under its old identity takes it over */
        zmq_setsockopt(bus->control, ZMQ_ROUTER_HANDOVER, &yes, sizeof yes);
        /* far above what is refused with a reason: who sends more is disconnected */
        zmq_setsockopt(bus->control, ZMQ_MAXMSGSIZE, &most, sizeof most);
        rc = join(bus_dir, bus->events, bus->control, zmq_bind);
    }
    if (rc != 0) {
        bus_server_finish(bus);
    }
    return rc;
}

int bus_publish(struct bus_server *bus, enum event_type topic, const char *json)
{
    const char *const name = event_topics[topic];

    if (zmq_send(bus->events, name, strlen(name), ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0 ||
        zmq_send(bus->events, json, strlen(json), ZMQ_DONTWAIT) < 0) {
        return -errno;
    }
    return 0;
}

bool bus_server_wait(struct bus_server *bus, int64_t deadline_ns)
{
    zmq_pollitem_t items[] = {{bus->events, 0, ZMQ_POLLIN, 0},
                              {bus->control, 0, ZMQ_POLLIN, 0}};
    const int64_t until_ns = clock_machine_at_ns(deadline_ns);
    int64_t left_ns = until_ns - clock_machine_ns();
    int n;

    do { /* again where the library, which counts whole milliseconds, was early */
        /* rounded up: a little late is better than polling through the last millisecond */
        n = zmq_poll(items, 2,
                     left_ns <= 0 ? 0 : (long)((left_ns + NS_PER_MS - 1) / NS_PER_MS));
        left_ns = until_ns - clock_machine_ns();
    } while (n == 0 && left_ns > 0);
    return n > 0;
}

int bus_next_subscription(struct bus_server *bus, char *topic, size_t size)
{
    zmq_msg_t message;

    for (;;) {
        const int more = receive(bus->events, &message);

        if (more < 0) {
            return more;
        }
        skip_rest(bus->events, more);
        const char *const data = zmq_msg_data(&message);
        const size_t len = zmq_msg_size(&message);

        /* 1 and the topic: a subscription; 0: its end (zmq_socket(3), ZMQ_XPUB) */
        if (len >= 1 && data[0] == 1 && len - 1 < size) {
            memcpy(topic, data + 1, len - 1);
            topic[len - 1] = '\0';
            zmq_msg_close(&message);
            return (int)len - 1;
        }
        zmq_msg_close(&message);
    }
}

static int take_identity(struct bus_peer *peer, zmq_msg_t *message)
{
    const size_t len = zmq_msg_size(message);

    if (len > sizeof peer->identity) {
        return -EPROTO;
    }
    memcpy(peer->identity, zmq_msg_data(message), len);
    peer->identity_len = len;
    return 0;
}

/* The body frame, behind the identity and what a REQ socket puts between. */
static int take_body(struct bus_server *bus, struct bus_peer *peer, char *request, size_t size)
{
    zmq_msg_t message;
    int more = receive(bus->control, &message);

    peer->delimiter = more > 0 && zmq_msg_size(&message) == 0;
    if (peer->delimiter) {
        zmq_msg_close(&message);
        more = receive(bus->control, &message);
    }
    if (more < 0) {
        return -EPROTO;
    }
    const size_t len = zmq_msg_size(&message);
    int rc = (int)len;

    if (more > 0) {
        skip_rest(bus->control, more);
        rc = -EPROTO;
    } else if (len >= size) {
        rc = -EMSGSIZE;
    } else {
        memcpy(request, zmq_msg_data(&message), len);
        request[len] = '\0';
    }
    zmq_msg_close(&message);
    return rc;
}

int bus_next_request(struct bus_server *bus, struct bus_peer *peer, char *request, size_t size)
{
    zmq_msg_t message;
    const int more = receive(bus->control, &message);

    if (more < 0) {
        return more;
    }
    int rc = take_identity(peer, &message);

    zmq_msg_close(&message);
    if (more == 0) {
        return -EPROTO; /* an identity and nothing behind it */
    }
    if (rc != 0) {
        skip_rest(bus->control, more);
        return rc;
    }
    return take_body(bus, peer, request, size);
}

int bus_reply(struct bus_server *bus, const struct bus_peer *peer, const char *json)
{
    const int flags = ZMQ_DONTWAIT;

    if (zmq_send(bus->control, peer->identity, peer->identity_len, flags | ZMQ_SNDMORE) < 0 ||
        (peer->delimiter && zmq_send(bus->control, "", 0, flags | ZMQ_SNDMORE) < 0) ||
        zmq_send(bus->control, json, strlen(json), flags) < 0) {
        return -errno;
    }
    return 0;
}

void bus_server_finish(struct bus_server *bus)
{
    close_all(&bus->context, &bus->events, &bus->control);
}

/* ---- synthd's and streamd's side ---- */

int bus_client_open(struct bus_client *bus, const char *bus_dir)
{
    const int yes = 1;

    memset(bus, 0, sizeof *bus);
    bus->context = zmq_ctx_new();
    if (bus->context == NULL) {
        return -errno;
    }
    bus->events = open_socket(bus->context, ZMQ_SUB);
    bus->control = open_socket(bus->context, ZMQ_DEALER);
    int rc = bus->events == NULL || bus->control == NULL ? -errno : 0;

    if (rc == 0) {
        zmq_setsockopt(bus->events, ZMQ_SUBSCRIBE, "", 0);
        /* nothing is queued for a composerd that is away */
        zmq_setsockopt(bus->control, ZMQ_IMMEDIATE, &yes, sizeof yes);
        rc = join(bus_dir, bus->events, bus->control, zmq_connect);
    }
    if (rc != 0) {
        bus_client_finish(bus);
    }
    return rc;
}

static int socket_fd(void *socket)
{
    int fd = -1;
    size_t size = sizeof fd;

    return zmq_getsockopt(socket, ZMQ_FD, &fd, &size) == 0 ? fd : -errno;
}

int bus_client_events_fd(const struct bus_client *bus)
{
    return socket_fd(bus->events);
}

int bus_client_control_fd(const struct bus_client *bus)
{
    return socket_fd(bus->control);
}

int bus_request(struct bus_client *bus, const char *json)
{
    return zmq_send(bus->control, json, strlen(json), ZMQ_DONTWAIT) < 0 ? -errno : 0;
}

static int find_topic(zmq_msg_t *message)
{
    for (int i = 0; i < EVENT_TYPE_COUNT; i++) {
        const size_t len = strlen(event_topics[i]);

        if (zmq_msg_size(message) == len &&
            memcmp(zmq_msg_data(message), event_topics[i], len) == 0) {
            return i;
        }
    }
    return -1;
}

/* One event from the SUB socket; false when there is none. */
static bool take_event(struct bus_client *bus, const struct bus_handlers *handlers, void *user)
{
    zmq_msg_t topic;
    zmq_msg_t body;
    const int more = receive(bus->events, &topic);

    if (more < 0) {
        return false;
    }
    const int type = find_topic(&topic);

    zmq_msg_close(&topic);
    if (more == 0) {
        return true;
    }
    const int rest = receive(bus->events, &body);

    if (rest < 0) {
        return false;
    }
    if (rest > 0) {
        skip_rest(bus->events, rest);
    } else if (type >= 0) {
        handlers->event(user, (enum event_type)type, zmq_msg_data(&body), zmq_msg_size(&body));
    }
    zmq_msg_close(&body);
    return true;
}

static bool take_reply(struct bus_client *bus, const struct bus_handlers *handlers, void *user)
{
    zmq_msg_t body;
    const int more = receive(bus->control, &body);

    if (more < 0) {
        return false;
    }
    if (more > 0) {
        skip_rest(bus->control, more);
    } else if (zmq_msg_size(&body) <= BUS_REPLY_MAX_BYTES) {
        handlers->reply(user, zmq_msg_data(&body), zmq_msg_size(&body));
    }
    zmq_msg_close(&body);
    return true;
}

int bus_client_drain(struct bus_client *bus, const struct bus_handlers *handlers, void *user)
{
    int n = 0;

    while (take_event(bus, handlers, user)) {
        n++;
    }
    while (take_reply(bus, handlers, user)) {
        n++;
    }
    return n;
}

void bus_client_finish(struct bus_client *bus)
{
    close_all(&bus->context, &bus->events, &bus->control);
}
