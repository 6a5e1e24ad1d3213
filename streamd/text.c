#include "streamd/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct text {
    size_t len;
    unsigned holds;
    unsigned char room[TEXT_ROOM_BYTES];
    unsigned char bytes[];
};

struct text *text_create(const char *bytes, size_t len)
{
    struct text *text = malloc(sizeof(*text) + len);

    if (text) {
        text->len = len;
        text->holds = 1;
        memcpy(text->bytes, bytes, len);
    }
    return text;
}

struct text *text_from(char *string)
{
    struct text *text = string ? text_create(string, strlen(string)) : NULL;

    free(string);
    return text;
}

struct text *text_hold(struct text *text)
{
    text->holds++;
    return text;
}

void text_drop(struct text *text)
{
    if (text && --text->holds == 0) {
        free(text);
    }
}

unsigned char *text_bytes(struct text *text)
{
    return text->bytes;
}

size_t text_len(const struct text *text)
{
    return text->len;
}

int outbox_put(struct outbox *outbox, struct text *text)
{
    if (outbox->n == OUTBOX_TEXTS) {
        return -ENOBUFS;
    }
    outbox->texts[(outbox->first + outbox->n) % OUTBOX_TEXTS] = text_hold(text);
    outbox->n++;
    return 0;
}

struct text *outbox_first(const struct outbox *outbox)
{
    return outbox->n > 0 ? outbox->texts[outbox->first] : NULL;
}

void outbox_pop(struct outbox *outbox)
{
    text_drop(outbox->texts[outbox->first]);
    outbox->first = (outbox->first + 1) % OUTBOX_TEXTS;
    outbox->n--;
}

void outbox_finish(struct outbox *outbox)
{
    while (outbox->n > 0) {
        outbox_pop(outbox);
    }
}
