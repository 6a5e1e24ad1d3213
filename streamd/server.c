#include "streamd/server.h"

#include "streamd/bus_link.h"
#include "streamd/http.h"
#include "streamd/lws_socket.h"
#include "streamd/steering.h"
#include "streamd/ws.h"

#include <errno.h>
#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PACKET_BYTES =
        65536, /* at least the longest message: else the library copies it per client */
    RX_BYTES = 4096,
    ACCEPTS_AT_ONCE = 64,
    HEADER_TIMEOUT_S = 10,
    KEEPALIVE_S = 30,
    LAGGING_TIMEOUT_S = 2, /* for a close that the client does not read */
};
#define GOODBYE_NS (500 * NS_PER_MS)

/* A signal handler has no argument, so what it wakes up is the process's own. */
static struct lws_context *context_of_signals;

/* ---- connections ---- */

static void link_connection(struct streamd *streamd, struct connection *connection)
{
    connection->next = streamd->connections;
    if (connection->next) {
        connection->next->previous = connection;
    }
    streamd->connections = connection;
}

static void unlink_connection(struct streamd *streamd, struct connection *connection)
{
    if (connection->previous) {
        connection->previous->next = connection->next;
    } else {
        streamd->connections = connection->next;
    }
    if (connection->next) {
        connection->next->previous = connection->previous;
    }
}

static void refuse(struct server *server, int fd, const char *reason)
{
    static const struct log_trouble_kind kind = {.event = LOG_EVENT_limit_reached,
                                                 .sentence = "connections are refused"};
    const struct log_facts facts = {.reason = reason};

    metric_add(&server->streamd->metrics, METRIC_streamd_clients_refused, 1);
    lws_socket_refuse(fd, reason);
    log_trouble(&server->limit_reached, &kind, true, &facts);
}

static void accept_one(struct server *server, int fd, const struct accepted *accepted)
{
    struct streamd *streamd = server->streamd;
    const char *reason = "no descriptors left";
    struct peer *peer = lws_socket_is_among_last(fd)
                            ? NULL
                            : peers_join(&streamd->peers, accepted->from, &reason);
    struct connection *connection = peer ? calloc(1, sizeof(*connection)) : NULL;

    if (!connection) {
        refuse(server, fd, peer ? "no memory" : reason);
        if (peer) {
            peers_leave(&streamd->peers, peer);
        }
        return;
    }
    connection->peer = peer;
    memcpy(connection->own_address, accepted->own, sizeof(connection->own_address));
    connection->wsi = lws_adopt_socket_vhost(server->vhost, fd);
    if (!connection->wsi) { /* the library has closed it */
        peers_leave(&streamd->peers, peer);
        free(connection);
        return;
    }
    lws_set_opaque_user_data(connection->wsi, connection);
    link_connection(streamd, connection);
    metric_add(&streamd->metrics, METRIC_streamd_clients_accepted, 1);
}

/* What came of accepting: a descriptor, or -errno. */
static void tell_accept(struct server *server, int fd)
{
    static const struct log_trouble_kind kind = {
        .event = LOG_EVENT_accept_failing,
        .sentence = "cannot accept connections",
        .over_event = LOG_EVENT_accept_working,
        .over_sentence = "connections are accepted again",
    };
    const struct log_facts facts = {.reason = fd < 0 ? log_errno(fd) : NULL};

    log_trouble(&server->accept_failing, &kind, fd < 0, &facts);
}

static void accept_all(struct server *server, int listen_fd)
{
    struct accepted accepted;

    for (int i = 0; i < ACCEPTS_AT_ONCE; i++) {
        const int fd = lws_socket_accept(listen_fd, &accepted);

        if (fd == -EAGAIN || fd == -EWOULDBLOCK) {
            return;
        }
        tell_accept(server, fd);
        if (fd < 0) {
            return;
        }
        accept_one(server, fd, &accepted);
    }
}

/* Asks for a turn to write for everyone who has something to get. */
static void flush(struct server *server)
{
    struct streamd *streamd = server->streamd;

    for (struct connection *one = streamd->connections; one; one = one->next) {
        if (one->has_answer ||
            (one->listener.present && listener_wants(&one->listener, streamd->store))) {
            lws_callback_on_writable(one->wsi);
        }
        if (one->listener.close_code != 0 && !one->listener.close_timed) {
            one->listener.close_timed = true;
            lws_set_timeout(one->wsi, PENDING_TIMEOUT_LAGGING, LAGGING_TIMEOUT_S);
        }
    }
}

/* ---- what the library tells ---- */

static int on_wake(const struct lws_event *event)
{
    struct streamd *streamd = event->server->streamd;

    streamd_tick(streamd);
    flush(event->server);
    return 0;
}

static bool is_acceptor(const struct lws_event *event)
{
    for (int i = 0; i < LISTENING_MAX; i++) {
        if (event->wsi == event->server->acceptors[i]) {
            return true;
        }
    }
    return false;
}

static int on_raw_rx(const struct lws_event *event)
{
    if (is_acceptor(event)) {
        accept_all(event->server, (int)lws_get_socket_fd(event->wsi));
    } else {
        bus_link_drain(event->server->streamd);
        flush(event->server);
    }
    return 0;
}

static int on_destroy(const struct lws_event *event)
{
    struct streamd *streamd = event->server->streamd;
    struct connection *connection = event->connection;

    if (connection) {
        lws_set_opaque_user_data(event->wsi, NULL);
        streamd_forget(streamd, connection);
        peers_leave(&streamd->peers, connection->peer);
        unlink_connection(streamd, connection);
        listener_finish(&connection->listener);
        api_answer_finish(&connection->answer);
        free(connection->body);
        free(connection);
    }
    return 0;
}

static const struct {
    enum lws_callback_reasons reason;
    bool needs_connection;
    int (*handle)(const struct lws_event *event);
} handlers[] = {
    {LWS_CALLBACK_EVENT_WAIT_CANCELLED, false, on_wake},
    {LWS_CALLBACK_RAW_RX_FILE, false, on_raw_rx},
    {LWS_CALLBACK_SERVER_WRITEABLE, true, ws_writeable},
    {LWS_CALLBACK_RECEIVE, true, ws_receive},
    {LWS_CALLBACK_ESTABLISHED, true, ws_established},
    {LWS_CALLBACK_CLOSED, true, ws_closed},
    {LWS_CALLBACK_HTTP_CONFIRM_UPGRADE, true, http_confirm_upgrade},
    {LWS_CALLBACK_HTTP, true, http_request},
    {LWS_CALLBACK_HTTP_BODY, true, http_body},
    {LWS_CALLBACK_HTTP_BODY_COMPLETION, true, http_body_completion},
    {LWS_CALLBACK_HTTP_WRITEABLE, true, http_writeable},
    {LWS_CALLBACK_WSI_DESTROY, true, on_destroy},
};

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len)
{
    const struct lws_event event = {
        .server = lws_context_user(lws_get_context(wsi)),
        .wsi = wsi,
        .connection = lws_get_opaque_user_data(wsi),
        .in = in,
        .len = len,
    };

    (void)user;
    for (size_t i = 0; i < LWS_ARRAY_SIZE(handlers); i++) {
        if (handlers[i].reason == reason) {
            return handlers[i].needs_connection && !event.connection
                       ? 0
                       : handlers[i].handle(&event);
        }
    }
    return 0;
}

/* The second protocol has only the reasons of its clients: a wake-up is told to each protocol.
 * */
static int callback_stream(struct lws *wsi, enum lws_callback_reasons reason, void *user,
                           void *in, size_t len)
{
    return reason == LWS_CALLBACK_EVENT_WAIT_CANCELLED ? 0
                                                       : callback(wsi, reason, user, in, len);
}

/* A client without a subprotocol is bound to the first. */
static const struct lws_protocols protocols[] = {
    {.name = "http",
     .callback = callback,
     .rx_buffer_size = RX_BYTES,
     .tx_packet_size = PACKET_BYTES},
    {.name = WS_SUBPROTOCOL,
     .callback = callback_stream,
     .rx_buffer_size = RX_BYTES,
     .tx_packet_size = PACKET_BYTES},
    {0},
};

/* On every answer. The page needs nothing from elsewhere, and nobody may frame it. */
static const struct lws_protocol_vhost_options answer_headers[] = {
    {&answer_headers[1], NULL, "content-security-policy:",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
     "font-src 'self'; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; "
     "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {&answer_headers[2], NULL, "x-content-type-options:", "nosniff"},
    {&answer_headers[3], NULL, "referrer-policy:", "no-referrer"},
    {NULL, NULL, "cross-origin-resource-policy:", "same-origin"},
};

/* Who sends nothing for 10 s is asked, and is gone after 25 s. */
static const lws_retry_bo_t validity = {.secs_since_valid_ping = 10,
                                        .secs_since_valid_hangup = 25};

/* ---- the server ---- */

static void log_library(int level, const char *line)
{
    (void)level;
    /* clients can cause these at will, so they are for those who look for them */
    log_debug("libwebsockets: %.*s", (int)strcspn(line, "\n"), line);
}

static int adopt(struct server *server, int fd, struct lws **wsi)
{
    const lws_sock_file_fd_type wrapped = {.filefd = fd};

    *wsi = lws_adopt_descriptor_vhost(server->vhost, LWS_ADOPT_RAW_FILE_DESC, wrapped, "http",
                                      NULL);
    return *wsi ? 0 : -EIO;
}

/* The library closes what it adopts, so it gets a copy of what is the bus's. */
static int watch_bus(struct server *server, int fd)
{
    struct lws *wsi = NULL;
    const int copy = fd < 0 ? fd : dup(fd);

    if (copy < 0) {
        return fd < 0 ? fd : -errno;
    }
    return adopt(server, copy, &wsi);
}

static int create_context(struct server *server)
{
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER,
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
        .protocols = protocols,
        .headers = answer_headers,
        .retry_and_idle_policy = &validity,
        .timeout_secs_ah_idle = HEADER_TIMEOUT_S,
        .keepalive_timeout = KEEPALIVE_S,
        .user = server,
    };

    lws_set_log_level(LLL_ERR | LLL_WARN, log_library);
    server->context = lws_create_context(&info);
    if (!server->context) {
        return -ENOMEM;
    }
    server->vhost = lws_create_vhost(server->context, &info);
    return server->vhost ? 0 : -ENOMEM;
}

static void wake_on_signal(void)
{
    lws_cancel_service(context_of_signals);
}

int server_open(struct server *server, struct streamd *streamd)
{
    server->streamd = streamd;
    int rc = create_context(server);

    for (int i = 0; rc == 0 && i < streamd->listening.n; i++) {
        rc = adopt(server, streamd->listening.fds[i], &server->acceptors[i]);
    }
    if (rc == 0) {
        rc = watch_bus(server, bus_client_events_fd(&streamd->bus));
    }
    if (rc == 0) {
        rc = watch_bus(server, bus_client_control_fd(&streamd->bus));
    }
    if (rc == 0) {
        context_of_signals = server->context;
        service_on_signal(wake_on_signal);
    }
    return rc;
}

void server_wake(void *server)
{
    lws_cancel_service(((struct server *)server)->context);
}

void server_run(struct server *server, void (*reload)(void *user), void *user)
{
    while (service_running() && lws_service(server->context, 0) >= 0) {
        if (service_reload_wanted()) {
            reload(user);
            steering_load(server->streamd); /* the token too, should the settings be refused */
        }
    }
}

static bool has_listeners(const struct streamd *streamd)
{
    for (const struct connection *one = streamd->connections; one; one = one->next) {
        if (one->listener.present) {
            return true;
        }
    }
    return false;
}

void server_close(struct server *server)
{
    struct streamd *streamd = server->streamd;
    const int64_t deadline_ns = clock_machine_ns() + GOODBYE_NS;

    for (struct connection *one = streamd->connections; one; one = one->next) {
        if (one->listener.present) {
            listener_close(&one->listener, LISTENER_CLOSE_GOING_AWAY, "the server is stopping");
        }
    }
    flush(server);
    while (has_listeners(streamd) && clock_machine_ns() < deadline_ns &&
           lws_service(server->context, 0) >= 0) {
    }
}

void server_finish(struct server *server)
{
    service_on_signal(NULL);
    if (server->context) {
        lws_context_destroy(server->context);
    }
    server->context = NULL;
    context_of_signals = NULL;
}
