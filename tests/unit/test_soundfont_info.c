/* What a SoundFont says about itself; broken and hostile ones are refused or read as far as
 * they go. */
#include "synthd/soundfont_info.h"
#include "tests/check.h"

#include <errno.h>
#include <string.h>

static uint8_t font[2048];
static size_t n_bytes;
static struct soundfont_info info;

static void put(const void *data, size_t n)
{
    memcpy(font + n_bytes, data, n);
    n_bytes += n;
}

static void put_u32(uint32_t value)
{
    const uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                              (uint8_t)(value >> 24)};

    put(bytes, sizeof bytes);
}

static void put_chunk(const char *name, const char *text, uint32_t size)
{
    put(name, 4);
    put_u32(size);
    put(text, strlen(text));
    put("\0\0", (size + (size & 1)) - strlen(text));
}

static int set_up(void **state)
{
    (void)state;
    memset(font, 0, sizeof font);
    n_bytes = 0;
    put("RIFF", 4);
    put_u32(1 << 20);
    put("sfbkLIST", 8);
    put_u32(1024);
    put("INFO", 4);
    return 0;
}

static void test_name_maker_and_licence_are_read(void **state)
{
    (void)state;
    put_chunk("INAM", "Small Font", 12);
    put_chunk("IENG", "A. Maker", 9); /* an odd size is padded */
    put_chunk("ICMT", "Licensed under the\n  MIT License.", 33);
    CHECK_INT(soundfont_info_read(font, n_bytes, &info), 0);
    CHECK_TEXT(info.name, "Small Font");
    CHECK_TEXT(info.maker, "A. Maker");
    CHECK_TEXT(info.comment, "Licensed under the MIT License.");
    CHECK_TEXT(info.copyright, "");
}

static void test_what_is_no_soundfont_is_refused(void **state)
{
    (void)state;
    CHECK_INT(soundfont_info_read(font, 20, &info), -EPROTO);
    CHECK_INT(soundfont_info_read(font, 0, &info), -EPROTO);
    memcpy(font + 8, "WAVE", 4);
    CHECK_INT(soundfont_info_read(font, sizeof font, &info), -EPROTO);
}

static void test_a_chunk_that_claims_more_than_there_is_ends_with_the_file(void **state)
{
    (void)state;
    put("INAM", 4);
    put_u32(UINT32_MAX);
    put("Cut", 3);
    CHECK_INT(soundfont_info_read(font, n_bytes, &info), 0);
    CHECK_TEXT(info.name, "Cut");
}

static void test_every_cut_of_a_font_is_survived(void **state)
{
    (void)state;
    put_chunk("INAM", "Small Font", 12);
    put_chunk("ICOP", "2026", 5);
    for (size_t n = 0; n <= n_bytes; n++) {
        uint8_t *const exact = test_malloc(n + 1);

        memcpy(exact, font, n);
        (void)soundfont_info_read(exact, n, &info);
        test_free(exact);
    }
}

static void test_text_that_cannot_be_shown_is_left_out(void **state)
{
    (void)state;
    put_chunk("INAM",
              "\x01 A\xff\x7f"
              "B\x1b",
              10);
    CHECK_INT(soundfont_info_read(font, n_bytes, &info), 0);
    CHECK_TEXT(info.name, "A B");
}

static void test_long_text_is_cut(void **state)
{
    char text[600];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    put_chunk("ICMT", text, 600);
    CHECK_INT(soundfont_info_read(font, n_bytes, &info), 0);
    CHECK_INT((int64_t)strlen(info.comment), SOUNDFONT_TEXT_BYTES - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_name_maker_and_licence_are_read, set_up),
        cmocka_unit_test_setup(test_what_is_no_soundfont_is_refused, set_up),
        cmocka_unit_test_setup(test_a_chunk_that_claims_more_than_there_is_ends_with_the_file,
                               set_up),
        cmocka_unit_test_setup(test_every_cut_of_a_font_is_survived, set_up),
        cmocka_unit_test_setup(test_text_that_cannot_be_shown_is_left_out, set_up),
        cmocka_unit_test_setup(test_long_text_is_cut, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
