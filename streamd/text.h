/*
 * text - a message in words that goes to many clients and is kept once, and a client's queue
 * of them.
 *
 * Memory:  a text is freed when the last hold on it is dropped; TEXT_ROOM_BYTES are free
 *          before its bytes, where the WebSocket header goes. An outbox is the caller's;
 *          zeroed is empty.
 * Threads: the event loop's.
 * Errors:  0, or -errno.
 */
#ifndef AURALIS_TEXT_H
#define AURALIS_TEXT_H

#include <stddef.h>

enum { TEXT_ROOM_BYTES = 16, OUTBOX_TEXTS = 64 };

struct text;

/* A copy of len bytes with one hold on it; NULL without memory. */
struct text *text_create(const char *bytes, size_t len);
/* The same from a string that is freed, even on failure; NULL for NULL. */
struct text *text_from(char *string);
struct text *text_hold(struct text *text);
void text_drop(struct text *text); /* accepts NULL */
unsigned char *text_bytes(struct text *text);
size_t text_len(const struct text *text);

struct outbox {
    struct text *texts[OUTBOX_TEXTS];
    unsigned first, n;
};
/* Takes a hold of its own. -ENOBUFS when the client has left too many unread. */
int outbox_put(struct outbox *outbox, struct text *text);
/* The oldest, which stays in until outbox_pop; NULL when empty. */
struct text *outbox_first(const struct outbox *outbox);
void outbox_pop(struct outbox *outbox);
void outbox_finish(struct outbox *outbox);

#endif
