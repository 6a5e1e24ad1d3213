#include "common/settings_table.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef AURALIS_VERSION
#error "the build gives AURALIS_VERSION"
#endif

#define CONFIG_DIR   "/etc/auralis/"
#define DEFAULT_FILE CONFIG_DIR "auralis.conf"

struct file_reading {
    struct settings *settings;
    const char *path;
    FILE *file;
    int line;
    bool too_long; /* this line: inih would cut it in two */
    int first_line;
    struct settings_error first;
    char preset[SETTING_TEXT_BYTES]; /* params.preset, which may be one of a later section */
    int preset_line;                 /* 0: it is not there */
};

static void note_error(struct file_reading *reading, const struct settings_error *error)
{
    if (reading->first_line == 0) {
        reading->first_line = reading->line;
        reading->first = *error;
    }
}

/* inih tells of values only: the beginning of a preset is seen here. */
static void begin_section(struct file_reading *reading, const char *text)
{
    static const char head[] = "[" SETTINGS_PRESET_SECTION;
    struct settings_error error = {""};
    char name[SETTING_TEXT_BYTES];
    const size_t length = strcspn(text, "]");

    if (strncmp(text, head, strlen(head)) != 0 || text[length] == '\0') {
        return;
    }
    snprintf(name, sizeof name, "%.*s", (int)(length - strlen(head)), text + strlen(head));
    if (settings_add_preset(reading->settings, name, &error) != 0) {
        note_error(reading, &error);
    }
}

/* inih's reader: each call gives a whole line, so that our count is its count. */
static char *next_line(char *text, int size, void *user)
{
    struct file_reading *const reading = user;

    if (reading->too_long || fgets(text, size, reading->file) == NULL) {
        return NULL;
    }
    reading->line++;
    reading->too_long = strchr(text, '\n') == NULL && !feof(reading->file);
    if (reading->too_long) {
        return NULL;
    }
    const size_t indent = strspn(text, " \t"); /* inih would add the line to the one before */

    memmove(text, text + indent, strlen(text + indent) + 1);
    begin_section(reading, text);
    return text;
}

static void make_origin(settings_origin origin, const char *path, int line)
{
    snprintf(origin, SETTING_TEXT_BYTES, "%.240s:%d", path, line);
}

/* inih's handler: 0 marks the line as an error, and inih tells the number of the first. */
static int on_file_value(void *user, const char *section, const char *key, const char *value)
{
    struct file_reading *const reading = user;
    struct settings_error error = {""};
    char name[128];
    settings_origin origin;

    snprintf(name, sizeof name, "%s.%s", section, key);
    if (strcmp(name, "params.preset") == 0) {
        reading->preset_line = reading->line;
        snprintf(reading->preset, sizeof reading->preset, "%s", value);
        return 1;
    }
    make_origin(origin, reading->path, reading->line);
    if (settings_set(reading->settings, name, value, origin, &error) == 0) {
        return 1;
    }
    note_error(reading, &error);
    return 0;
}

static int set_params_preset(struct file_reading *reading, struct settings_error *error)
{
    struct settings_error wrong;
    settings_origin origin;

    make_origin(origin, reading->path, reading->preset_line);
    return reading->preset_line == 0 || settings_set_param(reading->settings, "preset",
                                                           reading->preset, origin, &wrong) == 0
               ? 0
               : settings_refuse(error, "%s: %s", origin, wrong.text);
}

/* What has come of a file; `bad_line` is inih's, 0 for none. */
static int judge(struct file_reading *reading, int bad_line, struct settings_error *error)
{
    const int first = reading->first_line;

    if (first != 0 && (bad_line == 0 || first <= bad_line)) {
        return settings_refuse(error, "%s:%d: %.700s", reading->path, first,
                               reading->first.text);
    }
    if (bad_line != 0) {
        return settings_refuse(error, "%s:%d: expected [section] or key = value", reading->path,
                               bad_line);
    }
    return reading->too_long ? settings_refuse(error, "%s:%d: the line is too long",
                                               reading->path, reading->line)
                             : set_params_preset(reading, error);
}

static int load_file(struct settings *settings, const char *path, bool must_exist,
                     struct settings_error *error)
{
    struct file_reading reading = {.settings = settings, .path = path};

    reading.file = fopen(path, "re");
    if (reading.file == NULL) {
        return errno == ENOENT && !must_exist
                   ? 0
                   : settings_refuse(error, "cannot read %s: %s", path, strerror(errno));
    }
    errno = 0;
    const int line = ini_parse_stream(next_line, &reading, on_file_value, &reading);
    const int rc = ferror(reading.file) != 0 ? errno : 0;

    fclose(reading.file);
    if (rc != 0) {
        return settings_refuse(error, "cannot read %s: %s", path, strerror(rc));
    }
    return judge(&reading, line, error);
}

/* AURALIS_STREAM_LISTEN, AURALIS_PARAMS_MIX_PAD, AURALIS_TIMBRE_PAD_PROGRAM */
static const char *environment_value(const char *section, const char *key)
{
    char name[96];

    snprintf(name, sizeof name, "AURALIS_%s_%s", section, key);
    for (char *at = name; *at != '\0'; at++) {
        if (*at >= 'a' && *at <= 'z') {
            *at = (char)(*at - 'a' + 'A');
        } else if (*at == '.' || *at == ' ') {
            *at = '_';
        }
    }
    return getenv(name);
}

static int load_timbre_environment(struct settings *settings, struct settings_error *error)
{
    for (int i = 0; i < TIMBRE_COUNT * TIMBRE_KEY_COUNT; i++) {
        const char *const name = timbre_specs[i / TIMBRE_KEY_COUNT].name;
        const char *const key = timbre_key_specs[i % TIMBRE_KEY_COUNT].name;
        char section[40];

        snprintf(section, sizeof section, SETTINGS_TIMBRE_SECTION "%s", name);
        const char *const value = environment_value(section, key);

        if (value != NULL) {
            const struct settings_word word = {key, value, "environment"};

            if (settings_set_timbre(settings, name, &word, error) != 0) {
                return -EINVAL;
            }
        }
    }
    return 0;
}

static int load_environment(struct settings *settings, struct settings_error *error)
{
    for (int id = 0; id < SETTING_COUNT; id++) {
        const char *const value =
            environment_value(setting_specs[id].section, setting_specs[id].key);

        if (value == NULL) {
            continue;
        }
        if (settings_set_spec(settings, id, value, "environment", error) != 0) {
            return -EINVAL;
        }
    }
    for (int param = 0; param < PARAM_COUNT; param++) {
        const char *const value = environment_value("params", param_specs[param].name);

        if (value != NULL && settings_set_param(settings, param_specs[param].name, value,
                                                "environment", error) != 0) {
            return -EINVAL;
        }
    }
    return load_timbre_environment(settings, error);
}

static int load_word(struct settings *settings, const char *word, struct settings_error *error)
{
    char name[128];
    const char *const equals = strchr(word, '=');

    if (equals == NULL || (size_t)(equals - word) >= sizeof name) {
        return settings_refuse(error, "--set takes section.key=value, not '%.60s'", word);
    }
    memcpy(name, word, (size_t)(equals - word));
    name[equals - word] = '\0';
    return settings_set(settings, name, equals + 1, "--set", error);
}

static void print_help(const char *daemon_name, const char *what_it_is,
                       const struct settings_flag *flags)
{
    printf("%s: %s\n\nusage: %s [options]\n\n", daemon_name, what_it_is, daemon_name);
    for (const struct settings_flag *flag = flags; flag != NULL && flag->name != NULL; flag++) {
        printf("  --%s%s%-*s %s\n", flag->name, flag->argument != NULL ? " " : "",
               (int)(22 - strlen(flag->name) - (flag->argument != NULL)),
               flag->argument != NULL ? flag->argument : "", flag->doc);
    }
    printf("  --config FILE            read settings from FILE, not " DEFAULT_FILE "\n"
           "                           (for --set station.name=NAME: " CONFIG_DIR
           "NAME.conf, if there)\n"
           "  --set SECTION.KEY=VALUE  one setting, over file and environment\n"
           "  --check-config           check the settings and end\n"
           "  --print-config           print each setting and where it came from\n"
           "  --print-template         print a configuration file with every setting\n"
           "  --version                print the version\n"
           "  --help                   print this\n");
}

/* ---- the command line ---- */

enum {
    FLAG_CONFIG = 256,
    FLAG_SET,
    FLAG_CHECK,
    FLAG_PRINT,
    FLAG_TEMPLATE,
    FLAG_VERSION,
    FLAG_HELP,
    FLAG_OWN
};
enum { OWN_FLAGS_MAX = 16, WORDS_MAX = 64 };

struct command_line {
    const char *config;
    const char *words[WORDS_MAX]; /* of --set, in order */
    int n_words;
    int action; /* FLAG_CHECK and so on, or 0 */
};

static int take_flag(struct command_line *line, int flag, const struct settings_flag *flags,
                     struct settings_error *error)
{
    if (flag >= FLAG_OWN) {
        *flags[flag - FLAG_OWN].value = optarg != NULL ? optarg : "";
    } else if (flag == FLAG_CONFIG) {
        line->config = optarg;
    } else if (flag == FLAG_SET && line->n_words < WORDS_MAX) {
        assert(optarg != NULL); /* the flag requires one */
        line->words[line->n_words++] = optarg;
    } else if (flag == FLAG_SET) {
        return settings_refuse(error, "--set may stand at most %d times", WORDS_MAX);
    } else {
        line->action = flag;
    }
    return 0;
}

/* The options of all daemons, then the program's own; returns nothing, options[] ends in
 * zeros. */
static void list_options(struct option *options, const struct settings_flag *flags)
{
    static const struct option shared[] = {
        {"config", required_argument, NULL, FLAG_CONFIG},
        {"set", required_argument, NULL, FLAG_SET},
        {"check-config", no_argument, NULL, FLAG_CHECK},
        {"print-config", no_argument, NULL, FLAG_PRINT},
        {"print-template", no_argument, NULL, FLAG_TEMPLATE},
        {"version", no_argument, NULL, FLAG_VERSION},
        {"help", no_argument, NULL, FLAG_HELP},
    };
    struct option *next = options + sizeof shared / sizeof shared[0];

    memcpy(options, shared, sizeof shared);
    for (int i = 0; flags != NULL && flags[i].name != NULL && i < OWN_FLAGS_MAX; i++) {
        const int argument = flags[i].argument != NULL ? required_argument : no_argument;

        *next++ = (struct option){flags[i].name, argument, NULL, FLAG_OWN + i};
    }
}

static int read_command_line(struct command_line *line, int argc, char **argv,
                             const struct settings_flag *flags, struct settings_error *error)
{
    struct option options[FLAG_OWN - FLAG_CONFIG + OWN_FLAGS_MAX + 1] = {0};
    int flag;

    list_options(options, flags);
    opterr = 0;
    while ((flag = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        if (flag == '?' || flag == ':') {
            return settings_refuse(error, "%s '%s'; --help lists the options",
                                   flag == '?' ? "unknown option" : "a value is missing after",
                                   argv[optind - 1]);
        }
        if (take_flag(line, flag, flags, error) != 0) {
            return -EINVAL;
        }
    }
    return optind == argc
               ? 0
               : settings_refuse(error, "unexpected argument '%s'; --help lists the options",
                                 argv[optind]);
}

/* The station that is named outside the file; NULL when none is. */
static const char *named_station(const struct command_line *line)
{
    static const char key[] = "station.name=";

    for (int i = line->n_words - 1; i >= 0; i--) {
        if (strncmp(line->words[i], key, strlen(key)) == 0) {
            return line->words[i] + strlen(key);
        }
    }
    return environment_value("station", "name");
}

/* A station that is named may have a file of its own, which then is read instead of the common
 * one. */
static const char *default_file(const struct command_line *line, char *path, size_t size)
{
    const char *const name = named_station(line);

    if (name == NULL || strchr(name, '/') != NULL) {
        return DEFAULT_FILE;
    }
    snprintf(path, size, CONFIG_DIR "%.100s.conf", name);
    return access(path, F_OK) == 0 ? path : DEFAULT_FILE;
}

static int load_all(struct settings *settings, const struct command_line *line, bool reloading,
                    struct settings_error *error)
{
    char own[SETTING_TEXT_BYTES];
    const char *const path =
        line->config != NULL ? line->config : default_file(line, own, sizeof own);

    settings_set_defaults(settings, reloading);
    int rc = load_file(settings, path, line->config != NULL, error);

    if (rc == 0) {
        rc = load_environment(settings, error);
    }
    for (int i = 0; rc == 0 && i < line->n_words; i++) {
        rc = load_word(settings, line->words[i], error);
    }
    return rc == 0 ? settings_derive(settings, error) : rc;
}

int settings_load(struct settings *settings, const struct settings_program *program, int argc,
                  char **argv, struct settings_error *error)
{
    struct command_line line = {0};
    int rc = read_command_line(&line, argc, argv, program->flags, error);

    if (rc != 0) {
        return rc;
    }
    switch (line.action) {
    case FLAG_HELP:
        print_help(program->name, program->what_it_is, program->flags);
        return SETTINGS_DONE;
    case FLAG_VERSION:
        printf("%s %s\n", program->name, AURALIS_VERSION);
        return SETTINGS_DONE;
    case FLAG_TEMPLATE:
        settings_print_template(stdout);
        return SETTINGS_DONE;
    default:
        break;
    }
    rc = load_all(settings, &line, false, error);
    if (rc == 0 && line.action == FLAG_PRINT) {
        settings_print(settings, program->letter, stdout);
    }
    return rc == 0 && line.action != 0 ? SETTINGS_DONE : rc;
}

int settings_reload(struct settings *settings, const struct settings_program *program, int argc,
                    char **argv, struct settings_error *error)
{
    struct command_line line = {0};

    optind = 0; /* getopt begins anew (getopt(3)) */
    const int rc = read_command_line(&line, argc, argv, program->flags, error);

    return rc == 0 ? load_all(settings, &line, true, error) : rc;
}
