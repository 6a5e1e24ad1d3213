/* Control requests: each op takes what it takes, and a refusal names everything that is
 * wrong. */
#include "common/params_json.h"
#include "composerd/control_json.h"
#include "tests/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct control_request request;
static struct control_errors errors;

static int read_request(const char *text)
{
    return control_request_from_json(text, strlen(text), &request, &errors);
}

static void test_a_change_names_its_parameters(void **state)
{
    (void)state;
    CHECK_INT(read_request("{\"v\":1,\"id\":\"7\",\"op\":\"set\",\"origin\":\"http\","
                           "\"params\":{\"key\":\"D dorian\",\"bpm\":80,\"seed\":\"42\"}}"),
              0);
    CHECK_TEXT(request.id, "7");
    CHECK_TEXT(request.origin, "http");
    CHECK_INT(request.op, CONTROL_SET);
    CHECK_INT(request.change.values.key, 2);
    CHECK_INT(request.change.values.mode, MODE_dorian);
    CHECK(request.change.values.bpm == 80);
    CHECK_U64(request.change.values.seed, 42);
    CHECK(request.change.named[PARAM_mode] && !request.change.named[PARAM_space]);
}

static void test_set_is_meant_when_no_op_is_named(void **state)
{
    (void)state;
    CHECK_INT(read_request("{\"params\":{\"bpm\":80}}"), 0);
    CHECK_INT(request.op, CONTROL_SET);
    CHECK_TEXT(request.id, "");
    CHECK_TEXT(request.origin, "");
}

static void test_the_other_ops_take_what_they_need(void **state)
{
    static const struct {
        const char *text;
        enum control_op op;
    } ops[] = {{"{\"op\":\"get\"}", CONTROL_GET},
               {"{\"op\":\"next\"}", CONTROL_NEXT},
               {"{\"op\":\"reseed\",\"id\":\"a\"}", CONTROL_RESEED},
               {"{\"op\":\"begin\",\"v\":1}", CONTROL_BEGIN}};

    (void)state;
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        CHECK_INT(read_request(ops[i].text), 0);
        CHECK_INT(request.op, ops[i].op);
    }
    CHECK_INT(read_request("{\"op\":\"snapshot\",\"from\":441000}"), 0);
    CHECK_INT(request.op, CONTROL_SNAPSHOT);
    CHECK_U64(request.from_frame, 441000);
    CHECK_INT(read_request("{\"op\":\"end\",\"after_ms\":1500.5}"), 0);
    CHECK_INT(request.op, CONTROL_END);
    CHECK(request.after_ms == 1500.5);
}

/* Refused with one error, of this parameter, that says this. */
static void check_refused(const char *text, const char *param, const char *says)
{
    CHECK_INT(read_request(text), -EINVAL);
    CHECK_INT(errors.n, 1);
    CHECK_TEXT(errors.list[0].param, param);
    if (strstr(errors.list[0].error, says) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", errors.list[0].error, says);
    }
}

static void test_what_is_no_request_is_refused(void **state)
{
    (void)state;
    check_refused("", "request", "is not one JSON value");
    check_refused("{\"op\":\"get\"} x", "request", "is not one JSON value");
    check_refused("[]", "request", "must be an object");
    check_refused("{\"op\":\"get\",\"op\":\"next\"}", "request", "names a member twice");
    check_refused("{}", "params", "must be an object that names at least one parameter");
    check_refused("{\"params\":{}}", "params", "at least one parameter");
    check_refused("{\"params\":[]}", "params", "must be an object");
    check_refused("{\"op\":\"play\"}", "op",
                  "must be one of set next reseed end begin get snapshot");
    check_refused("{\"op\":1}", "op", "must be");
    check_refused("{\"v\":2,\"op\":\"get\"}", "v", "must be 1");
    check_refused("{\"v\":\"1\",\"op\":\"get\"}", "v", "must be 1");
    check_refused("{\"id\":7,\"op\":\"get\"}", "id", "must be a string");
    check_refused("{\"origin\":null,\"op\":\"get\"}", "origin", "must be a string");
}

static struct control_step step;

static int read_step(const char *text)
{
    return control_step_from_json(text, strlen(text), &step, &errors);
}

static void test_a_step_of_a_script_is_a_change_with_its_time(void **state)
{
    (void)state;
    CHECK_INT(read_step("{\"at\":12.25,\"params\":{\"bpm\":80},\"origin\":\"me\"}"), 0);
    CHECK_NEAR(step.at_seconds, 12.25, 0);
    CHECK_INT(step.request.op, CONTROL_SET);
    CHECK_NEAR(step.request.change.values.bpm, 80, 0);
    CHECK_TEXT(step.request.origin, "me");
    CHECK_INT(read_step("{\"op\":\"end\",\"after_ms\":1500,\"at\":0}"), 0);
    CHECK_NEAR(step.at_seconds, 0, 0);
    CHECK_INT(step.request.op, CONTROL_END);
    CHECK_NEAR(step.request.after_ms, 1500, 0);
}

static void check_step_refused(const char *text, const char *param, const char *says)
{
    CHECK_INT(read_step(text), -EINVAL);
    CHECK_INT(errors.n, 1);
    CHECK_TEXT(errors.list[0].param, param);
    if (strstr(errors.list[0].error, says) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", errors.list[0].error, says);
    }
}

static void test_a_step_that_has_no_time_or_changes_nothing_is_refused(void **state)
{
    (void)state;
    check_step_refused("{\"op\":\"next\"}", "at", "is missing");
    check_step_refused("{\"op\":\"next\",\"at\":-0.1}", "at", "0 to 10000000");
    check_step_refused("{\"op\":\"next\",\"at\":\"1\"}", "at", "must be a number");
    check_step_refused("{\"op\":\"next\",\"at\":1e999}", "at", "must be a number");
    check_step_refused("{\"op\":\"get\",\"at\":1}", "op",
                       "must be one of set next reseed end begin");
    check_step_refused("{\"op\":\"snapshot\",\"from\":0,\"at\":1}", "op", "must be one of set");
    check_step_refused("{\"at\":1}", "params", "at least one parameter");
    check_step_refused("{\"at\":1,\"params\":{\"bpm\":59}}", "bpm", "must be 60 to 120");
    check_step_refused("", "request", "is not one JSON value");
    check_step_refused("[]", "request", "must be an object");
    check_refused("{\"op\":\"next\",\"at\":1}", "at", "is not taken"); /* on the bus */
}

static void test_ids_and_origins_have_a_longest_length(void **state)
{
    char text[200];
    char id[80];

    (void)state;
    memset(id, 'i', sizeof id);
    id[CONTROL_ID_SIZE - 1] = '\0';
    snprintf(text, sizeof text, "{\"op\":\"get\",\"id\":\"%s\"}", id);
    CHECK_INT(read_request(text), 0);
    CHECK_TEXT(request.id, id);
    snprintf(text, sizeof text, "{\"op\":\"get\",\"id\":\"%sx\"}", id);
    check_refused(text, "id", "at most 63 bytes");
}

static void test_an_op_refuses_what_it_does_not_take(void **state)
{
    (void)state;
    check_refused("{\"op\":\"get\",\"params\":{\"bpm\":80}}", "params",
                  "is not taken by this op");
    check_refused("{\"op\":\"next\",\"after_ms\":0}", "after_ms", "is not taken");
    check_refused("{\"params\":{\"bpm\":80},\"bpm\":90}", "bpm", "is not taken");
    check_refused("{\"op\":\"snapshot\"}", "from", "is missing");
    check_refused("{\"op\":\"snapshot\",\"from\":-1}", "from", "must be a number");
    check_refused("{\"op\":\"snapshot\",\"from\":1.5}", "from", "whole number");
    check_refused("{\"op\":\"end\"}", "after_ms", "is missing");
    check_refused("{\"op\":\"end\",\"after_ms\":-1}", "after_ms", "must be a number, 0 to");
    check_refused("{\"op\":\"end\",\"after_ms\":86400001}", "after_ms", "0 to 86400000");
    check_refused("{\"op\":\"end\",\"after_ms\":\"soon\"}", "after_ms", "must be a number");
}

static void test_every_parameter_that_is_wrong_is_named_at_once(void **state)
{
    (void)state;
    CHECK_INT(read_request("{\"id\":\"x\",\"params\":{\"bpm\":59,\"space\":0.5,\"key\":\"H\","
                           "\"tempo\":1,\"mix.pad\":\"loud\"}}"),
              -EINVAL);
    CHECK_INT(errors.n, 4);
    CHECK_TEXT(errors.list[0].param, "bpm");
    CHECK_TEXT(errors.list[0].error, "must be 60 to 120");
    CHECK_TEXT(errors.list[1].param, "key");
    CHECK_TEXT(errors.list[2].param, "tempo");
    CHECK_TEXT(errors.list[3].param, "mix.pad");
    CHECK_TEXT(request.id, "x"); /* whoever asked is told */
}

static void test_the_id_is_read_even_when_all_else_is_wrong(void **state)
{
    (void)state;
    CHECK_INT(read_request("{\"id\":\"q\",\"op\":\"play\",\"v\":9,\"origin\":5}"), -EINVAL);
    CHECK_TEXT(request.id, "q");
    CHECK_INT(errors.n, 3);
    CHECK_INT(read_request("{\"id\":\"q\",\"x\":1,"), -EINVAL);
    CHECK_TEXT(request.id, "");
}

static void test_hundreds_of_wrong_members_do_no_harm(void **state)
{
    static char text[8000] = "{\"op\":\"get\"";

    (void)state;
    for (int i = 0; i < 300; i++) {
        snprintf(text + strlen(text), sizeof text - strlen(text), ",\"member%d\":0", i);
    }
    snprintf(text + strlen(text), sizeof text - strlen(text), "}");
    CHECK_INT(read_request(text), -EINVAL);
    CHECK_INT(errors.n, CONTROL_ERRORS_MAX);
}

static void test_an_answer_names_the_frames_and_all_parameters(void **state)
{
    struct control_answer answer = {
        .effective_frame = 640, .settled_frame = 12800, .effective_in_ms = 350.5};
    struct param_errors wrong = {0};
    struct params params;

    (void)state;
    params_init(&answer.params);
    char *const text = control_answer_to_json("a-1", &answer);
    cJSON *const object = cJSON_Parse(text);

    CHECK_TEXT(cJSON_GetObjectItem(object, "id")->valuestring, "a-1");
    CHECK(cJSON_IsTrue(cJSON_GetObjectItem(object, "ok")));
    CHECK(cJSON_GetObjectItem(object, "effective_frame")->valuedouble == 640);
    CHECK(cJSON_GetObjectItem(object, "settled_frame")->valuedouble == 12800);
    CHECK(cJSON_GetObjectItem(object, "effective_in_ms")->valuedouble == 350.5);
    CHECK_INT(params_from_json(cJSON_GetObjectItem(object, "params"), &params, &wrong), 0);
    cJSON_Delete(object);
    free(text);
}

static void test_a_refusal_tells_each_error(void **state)
{
    (void)state;
    CHECK_INT(read_request("{\"params\":{\"bpm\":59,\"x\\\"\":1}}"), -EINVAL);
    char *const text = control_errors_to_json("", &errors);

    CHECK(strstr(text, "{\"id\":\"\",\"ok\":false,\"errors\":[{\"param\":\"bpm\",\"error\":"
                       "\"must be 60 to 120\"},{\"param\":\"x\\\"\",") == text);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_change_names_its_parameters),
        cmocka_unit_test(test_set_is_meant_when_no_op_is_named),
        cmocka_unit_test(test_the_other_ops_take_what_they_need),
        cmocka_unit_test(test_what_is_no_request_is_refused),
        cmocka_unit_test(test_a_step_of_a_script_is_a_change_with_its_time),
        cmocka_unit_test(test_a_step_that_has_no_time_or_changes_nothing_is_refused),
        cmocka_unit_test(test_ids_and_origins_have_a_longest_length),
        cmocka_unit_test(test_an_op_refuses_what_it_does_not_take),
        cmocka_unit_test(test_every_parameter_that_is_wrong_is_named_at_once),
        cmocka_unit_test(test_the_id_is_read_even_when_all_else_is_wrong),
        cmocka_unit_test(test_hundreds_of_wrong_members_do_no_harm),
        cmocka_unit_test(test_an_answer_names_the_frames_and_all_parameters),
        cmocka_unit_test(test_a_refusal_tells_each_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
