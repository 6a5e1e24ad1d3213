/* The log as lines on standard error, with the journal's prefix where only that reaches the
 * journal. */
#include "common/log.h"
#include "tests/check.h"
#include "tests/scratch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

static char *caught(void)
{
    scratch_release_stderr();
    return scratch_read("stderr");
}

static void check_caught(const char *expected)
{
    char *const text = caught();

    CHECK_TEXT(text, expected);
    free(text);
}

static void test_a_line_begins_with_the_name_on_a_terminal(void **state)
{
    (void)state;
    scratch_catch_stderr();
    unsetenv("JOURNAL_STREAM");
    const int rc = log_init("synthd", "info");

    log_info("a ring was opened name=%s frames=%d", "/auralis-main", 64);
    CHECK_INT(rc, 0);
    check_caught("synthd: a ring was opened name=/auralis-main frames=64\n");
}

static void test_a_line_begins_with_its_priority_when_the_journal_has_no_socket(void **state)
{
    struct stat facts;
    char stream[64];

    (void)state;
    scratch_catch_stderr();
    fstat(STDERR_FILENO, &facts);
    snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)facts.st_dev,
             (uintmax_t)facts.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    log_set_journal("/nowhere");
    const int rc = log_init("synthd", "debug");

    log_error("e");
    log_warn("w");
    log_info("i");
    log_debug("d");
    unsetenv("JOURNAL_STREAM");
    CHECK_INT(rc, 0);
    check_caught("<3>e\n<4>w\n<6>i\n<7>d\n");
}

static void test_another_stream_than_the_journals_gets_no_prefix(void **state)
{
    (void)state;
    scratch_catch_stderr();
    setenv("JOURNAL_STREAM", "1:2", 1);
    log_init("composerd", "info");
    log_warn("w");
    unsetenv("JOURNAL_STREAM");
    check_caught("composerd: w\n");
}

static void test_what_is_below_the_level_is_not_said(void **state)
{
    (void)state;
    scratch_catch_stderr();
    log_init("n", "warning");
    log_error("e");
    log_warn("w");
    log_info("i");
    log_debug("d");
    log_event(LOG_EVENT_stream_born, NULL, "an event");
    log_event(LOG_EVENT_synth_jumped, NULL, "a warning");
    log_init("n", "error");
    log_event(LOG_EVENT_synth_jumped, NULL, "a warning");
    log_event(LOG_EVENT_start_failed, NULL, "an error");
    check_caught("n: e\nn: w\nn: a warning\nn: an error\n");
}

static void test_an_event_tells_its_facts_behind_the_sentence(void **state)
{
    const struct log_facts facts = {.stream = 0xabc,
                                    .frame = UINT64_C(9007199254740993),
                                    .peer = "composerd",
                                    .path = "/var/lib/auralis",
                                    .reason = "no room",
                                    .lasted_ns = INT64_C(61999999999),
                                    .times = 3,
                                    .count = {"left_out_frames", 64}};

    (void)state;
    scratch_catch_stderr();
    log_init("n", "info");
    log_event(LOG_EVENT_stream_born, &facts, "it is %s", "born");
    log_event(LOG_EVENT_stream_born, &(const struct log_facts){.times = 1}, "as usual");
    check_caught("n: it is born peer=composerd path=/var/lib/auralis reason=\"no room\" "
                 "frame=9007199254740993 left_out_frames=64 lasted_s=61 times=3 "
                 "stream=0000000000000abc\nn: as usual\n");
}

static void test_trouble_is_said_once_while_it_is_there_and_once_when_it_is_over(void **state)
{
    static const struct log_trouble_kind kind = {
        .event = LOG_EVENT_disk_trouble,
        .sentence = "it fails",
        .over_event = LOG_EVENT_disk_well,
        .over_sentence = "it works",
    };
    static const struct log_trouble_kind endless = {.event = LOG_EVENT_limit_reached,
                                                    .sentence = "again"};
    const struct log_facts facts = {.path = "/p"};
    struct trouble first = {0};
    struct trouble second = {0};

    (void)state;
    scratch_catch_stderr();
    log_init("n", "info");
    for (int i = 0; i < 1000; i++) {
        log_trouble(&first, &kind, true, &facts);
        log_trouble(&second, &endless, true, &facts);
    }
    for (int i = 0; i < 10; i++) {
        log_trouble(&first, &kind, false, &facts);
        log_trouble(&second, &endless, false, &facts);
    }
    check_caught("n: it fails path=/p\nn: again path=/p\nn: it works path=/p\n");
}

static void test_how_often_is_said_of_what_happens_and_not_of_what_is_watched(void **state)
{
    struct log_trouble_kind kind = {.event = LOG_EVENT_disk_trouble, .sentence = "it fails"};
    const struct log_facts facts = {.path = "/p"};

    (void)state;
    scratch_catch_stderr();
    log_init("n", "info");
    for (int watched = 0; watched < 2; watched++) {
        struct trouble trouble = {.seen_ns = clock_machine_ns(), .unsaid = 5};

        kind.watched = watched == 1;
        log_trouble(&trouble, &kind, true, &facts);
    }
    check_caught("n: it fails path=/p times=6\nn: it fails path=/p\n");
}

static void test_unknown_levels_are_refused(void **state)
{
    (void)state;
    CHECK_INT(log_init("n", "loud"), -EINVAL);
    CHECK_INT(log_init("n", ""), -EINVAL);
}

static void test_an_event_stays_one_line_whatever_it_tells_of(void **state)
{
    (void)state;
    scratch_catch_stderr();
    log_init("n", "info");
    log_warn("refused reason=\"%s\"", "a\nn: forged\x1b[31m\r");
    check_caught("n: refused reason=\"a n: forged [31m \"\n");
}

static void test_a_long_line_is_cut_and_still_ends(void **state)
{
    char text[5000];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    scratch_catch_stderr();
    log_init("n", "info");
    log_warn("%s", text);
    char *const line = caught();

    CHECK(strlen(line) < 1100);
    CHECK(line[strlen(line) - 1] == '\n');
    CHECK(strchr(line, '\n') == line + strlen(line) - 1);
    free(line);
}

static void test_errors_have_the_systems_text(void **state)
{
    (void)state;
    CHECK_TEXT(log_errno(-ENOENT), "No such file or directory");
    CHECK_TEXT(log_errno(ENOENT), "No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(test_a_line_begins_with_the_name_on_a_terminal),
        SCRATCH_TEST(test_a_line_begins_with_its_priority_when_the_journal_has_no_socket),
        SCRATCH_TEST(test_another_stream_than_the_journals_gets_no_prefix),
        SCRATCH_TEST(test_what_is_below_the_level_is_not_said),
        SCRATCH_TEST(test_an_event_tells_its_facts_behind_the_sentence),
        SCRATCH_TEST(test_trouble_is_said_once_while_it_is_there_and_once_when_it_is_over),
        SCRATCH_TEST(test_how_often_is_said_of_what_happens_and_not_of_what_is_watched),
        SCRATCH_TEST(test_unknown_levels_are_refused),
        SCRATCH_TEST(test_an_event_stays_one_line_whatever_it_tells_of),
        SCRATCH_TEST(test_a_long_line_is_cut_and_still_ends),
        SCRATCH_TEST(test_errors_have_the_systems_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
