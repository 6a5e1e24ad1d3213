/* Scripts: what is read, and that each refusal names its line. */
#include "composerd/script.h"
#include "tests/check.h"
#include "tests/scratch.h"

static struct script script;
static struct script_error error;

static int load(const char *text)
{
    char path[SCRATCH_PATH_BYTES];

    script_finish(&script);
    scratch_write("script.jsonl", text);
    return script_load(&script, scratch_path(path, "script.jsonl"), 600, &error);
}

/* Refused with "FILE:LINE: " and this. */
static void check_refused(const char *text, int line, const char *says)
{
    char expected[SCRATCH_PATH_BYTES + 200];

    CHECK(load(text) < 0);
    snprintf(expected, sizeof expected, "%s/script.jsonl:%d: %s", scratch, line, says);
    if (strncmp(error.text, expected, strlen(expected)) != 0) {
        fail_msg("\"%s\" does not begin with \"%s\"", error.text, expected);
    }
    CHECK_U64(script.n_steps, 0);
    assert_null(script.steps);
}

static void test_each_line_is_a_step_and_blank_ones_are_left_out(void **state)
{
    (void)state;
    CHECK_INT(load("{\"at\":0,\"params\":{\"key\":\"D\"}}\n"
                   "\n \t\r\n"
                   "{\"at\":1.5,\"op\":\"next\",\"id\":\"a\"}\r\n"
                   "{\"at\":1.5,\"op\":\"end\",\"after_ms\":0}\n"
                   "{\"at\":600,\"op\":\"begin\"}"),
              0);
    CHECK_U64(script.n_steps, 4);
    CHECK_INT(script.steps[0].request.change.values.key, 2);
    CHECK_INT(script.steps[1].request.op, CONTROL_NEXT);
    CHECK_NEAR(script.steps[2].at_seconds, 1.5, 0);
    CHECK_INT(script.steps[3].request.op, CONTROL_BEGIN);
}

static void test_a_file_without_lines_asks_for_nothing(void **state)
{
    (void)state;
    CHECK_INT(load(""), 0);
    CHECK_U64(script.n_steps, 0);
}

static void test_a_script_may_be_long(void **state)
{
    static char text[1000 * 40];
    size_t length = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "{\"at\":%d,\"op\":\"next\",\"id\":\"%d\"}\n", i / 2, i);
    }
    CHECK_INT(load(text), 0);
    CHECK_U64(script.n_steps, 1000);
    CHECK_TEXT(script.steps[999].request.id, "999");
}

static void test_a_bad_line_is_named_with_what_is_wrong_and_allowed(void **state)
{
    (void)state;
    check_refused("{\"at\":1,\"op\":\"next\"}\n\n{\"at\":2,\"params\":{\"bpm\":500}}\n", 3,
                  "bpm: must be 60 to 120");
    check_refused("{\"at\":1,\"params\":{\"bpm\":1,\"space\":2}}", 1,
                  "bpm: must be 60 to 120; space: must be 0 to 1");
    check_refused("{\"at\":1,\"op\":\"get\"}", 1, "op: must be one of set next reseed end");
    check_refused("x", 1, "request: is not one JSON value");
    check_refused("{\"op\":\"next\"}", 1, "at: is missing");
}

static void test_times_ascend_and_lie_within_the_composition(void **state)
{
    (void)state;
    check_refused("{\"at\":2,\"op\":\"next\"}\n{\"at\":1.5,\"op\":\"next\"}\n", 2,
                  "at: must be 2 to 600");
    check_refused("{\"at\":600.5,\"op\":\"next\"}\n", 1, "at: must be 0 to 600");
    check_refused("{\"at\":-1,\"op\":\"next\"}\n", 1, "at: must be a number, 0 to");
}

static void test_an_id_stands_once(void **state)
{
    (void)state;
    check_refused("{\"at\":1,\"op\":\"next\",\"id\":\"a\"}\n{\"at\":2,\"op\":\"next\"}\n"
                  "{\"at\":3,\"op\":\"next\",\"id\":\"a\"}\n",
                  3, "id: must be another");
}

static void test_a_line_has_a_longest_length(void **state)
{
    static char text[SCRIPT_LINE_BYTES + 100];

    (void)state;
    memset(text, ' ', SCRIPT_LINE_BYTES);
    CHECK_INT(load(text), 0);
    memset(text, ' ', SCRIPT_LINE_BYTES + 1);
    check_refused(text, 1, "a line must have at most 8192 bytes");
}

static void test_a_file_that_cannot_be_read_is_named(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    script_finish(&script);
    CHECK(script_load(&script, scratch_path(path, "none"), 600, &error) < 0);
    CHECK(strstr(error.text, path) != NULL);
    CHECK(script_load(&script, scratch, 600, &error) < 0); /* a folder */
    CHECK(strstr(error.text, scratch) != NULL);
}

static int finish(void **state)
{
    script_finish(&script);
    return scratch_teardown(state);
}

#define SCRIPT_TEST(test) cmocka_unit_test_setup_teardown(test, scratch_setup, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRIPT_TEST(test_each_line_is_a_step_and_blank_ones_are_left_out),
        SCRIPT_TEST(test_a_file_without_lines_asks_for_nothing),
        SCRIPT_TEST(test_a_script_may_be_long),
        SCRIPT_TEST(test_a_bad_line_is_named_with_what_is_wrong_and_allowed),
        SCRIPT_TEST(test_times_ascend_and_lie_within_the_composition),
        SCRIPT_TEST(test_an_id_stands_once),
        SCRIPT_TEST(test_a_line_has_a_longest_length),
        SCRIPT_TEST(test_a_file_that_cannot_be_read_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
