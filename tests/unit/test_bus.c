/* The bus: events, requests of both kinds of peers, and what becomes of rubbish and of
 * restarts. */
#include "common/bus.h"
#include "common/clock.h"
#include "tests/check.h"
#include "tests/scratch.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <zmq.h>

/* Far longer than anything takes: what waits this long has failed. */
static const int64_t patience_ns = 10 * NS_PER_S;

static struct bus_server server;
static struct bus_client client;

static struct {
    int events, replies;
    enum event_type topic;
    char last[200];
} got;

static void keep(const char *json, size_t len)
{
    snprintf(got.last, sizeof got.last, "%.*s", (int)len, json);
}

static void on_event(void *user, enum event_type topic, const char *json, size_t len)
{
    (void)user;
    got.events++;
    got.topic = topic;
    keep(json, len);
}

static void on_reply(void *user, const char *json, size_t len)
{
    (void)user;
    got.replies++;
    keep(json, len);
}

static const struct bus_handlers handlers = {on_event, on_reply};

static int setup(void **state)
{
    memset(&got, 0, sizeof got);
    memset(&server, 0, sizeof server);
    memset(&client, 0, sizeof client);
    return scratch_setup(state) == 0 && bus_server_open(&server, scratch) == 0 &&
                   bus_client_open(&client, scratch) == 0
               ? 0
               : -1;
}

static int teardown(void **state)
{
    bus_client_finish(&client);
    bus_server_finish(&server);
    return scratch_teardown(state);
}

/* Takes the client's messages until the counter has come to n. */
static void drain_until(const int *counter, int n)
{
    const int64_t deadline_ns = clock_now_ns() + patience_ns;

    while (*counter < n) {
        struct pollfd fds[2] = {{bus_client_events_fd(&client), POLLIN, 0},
                                {bus_client_control_fd(&client), POLLIN, 0}};

        CHECK(clock_now_ns() < deadline_ns);
        bus_client_drain(&client, &handlers, NULL);
        if (*counter < n) {
            poll(fds, 2, 10);
        }
    }
}

/* Waits a little for the server, and lets the client work meanwhile as its loop would: it
 * says its subscriptions again only when it is called after a connection was lost. */
static void wait_and_pump(void)
{
    if (client.events != NULL) {
        bus_client_drain(&client, &handlers, NULL);
    }
    bus_server_wait(&server, clock_now_ns() + NS_PER_MS);
}

/* The server has seen the client's subscription: from here on nothing is lost. */
static void await_subscription(void)
{
    const int64_t deadline_ns = clock_now_ns() + patience_ns;
    char topic[32];
    while (bus_next_subscription(&server, topic, sizeof topic) < 0) {
        CHECK(clock_now_ns() < deadline_ns);
        wait_and_pump();
    }
    CHECK_TEXT(topic, "");
}

static int next_request(struct bus_peer *peer, char *request, size_t size)
{
    const int64_t deadline_ns = clock_now_ns() + patience_ns;
    int len;

    while ((len = bus_next_request(&server, peer, request, size)) == -EAGAIN) {
        CHECK(clock_now_ns() < deadline_ns);
        wait_and_pump();
    }
    return len;
}

static void request_until_taken(const char *json)
{
    const int64_t deadline_ns = clock_now_ns() + patience_ns;
    struct pollfd fd = {bus_client_control_fd(&client), POLLIN, 0};
    int rc;

    while ((rc = bus_request(&client, json)) == -EAGAIN) {
        CHECK(clock_now_ns() < deadline_ns);
        poll(&fd, 1, 1);
        bus_client_drain(&client, &handlers, NULL);
    }
    CHECK_INT(rc, 0);
}

static void test_events_arrive_with_their_topic_in_order(void **state)
{
    (void)state;
    await_subscription();
    CHECK_INT(bus_publish(&server, EVENT_PHRASE, "{\"n\":1}"), 0);
    CHECK_INT(bus_publish(&server, EVENT_PARAMS, "{\"n\":2}"), 0);
    drain_until(&got.events, 2);
    CHECK_INT(got.topic, EVENT_PARAMS);
    CHECK_TEXT(got.last, "{\"n\":2}");
    CHECK_INT(bus_publish(&server, EVENT_HEARTBEAT, "{}"), 0);
    drain_until(&got.events, 3);
    CHECK_INT(got.topic, EVENT_HEARTBEAT);
    CHECK_INT(bus_client_drain(&client, &handlers, NULL), 0);
}

static void test_publishing_to_nobody_is_no_error(void **state)
{
    (void)state;
    bus_client_finish(&client);
    for (int i = 0; i < 100; i++) {
        CHECK_INT(bus_publish(&server, EVENT_PHRASE, "{}"), 0);
    }
}

static void test_each_new_subscription_is_seen_with_its_topic(void **state)
{
    void *const context = zmq_ctx_new();
    char address[SCRATCH_PATH_BYTES + 8];
    char topic[32];
    void *subscribers[2];

    (void)state;
    await_subscription();
    snprintf(address, sizeof address, "ipc://%s/events", scratch);
    for (int i = 0; i < 2; i++) { /* the second one is no news to the socket, but to us */
        subscribers[i] = zmq_socket(context, ZMQ_SUB);
        zmq_setsockopt(subscribers[i], ZMQ_SUBSCRIBE, "params", 6);
        CHECK_INT(zmq_connect(subscribers[i], address), 0);
        while (bus_next_subscription(&server, topic, sizeof topic) < 0) {
            CHECK(bus_server_wait(&server, clock_now_ns() + patience_ns));
        }
        CHECK_TEXT(topic, "params");
    }
    zmq_close(subscribers[0]);
    zmq_close(subscribers[1]);
    zmq_ctx_term(context);
}

static void test_a_request_is_answered_to_the_one_who_asked(void **state)
{
    static char request[BUS_REQUEST_MAX_BYTES + 1];
    struct bus_peer peer;

    (void)state;
    request_until_taken("{\"id\":\"1\"}");
    CHECK_INT(next_request(&peer, request, sizeof request), 10);
    CHECK_TEXT(request, "{\"id\":\"1\"}");
    CHECK(!peer.delimiter);
    CHECK_INT(bus_reply(&server, &peer, "{\"ok\":true}"), 0);
    drain_until(&got.replies, 1);
    CHECK_TEXT(got.last, "{\"ok\":true}");
    CHECK_INT(got.events, 0);
}

/* Any tool can ask with the simplest socket there is. */
static void test_a_req_socket_gets_its_reply_too(void **state)
{
    void *const context = zmq_ctx_new();
    void *const socket = zmq_socket(context, ZMQ_REQ);
    char address[SCRATCH_PATH_BYTES + 8];
    char text[100] = "";
    struct bus_peer peer;

    (void)state;
    snprintf(address, sizeof address, "ipc://%s/control", scratch);
    CHECK_INT(zmq_connect(socket, address), 0);
    CHECK_INT(zmq_send(socket, "{}", 2, 0), 2);
    CHECK_INT(next_request(&peer, text, sizeof text), 2);
    CHECK(peer.delimiter);
    CHECK_INT(bus_reply(&server, &peer, "{\"x\":1}"), 0);
    CHECK_INT(zmq_recv(socket, text, sizeof text, 0), 7);
    CHECK(memcmp(text, "{\"x\":1}", 7) == 0);
    zmq_close(socket);
    zmq_ctx_term(context);
}

static void test_a_request_that_is_too_large_is_told_apart_and_can_be_answered(void **state)
{
    static char large[BUS_REQUEST_MAX_BYTES + 2];
    static char request[BUS_REQUEST_MAX_BYTES + 1];
    struct bus_peer peer;

    (void)state;
    memset(large, 'x', BUS_REQUEST_MAX_BYTES);
    request_until_taken(large);
    CHECK_INT(next_request(&peer, request, sizeof request), BUS_REQUEST_MAX_BYTES);
    large[BUS_REQUEST_MAX_BYTES] = 'x';
    request_until_taken(large);
    CHECK_INT(next_request(&peer, request, sizeof request), -EMSGSIZE);
    CHECK_INT(bus_reply(&server, &peer, "{\"ok\":false}"), 0);
    drain_until(&got.replies, 1);
    CHECK_TEXT(got.last, "{\"ok\":false}");
}

static void send_frames(void *socket, const char *const *frames, int n)
{
    for (int i = 0; i < n; i++) {
        const int flags = i + 1 < n ? ZMQ_SNDMORE : 0;

        CHECK_INT(zmq_send(socket, frames[i], strlen(frames[i]), flags),
                  (int)strlen(frames[i]));
    }
}

static void test_messages_of_another_shape_are_refused_and_the_next_one_is_good(void **state)
{
    void *const socket = zmq_socket(client.context, ZMQ_DEALER);
    char address[SCRATCH_PATH_BYTES + 8];
    char request[100];
    struct bus_peer peer;

    (void)state;
    snprintf(address, sizeof address, "ipc://%s/control", scratch);
    CHECK_INT(zmq_connect(socket, address), 0);
    send_frames(socket, (const char *const[]){"a", "b"}, 2);
    send_frames(socket, (const char *const[]){"", "a", "b", "c"}, 4);
    send_frames(socket, (const char *const[]){"", "", ""}, 3);
    send_frames(socket, (const char *const[]){""}, 1);
    send_frames(socket, (const char *const[]){"", "good"}, 2);
    CHECK_INT(next_request(&peer, request, sizeof request), -EPROTO);
    CHECK_INT(next_request(&peer, request, sizeof request), -EPROTO);
    CHECK_INT(next_request(&peer, request, sizeof request), -EPROTO);
    CHECK_INT(next_request(&peer, request, sizeof request), 0);
    CHECK_TEXT(request, "");
    CHECK_INT(next_request(&peer, request, sizeof request), 4);
    CHECK_TEXT(request, "good");
    CHECK_INT(bus_next_request(&server, &peer, request, sizeof request), -EAGAIN);
    zmq_close(socket);
}

/* Whoever binds the path can send what it likes. */
static void test_a_client_takes_no_event_of_another_shape_or_topic(void **state)
{
    void *const context = zmq_ctx_new();
    void *const socket = zmq_socket(context, ZMQ_XPUB);
    char address[SCRATCH_PATH_BYTES + 8];
    char subscription[8];
    const int64_t deadline_ns = clock_now_ns() + patience_ns;

    (void)state;
    bus_server_finish(&server);
    snprintf(address, sizeof address, "ipc://%s/events", scratch);
    CHECK_INT(zmq_bind(socket, address), 0);
    while (zmq_recv(socket, subscription, sizeof subscription, ZMQ_DONTWAIT) < 0) {
        CHECK(clock_now_ns() < deadline_ns);
        bus_client_drain(&client, &handlers, NULL);
    }
    send_frames(socket, (const char *const[]){"phrase"}, 1);
    send_frames(socket, (const char *const[]){"phrases", "{}"}, 2);
    send_frames(socket, (const char *const[]){"", "{}"}, 2);
    send_frames(socket, (const char *const[]){"phrase", "{}", "{}"}, 3);
    send_frames(socket, (const char *const[]){"params", "{\"good\":1}"}, 2);
    drain_until(&got.events, 1);
    CHECK_INT(got.events, 1);
    CHECK_TEXT(got.last, "{\"good\":1}");
    zmq_close(socket);
    zmq_ctx_term(context);
}

static void test_nothing_is_kept_for_a_composer_that_is_away(void **state)
{
    static char request[BUS_REQUEST_MAX_BYTES + 1];
    struct bus_peer peer;
    const int64_t deadline_ns = clock_now_ns() + patience_ns;

    (void)state;
    request_until_taken("before");
    CHECK_INT(next_request(&peer, request, sizeof request), 6);
    bus_server_finish(&server);
    while (bus_request(&client, "while away") != -EAGAIN) { /* until the client has noticed */
        CHECK(clock_now_ns() < deadline_ns);
    }
    CHECK_INT(bus_request(&client, "while away"), -EAGAIN);
    CHECK_INT(bus_server_open(&server, scratch), 0);
    request_until_taken("after");
    CHECK_INT(next_request(&peer, request, sizeof request), 5);
    CHECK_TEXT(request, "after");
    CHECK_INT(bus_next_request(&server, &peer, request, sizeof request), -EAGAIN);
}

static void test_events_go_on_after_the_server_has_restarted(void **state)
{
    (void)state;
    await_subscription();
    bus_server_finish(&server);
    CHECK_INT(bus_server_open(&server, scratch), 0);
    await_subscription();
    CHECK_INT(bus_publish(&server, EVENT_PHRASE, "{\"run\":2}"), 0);
    drain_until(&got.events, 1);
    CHECK_TEXT(got.last, "{\"run\":2}");
}

static void test_a_reply_to_one_who_has_gone_is_no_error(void **state)
{
    char request[100];
    struct bus_peer peer;

    (void)state;
    request_until_taken("x");
    CHECK_INT(next_request(&peer, request, sizeof request), 1);
    bus_client_finish(&client);
    CHECK_INT(bus_reply(&server, &peer, "{}"), 0);
}

static void test_waiting_ends_at_the_deadline(void **state)
{
    const int64_t deadline_ns = clock_now_ns() + 2 * NS_PER_MS;

    (void)state;
    await_subscription();
    CHECK(!bus_server_wait(&server, deadline_ns));
    CHECK(clock_now_ns() >= deadline_ns);
    CHECK(!bus_server_wait(&server, 0));
}

static void test_a_path_that_cannot_be_a_socket_is_refused(void **state)
{
    struct bus_server long_server;
    struct bus_client long_client;
    char dir[200];

    (void)state;
    memset(dir, 'x', sizeof dir - 1);
    dir[0] = '/';
    dir[107 - strlen("/control")] = '\0'; /* the longest that is not too long */
    CHECK_INT(bus_client_open(&long_client, dir), 0);
    bus_client_finish(&long_client);
    CHECK_INT(bus_server_open(&long_server, dir), -ENOENT);
    dir[107 - strlen("/control")] = 'x';
    dir[107 - strlen("/control") + 1] = '\0';
    CHECK_INT(bus_client_open(&long_client, dir), -ENAMETOOLONG);
    dir[120] = '\0';
    memset(dir + 100, 'x', 20);
    CHECK_INT(bus_server_open(&long_server, dir), -ENAMETOOLONG);
    bus_server_finish(&long_server); /* nothing is left to finish, and that is fine */
    bus_client_finish(&long_client);
}

int main(void)
{
#define BUS_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        BUS_TEST(test_events_arrive_with_their_topic_in_order),
        BUS_TEST(test_publishing_to_nobody_is_no_error),
        BUS_TEST(test_each_new_subscription_is_seen_with_its_topic),
        BUS_TEST(test_a_request_is_answered_to_the_one_who_asked),
        BUS_TEST(test_a_req_socket_gets_its_reply_too),
        BUS_TEST(test_a_request_that_is_too_large_is_told_apart_and_can_be_answered),
        BUS_TEST(test_messages_of_another_shape_are_refused_and_the_next_one_is_good),
        BUS_TEST(test_a_client_takes_no_event_of_another_shape_or_topic),
        BUS_TEST(test_nothing_is_kept_for_a_composer_that_is_away),
        BUS_TEST(test_events_go_on_after_the_server_has_restarted),
        BUS_TEST(test_a_reply_to_one_who_has_gone_is_no_error),
        BUS_TEST(test_waiting_ends_at_the_deadline),
        BUS_TEST(test_a_path_that_cannot_be_a_socket_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
