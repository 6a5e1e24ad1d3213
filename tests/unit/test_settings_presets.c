/* Sections [preset NAME]: what they may say, what is refused and where, and how they are
 * printed. */
#include "common/settings.h"
#include "common/settings_table.h"
#include "tests/check.h"
#include "tests/scratch.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

static struct settings settings;
static struct settings_error error;
static const struct settings_program program = {
    .letter = 'c', .name = "auralis-test", .what_it_is = "a test"};

typedef int loader(struct settings *settings, const struct settings_program *program, int argc,
                   char **argv, struct settings_error *error);

/* Loads a file of this text, and up to two --set. */
static int load_by(loader *how, const char *text, const char *set, const char *set_too)
{
    char path[SCRATCH_PATH_BYTES];
    char words[7][SCRATCH_PATH_BYTES] = {"auralis-test", "--config", "", "--set", "",
                                         "--set",        ""};
    char *argv[8] = {NULL};
    const int argc = 3 + (set != NULL ? 2 : 0) + (set_too != NULL ? 2 : 0);

    scratch_write("auralis.conf", text);
    snprintf(words[2], sizeof words[2], "%s", scratch_path(path, "auralis.conf"));
    snprintf(words[4], sizeof words[4], "%s", set != NULL ? set : "");
    snprintf(words[6], sizeof words[6], "%s", set_too != NULL ? set_too : "");
    for (int i = 0; i < argc; i++) {
        argv[i] = words[i];
    }
    optind = 0; /* getopt begins anew (getopt(3)) */
    error.text[0] = '\0';
    return how(&settings, &program, argc, argv, &error);
}

static int load(const char *text, const char *set, const char *set_too)
{
    return load_by(settings_load, text, set, set_too);
}

static void check_says(const char *what)
{
    if (strstr(error.text, what) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", error.text, what);
    }
}

static void check_refused(const char *text, int line, const char *what)
{
    char place[SCRATCH_PATH_BYTES + 8];
    char path[SCRATCH_PATH_BYTES];

    CHECK_INT(load(text, NULL, NULL), -EINVAL);
    snprintf(place, sizeof place, "%s:%d: ", scratch_path(path, "auralis.conf"), line);
    check_says(place);
    check_says(what);
}

static const struct params *values_of(const char *name)
{
    const struct preset_spec *const preset = preset_find(name);

    assert_non_null(preset);
    return &preset->values;
}

static const char dawn[] = "[preset dawn]\n"
                           "doc = Grey light, before anybody is up.\n"
                           "mode = lydian\n"
                           "bpm = 62\n"
                           "intensity = 0.35\n"
                           "mix.bell = 0.6\n"
                           "chords = 4\n"
                           "tint = 0.2\n"
                           "tint_mode = ionian\n";

static void test_what_a_section_names_is_the_presets_and_the_rest_is_default(void **state)
{
    struct params expected;

    (void)state;
    CHECK_INT(load(dawn, NULL, NULL), 0);
    params_init(&expected);
    expected.mode = MODE_lydian;
    expected.bpm = 62;
    expected.intensity = 0.35;
    expected.mix_bell = 0.6;
    expected.habits.chords = 4;
    expected.habits.tint = 0.2;
    expected.habits.tint_mode = MODE_ionian;
    preset_set_name(expected.preset, "dawn");
    assert_memory_equal(values_of("dawn"), &expected, sizeof expected);
    CHECK_TEXT(preset_find("dawn")->doc, "Grey light, before anybody is up.");
    CHECK_INT(load("", NULL, NULL), 0);
    assert_null(preset_find("dawn"));
}

static void load_one(const char *key, double value)
{
    char text[100];

    snprintf(text, sizeof text, "[preset x]\n%s = %g\n", key, value);
    CHECK_INT(load(text, NULL, NULL), 0);
}

static void test_each_parameter_and_habit_may_be_set_but_key_preset_and_seed(void **state)
{
    (void)state;
    for (int id = 0; id < PARAM_COUNT; id++) {
        if (param_specs[id].kind == PARAM_KIND_REAL) {
            load_one(param_specs[id].name, param_specs[id].max);
            CHECK(params_real(values_of("x"), (enum param_id)id) == param_specs[id].max);
        }
    }
    for (int i = 0; i < HABIT_COUNT; i++) {
        if (habit_specs[i].kind != HABIT_KIND_MODE) {
            load_one(habit_specs[i].name, habit_specs[i].max);
            CHECK(habit_value(&values_of("x")->habits, i) == habit_specs[i].max);
        }
    }
    check_refused("[preset x]\nkey = D\n", 2, "[preset x] key is unknown; a preset may set");
    check_refused("[preset x]\nseed = 1\n", 2, "[preset x] seed is unknown");
    check_refused("[preset x]\npreset = sleep\n", 2, "[preset x] preset is unknown");
}

static void test_what_is_unknown_is_refused_with_all_that_a_preset_may_set(void **state)
{
    (void)state;
    check_refused("[preset dawn]\nbpm = 62\ntempo = 62\n", 3, "[preset dawn] tempo is unknown");
    check_says("doc, like, mode");
    for (int key = 0; key < SETTINGS_PRESET_KEYS; key++) {
        if (settings_preset_key(key) != NULL) {
            check_says(settings_preset_key(key));
        }
    }
}

static void test_a_bad_value_is_refused_with_its_line_and_range(void **state)
{
    char long_doc[200] = "[preset x]\ndoc = ";

    (void)state;
    check_refused("[preset dawn]\nbpm = 59\n", 2, "[preset dawn] bpm must be 60 to 120");
    check_refused("[preset x]\nbpm = fast\n", 2, "must be a number, 60 to 120");
    check_refused("[preset x]\nbpm =\n", 2, "must be a number, 60 to 120");
    check_refused("[preset x]\nmix.bell = 1.1\n", 2, "mix.bell must be 0 to 1");
    check_refused("[preset x]\nmode = locrian\n", 2, "mode must be one of ionian, dorian");
    check_refused("[preset x]\nchords = 2\n", 2, "chords must be a whole number, 3 to 6");
    check_refused("[preset x]\nchords = 4.5\n", 2, "chords must be a whole number, 3 to 6");
    check_refused("[preset x]\ntint = nan\n", 2, "tint must be a number, 0 to 1");
    check_refused("[preset x]\ntint = 1.5\n", 2, "tint must be a number, 0 to 1");
    check_refused("[preset x]\ntint_mode = blue\n", 2, "tint_mode must be one of ionian");
    check_refused("[preset x]\ndoc = caf\xe9\n", 2, "doc must be UTF-8");
    check_refused("[preset x]\ndoc = a\x07z\n", 2, "doc must be UTF-8");
    memset(long_doc + strlen(long_doc), 'y', 101);
    check_refused(long_doc, 2, "doc must have at most 100 bytes");
    long_doc[strlen(long_doc) - 1] = '\0';
    CHECK_INT(load(long_doc, NULL, NULL), 0);
}

static void test_a_bad_name_is_refused_with_the_line_of_its_section(void **state)
{
    char text[17 * 16 + 1] = "";

    (void)state;
    check_refused("[preset none]\nbpm = 62\n", 1, "[preset none] must be 1 to 31 letters");
    check_refused("[preset a b]\n", 1, "[preset a b] must be 1 to 31 letters, digits or -");
    check_refused("[preset ]\n", 1, "must be 1 to 31 letters");
    check_refused("[preset a.b]\nbpm = 62\n", 1, "must be 1 to 31 letters");
    check_refused("[preset 01234567890123456789012345678901]\n", 1, "must be 1 to 31");
    check_refused("[log]\nlevel = info\n[preset sleep]\nbpm = 62\n", 3,
                  "[preset sleep] comes with Auralis: yours needs another name");
    check_refused("[preset x]\nbpm = 62\n[preset x]\nchords = 4\n", 3,
                  "[preset x] stands twice");
    check_refused("[preset x]\n[preset x]\n", 2, "stands twice");
    check_refused("[preset]\nbpm = 62\n", 2, "there is no setting 'preset.bpm'");
    check_refused("[preset x\nbpm = 62\n", 1, "expected [section]");
    check_refused("[preset x]\nwhat\n[preset none]\n", 2, "expected [section]");
    for (int i = 0; i < 17; i++) {
        snprintf(text + strlen(text), sizeof text - strlen(text), "[preset own-%02d]\n", i);
    }
    check_refused(text, 17, "[preset own-16] is one too many: 16 are allowed");
}

static void test_a_preset_may_be_like_one_named_before(void **state)
{
    (void)state;
    CHECK_INT(load("[preset night]\nlike = sleep\nbpm = 66\n"
                   "[preset dark]\ndoc = Darker.\nlike = night\nchords = 3\n",
                   NULL, NULL),
              0);
    CHECK(values_of("night")->bpm == 66 && values_of("dark")->bpm == 66);
    CHECK(values_of("dark")->intensity == values_of("sleep")->intensity);
    CHECK_INT(values_of("dark")->habits.lead_top, values_of("sleep")->habits.lead_top);
    CHECK_INT(values_of("night")->habits.chords, values_of("sleep")->habits.chords);
    CHECK_INT(values_of("dark")->habits.chords, 3);
    CHECK_TEXT(values_of("dark")->preset, "dark");
    CHECK_TEXT(preset_find("night")->doc, "");
    check_refused("[preset a]\nlike = b\n[preset b]\n", 2,
                  "[preset a] like must be one of none, focus, meditation, sleep, bright");
    check_refused("[preset a]\nbpm = 66\nlike = sleep\n", 3,
                  "[preset a] like must stand before what the preset sets itself");
    check_refused("[preset a]\nlike = sleep\nlike = focus\n", 3, "like must stand before");
}

static void test_lines_may_be_indented_and_a_section_empty(void **state)
{
    (void)state;
    CHECK_INT(load("  [preset dawn]\n    doc = Grey light.\n\tbpm = 62\n[preset plain]\n", NULL,
                   NULL),
              0);
    CHECK(values_of("dawn")->bpm == 62);
    CHECK_TEXT(preset_find("dawn")->doc, "Grey light.");
    CHECK(values_of("plain")->bpm == 70);
}

static void test_a_new_station_may_begin_with_one_wherever_its_section_stands(void **state)
{
    char text[600];

    (void)state;
    snprintf(text, sizeof text, "[params]\npreset = dawn\n%s", dawn);
    CHECK_INT(load(text, NULL, NULL), 0);
    CHECK_TEXT(settings.params.values.preset, "dawn");
    CHECK(strstr(settings.params_origin[PARAM_preset], "auralis.conf:2") != NULL);
    CHECK_INT(load(dawn, "params.preset=dawn", NULL), 0);
    CHECK_TEXT(settings.params_origin[PARAM_preset], "--set");
    snprintf(text, sizeof text, "[params]\npreset = dusk\n%s", dawn);
    check_refused(text, 2,
                  "params.preset must be one of none, focus, meditation, sleep, bright, "
                  "dawn");
}

static void test_flags_change_one_or_make_one(void **state)
{
    (void)state;
    CHECK_INT(load(dawn, "preset dawn.bpm=99", "preset dusk.mix.bell=0.1"), 0);
    CHECK(values_of("dawn")->bpm == 99);
    CHECK(values_of("dawn")->intensity == 0.35);
    CHECK(values_of("dusk")->mix_bell == 0.1);
    CHECK_INT(load(dawn, "preset dawn.bpm=5", NULL), -EINVAL);
    check_says("[preset dawn] bpm must be 60 to 120");
    CHECK_INT(load("", "preset sleep.bpm=70", NULL), -EINVAL);
    check_says("[preset sleep] comes with Auralis");
}

static char *printed(char daemon)
{
    char path[SCRATCH_PATH_BYTES];
    FILE *const out = fopen(scratch_path(path, "printed.conf"), "we");

    assert_non_null(out);
    settings_print(&settings, daemon, out);
    fclose(out);
    return scratch_read("printed.conf");
}

static void test_what_is_printed_says_where_values_came_from_and_can_be_loaded(void **state)
{
    char text[600];
    struct preset_spec before;

    (void)state;
    snprintf(text, sizeof text, "%s[preset dusk]\nlike = dawn\nspace = 0.9\n", dawn);
    CHECK_INT(load(text, "preset dawn.chords=5", NULL), 0);
    before = *preset_find("dusk");
    char *const text_printed = printed('c');

    CHECK(strstr(text_printed, "\n[preset dawn]\n") != NULL);
    CHECK(strstr(text_printed, "mode = lydian    ; /") != NULL);
    CHECK(strstr(text_printed, "auralis.conf:4\n") != NULL);
    CHECK(strstr(text_printed, "tint_mode = ionian    ; /") != NULL);
    CHECK(strstr(text_printed, "width = 0.5    ; default\n") != NULL);
    CHECK(strstr(text_printed, "chords = 5    ; --set\n") != NULL);
    CHECK(strstr(text_printed, "bpm = 62    ; like dawn\n") != NULL);
    CHECK_INT(load(text_printed, NULL, NULL), 0);
    assert_memory_equal(preset_find("dusk"), &before, sizeof before);
    free(text_printed);
    char *const of_synthd = printed('s');

    assert_null(strstr(of_synthd, "[preset"));
    free(of_synthd);
}

static void test_the_template_shows_one_with_every_key(void **state)
{
    char path[SCRATCH_PATH_BYTES];
    FILE *const out = fopen(scratch_path(path, "template.conf"), "we");

    (void)state;
    assert_non_null(out);
    settings_print_template(out);
    fclose(out);
    char *const text = scratch_read("template.conf");
    const char *const section = strstr(text, "\n;[preset dawn]\n");

    assert_non_null(section);
    for (int key = 0; key < SETTINGS_PRESET_KEYS; key++) {
        char line[60];

        if (settings_preset_key(key) != NULL) {
            snprintf(line, sizeof line, "\n;%s = ", settings_preset_key(key));
            CHECK(strstr(section, line) != NULL);
        }
    }
    free(text);
}

static void test_reading_again_leaves_the_presets_of_the_process_alone(void **state)
{
    const char before[] = "[preset dawn]\nlike = sleep\nbpm = 62\n";
    const char after[] = "[preset dawn]\nlike = bright\nbpm = 90\n[preset dusk]\n"
                         "[timbre pad]\nlevel_db = -3\n";

    (void)state;
    CHECK_INT(load(before, NULL, NULL), 0);
    CHECK_INT(load_by(settings_reload, after, NULL, NULL), 0);
    CHECK_NEAR(settings.timbres[TIMBRE_pad].level_db, -3, 0);
    CHECK_NEAR(values_of("dawn")->bpm, 62, 0);
    CHECK(preset_find("dusk") == NULL);
    CHECK_INT(load_by(settings_reload, "[timbre pad]\nlevel_db = loud\n", NULL, NULL), -EINVAL);
    CHECK_NEAR(values_of("dawn")->bpm, 62, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(test_reading_again_leaves_the_presets_of_the_process_alone),
        SCRATCH_TEST(test_what_a_section_names_is_the_presets_and_the_rest_is_default),
        SCRATCH_TEST(test_each_parameter_and_habit_may_be_set_but_key_preset_and_seed),
        SCRATCH_TEST(test_what_is_unknown_is_refused_with_all_that_a_preset_may_set),
        SCRATCH_TEST(test_a_bad_value_is_refused_with_its_line_and_range),
        SCRATCH_TEST(test_a_bad_name_is_refused_with_the_line_of_its_section),
        SCRATCH_TEST(test_a_preset_may_be_like_one_named_before),
        SCRATCH_TEST(test_lines_may_be_indented_and_a_section_empty),
        SCRATCH_TEST(test_a_new_station_may_begin_with_one_wherever_its_section_stands),
        SCRATCH_TEST(test_flags_change_one_or_make_one),
        SCRATCH_TEST(test_what_is_printed_says_where_values_came_from_and_can_be_loaded),
        SCRATCH_TEST(test_the_template_shows_one_with_every_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
