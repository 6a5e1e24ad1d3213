/* Access: who may steer, and that tokens cannot be guessed by trying. */
#include "common/clock.h"
#include "streamd/access.h"
#include "tests/check.h"

#include <string.h>

#define TOKEN "k3v9-2mxa-7qpd-w0tz"

static const struct access with_token = {.mode = ACCESS_TOKEN, .token = TOKEN};

static struct peer fresh_peer(void)
{
    return (struct peer){.guesses_left = PEER_GUESSES};
}

static void test_unset_it_is_open_only_where_nobody_else_reaches_it(void **state)
{
    (void)state;
    CHECK_INT(access_mode_of("", false), ACCESS_OPEN);
    CHECK_INT(access_mode_of("", true), ACCESS_TOKEN);
    for (int reachable = 0; reachable <= 1; reachable++) {
        CHECK_INT(access_mode_of("open", reachable), ACCESS_OPEN);
        CHECK_INT(access_mode_of("token", reachable), ACCESS_TOKEN);
        CHECK_INT(access_mode_of("off", reachable), ACCESS_OFF);
    }
}

static void test_an_open_station_asks_for_nothing_and_a_closed_one_takes_nothing(void **state)
{
    const struct access open = {.mode = ACCESS_OPEN};
    const struct access off = {.mode = ACCESS_OFF, .token = TOKEN};
    struct peer peer = fresh_peer();

    (void)state;
    CHECK_INT(access_judge(&open, &peer, "", 0), ACCESS_GRANTED);
    CHECK_INT(access_judge(&open, &peer, "anything", 0), ACCESS_GRANTED);
    CHECK_INT(access_judge(&off, &peer, TOKEN, 0), ACCESS_CLOSED);
}

static void test_only_the_whole_token_is_the_token(void **state)
{
    static const char *const wrong[] = {"k3v9-2mxa-7qpd-w0t", "k3v9-2mxa-7qpd-w0tzz",
                                        "K3v9-2mxa-7qpd-w0tz", "j3v9-2mxa-7qpd-w0tz",
                                        " k3v9-2mxa-7qpd-w0tz"};
    char long_one[ACCESS_TOKEN_BYTES * 2];
    struct peer peer = fresh_peer();

    (void)state;
    memset(long_one, 'k', sizeof long_one);
    long_one[sizeof long_one - 1] = '\0';
    CHECK_INT(access_judge(&with_token, &peer, TOKEN, 0), ACCESS_GRANTED);
    CHECK_INT(access_judge(&with_token, &peer, "", 0), ACCESS_UNPROVEN);
    CHECK_INT(access_judge(&with_token, &peer, long_one, 0), ACCESS_WRONG);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        CHECK_INT(access_judge(&with_token, &peer, wrong[i], 0), ACCESS_WRONG);
    }
}

static void test_after_ten_wrong_tokens_even_the_right_one_has_to_wait(void **state)
{
    struct peer peer = fresh_peer();
    struct peer other = fresh_peer();

    (void)state;
    for (int i = 0; i < PEER_GUESSES; i++) {
        CHECK_INT(access_judge(&with_token, &peer, "wrong", 0), ACCESS_WRONG);
    }
    CHECK_INT(access_judge(&with_token, &peer, "wrong", 0), ACCESS_TOO_OFTEN);
    CHECK_INT(access_judge(&with_token, &peer, TOKEN, NS_PER_S), ACCESS_TOO_OFTEN);
    CHECK_INT(access_judge(&with_token, &peer, "", NS_PER_S), ACCESS_UNPROVEN);
    CHECK_INT(access_judge(&with_token, &other, TOKEN, NS_PER_S), ACCESS_GRANTED);
    CHECK_INT(access_judge(&with_token, &peer, TOKEN, (PEER_FORGIVEN_S + 1) * NS_PER_S),
              ACCESS_GRANTED);
}

static void test_the_right_token_is_never_too_often(void **state)
{
    struct peer peer = fresh_peer();

    (void)state;
    for (int i = 0; i < 100; i++) {
        CHECK_INT(access_judge(&with_token, &peer, TOKEN, 0), ACCESS_GRANTED);
    }
}

static void test_a_token_is_of_letters_and_of_some_length(void **state)
{
    char long_one[ACCESS_TOKEN_BYTES + 1];

    (void)state;
    memset(long_one, 'a', ACCESS_TOKEN_BYTES);
    long_one[ACCESS_TOKEN_BYTES] = '\0';
    assert_true(access_is_token(TOKEN));
    assert_true(access_is_token("Choose_your.own"));
    assert_true(access_is_token(long_one + 1));
    assert_false(access_is_token(long_one));
    assert_false(access_is_token(""));
    assert_false(access_is_token("short"));
    assert_false(access_is_token("with a blank in it"));
    assert_false(access_is_token("k3v9-2mxa-7qpd-w0t\x01"));
}

static void test_a_bearer_is_taken_from_its_header(void **state)
{
    (void)state;
    assert_string_equal(access_bearer("Bearer abc"), "abc");
    assert_string_equal(access_bearer("bearer   abc"), "abc");
    assert_string_equal(access_bearer("Basic abc"), "");
    assert_string_equal(access_bearer("Bearer"), "");
    assert_string_equal(access_bearer(""), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unset_it_is_open_only_where_nobody_else_reaches_it),
        cmocka_unit_test(test_an_open_station_asks_for_nothing_and_a_closed_one_takes_nothing),
        cmocka_unit_test(test_only_the_whole_token_is_the_token),
        cmocka_unit_test(test_after_ten_wrong_tokens_even_the_right_one_has_to_wait),
        cmocka_unit_test(test_the_right_token_is_never_too_often),
        cmocka_unit_test(test_a_token_is_of_letters_and_of_some_length),
        cmocka_unit_test(test_a_bearer_is_taken_from_its_header),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
