/* Only a whole SoundFont passes: cut, bent and mutated ones are refused with a reason, and
 * nothing is read beyond the file. */
#include "common/rng.h"
#include "synthd/soundfont_check.h"
#include "tests/check.h"
#include "tests/small_font.h"

#include <errno.h>
#include <stdlib.h>

enum { MUTATIONS = 20000 };

static struct small_font font;
static struct soundfont_reason reason;
static const int programs[] = {0, 8, 15};

static int set_up(void **state)
{
    (void)state;
    small_font_make(&font, programs, 3);
    reason.text[0] = '\0';
    return 0;
}

/* Exactly so many bytes, so that a sanitizer sees what is read beyond. */
static bool read_bytes(void *user, uint64_t offset, void *dst, size_t n)
{
    memcpy(dst, (const uint8_t *)user + offset, n);
    return true;
}

static int check(size_t n_bytes)
{
    uint8_t *const exact = malloc(n_bytes > 0 ? n_bytes : 1);
    const struct soundfont_source source = {exact, n_bytes, read_bytes};

    CHECK(exact != NULL);
    memcpy(exact, font.bytes, n_bytes);
    const int rc = soundfont_check(&source, &reason);

    free(exact);
    return rc;
}

static void check_refused(const char *says)
{
    CHECK_INT(check(font.n_bytes), -EPROTO);
    if (strstr(reason.text, says) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", reason.text, says);
    }
}

/* The first place of a chunk's name. */
static uint8_t *find(const char *name)
{
    for (size_t i = 0; i + 4 <= font.n_bytes; i++) {
        if (memcmp(font.bytes + i, name, 4) == 0) {
            return font.bytes + i;
        }
    }
    fail_msg("there is no %s", name);
    return NULL;
}

static void test_a_whole_one_passes(void **state)
{
    (void)state;
    CHECK_INT(check(font.n_bytes), 0);
}

static void test_one_that_is_cut_anywhere_is_refused(void **state)
{
    (void)state;
    for (size_t n = 0; n < font.n_bytes; n++) {
        CHECK_INT(check(n), -EPROTO);
        CHECK(reason.text[0] != '\0');
    }
}

static void test_what_is_no_font_is_refused(void **state)
{
    (void)state;
    CHECK_INT(check(0), -EPROTO);
    CHECK_TEXT(reason.text, "it is empty");
    memcpy(font.bytes, "# This is a text, long enough to be a head.", 44);
    check_refused("it is no SoundFont");
}

/* What one byte of a list, so far behind its head, becomes, and what is then said. */
static void test_lists_that_do_not_fit_are_refused(void **state)
{
    static const struct {
        const char *list;
        int at;
        uint8_t becomes;
        const char *says;
    } bends[] = {
        {"ifil", 0, 1, "its version is 1"},
        {"ifil", 0, 4, "its version is 4"},
        {"ifil", -4, 6, "its version has 6 bytes"},
        {"smpl", -8, 'X', "it has no samples"},
        {"smpl", -1, 1, "its chunk smpl is cut off"},
        {"phdr", -8, 'X', "it has no list phdr"},
        {"phdr", -4, 3, "its list phdr is no whole number of records"},
        {"pbag", -4, 0, "its list pbag is empty"},
        {"phdr", 24, 1, "its list phdr has a wrong index"},
        {"phdr", 38 + 24, 9, "its list phdr has a wrong index"},
        {"phdr", 3 * 38 + 24, 2, "its lists phdr and pbag do not fit together"},
        {"pbag", 3 * 4, 9, "its lists pbag and pgen do not fit together"},
        {"pbag", 3 * 4 + 2, 2, "its lists pbag and pmod do not fit together"},
        {"inst", 20, 1, "its list inst has a wrong index"},
        {"ibag", 4, 1, "its lists ibag and igen do not fit together"},
        {"pgen", 2, 1, "its list pgen names what is not there"},
        {"igen", 4 + 2, 1, "its list igen names what is not there"},
        {"shdr", 24 + 1, 3, "its sample 0 lies outside of it"},
        {"shdr", 20 + 1, 3, "its sample 0 lies outside of it"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bends / sizeof bends[0]; i++) {
        set_up(NULL);
        find(bends[i].list)[8 + bends[i].at] = bends[i].becomes;
        check_refused(bends[i].says);
    }
}

static void test_an_empty_list_of_presets_is_refused(void **state)
{
    (void)state;
    small_font_make(&font, programs, 0);
    CHECK_INT(check(font.n_bytes), 0); /* only the record that ends it */
    uint8_t *const phdr = find("phdr");
    const size_t behind = (size_t)(font.bytes + font.n_bytes - (phdr + 8 + 38));

    memmove(phdr + 8, phdr + 8 + 38, behind);
    memset(phdr + 4, 0, 4);
    font.n_bytes -= 38;
    font.bytes[4] = (uint8_t)(font.n_bytes - 8);
    font.bytes[5] = (uint8_t)((font.n_bytes - 8) >> 8);
    CHECK_INT(check(font.n_bytes), -EPROTO);
}

static void test_any_bytes_do_no_harm(void **state)
{
    struct rng rng;

    (void)state;
    rng_init(&rng, 5);
    for (int i = 0; i < MUTATIONS; i++) {
        const uint32_t n = 1 + rng_below(&rng, 4);

        set_up(NULL);
        for (uint32_t k = 0; k < n; k++) {
            font.bytes[rng_below(&rng, (uint32_t)font.n_bytes)] = (uint8_t)rng_below(&rng, 256);
        }
        const int rc = check(font.n_bytes);

        CHECK(rc == 0 || (rc == -EPROTO && reason.text[0] != '\0'));
    }
}

static bool read_nothing(void *user, uint64_t offset, void *dst, size_t n)
{
    (void)user;
    (void)offset;
    (void)dst;
    (void)n;
    return false;
}

static void test_what_cannot_be_read_is_said(void **state)
{
    const struct soundfont_source source = {NULL, 100, read_nothing};

    (void)state;
    CHECK_INT(soundfont_check(&source, &reason), -EIO);
    CHECK_TEXT(reason.text, "it cannot be read at byte 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_whole_one_passes, set_up),
        cmocka_unit_test_setup(test_one_that_is_cut_anywhere_is_refused, set_up),
        cmocka_unit_test_setup(test_what_is_no_font_is_refused, set_up),
        cmocka_unit_test_setup(test_lists_that_do_not_fit_are_refused, set_up),
        cmocka_unit_test_setup(test_an_empty_list_of_presets_is_refused, set_up),
        cmocka_unit_test_setup(test_any_bytes_do_no_harm, set_up),
        cmocka_unit_test_setup(test_what_cannot_be_read_is_said, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
