#include "streamd/listener.h"

#include "streamd/message_json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int listener_init(struct listener *listener, const struct query *query,
                  size_t max_message_bytes)
{
    *listener = (struct listener){
        .query = *query, .rx = malloc(max_message_bytes), .rx_max = max_message_bytes};
    listener->present = listener->rx != NULL;
    return listener->present ? 0 : -ENOMEM;
}

void listener_finish(struct listener *listener)
{
    outbox_finish(&listener->outbox);
    free(listener->rx);
    *listener = (struct listener){0};
}

void listener_close(struct listener *listener, int code, const char *reason)
{
    if (listener->close_code == 0) {
        listener->close_code = code;
        snprintf(listener->close_reason, sizeof(listener->close_reason), "%s", reason);
    }
}

void listener_tell(struct listener *listener, struct text *text)
{
    if (text && outbox_put(&listener->outbox, text) < 0) {
        listener_close(listener, LISTENER_CLOSE_POLICY, "too many messages left unread");
    }
}

void listener_say(struct listener *listener, char *json)
{
    struct text *text = text_from(json);

    listener_tell(listener, text);
    text_drop(text);
}

bool listener_receive(struct listener *listener, const char *piece, size_t len, bool last)
{
    if (listener->rx_too_large || len > listener->rx_max - listener->rx_len) {
        listener->rx_too_large = true;
        return last;
    }
    if (len > 0) {
        memcpy(listener->rx + listener->rx_len, piece, len);
        listener->rx_len += len;
    }
    return last;
}

void listener_rubbish(struct listener *listener, int64_t now_ns)
{
    const double seconds = (double)(now_ns - listener->rubbish_ns) / (double)NS_PER_S;
    const double left = listener->rubbish - seconds;

    listener->rubbish = (left > 0 ? left : 0) + 1;
    listener->rubbish_ns = now_ns;
    if (listener->rubbish > LISTENER_RUBBISH_MAX) {
        listener_close(listener, LISTENER_CLOSE_POLICY,
                       "too many messages that could not be used");
    }
}

enum listener_next listener_next(struct listener *listener, const struct chunk_store *store,
                                 uint64_t *seq, struct text **text)
{
    struct fanout_gap gap;

    *text = outbox_first(&listener->outbox);
    if (*text) {
        return LISTENER_TEXT;
    }
    if (listener->close_code != 0) {
        return LISTENER_CLOSE;
    }
    if (!store || !listener->greeted) {
        return LISTENER_IDLE;
    }
    switch (fanout_next(&listener->cursor, store, seq, &gap)) {
    case FANOUT_CHUNK:
        return LISTENER_CHUNK;
    case FANOUT_GAP:
        listener_say(listener, message_gap_json(&gap, store->chunk_frames));
        *text = outbox_first(&listener->outbox);
        return *text ? LISTENER_TEXT : LISTENER_IDLE;
    default:
        return LISTENER_IDLE;
    }
}

bool listener_wants(const struct listener *listener, const struct chunk_store *store)
{
    return listener->close_code != 0 || outbox_first(&listener->outbox) ||
           (store && listener->greeted && listener->cursor.next < chunk_store_head(store)) ||
           listener->cursor.dropped.from_seq != listener->cursor.dropped.to_seq;
}
