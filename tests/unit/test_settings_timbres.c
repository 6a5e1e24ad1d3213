/* Sections [timbre NAME]: what they may say, what is refused and where, and how they are
 * printed. */
#include "common/settings.h"
#include "tests/check.h"
#include "tests/scratch.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

static struct settings settings;
static struct settings_error error;
static const struct settings_program program = {
    .letter = 's', .name = "auralis-test", .what_it_is = "a test"};

/* Loads a file of this text, and a --set. */
static int load(const char *text, const char *set)
{
    char path[SCRATCH_PATH_BYTES];
    char words[5][SCRATCH_PATH_BYTES] = {"auralis-test", "--config", "", "--set", ""};
    char *argv[6] = {NULL};
    const int argc = set != NULL ? 5 : 3;

    scratch_write("auralis.conf", text);
    snprintf(words[2], sizeof words[2], "%s", scratch_path(path, "auralis.conf"));
    snprintf(words[4], sizeof words[4], "%s", set != NULL ? set : "");
    for (int i = 0; i < argc; i++) {
        argv[i] = words[i];
    }
    optind = 0; /* getopt begins anew (getopt(3)) */
    error.text[0] = '\0';
    return settings_load(&settings, &program, argc, argv, &error);
}

static void check_says(const char *what)
{
    if (strstr(error.text, what) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", error.text, what);
    }
}

static void test_a_section_changes_what_it_names_and_nothing_else(void **state)
{
    struct timbre expected[TIMBRE_COUNT];

    (void)state;
    CHECK_INT(load("[timbre pad]\nprogram = 91\nlevel_db = -2.5\nfont = texture\n", NULL), 0);
    timbres_init(expected);
    expected[TIMBRE_pad].program = 91;
    expected[TIMBRE_pad].level_db = -2.5;
    expected[TIMBRE_pad].font = TIMBRE_FONT_texture;
    for (int i = 0; i < TIMBRE_COUNT; i++) {
        for (int key = 0; key < TIMBRE_KEY_COUNT; key++) {
            CHECK_NEAR(timbre_value(&settings.timbres[i], key), timbre_value(&expected[i], key),
                       0);
        }
    }
}

static void test_flags_win_over_the_environment_and_that_over_the_file(void **state)
{
    (void)state;
    setenv("AURALIS_TIMBRE_PAD2_BANK", "2", 1);
    setenv("AURALIS_TIMBRE_PAD2_LEVEL_DB", "-4", 1);
    CHECK_INT(
        load("[timbre pad2]\nbank = 1\nlevel_db = -3\npan = 7\n", "timbre pad2.level_db=-5"),
        0);
    unsetenv("AURALIS_TIMBRE_PAD2_BANK");
    unsetenv("AURALIS_TIMBRE_PAD2_LEVEL_DB");
    CHECK_INT(settings.timbres[TIMBRE_pad2].bank, 2);
    CHECK_NEAR(settings.timbres[TIMBRE_pad2].level_db, -5, 0);
    CHECK_NEAR(settings.timbres[TIMBRE_pad2].pan, 7, 0);
    CHECK_TEXT(settings.timbre_origin[TIMBRE_pad2][TIMBRE_KEY_bank], "environment");
    CHECK_TEXT(settings.timbre_origin[TIMBRE_pad2][TIMBRE_KEY_level_db], "--set");
    CHECK_TEXT(settings.timbre_origin[TIMBRE_pad2][TIMBRE_KEY_width], "default");
}

static void test_what_is_wrong_is_refused_with_the_reason_and_the_range(void **state)
{
    static const struct {
        const char *set, *says;
    } wrong[] = {
        {"timbre flute.pan=0", "[timbre flute] is unknown; there are pad, pad2, lead"},
        {"timbre pad.colour=0", "[timbre pad] colour is unknown; a timbre has font, bank"},
        {"timbre pad.program=128", "program must be a whole number, 0 to 127, not '128'"},
        {"timbre pad.program=1.5", "program must be a whole number"},
        {"timbre pad.width=nan", "width must be a number, 0 to 1"},
        {"timbre pad.width=", "width must be a number"},
        {"timbre pad.font=gmx", "font must be one of: gm piano texture, not 'gmx'"},
        {"timbre pad.font=", "font must be one of"},
        {"timbre pad.between=g m", "between must be one of: none linear cubic"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        CHECK_INT(load("", wrong[i].set), -EINVAL);
        check_says(wrong[i].says);
    }
    CHECK_INT(load("[station]\n[timbre lead]\nattack = soft\n", NULL), -EINVAL);
    check_says("auralis.conf:3: [timbre lead] attack must be a number");
}

static void test_what_is_printed_can_be_loaded_and_says_where_each_value_came_from(void **state)
{
    char *text = NULL;
    size_t size = 0;
    FILE *const out = open_memstream(&text, &size);

    (void)state;
    CHECK_INT(load("[timbre bell]\nbetween = none\n", "timbre kick.key=40"), 0);
    settings_print(&settings, 's', out);
    fclose(out);
    CHECK(strstr(text, "key = 40    ; --set\n") != NULL);
    CHECK(strstr(text, "auralis.conf:2\n") != NULL);
    CHECK(strstr(text, "filter_cents = -600    ; default\n") != NULL);
    CHECK_INT(load(text, NULL), 0);
    CHECK_INT(settings.timbres[TIMBRE_bell].between, TIMBRE_BETWEEN_none);
    CHECK_INT(settings.timbres[TIMBRE_kick].key, 40);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(test_a_section_changes_what_it_names_and_nothing_else),
        SCRATCH_TEST(test_flags_win_over_the_environment_and_that_over_the_file),
        SCRATCH_TEST(test_what_is_wrong_is_refused_with_the_reason_and_the_range),
        SCRATCH_TEST(test_what_is_printed_can_be_loaded_and_says_where_each_value_came_from),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
