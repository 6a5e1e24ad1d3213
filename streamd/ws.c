#include "streamd/ws.h"

#include <libwebsockets.h>
#include <string.h>

enum {
    WRITES_AT_ONCE = 16, /* then the others have their turn */
    CLOSE_TIMEOUT_S = 2,
};

_Static_assert(STORE_ROOM_BYTES >= LWS_PRE, "the library writes its header before a chunk");
_Static_assert(TEXT_ROOM_BYTES >= LWS_PRE, "the library writes its header before a text");

int ws_established(const struct lws_event *event)
{
    struct connection *connection = event->connection;
    struct streamd *streamd = event->server->streamd;

    if (listener_init(&connection->listener, &connection->query,
                      (size_t)streamd->settings.stream_max_request_bytes) < 0) {
        return -1;
    }
    streamd_listen(streamd, connection);
    lws_callback_on_writable(event->wsi);
    return 0;
}

int ws_receive(const struct lws_event *event)
{
    struct connection *connection = event->connection;
    struct listener *listener = &connection->listener;

    if (!listener->present || listener->close_code != 0) {
        return 0;
    }
    if (listener_receive(listener, event->in, event->len,
                         lws_is_final_fragment(event->wsi) != 0) ||
        listener->rx_too_large) {
        streamd_message(event->server->streamd, connection);
        lws_callback_on_writable(event->wsi);
    }
    return 0;
}

static int write_text(struct lws *wsi, struct listener *listener, struct text *text)
{
    const int written = lws_write(wsi, text_bytes(text), text_len(text), LWS_WRITE_TEXT);

    outbox_pop(&listener->outbox);
    return written < 0 ? -1 : 0;
}

static int write_chunk(const struct lws_event *event, uint64_t seq)
{
    struct streamd *streamd = event->server->streamd;
    struct listener *listener = &event->connection->listener;
    const bool is_json = listener->query.format == STREAM_JSON;
    size_t len = 0;
    unsigned char *bytes = is_json ? chunk_store_json(streamd->store, seq, &len)
                                   : chunk_store_pcm(streamd->store, seq, &len);

    if (lws_write(event->wsi, bytes, len, is_json ? LWS_WRITE_TEXT : LWS_WRITE_BINARY) < 0) {
        return -1;
    }
    streamd_chunk_sent(streamd, seq, len,
                       listener->cursor.live && listener->cursor.behind_since_ns == 0);
    fanout_sent(&listener->cursor, streamd->store);
    return 0;
}

static int write_close(const struct lws_event *event)
{
    struct listener *listener = &event->connection->listener;

    lws_close_reason(event->wsi, (enum lws_close_status)listener->close_code,
                     (unsigned char *)listener->close_reason, strlen(listener->close_reason));
    lws_set_timeout(event->wsi, PENDING_TIMEOUT_CLOSE_SEND, CLOSE_TIMEOUT_S);
    return -1;
}

/* Writes one thing; 1 when there may be more, 0 when not, -1 to close. */
static int write_next(const struct lws_event *event)
{
    struct listener *listener = &event->connection->listener;
    struct text *text = NULL;
    uint64_t seq = 0;
    int rc = 0;

    switch (listener_next(listener, event->server->streamd->store, &seq, &text)) {
    case LISTENER_TEXT:
        rc = write_text(event->wsi, listener, text);
        break;
    case LISTENER_CHUNK:
        rc = write_chunk(event, seq);
        break;
    case LISTENER_CLOSE:
        return write_close(event);
    default:
        return 0;
    }
    return rc < 0 ? -1 : 1;
}

int ws_writeable(const struct lws_event *event)
{
    struct listener *listener = &event->connection->listener;
    int more = 1;

    if (!listener->present) {
        return 0;
    }
    for (int i = 0; i < WRITES_AT_ONCE && more == 1; i++) {
        more = write_next(event);
        if (more == 1 && lws_send_pipe_choked(event->wsi)) {
            break;
        }
    }
    if (more == 1 && listener_wants(listener, event->server->streamd->store)) {
        lws_callback_on_writable(event->wsi);
    }
    return more < 0 ? -1 : 0;
}

int ws_closed(const struct lws_event *event)
{
    streamd_forget(event->server->streamd, event->connection);
    listener_finish(&event->connection->listener);
    return 0;
}
