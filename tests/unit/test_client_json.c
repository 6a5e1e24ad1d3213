/* What listeners say: what is understood, and what those are told who cannot be. */
#include "streamd/client_json.h"
#include "tests/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct client_message read_message(const char *text)
{
    struct client_message message;
    struct client_error error;

    assert_int_equal(client_message_from_json(text, strlen(text), &message, &error), 0);
    return message;
}

static void check_refused(const char *text, const char *code)
{
    struct client_message message;
    struct client_error error;

    assert_int_equal(client_message_from_json(text, strlen(text), &message, &error), -EINVAL);
    assert_string_equal(error.code, code);
    assert_true(error.text[0] != '\0');
}

static void test_a_change_keeps_its_id_as_written(void **state)
{
    struct client_message message =
        read_message("{\"type\":\"control\",\"id\":\"a\\\"b\",\"bpm\":80,\"key\":\"Bb\"}");

    (void)state;
    CHECK_INT(message.type, CLIENT_CONTROL);
    assert_string_equal(message.id_json, "\"a\\\"b\"");
    assert_string_equal(message.ask.op, "set");
    assert_string_equal(message.ask.params_json, "{\"bpm\":80,\"key\":\"Bb\"}");
    assert_null(message.errors_json);
    client_message_finish(&message);
    message = read_message("{\"type\":\"ping\",\"id\":7}");
    CHECK_INT(message.type, CLIENT_PING);
    assert_string_equal(message.id_json, "7");
    message = read_message("{\"type\":\"status\"}");
    CHECK_INT(message.type, CLIENT_STATUS);
    assert_string_equal(message.id_json, "");
}

static void test_a_token_is_a_text_of_some_length(void **state)
{
    struct client_message message =
        read_message("{\"type\":\"token\",\"id\":1,\"token\":\"k3v9-2mxa\"}");

    (void)state;
    CHECK_INT(message.type, CLIENT_TOKEN);
    assert_string_equal(message.token, "k3v9-2mxa");
    assert_string_equal(message.id_json, "1");
    check_refused("{\"type\":\"token\"}", "bad_token");
    check_refused("{\"type\":\"token\",\"token\":7}", "bad_token");
    check_refused("{\"type\":\"token\",\"token\":\"\"}", "bad_token");
}

static void test_an_op_needs_no_parameters(void **state)
{
    struct client_message message =
        read_message("{\"type\":\"control\",\"op\":\"end\",\"after_ms\":60000}");

    (void)state;
    assert_string_equal(message.ask.op, "end");
    assert_null(message.ask.params_json);
    assert_true(message.ask.has_after);
    CHECK_NEAR(message.ask.after_ms, 60000, 0);
    client_message_finish(&message);
}

static void test_parameters_may_stand_in_an_object_of_their_own(void **state)
{
    struct client_message message =
        read_message("{\"type\":\"control\",\"params\":{\"bpm\":80}}");

    (void)state;
    assert_string_equal(message.ask.params_json, "{\"bpm\":80}");
    client_message_finish(&message);
}

static void check_errors(const char *members, const char *says)
{
    char text[256];

    snprintf(text, sizeof text, "{\"type\":\"control\"%s}", members);
    struct client_message message = read_message(text);

    assert_non_null(message.errors_json);
    if (strstr(message.errors_json, says) == NULL) {
        fail_msg("%s is not in %s", says, message.errors_json);
    }
    assert_null(message.ask.params_json);
    client_message_finish(&message);
}

static void test_a_bad_change_is_refused_with_every_reason(void **state)
{
    (void)state;
    check_errors(",\"bpm\":800", "{\"param\":\"bpm\",\"error\":\"must be 60 to 120\"}");
    check_errors(",\"bpm\":800,\"nope\":1", "{\"param\":\"nope\",");
    check_errors(",\"bpm\":null", "\"bpm\"");
    check_errors(",\"bpm\":[80]", "\"bpm\"");
    check_errors(",\"op\":\"fly\"", "must be set, next, reseed, end or begin");
    check_errors(",\"op\":7", "must be set, next, reseed, end or begin");
    check_errors("", "name a parameter or an op");
    check_errors(",\"op\":\"next\",\"bpm\":80", "goes with op set only");
    check_errors(",\"op\":\"end\",\"after_ms\":-1", "must be 0 to 86400000");
    check_errors(",\"bpm\":80,\"after_ms\":5", "goes with op end only");
    check_errors(",\"bpm\":80,\"params\":{\"bpm\":90}", "stands twice");
}

static void test_rubbish_is_told_what_is_wrong_with_it(void **state)
{
    (void)state;
    check_refused("", "bad_json");
    check_refused("rubbish", "bad_json");
    check_refused("{\"type\":\"ping\"} x", "bad_json");
    check_refused("{\"type\":\"ping\",\"type\":\"ping\"}", "bad_json");
    check_refused("\xff\xfe", "bad_json");
    check_refused("[1]", "bad_message");
    check_refused("{}", "bad_message");
    check_refused("{\"type\":7}", "bad_message");
    check_refused("{\"type\":\"foo\"}", "unknown_type");
    check_refused("{\"type\":\"ping\",\"id\":{}}", "bad_id");
    check_refused(
        "{\"type\":\"ping\",\"id\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaaaaaaaaaaaaa\"}",
        "bad_id");
}

static void test_every_reason_is_text_that_may_be_sent(void **state)
{
    /* a name cut in the middle of a letter would be no UTF-8 */
    const char *const body = "{\"ääääääääääääääääääääääääääääää\":1}";
    struct control_ask ask = {0};
    char *errors_json = NULL;

    (void)state;
    CHECK_INT(control_ask_from_json(body, strlen(body), &ask, &errors_json), -EINVAL);
    struct client_message message;
    struct client_error error;

    /* json_parse takes nothing but UTF-8: the list is none of our messages, but JSON */
    CHECK_INT(client_message_from_json(errors_json, strlen(errors_json), &message, &error),
              -EINVAL);
    assert_string_equal(error.code, "bad_message");
    free(errors_json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_change_keeps_its_id_as_written),
        cmocka_unit_test(test_a_token_is_a_text_of_some_length),
        cmocka_unit_test(test_an_op_needs_no_parameters),
        cmocka_unit_test(test_parameters_may_stand_in_an_object_of_their_own),
        cmocka_unit_test(test_a_bad_change_is_refused_with_every_reason),
        cmocka_unit_test(test_rubbish_is_told_what_is_wrong_with_it),
        cmocka_unit_test(test_every_reason_is_text_that_may_be_sent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
