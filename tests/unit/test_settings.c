/* Settings: file, then environment, then flags; each value knows its origin, each bad one
 * its place. */
#include "common/settings.h"
#include "common/settings_table.h"
#include "tests/check.h"
#include "tests/scratch.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

enum { WORDS_MAX = 140 };

static struct settings settings;
static struct settings_error error;
static const char *render_file;
static const struct settings_flag flags[] = {{"render", "FILE", "render to FILE", &render_file},
                                             {NULL, NULL, NULL, NULL}};
static const struct settings_program program = {
    .letter = 'c', .name = "auralis-test", .what_it_is = "a test", .flags = flags};

/* Loads with the words of a command line, which end in NULL; --config names the scratch
 * file. */
static int load(const char *const *words)
{
    static char arguments[WORDS_MAX][200];
    char *argv[WORDS_MAX + 1] = {NULL};
    int argc = 1;

    snprintf(arguments[0], sizeof arguments[0], "auralis-test");
    argv[0] = arguments[0];
    for (; words[argc - 1] != NULL; argc++) {
        snprintf(arguments[argc], sizeof arguments[argc], "%s", words[argc - 1]);
        argv[argc] = arguments[argc];
    }
    optind = 0; /* getopt begins anew (getopt(3)) */
    error.text[0] = '\0';
    return settings_load(&settings, &program, argc, argv, &error);
}

static int load_file_text(const char *text)
{
    char path[SCRATCH_PATH_BYTES];

    scratch_write("auralis.conf", text);
    return load((const char *[]){"--config", scratch_path(path, "auralis.conf"), NULL});
}

static void check_says(const char *what)
{
    if (strstr(error.text, what) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", error.text, what);
    }
}

static void test_without_anything_every_setting_has_its_default(void **state)
{
    (void)state;
    CHECK_INT(load_file_text(""), 0);
    for (int id = 0; id < SETTING_COUNT; id++) {
        CHECK_TEXT(settings.origin[id], "default");
    }
    CHECK_TEXT(settings.station_name, "main");
    CHECK_INT(settings.station_sample_rate, 44100);
    CHECK_INT(settings.station_lead_ms, 300);
    CHECK_TEXT(settings.stream_listen, "127.0.0.1:8000");
    CHECK(settings.synth_gain == 0.5);
    CHECK_TEXT(settings.params_origin[PARAM_bpm], "");
}

static void test_every_default_is_within_its_own_limits(void **state)
{
    (void)state;
    for (int id = 0; id < SETTING_COUNT; id++) {
        CHECK_INT(settings_set_spec(&settings, id, setting_specs[id].initial, "x", &error), 0);
    }
}

static void test_flags_win_over_the_environment_and_that_over_the_file(void **state)
{
    char path[SCRATCH_PATH_BYTES];
    char origin[SCRATCH_PATH_BYTES + 8];

    (void)state;
    scratch_write("auralis.conf", "# a comment\n[station]\nname = filed\nlead_ms = 100\n"
                                  "sample_rate = 48000\n");
    setenv("AURALIS_STATION_LEAD_MS", "200", 1);
    setenv("AURALIS_STATION_SAMPLE_RATE", "44100", 1);
    const int rc = load((const char *[]){"--config", scratch_path(path, "auralis.conf"),
                                         "--set", "station.sample_rate=48000", NULL});

    unsetenv("AURALIS_STATION_LEAD_MS");
    unsetenv("AURALIS_STATION_SAMPLE_RATE");
    CHECK_INT(rc, 0);
    CHECK_TEXT(settings.station_name, "filed");
    snprintf(origin, sizeof origin, "%s:3", path);
    CHECK_TEXT(settings.origin[SETTING_station_name], origin);
    CHECK_INT(settings.station_lead_ms, 200);
    CHECK_TEXT(settings.origin[SETTING_station_lead_ms], "environment");
    CHECK_INT(settings.station_sample_rate, 48000);
    CHECK_TEXT(settings.origin[SETTING_station_sample_rate], "--set");
    CHECK_TEXT(settings.origin[SETTING_log_level], "default");
}

static void test_parameters_come_from_all_three_places_too(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    scratch_write("auralis.conf",
                  "[params]\nkey = A minor\nbpm = 80\nmix.pad = 0.1\nseed = 42\n");
    setenv("AURALIS_PARAMS_MIX_PAD", "0.2", 1);
    const int rc = load((const char *[]){"--config", scratch_path(path, "auralis.conf"),
                                         "--set", "params.bpm=90", NULL});

    unsetenv("AURALIS_PARAMS_MIX_PAD");
    CHECK_INT(rc, 0);
    CHECK_INT(settings.params.values.mode, MODE_aeolian);
    CHECK(settings.params.named[PARAM_key] && settings.params.named[PARAM_mode]);
    CHECK(settings.params.values.bpm == 90);
    CHECK_TEXT(settings.params_origin[PARAM_bpm], "--set");
    CHECK(settings.params.values.mix_pad == 0.2);
    CHECK_TEXT(settings.params_origin[PARAM_mix_pad], "environment");
    CHECK_U64(settings.params.values.seed, 42);
    CHECK(!settings.params.named[PARAM_space]);
}

static void check_file_refused(const char *text, int line, const char *what)
{
    char place[SCRATCH_PATH_BYTES + 8];
    char path[SCRATCH_PATH_BYTES];

    CHECK_INT(load_file_text(text), -EINVAL);
    snprintf(place, sizeof place, "%s:%d: ", scratch_path(path, "auralis.conf"), line);
    check_says(place);
    check_says(what);
}

static void test_a_bad_value_in_the_file_is_refused_with_its_line_and_limits(void **state)
{
    (void)state;
    check_file_refused("[station]\nlead_ms = 49\n", 2,
                       "station.lead_ms must be a whole number, 50 to 2000, not '49'");
    check_file_refused("[station]\nlead_ms = 2001\n", 2, "50 to 2000");
    check_file_refused("[station]\nlead_ms = 100.5\n", 2, "whole number");
    check_file_refused("[station]\nlead_ms = soon\n", 2, "not 'soon'");
    check_file_refused("[station]\nlead_ms = nan\n", 2, "50 to 2000");
    check_file_refused("[station]\nlead_ms =\n", 2, "50 to 2000");
    check_file_refused("[synth]\ngain = 5.1\n", 2, "synth.gain must be a number, 0.01 to 5");
    check_file_refused("[station]\nsample_rate = 96000\n", 2,
                       "one of: 44100 48000, not '96000'");
    check_file_refused("[log]\n\nlevel = loud\n", 3, "one of: error warning info debug");
    check_file_refused("[log]\nlevel =\n", 2, "1 to 8 characters");
    check_file_refused("[stream]\ncontrol = open off\n", 2, "one of: open token off");
    check_file_refused("[stream]\ncontrol = ope\n", 2, "one of: open token off");
    check_file_refused("[params]\nbpm = 121\n", 2, "params.bpm must be 60 to 120");
    check_file_refused("[params]\nkey = H\n", 2, "params.key must be A to G");
    check_file_refused("[params]\ntempo = 70\n", 2, "params.tempo is unknown");
}

static void test_what_is_no_setting_or_no_line_at_all_is_refused_with_its_line(void **state)
{
    char text[600] = "[station]\nname = x\n[synth]\nsoundfont = ";

    (void)state;
    check_file_refused("[station]\nnome = x\n", 2, "there is no setting 'station.nome'");
    check_file_refused("[stations]\nname = x\n", 2, "'stations.name'");
    check_file_refused("name = x\n", 1, "there is no setting");
    check_file_refused("[station]\nname = x\nwhat is this\n", 3,
                       "expected [section] or key = value");
    check_file_refused("[station\nname = x\n", 1, "expected [section]");
    check_file_refused("[station]\nwhat\n[log]\nlevel = loud\n", 2, "expected [section]");
    check_file_refused("[log]\nlevel = loud\n[station]\nwhat\n", 2, "log.level");
    memset(text + strlen(text), 'y', 400);
    check_file_refused(text, 4, "the line is too long");
    snprintf(text, sizeof text, "[station]\nname = 0123456789012345678901234567890123\n");
    check_file_refused(text, 2, "station.name must have 1 to 32 characters");
}

static void test_a_file_that_was_named_must_be_there_and_be_a_file(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    CHECK_INT(load((const char *[]){"--config", scratch_path(path, "nowhere.conf"), NULL}),
              -EINVAL);
    check_says("nowhere.conf: No such file");
    CHECK_INT(load((const char *[]){"--config", scratch, NULL}), -EINVAL);
    check_says("Is a directory");
}

static void test_bad_values_in_environment_and_flags_are_refused(void **state)
{
    (void)state;
    setenv("AURALIS_STREAM_MAX_CLIENTS", "0", 1);
    CHECK_INT(load((const char *[]){NULL}), -EINVAL);
    unsetenv("AURALIS_STREAM_MAX_CLIENTS");
    check_says("stream.max_clients must be a whole number, 1 to 60000, not '0'");
    setenv("AURALIS_PARAMS_BPM", "fast", 1);
    CHECK_INT(load((const char *[]){NULL}), -EINVAL);
    unsetenv("AURALIS_PARAMS_BPM");
    check_says("params.bpm must be a number, 60 to 120");
    CHECK_INT(load((const char *[]){"--set", "station.lead_ms=1", NULL}), -EINVAL);
    check_says("station.lead_ms");
    CHECK_INT(load((const char *[]){"--set", "station.lead_ms", NULL}), -EINVAL);
    check_says("--set takes section.key=value");
    CHECK_INT(load((const char *[]){"--set", "lead_ms=100", NULL}), -EINVAL);
    check_says("there is no setting 'lead_ms'");
    CHECK_INT(load((const char *[]){"--set", "station.name=a\nb", NULL}), -EINVAL);
    check_says("must be one line");
}

static void test_bad_flags_are_refused_by_name(void **state)
{
    (void)state;
    CHECK_INT(load((const char *[]){"--sett", "x=y", "--what", NULL}), -EINVAL);
    CHECK_INT(load((const char *[]){"--what", NULL}), -EINVAL);
    check_says("unknown option '--what'");
    CHECK_INT(load((const char *[]){"--set", NULL}), -EINVAL);
    check_says("a value is missing after '--set'");
    CHECK_INT(load((const char *[]){"file", NULL}), -EINVAL);
    check_says("unexpected argument 'file'");
    CHECK_INT(load((const char *[]){"-x", NULL}), -EINVAL);
    check_says("unknown option '-x'");
}

static void test_a_programs_own_flags_are_given_to_it(void **state)
{
    (void)state;
    render_file = NULL;
    CHECK_INT(load((const char *[]){"--render", "out.wav", "--set", "station.name=x", NULL}),
              0);
    CHECK_TEXT(render_file, "out.wav");
    CHECK_TEXT(settings.station_name, "x");
}

static void test_more_sets_than_there_is_room_for_are_refused(void **state)
{
    const char *words[2 * 65 + 1] = {NULL};

    (void)state;
    for (int i = 0; i < 2 * 65; i++) {
        words[i] = i % 2 == 0 ? "--set" : "station.name=x";
    }
    CHECK_INT(load(words), -EINVAL);
    check_says("--set may stand at most 64 times");
    words[2 * 64] = NULL;
    CHECK_INT(load(words), 0);
}

static void test_paths_follow_from_the_name_or_the_folder(void **state)
{
    (void)state;
    CHECK_INT(load((const char *[]){"--set", "station.name=blue-2", NULL}), 0);
    CHECK_TEXT(settings.bus_dir, "/run/auralis/blue-2/bus");
    CHECK_TEXT(settings.state_dir, "/var/lib/auralis/blue-2");
    CHECK_TEXT(settings.synth_dir, "/run/auralis/blue-2/synth");
    CHECK_TEXT(settings.ring_name, "/auralis-blue-2");
    CHECK_INT(load((const char *[]){"--set", "station.dir=/tmp/x", "--set",
                                    "station.ring=auralis-run-7", NULL}),
              0);
    CHECK_TEXT(settings.bus_dir, "/tmp/x/bus");
    CHECK_TEXT(settings.state_dir, "/tmp/x/state");
    CHECK_TEXT(settings.synth_dir, "/tmp/x/synth");
    CHECK_TEXT(settings.ring_name, "/auralis-run-7");
}

static void test_names_that_would_leave_their_folder_are_refused(void **state)
{
    (void)state;
    CHECK_INT(load((const char *[]){"--set", "station.name=../x", NULL}), -EINVAL);
    check_says("station.name must be letters, digits and -");
    CHECK_INT(load((const char *[]){"--set", "station.name=a b", NULL}), -EINVAL);
    CHECK_INT(load((const char *[]){"--set", "station.dir=relative", NULL}), -EINVAL);
    check_says("station.dir must be an absolute path");
    CHECK_INT(load((const char *[]){"--set", "station.ring=a/b", NULL}), -EINVAL);
    check_says("station.ring must be a name without /");
}

/* Prints into the scratch folder and gives the text. */
static char *printed(void (*print)(FILE *out))
{
    char path[SCRATCH_PATH_BYTES];
    FILE *const out = fopen(scratch_path(path, "printed.conf"), "we");

    assert_non_null(out);
    print(out);
    fclose(out);
    return scratch_read("printed.conf");
}

static void test_the_template_names_every_setting_and_changes_nothing(void **state)
{
    char *const text = printed(settings_print_template);
    static struct settings plain;

    (void)state;
    for (int id = 0; id < SETTING_COUNT; id++) {
        char line[400];

        snprintf(line, sizeof line, "\n;%s = %s\n", setting_specs[id].key,
                 setting_specs[id].initial);
        CHECK(strstr(text, line) != NULL);
        CHECK(strstr(text, setting_specs[id].doc) != NULL);
    }
    CHECK_INT(load_file_text(""), 0);
    plain = settings;
    CHECK_INT(load_file_text(text), 0);
    assert_memory_equal(&settings, &plain, sizeof plain);
    free(text);
}

static void test_the_template_with_every_setting_uncommented_is_the_defaults_again(void **state)
{
    char *const text = printed(settings_print_template);

    (void)state;
    for (char *at = text; (at = strstr(at, "\n;")) != NULL;) {
        const bool preset =
            strncmp(at + 2, "preset = none", 13) == 0; /* there is none to choose */

        at[1] = preset ? '#' : ' ';
        at++;
        memmove(at, at + (preset ? 0 : 1), strlen(at + (preset ? 0 : 1)) + 1);
    }
    CHECK_INT(load_file_text(text), 0);
    CHECK_TEXT(settings.station_name, "main");
    CHECK_INT(settings.station_lead_ms, 300);
    CHECK(settings.params.named[PARAM_bpm] && settings.params.values.bpm == 70);
    CHECK(settings.params.values.mix_percussion == 0.8);
    free(text);
}

static void print_for_composerd(FILE *out)
{
    settings_print(&settings, 'c', out);
}

static void test_what_is_printed_can_be_loaded_and_says_where_each_value_came_from(void **state)
{
    (void)state;
    CHECK_INT(
        load((const char *[]){"--set", "station.lead_ms=120", "--set", "params.key=Bb", NULL}),
        0);
    char *const text = printed(print_for_composerd);

    CHECK(strstr(text, "lead_ms = 120    ; --set\n") != NULL);
    CHECK(strstr(text, "key = Bb    ; --set\n") != NULL);
    CHECK(strstr(text, "phrase_bars = 8    ; default\n") != NULL);
    assert_null(strstr(text, "soundfont")); /* not composerd's */
    CHECK_INT(load_file_text(text), 0);
    CHECK_INT(settings.station_lead_ms, 120);
    CHECK_INT(settings.params.values.key, 10);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(test_without_anything_every_setting_has_its_default),
        SCRATCH_TEST(test_every_default_is_within_its_own_limits),
        SCRATCH_TEST(test_flags_win_over_the_environment_and_that_over_the_file),
        SCRATCH_TEST(test_parameters_come_from_all_three_places_too),
        SCRATCH_TEST(test_a_bad_value_in_the_file_is_refused_with_its_line_and_limits),
        SCRATCH_TEST(test_what_is_no_setting_or_no_line_at_all_is_refused_with_its_line),
        SCRATCH_TEST(test_a_file_that_was_named_must_be_there_and_be_a_file),
        SCRATCH_TEST(test_bad_values_in_environment_and_flags_are_refused),
        SCRATCH_TEST(test_bad_flags_are_refused_by_name),
        SCRATCH_TEST(test_a_programs_own_flags_are_given_to_it),
        SCRATCH_TEST(test_more_sets_than_there_is_room_for_are_refused),
        SCRATCH_TEST(test_paths_follow_from_the_name_or_the_folder),
        SCRATCH_TEST(test_names_that_would_leave_their_folder_are_refused),
        SCRATCH_TEST(test_the_template_names_every_setting_and_changes_nothing),
        SCRATCH_TEST(test_the_template_with_every_setting_uncommented_is_the_defaults_again),
        SCRATCH_TEST(test_what_is_printed_can_be_loaded_and_says_where_each_value_came_from),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
