/*
 * small_font - the smallest SoundFont that plays: one looped wave, one instrument, some
 * presets.
 *
 * Memory:  the caller's bytes.
 */
#ifndef AURALIS_TESTS_SMALL_FONT_H
#define AURALIS_TESTS_SMALL_FONT_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    SMALL_FONT_BYTES = 4096, /* more than it has */
    SMALL_FONT_WAVE = 512,   /* samples, 8 of its cycles */
    SMALL_FONT_ZEROS = 46,   /* behind each sample */
};

struct small_font {
    size_t n_bytes;
    uint8_t bytes[SMALL_FONT_BYTES];
};

static inline void small_font_put(struct small_font *font, const void *data, size_t n)
{
    memcpy(font->bytes + font->n_bytes, data, n);
    font->n_bytes += n;
}

static inline void small_font_number(struct small_font *font, uint32_t value, size_t n)
{
    const uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                              (uint8_t)(value >> 24)};

    small_font_put(font, bytes, n);
}

static inline void small_font_u16(struct small_font *font, uint32_t value)
{
    small_font_number(font, value, 2);
}

static inline void small_font_u32(struct small_font *font, uint32_t value)
{
    small_font_number(font, value, 4);
}

/* A name of 20 bytes. */
static inline void small_font_name(struct small_font *font, const char *name)
{
    char bytes[20] = "";

    memcpy(bytes, name, strlen(name));
    small_font_put(font, bytes, sizeof bytes);
}

/* A chunk's head; its size is filled in by small_font_end(), which takes what this returns. */
static inline size_t small_font_begin(struct small_font *font, const char *name)
{
    small_font_put(font, name, 4);
    small_font_u32(font, 0);
    return font->n_bytes;
}

static inline void small_font_end(struct small_font *font, size_t begin)
{
    const size_t end = font->n_bytes;

    font->n_bytes = begin - 4;
    small_font_u32(font, (uint32_t)(end - begin));
    font->n_bytes = end;
}

static inline void small_font_samples(struct small_font *font)
{
    const size_t list = small_font_begin(font, "LIST");

    small_font_put(font, "sdta", 4);
    const size_t samples = small_font_begin(font, "smpl");

    for (int i = 0; i < SMALL_FONT_WAVE; i++) {
        small_font_u16(font,
                       (uint32_t)lround(12000 * sin(6.283185307179586 * i / 64)) & 0xffff);
    }
    for (int i = 0; i < SMALL_FONT_ZEROS; i++) {
        small_font_u16(font, 0);
    }
    small_font_end(font, samples);
    small_font_end(font, list);
}

/* Presets by number, all of the one instrument. */
static inline void small_font_presets(struct small_font *font, const int *programs, int n)
{
    size_t list = small_font_begin(font, "phdr");

    for (int i = 0; i <= n; i++) { /* the last one ends the list */
        small_font_name(font, i < n ? "Preset" : "EOP");
        small_font_u16(font, i < n ? (uint32_t)programs[i] : 0);
        small_font_u16(font, 0);
        small_font_u16(font, (uint32_t)i);
        small_font_put(font, "\0\0\0\0\0\0\0\0\0\0\0", 12);
    }
    small_font_end(font, list);
    list = small_font_begin(font, "pbag");
    for (int i = 0; i <= n; i++) {
        small_font_u16(font, (uint32_t)i);
        small_font_u16(font, 0);
    }
    small_font_end(font, list);
    list = small_font_begin(font, "pmod");
    small_font_put(font, "\0\0\0\0\0\0\0\0\0", 10);
    small_font_end(font, list);
    list = small_font_begin(font, "pgen");
    for (int i = 0; i <= n; i++) {
        small_font_u16(font, i < n ? 41 : 0); /* instrument 0 */
        small_font_u16(font, 0);
    }
    small_font_end(font, list);
}

static inline void small_font_instrument(struct small_font *font)
{
    size_t list = small_font_begin(font, "inst");

    small_font_name(font, "Instrument");
    small_font_u16(font, 0);
    small_font_name(font, "EOI");
    small_font_u16(font, 1);
    small_font_end(font, list);
    list = small_font_begin(font, "ibag");
    small_font_u32(font, 0);
    small_font_u16(font, 2);
    small_font_u16(font, 0);
    small_font_end(font, list);
    list = small_font_begin(font, "imod");
    small_font_put(font, "\0\0\0\0\0\0\0\0\0", 10);
    small_font_end(font, list);
    list = small_font_begin(font, "igen");
    small_font_u16(font, 54); /* looped */
    small_font_u16(font, 1);
    small_font_u16(font, 53); /* sample 0 */
    small_font_u16(font, 0);
    small_font_u32(font, 0);
    small_font_end(font, list);
    list = small_font_begin(font, "shdr");
    small_font_name(font, "Wave");
    small_font_u32(font, 0);
    small_font_u32(font, SMALL_FONT_WAVE);
    small_font_u32(font, 64);
    small_font_u32(font, SMALL_FONT_WAVE - 64);
    small_font_u32(font, 44100);
    small_font_u16(font, 81); /* key; no correction */
    small_font_u16(font, 0);
    small_font_u16(font, 1); /* mono */
    small_font_name(font, "EOS");
    small_font_put(font, (const char[26]){0}, 26);
    small_font_end(font, list);
}

/* With programs[n], up to 16. */
static inline void small_font_make(struct small_font *font, const int *programs, int n)
{
    memset(font, 0, sizeof *font);
    const size_t riff = small_font_begin(font, "RIFF");

    small_font_put(font, "sfbk", 4);
    size_t list = small_font_begin(font, "LIST");

    small_font_put(font, "INFOifil\4\0\0\0\2\0\1\0", 16);
    small_font_put(font, "INAM\6\0\0\0Small\0ICMT\10\0\0\0as none\0", 30);
    small_font_end(font, list);
    small_font_samples(font);
    list = small_font_begin(font, "LIST");
    small_font_put(font, "pdta", 4);
    small_font_presets(font, programs, n);
    small_font_instrument(font);
    small_font_end(font, list);
    small_font_end(font, riff);
}

#endif
