/* Control requests on their way to composerd: ids, retries, giving up, forgetting. */
#include "streamd/control.h"
#include "tests/check.h"

#include <errno.h>
#include <string.h>

static struct control control;

static int set_up(void **state)
{
    (void)state;
    control_init(&control, 0xfeed);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    control_finish(&control);
    return 0;
}

static struct control_pending *add(int64_t now_ns, void *who)
{
    char params[] = "{\"bpm\":80}";
    const struct control_ask ask = {.op = "set", .params_json = params};
    struct control_pending *pending = NULL;

    assert_int_equal(control_add(&control, &ask, "ws", now_ns, &pending), 0);
    pending->who = who;
    return pending;
}

static void test_a_request_says_all_that_composerd_needs(void **state)
{
    const struct control_ask end = {.op = "end", .has_after = true, .after_ms = 5000};
    struct control_pending *pending = add(0, NULL);

    (void)state;
    assert_string_equal(pending->request,
                        "{\"v\":1,\"id\":\"w-000000000000feed-1\",\"op\":\"set\","
                        "\"params\":{\"bpm\":80},\"origin\":\"ws\"}");
    CHECK_INT(control_add(&control, &end, "http", 0, &pending), 0);
    assert_string_equal(pending->request,
                        "{\"v\":1,\"id\":\"w-000000000000feed-2\",\"op\":\"end\","
                        "\"after_ms\":5000,\"origin\":\"http\"}");
}

static void test_a_request_is_sent_at_once_and_again_every_200_ms(void **state)
{
    struct control_pending *const pending = add(NS_PER_S, NULL);

    (void)state;
    assert_ptr_equal(control_due(&control, NS_PER_S), pending);
    assert_null(control_due(&control, NS_PER_S));
    assert_null(control_due(&control, NS_PER_S + 199 * NS_PER_MS));
    assert_ptr_equal(control_due(&control, NS_PER_S + 200 * NS_PER_MS), pending);
    assert_null(control_due(&control, NS_PER_S + 200 * NS_PER_MS));
}

static void test_after_two_seconds_it_is_given_up(void **state)
{
    struct control_pending *const pending = add(NS_PER_S, NULL);

    (void)state;
    assert_null(control_expired(&control, 3 * NS_PER_S - 1));
    assert_ptr_equal(control_expired(&control, 3 * NS_PER_S), pending);
    control_done(pending);
    assert_null(control_expired(&control, 3 * NS_PER_S));
}

static void test_a_reply_finds_its_request_once(void **state)
{
    struct control_pending *const first = add(0, NULL);
    struct control_pending *const second = add(0, NULL);

    (void)state;
    assert_ptr_equal(control_find(&control, second->id), second);
    assert_ptr_equal(control_find(&control, first->id), first);
    assert_null(control_find(&control, "w-000000000000feed-9"));
    assert_null(control_find(&control, ""));
    control_done(first);
    assert_null(control_find(&control, "w-000000000000feed-1"));
}

static void test_who_leaves_is_forgotten(void **state)
{
    int one = 0;
    int other = 0;

    (void)state;
    add(0, &one);
    struct control_pending *const kept = add(0, &other);

    add(0, &one);
    control_forget(&control, &one);
    assert_ptr_equal(control_due(&control, 0), kept);
    assert_null(control_due(&control, 0));
}

static void test_there_is_a_limit_to_what_waits(void **state)
{
    const struct control_ask ask = {.op = "next"};
    struct control_pending *pending = NULL;

    (void)state;
    for (int i = 0; i < CONTROL_PENDING; i++) {
        add(0, NULL);
    }
    CHECK_INT(control_add(&control, &ask, "ws", 0, &pending), -EBUSY);
    assert_null(pending);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_request_says_all_that_composerd_needs, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_request_is_sent_at_once_and_again_every_200_ms,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_after_two_seconds_it_is_given_up, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_reply_finds_its_request_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_who_leaves_is_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_there_is_a_limit_to_what_waits, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
