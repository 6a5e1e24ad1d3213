/* Hosts: which names the station answers to, and whose pages may use it; addresses as settings
 * write them. */
#include "streamd/address.h"
#include "streamd/hosts.h"
#include "tests/check.h"

#include <errno.h>
#include <string.h>

#define MACHINE "Box"

static int init_hosts(struct hosts *hosts, const char *address, const char *allowed)
{
    struct listening listening = {.n = 1};

    snprintf(listening.addresses[0].host, ADDRESS_HOST_BYTES, "%s", address);
    return hosts_init(hosts, &listening, MACHINE, allowed);
}

static struct hosts make_hosts(const char *address, const char *allowed)
{
    struct hosts hosts;

    assert_int_equal(init_hosts(&hosts, address, allowed), 0);
    return hosts;
}

static void test_on_loopback_only_the_own_names_are_hosts(void **state)
{
    const struct hosts hosts = make_hosts("127.0.0.1", "");
    static const char *const good[] = {"127.0.0.1:8000", "localhost:8000", "LocalHost",
                                       "[::1]:8000",     "localhost:1",    "127.0.0.1"};
    static const char *const bad[] = {"evil.example",
                                      "evil.example:8000",
                                      "10.0.0.1:8000",
                                      "",
                                      "localhost.evil",
                                      "[::2]:8000",
                                      "?",
                                      "localhost:80000000",
                                      "box.local:8000",
                                      "localhost:x"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(hosts_allow_host(&hosts, good[i], "127.0.0.1"));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(hosts_allow_host(&hosts, bad[i], "127.0.0.1"));
    }
}

static void
test_on_the_network_the_address_that_was_reached_and_the_machines_name_are_hosts(void **state)
{
    const struct hosts hosts = make_hosts("0.0.0.0", "");

    (void)state;
    assert_true(hosts.reachable);
    assert_true(hosts_allow_host(&hosts, "192.168.1.7:8000", "192.168.1.7"));
    assert_true(hosts_allow_host(&hosts, "[FE80::1]:8000", "fe80::1"));
    assert_true(hosts_allow_host(&hosts, "box.local:8000", "192.168.1.7"));
    assert_true(hosts_allow_host(&hosts, "box", "192.168.1.7"));
    assert_true(hosts_allow_host(&hosts, "localhost:8000", "127.0.0.1"));
    assert_false(hosts_allow_host(&hosts, "192.168.1.8:8000", "192.168.1.7"));
    assert_false(hosts_allow_host(&hosts, "[fe80::2]:8000", "fe80::1"));
    assert_false(hosts_allow_host(&hosts, "evil.example:8000", "192.168.1.7"));
    assert_false(hosts_allow_host(&hosts, "box.evil.example:8000", "192.168.1.7"));
    assert_false(hosts_allow_host(&hosts, "", ""));
}

static void test_a_machine_with_a_domain_is_called_by_all_of_its_names(void **state)
{
    struct listening listening = {.n = 2,
                                  .addresses = {{"127.0.0.1", "80"}, {"10.0.0.9", "80"}}};
    struct hosts hosts;

    (void)state;
    assert_int_equal(hosts_init(&hosts, &listening, "box.example.org", ""), 0);
    assert_true(hosts.reachable);
    assert_true(hosts_allow_host(&hosts, "box.example.org", "10.0.0.9"));
    assert_true(hosts_allow_host(&hosts, "box.local", "10.0.0.9"));
    assert_true(hosts_allow_host(&hosts, "box", "10.0.0.9"));
    assert_false(hosts_allow_host(&hosts, "example.org", "10.0.0.9"));
    assert_int_equal(hosts_init(&hosts, &listening, "", ""), 0);
    assert_false(hosts_allow_host(&hosts, ".local", "10.0.0.9"));
}

static void test_allowed_hosts_are_hosts(void **state)
{
    const struct hosts hosts =
        make_hosts("127.0.0.1", "  Music.local radio.example:8443 203.0.113.9");

    (void)state;
    assert_false(hosts.reachable);
    assert_true(hosts_allow_host(&hosts, "music.local:8000", "127.0.0.1"));
    assert_true(hosts_allow_host(&hosts, "radio.example:8443", "127.0.0.1"));
    assert_true(hosts_allow_host(&hosts, "203.0.113.9", "127.0.0.1"));
    assert_false(hosts_allow_host(&hosts, "radio.example:8000", "127.0.0.1"));
}

static void test_only_the_own_page_and_allowed_hosts_may_use_the_station(void **state)
{
    const struct hosts hosts = make_hosts("127.0.0.1", "music.example");

    (void)state;
    assert_true(hosts_allow_origin(&hosts, "http://127.0.0.1:8000", "127.0.0.1:8000"));
    assert_true(hosts_allow_origin(&hosts, "http://localhost", "localhost:80"));
    assert_true(hosts_allow_origin(&hosts, "https://station.example", "station.example"));
    assert_true(hosts_allow_origin(&hosts, "https://music.example", "127.0.0.1:8000"));
    assert_false(hosts_allow_origin(&hosts, "http://127.0.0.1:3000", "127.0.0.1:8000"));
    assert_false(hosts_allow_origin(&hosts, "http://evil.example", "127.0.0.1:8000"));
    assert_false(hosts_allow_origin(&hosts, "null", "127.0.0.1:8000"));
    assert_false(hosts_allow_origin(&hosts, "file://", "127.0.0.1:8000"));
    assert_false(hosts_allow_origin(&hosts, "?", "127.0.0.1:8000"));
}

static void test_too_many_or_too_long_names_are_refused(void **state)
{
    char long_name[HOST_BYTES + 1];
    struct hosts hosts;

    (void)state;
    memset(long_name, 'a', HOST_BYTES);
    long_name[HOST_BYTES] = '\0';
    CHECK_INT(init_hosts(&hosts, "127.0.0.1", long_name), -EINVAL);
    CHECK_INT(init_hosts(&hosts, "127.0.0.1",
                         "a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f"),
              -EINVAL);
}

static void test_loopback_is_known(void **state)
{
    (void)state;
    assert_true(hosts_is_loopback("127.0.0.1"));
    assert_true(hosts_is_loopback("127.8.9.1"));
    assert_true(hosts_is_loopback("::1"));
    assert_false(hosts_is_loopback("0.0.0.0"));
    assert_false(hosts_is_loopback("::"));
    assert_false(hosts_is_loopback("127.evil.example"));
}

static void check_address(const char *text, const char *host, const char *port)
{
    struct address address;
    char printed[ADDRESS_TEXT_BYTES];

    assert_true(address_parse(text, &address));
    assert_string_equal(address.host, host);
    assert_string_equal(address.port, port);
    address_print(&address, printed);
    assert_string_equal(printed, text);
}

static void test_addresses_are_taken_apart(void **state)
{
    static const char *const bad[] = {"",      "8000",         "127.0.0.1",     ":8000",
                                      "::1:8", "127.0.0.1:",   "[]:8000",       "[::1]8000",
                                      "a:b",   "127.0.0.1:-1", "1.2.3.4:65536", "[::1:8000"};
    struct address address;

    (void)state;
    check_address("127.0.0.1:8000", "127.0.0.1", "8000");
    check_address("[::1]:0", "::1", "0");
    check_address("music.local:65535", "music.local", "65535");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(address_parse(bad[i], &address));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_on_loopback_only_the_own_names_are_hosts),
        cmocka_unit_test(
            test_on_the_network_the_address_that_was_reached_and_the_machines_name_are_hosts),
        cmocka_unit_test(test_a_machine_with_a_domain_is_called_by_all_of_its_names),
        cmocka_unit_test(test_allowed_hosts_are_hosts),
        cmocka_unit_test(test_only_the_own_page_and_allowed_hosts_may_use_the_station),
        cmocka_unit_test(test_too_many_or_too_long_names_are_refused),
        cmocka_unit_test(test_loopback_is_known),
        cmocka_unit_test(test_addresses_are_taken_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
