/*
 * reply_json - composerd's replies, and what is made of them for those who asked.
 *
 * Memory:  strings are the caller's to free; NULL when the text is no reply, or without memory.
 * Threads: pure.
 * Errors:  0, or -EPROTO.
 */
#ifndef AURALIS_REPLY_JSON_H
#define AURALIS_REPLY_JSON_H

#include <stdbool.h>
#include <stddef.h>

enum { REPLY_ID_BYTES = 64 };

/* The id of a reply of any kind. */
int reply_id_from_json(const char *text, size_t len, char id[REPLY_ID_BYTES]);
/* A control reply as the answer to POST /api/control: without our id. */
char *reply_http_json(const char *text, size_t len, bool *ok);
/* A control reply as a control_ack under the client's own id, "" for none. */
char *reply_ack_json(const char *text, size_t len, const char *id_json);

#endif
