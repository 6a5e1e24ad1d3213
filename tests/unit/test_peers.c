/* Peers: how many connections and changes one address may have. */
#include "common/clock.h"
#include "streamd/peers.h"
#include "tests/check.h"

#include <string.h>

struct address {
    unsigned char bytes[PEER_ADDRESS_BYTES];
};

static struct address ipv4(unsigned last)
{
    struct address address = {{[10] = 0xff, [11] = 0xff, [12] = 10}};

    address.bytes[14] = (unsigned char)(last >> 8);
    address.bytes[15] = (unsigned char)last;
    return address;
}

static struct peers make_peers(uint32_t max, uint32_t per_address)
{
    const struct peers_limits limits = {
        .max_connections = max, .max_per_address = per_address, .changes_per_second = 5};
    struct peers peers;

    assert_int_equal(peers_init(&peers, &limits), 0);
    return peers;
}

static struct peer *join(struct peers *peers, struct address address)
{
    const char *reason = "";

    return peers_join(peers, address.bytes, &reason);
}

static void test_one_address_may_have_only_so_many(void **state)
{
    struct peers peers = make_peers(10, 2);
    const char *reason = "";

    (void)state;
    struct peer *const peer = join(&peers, ipv4(1));

    assert_non_null(peer);
    assert_ptr_equal(join(&peers, ipv4(1)), peer);
    assert_null(peers_join(&peers, ipv4(1).bytes, &reason));
    assert_string_equal(reason, "too many connections from this address");
    assert_non_null(join(&peers, ipv4(2)));
    peers_leave(&peers, peer);
    assert_ptr_equal(join(&peers, ipv4(1)), peer);
    peers_finish(&peers);
}

static void test_all_together_may_have_only_so_many(void **state)
{
    struct peers peers = make_peers(3, 3);
    const char *reason = "";

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        assert_non_null(join(&peers, ipv4(i)));
    }
    assert_null(peers_join(&peers, ipv4(9).bytes, &reason));
    assert_string_equal(reason, "all places are taken");
    peers_finish(&peers);
}

static void test_a_host_cannot_multiply_by_its_ipv6_addresses(void **state)
{
    struct peers peers = make_peers(10, 1);
    struct address one = {{0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, [15] = 1}};
    struct address other = one;

    (void)state;
    other.bytes[15] = 2;
    assert_non_null(join(&peers, one));
    assert_null(join(&peers, other));
    other.bytes[7] = 2;
    assert_non_null(join(&peers, other));
    peers_finish(&peers);
}

static void test_many_addresses_come_and_go(void **state)
{
    struct peers peers = make_peers(4, 2);

    (void)state;
    for (unsigned i = 0; i < 5000; i++) {
        struct peer *const first = join(&peers, ipv4(i));
        struct peer *const second = join(&peers, ipv4(i * 7 + 1));

        assert_non_null(first);
        assert_non_null(second);
        peers_leave(&peers, first);
        peers_leave(&peers, second);
    }
    CHECK_INT(peers.n_connections, 0);
    peers_finish(&peers);
}

static void test_changes_are_limited_by_the_second(void **state)
{
    struct peers peers = make_peers(4, 2);
    struct peer *const peer = join(&peers, ipv4(1));
    int64_t now_ns = 100 * NS_PER_S;

    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_true(peers_may_change(&peers, peer, now_ns));
    }
    assert_false(peers_may_change(&peers, peer, now_ns));
    now_ns += NS_PER_S / 5;
    assert_true(peers_may_change(&peers, peer, now_ns));
    assert_false(peers_may_change(&peers, peer, now_ns));
    now_ns += 100 * NS_PER_S; /* nothing is saved up beyond a second's worth */
    for (int i = 0; i < 5; i++) {
        assert_true(peers_may_change(&peers, peer, now_ns));
    }
    assert_false(peers_may_change(&peers, peer, now_ns));
    peers_finish(&peers);
}

static void test_a_new_connection_does_not_renew_the_limit(void **state)
{
    struct peers peers = make_peers(4, 2);
    struct peer *peer = join(&peers, ipv4(1));

    (void)state;
    while (peers_may_change(&peers, peer, NS_PER_S)) {
    }
    peers_leave(&peers, peer);
    peer = join(&peers, ipv4(1));
    assert_false(peers_may_change(&peers, peer, NS_PER_S));
    peers_finish(&peers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_address_may_have_only_so_many),
        cmocka_unit_test(test_all_together_may_have_only_so_many),
        cmocka_unit_test(test_a_host_cannot_multiply_by_its_ipv6_addresses),
        cmocka_unit_test(test_many_addresses_come_and_go),
        cmocka_unit_test(test_changes_are_limited_by_the_second),
        cmocka_unit_test(test_a_new_connection_does_not_renew_the_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
