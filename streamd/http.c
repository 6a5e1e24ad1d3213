#include "streamd/http.h"

#include "streamd/lws_head.h"
#include "streamd/steering.h"
#include "streamd/ws.h"

#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADERS_BYTES = 1536 };

_Static_assert(PAGE_ROOM_BYTES >= LWS_PRE, "the library may write before a body");

/* ---- writing ---- */

/* An answer on its way out. */
struct response {
    int status;
    const char *content_type;
    const unsigned char *body; /* [len] */
    size_t len;
    bool is_head; /* the body is left out */
    bool is_last; /* the connection ends with it: what follows is not read */
    const char *names[6], *values[6]; /* further headers, "name:" */
    int n_headers;
};

static void add_header(struct response *response, const char *name, const char *value)
{
    response->names[response->n_headers] = name;
    response->values[response->n_headers] = value;
    response->n_headers++;
}

static int write_headers(struct lws *wsi, const struct response *response)
{
    unsigned char buffer[LWS_PRE + HEADERS_BYTES];
    unsigned char *start = buffer + LWS_PRE;
    unsigned char *at = start;
    unsigned char *end = buffer + sizeof(buffer) - 1;

    if (lws_add_http_common_headers(wsi, (unsigned)response->status, response->content_type,
                                    response->len, &at, end)) {
        return -1;
    }
    for (int i = 0; i < response->n_headers; i++) {
        if (lws_add_http_header_by_name(wsi, (const unsigned char *)response->names[i],
                                        (const unsigned char *)response->values[i],
                                        (int)strlen(response->values[i]), &at, end)) {
            return -1;
        }
    }
    if (lws_finalize_http_header(wsi, &at, end)) {
        return -1;
    }
    return lws_write(wsi, start, (size_t)(at - start), LWS_WRITE_HTTP_HEADERS) < 0 ? -1 : 0;
}

/* Writes it all; what the socket does not take now the library keeps. */
static int write_response(struct lws *wsi, struct response *response)
{
    const bool has_body = !response->is_head && response->len > 0;

    if (response->is_last) {
        add_header(response, "connection:", "close");
    }
    if (write_headers(wsi, response) < 0) {
        return -1;
    }
    /* the library takes no const, but writes at most into the room before the body */
    if (has_body && lws_write(wsi, (unsigned char *)(uintptr_t)response->body, response->len,
                              LWS_WRITE_HTTP_FINAL) < 0) {
        return -1;
    }
    return response->is_last || lws_http_transaction_completed(wsi) ? -1 : 0;
}

static int write_answer(const struct lws_event *event, const struct api_answer *answer,
                        bool is_head, bool is_last)
{
    struct metrics *metrics = &event->server->streamd->metrics;
    const size_t len = answer->body ? strlen(answer->body) : 0;
    unsigned char *room = malloc(LWS_PRE + len + 1);
    struct response response = {
        .status = answer->status,
        .content_type = answer->content_type,
        .len = len,
        .is_head = is_head,
        .is_last = is_last,
    };

    metric_add(metrics, METRIC_streamd_requests, 1);
    metric_add(metrics, METRIC_streamd_requests_refused, answer->status >= 400);
    if (!room) {
        return -1;
    }
    memcpy(room + LWS_PRE, answer->body ? answer->body : "", len);
    response.body = room + LWS_PRE;
    add_header(&response, "cache-control:", "no-store");
    if (answer->status == 401) {
        add_header(&response, "www-authenticate:", "Bearer realm=\"auralis\"");
    }
    if (answer->allow[0] != '\0') {
        add_header(&response, "allow:", answer->allow);
    }
    const int rc = write_response(event->wsi, &response);

    free(room);
    return rc;
}

/* Whether an If-None-Match list has this tag. */
static bool has_tag(const char *list, const char *etag)
{
    return strcmp(list, "*") == 0 || strstr(list, etag) != NULL;
}

static int write_file(const struct lws_event *event, const struct page_file *file,
                      const struct lws_head *head)
{
    const struct page_body *body = page_body(file, head->accept_encoding);
    struct response response = {
        .status = 200,
        .content_type = file->content_type,
        .body = body->bytes,
        .len = body->len,
        .is_head = strcmp(head->api.method, "HEAD") == 0,
    };

    metric_add(&event->server->streamd->metrics, METRIC_streamd_requests, 1);
    add_header(&response, "etag:", body->etag);
    add_header(&response, "cache-control:", "no-cache");
    add_header(&response, "vary:", "Accept-Encoding");
    if (body == &file->gzip) {
        add_header(&response, "content-encoding:", "gzip");
    }
    if (has_tag(head->if_none_match, body->etag)) {
        response.status = 304;
        response.content_type = NULL;
        response.len = 0;
    }
    return write_response(event->wsi, &response);
}

/* ---- requests ---- */

/* Refuses what was not meant for this station; false then. */
static bool check_hosts(const struct lws_event *event, const struct lws_head *head,
                        bool check_origin, struct api_answer *answer)
{
    struct streamd *streamd = event->server->streamd;
    const bool host_ok =
        head->host[0] == '\0' ||
        hosts_allow_host(&streamd->hosts, head->host, event->connection->own_address);
    const bool origin_ok = !check_origin || head->origin[0] == '\0' ||
                           hosts_allow_origin(&streamd->hosts, head->origin, head->host);

    if (host_ok && origin_ok) {
        return true;
    }
    metric_add(&streamd->metrics, METRIC_streamd_origins_refused, 1);
    if (!host_ok) {
        api_refuse(answer, 403, "host_refused",
                   "this station is not called by that name; allowed are its own addresses and "
                   "the names in allowed_hosts");
    } else {
        api_refuse(answer, 403, "origin_refused",
                   "pages of that origin may not use this station; allowed are its own and "
                   "those of the names in allowed_hosts");
    }
    return false;
}

static bool is_reading(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

static size_t max_body(const struct streamd *streamd)
{
    return (size_t)streamd->settings.stream_max_request_bytes;
}

/* Whether who asks may steer, where the answer depends on it. A token that a listener's request
 * shows holds for its connection. */
static enum access_verdict judge(const struct lws_event *event, const struct lws_head *head)
{
    const char *shown = access_bearer(head->authorization);

    if (head->api.upgrades ? shown[0] == '\0' : is_reading(head->api.method)) {
        return ACCESS_GRANTED;
    }
    return steering_ask(event->server->streamd, event->connection, shown);
}

/* What to do with a request of this head. */
static void route(const struct lws_event *event, struct lws_head *head,
                  struct api_answer *answer)
{
    struct streamd *streamd = event->server->streamd;
    const struct view view = streamd_view(streamd);

    *answer = (struct api_answer){0};
    head->api.is_file = page_find(&streamd->page, head->path) != NULL;
    if (check_hosts(event, head, head->api.upgrades || !is_reading(head->api.method), answer)) {
        head->api.steering = judge(event, head);
        api_route(&head->api, max_body(streamd), &view, answer);
    }
}

/* Makes room for a body of the announced length. */
static int expect_body(struct connection *connection, size_t len)
{
    free(connection->body);
    connection->body = malloc(len + 1);
    connection->body_len = 0;
    connection->body_max = len;
    return connection->body ? 0 : -1;
}

int http_request(const struct lws_event *event)
{
    struct streamd *streamd = event->server->streamd;
    struct lws_head head;
    struct api_answer answer;

    lws_head_read(event->wsi, &head);
    route(event, &head, &answer);
    if (answer.kind == API_PAGE) {
        return write_file(event, page_find(&streamd->page, head.path), &head);
    }
    if (answer.kind == API_BODY) {
        return expect_body(event->connection, (size_t)head.api.length);
    }
    /* a body that is not wanted is not waited for */
    const bool has_body =
        !is_reading(head.api.method) || head.api.has_length || head.api.is_chunked;
    const int rc = write_answer(event, &answer, strcmp(head.api.method, "HEAD") == 0, has_body);

    api_answer_finish(&answer);
    return rc;
}

int http_body(const struct lws_event *event)
{
    struct connection *connection = event->connection;

    if (!connection->body || event->len > connection->body_max - connection->body_len) {
        return connection->body ? -1 : 0;
    }
    if (event->len > 0) {
        memcpy(connection->body + connection->body_len, event->in, event->len);
        connection->body_len += event->len;
    }
    return 0;
}

static int write_own_answer(const struct lws_event *event)
{
    struct connection *connection = event->connection;
    const int rc = write_answer(event, &connection->answer, false, false);

    api_answer_finish(&connection->answer);
    connection->has_answer = false;
    return rc;
}

int http_body_completion(const struct lws_event *event)
{
    struct connection *connection = event->connection;

    if (!connection->body) {
        return 0;
    }
    streamd_post(event->server->streamd, connection);
    free(connection->body);
    connection->body = NULL;
    if (connection->has_answer) { /* composerd was quick */
        lws_callback_on_writable(event->wsi);
        return 0;
    }
    return connection->waits ? 0 : write_own_answer(event);
}

int http_writeable(const struct lws_event *event)
{
    return event->connection->has_answer ? write_own_answer(event) : 0;
}

/* ---- upgrades ---- */

/* Whether a list of subprotocols has ours; so has none at all. */
static bool offers_ours(const char *list)
{
    return list[0] == '\0' || strstr(list, WS_SUBPROTOCOL) != NULL;
}

/* The request shows a token: who shows a wrong one learns so. */
static void take_token(struct connection *connection, enum access_verdict verdict,
                       struct api_answer *answer)
{
    connection->may_steer = verdict == ACCESS_GRANTED;
    if (verdict == ACCESS_WRONG || verdict == ACCESS_TOO_OFTEN) {
        api_refuse_access(answer, verdict);
    }
}

static void check_upgrade(const struct lws_event *event, struct lws_head *head,
                          struct api_answer *answer)
{
    char error[QUERY_ERROR_BYTES] = "";

    head->api.upgrades = true;
    route(event, head, answer);
    if (answer->kind != API_UPGRADE) {
        if (answer->kind != API_ANSWER) {
            api_refuse(answer, 400, "no_upgrade", "only /ws/stream can be upgraded");
        }
    } else if (strcasecmp(head->upgrade, "websocket") != 0) {
        api_refuse(answer, 400, "unknown_upgrade", "Upgrade must be websocket");
    } else if (!offers_ours(head->subprotocol)) {
        api_refuse(answer, 400, "unknown_subprotocol",
                   "Sec-WebSocket-Protocol must be " WS_SUBPROTOCOL " or absent");
    } else if (lws_head_query(event->wsi, &event->connection->query, error) < 0) {
        api_refuse(answer, 400, "bad_query", error);
    } else if (access_bearer(head->authorization)[0] != '\0') {
        take_token(event->connection, head->api.steering, answer);
    }
}

int http_confirm_upgrade(const struct lws_event *event)
{
    struct lws_head head;
    struct api_answer answer;

    lws_head_read(event->wsi, &head);
    check_upgrade(event, &head, &answer);
    if (answer.kind == API_UPGRADE) {
        return 0;
    }
    /* the caller completes the transaction when it sees 1 */
    const int rc = write_answer(event, &answer, false, true);

    (void)rc;
    api_answer_finish(&answer);
    return 1;
}
