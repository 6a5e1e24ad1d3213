#include "synthd/soundfont_info.h"

#include <errno.h>
#include <string.h>

enum { CHUNK_HEAD = 8, FORM_BYTES = 4 };

static uint32_t little_u32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static int is(const uint8_t *at, const char *name)
{
    return memcmp(at, name, FORM_BYTES) == 0;
}

/* Text of at most n_bytes: to its 0, without what cannot be shown; blanks run together. */
static void copy_text(char dst[SOUNDFONT_TEXT_BYTES], const uint8_t *src, size_t n_bytes)
{
    size_t n = 0;

    for (size_t i = 0; i < n_bytes && src[i] != '\0' && n + 1 < SOUNDFONT_TEXT_BYTES; i++) {
        const char c = (char)(src[i] > ' ' && src[i] < 0x7f ? src[i] : ' ');

        if (c != ' ' || (n > 0 && dst[n - 1] != ' ')) {
            dst[n++] = c;
        }
    }
    n -= n > 0 && dst[n - 1] == ' ';
    dst[n] = '\0';
}

static void take_chunk(struct soundfont_info *info, const uint8_t *name, const uint8_t *data,
                       size_t n_bytes)
{
    const struct {
        const char *name;
        char *text;
    } known[] = {{"INAM", info->name},
                 {"IENG", info->maker},
                 {"ICOP", info->copyright},
                 {"ICMT", info->comment}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (is(name, known[i].name)) {
            copy_text(known[i].text, data, n_bytes);
        }
    }
}

int soundfont_info_read(const uint8_t *head, size_t n_bytes, struct soundfont_info *info)
{
    const size_t list = CHUNK_HEAD + FORM_BYTES;
    const size_t first = list + CHUNK_HEAD + FORM_BYTES;

    if (n_bytes < first || !is(head, "RIFF") || !is(head + CHUNK_HEAD, "sfbk") ||
        !is(head + list, "LIST") || !is(head + list + CHUNK_HEAD, "INFO")) {
        return -EPROTO;
    }
    const size_t claimed = list + CHUNK_HEAD + (size_t)little_u32(head + list + FORM_BYTES);
    const size_t end = claimed < n_bytes ? claimed : n_bytes;

    memset(info, 0, sizeof *info);
    for (size_t at = first; at + CHUNK_HEAD <= end;) {
        const size_t size = little_u32(head + at + FORM_BYTES);
        const size_t data = at + CHUNK_HEAD;
        const size_t there = size < end - data ? size : end - data;

        take_chunk(info, head + at, head + data, there);
        at = data + there + (there & 1); /* chunks are padded to even sizes */
    }
    return 0;
}
