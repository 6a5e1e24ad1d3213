/*
 * message_json - what the WebSocket says to listeners, but for the audio.
 *
 * Memory:  strings are the caller's to free; NULL without memory.
 * Threads: pure.
 */
#ifndef AURALIS_MESSAGE_JSON_H
#define AURALIS_MESSAGE_JSON_H

#include "streamd/view.h"

enum { MESSAGE_PROTOCOL = 1 };

char *message_hello_json(const struct view *view, const struct fanout_client *client,
                         const struct fanout_joined *joined, enum stream_format format);
char *message_params_json(const struct view *view);
char *message_status_json(const struct view *view);
char *message_gap_json(const struct fanout_gap *gap, uint32_t chunk_frames);
/* id_json: the client's own id as JSON, "" for none. */
char *message_pong_json(const struct view *view, const char *id_json, int64_t wall_ns);
char *message_error_json(const char *code, const char *text, const char *id_json);
/* Whether a token that was shown holds. */
char *message_token_json(enum access_verdict verdict, const char *id_json);
/* A control message that is refused here; errors_json is a list. */
char *message_refusal_json(const char *errors_json, const char *id_json);

#endif
