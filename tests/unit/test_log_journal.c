/* The log as the journal gets it: fields of a datagram, read here by a socket that stands in
 * for the journal's; and the table of events. */
#include "common/log.h"
#include "tests/check.h"
#include "tests/scratch.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { DATAGRAM_BYTES = 1 << 16 };

/* What stands in for the journal, and what it was sent last. */
static int journal_fd;
static char datagram[DATAGRAM_BYTES];

/* Standard error is a file of the test's own from here on, and the journal's at that. */
static void be_under_the_journal(void)
{
    struct sockaddr_un address = {AF_UNIX, ""};
    char stream[64];
    struct stat facts;

    scratch_catch_stderr();
    fstat(STDERR_FILENO, &facts);
    snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)facts.st_dev,
             (uintmax_t)facts.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", scratch);
    journal_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    CHECK_INT(bind(journal_fd, (const struct sockaddr *)&address, sizeof address), 0);
    log_set_journal(address.sun_path);
    log_set_station("dawn");
    log_init("synthd", "debug");
}

/* Standard error as it was; what was written there meanwhile. */
static char *leave_the_journal(void)
{
    unsetenv("JOURNAL_STREAM");
    close(journal_fd);
    scratch_release_stderr();
    log_init("synthd", "info");
    return scratch_read("stderr");
}

/* Ends a test in which everything went to the journal. */
static void check_nothing_was_written(void)
{
    char *const text = leave_the_journal();

    CHECK_TEXT(text, "");
    free(text);
}

/* The next datagram, its lines between newlines. False when there is none. */
static bool receive(void)
{
    const ssize_t len = recv(journal_fd, datagram + 1, sizeof datagram - 2, 0);

    datagram[0] = '\n';
    datagram[len > 0 ? len + 1 : 1] = '\0';
    return len > 0;
}

static bool has(const char *field)
{
    char line[1200];

    snprintf(line, sizeof line, "\n%s\n", field);
    return strstr(datagram, line) != NULL;
}

static void test_an_event_carries_its_name_its_id_and_its_facts(void **state)
{
    const struct log_facts facts = {.stream = 0xabc,
                                    .frame = 6400,
                                    .peer = "composerd",
                                    .path = "/p q",
                                    .reason = "no room",
                                    .lasted_ns = INT64_C(5999999999),
                                    .times = 3,
                                    .count = {"left_out_frames", 64}};

    (void)state;
    be_under_the_journal();
    log_event(LOG_EVENT_synth_jumped, &facts, "jumped %s", "to now");
    CHECK(receive());
    CHECK(has("AURALIS_EVENT=synth_jumped"));
    CHECK(has("AURALIS_STREAM=0000000000000abc"));
    CHECK(has("AURALIS_FRAME=6400"));
    CHECK(has("AURALIS_STATION=dawn"));
    CHECK(has("AURALIS_PEER=composerd"));
    CHECK(has("AURALIS_PATH=/p q"));
    CHECK(has("AURALIS_REASON=no room"));
    CHECK(has("AURALIS_LASTED_S=5"));
    CHECK(has("AURALIS_TIMES=3"));
    CHECK(has("AURALIS_LEFT_OUT_FRAMES=64"));
    CHECK(has("PRIORITY=4"));
    CHECK(has("CODE_FILE=tests/unit/test_log_journal.c"));
    CHECK(has("CODE_FUNC=test_an_event_carries_its_name_its_id_and_its_facts"));
    CHECK(has("SYSLOG_IDENTIFIER=test_log_journal"));
    CHECK(has("MESSAGE=jumped to now peer=composerd path=/p q reason=\"no room\" frame=6400 "
              "left_out_frames=64 lasted_s=5 times=3 stream=0000000000000abc"));
    char id[64];

    snprintf(id, sizeof id, "MESSAGE_ID=%s",
             log_event_specs[LOG_EVENT_synth_jumped].message_id);
    CHECK(has(id));
    CHECK(!receive());
    check_nothing_was_written();
}

static void test_what_an_event_has_no_fact_of_is_no_field(void **state)
{
    (void)state;
    be_under_the_journal();
    log_event(LOG_EVENT_listening, NULL, "listening");
    CHECK(receive());
    CHECK(has("MESSAGE=listening"));
    CHECK(has("PRIORITY=6"));
    for (size_t i = 0; i < 2; i++) {
        CHECK(strstr(datagram, i == 0 ? "STREAM" : "FRAME") == NULL);
    }
    CHECK(strstr(datagram, "(null)") == NULL);
    check_nothing_was_written();
}

static void test_a_plain_line_has_a_priority_a_place_and_the_station(void **state)
{
    (void)state;
    be_under_the_journal();
    log_error("e");
    CHECK(receive());
    CHECK(has("MESSAGE=e"));
    CHECK(has("PRIORITY=3"));
    CHECK(has("AURALIS_STATION=dawn"));
    CHECK(has("CODE_FILE=tests/unit/test_log_journal.c"));
    CHECK(strstr(datagram, "AURALIS_EVENT") == NULL);
    log_debug("d");
    CHECK(receive());
    CHECK(has("PRIORITY=7"));
    check_nothing_was_written();
}

static void test_text_from_outside_cannot_forge_a_field(void **state)
{
    const struct log_facts facts = {.path = "/p\nMESSAGE_ID=0\n", .reason = "x\nPRIORITY=0\r"};

    (void)state;
    be_under_the_journal();
    log_event(LOG_EVENT_bus_refused, &facts, "refused %s", "a\nAURALIS_STREAM=1");
    CHECK(receive());
    CHECK(has("AURALIS_PATH=/p MESSAGE_ID=0 "));
    CHECK(has("AURALIS_REASON=x PRIORITY=0 "));
    CHECK(!has("PRIORITY=0"));
    CHECK(!has("MESSAGE_ID=0"));
    CHECK(!has("AURALIS_STREAM=1"));
    check_nothing_was_written();
}

static void test_long_texts_are_cut_and_every_line_stays_a_field(void **state)
{
    static char text[5000];
    const struct log_facts facts = {.path = text, .reason = text, .stream = 1, .frame = 2};

    (void)state;
    memset(text, 'o', sizeof text - 1);
    be_under_the_journal();
    log_event(LOG_EVENT_bus_refused, &facts, "%s", text);
    CHECK(receive());
    CHECK(has("AURALIS_FRAME=2"));
    CHECK(strstr(datagram, "\nAURALIS_PATH=ooo") != NULL);
    CHECK(strstr(datagram, "\nAURALIS_REASON=ooo") != NULL);
    CHECK(strstr(datagram, "\nMESSAGE=ooo") != NULL);
    CHECK(strstr(datagram, "\nCODE_LINE=") != NULL);
    for (char *line = datagram + 1; *line != '\0'; line = strchr(line, '\n') + 1) {
        CHECK(isupper((unsigned char)line[0]));
        CHECK(strcspn(line, "=") < strcspn(line, "\n"));
    }
    check_nothing_was_written();
}

static void test_a_journal_that_hangs_keeps_nobody_waiting_and_nothing_is_lost(void **state)
{
    enum { LINES = 3000 }; /* more than any socket holds */
    int n_datagrams = 0;
    int n_lines = 0;

    (void)state;
    be_under_the_journal();
    for (int i = 0; i < LINES; i++) {
        log_warn("line %d", i);
    }
    while (receive()) {
        n_datagrams++;
    }
    char *const text = leave_the_journal();

    for (const char *at = text; (at = strstr(at, "<4>line ")) != NULL; at++) {
        n_lines++;
    }
    CHECK(n_datagrams > 0);
    CHECK(n_lines > 0);
    CHECK_INT(n_datagrams + n_lines, LINES);
    free(text);
}

static void test_every_event_has_an_id_of_its_own_and_says_what_to_do(void **state)
{
    (void)state;
    for (int i = 0; i < LOG_EVENT_COUNT; i++) {
        const struct log_event_spec *const spec = &log_event_specs[i];

        CHECK_U64(strlen(spec->message_id), 32);
        CHECK_U64(strspn(spec->message_id, "0123456789abcdef"), 32);
        CHECK_U64(strspn(spec->name, "abcdefghijklmnopqrstuvwxyz_"), strlen(spec->name));
        CHECK(spec->level <= LOG_LEVEL_INFO);
        CHECK(strlen(spec->daemons) > 0 && strlen(spec->subject) > 0);
        CHECK(strlen(spec->happened) > 0 && strlen(spec->noticed) > 0 &&
              strlen(spec->to_do) > 0);
        for (int k = 0; k < i; k++) {
            CHECK(strcmp(spec->message_id, log_event_specs[k].message_id) != 0);
            CHECK(strcmp(spec->name, log_event_specs[k].name) != 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(test_an_event_carries_its_name_its_id_and_its_facts),
        SCRATCH_TEST(test_what_an_event_has_no_fact_of_is_no_field),
        SCRATCH_TEST(test_a_plain_line_has_a_priority_a_place_and_the_station),
        SCRATCH_TEST(test_text_from_outside_cannot_forge_a_field),
        SCRATCH_TEST(test_long_texts_are_cut_and_every_line_stays_a_field),
        SCRATCH_TEST(test_a_journal_that_hangs_keeps_nobody_waiting_and_nothing_is_lost),
        cmocka_unit_test(test_every_event_has_an_id_of_its_own_and_says_what_to_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
