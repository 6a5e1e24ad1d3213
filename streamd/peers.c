#include "streamd/peers.h"

#include "common/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PREFIX_BYTES = 8, SPARE_PEERS = 64 };

static const unsigned char ipv4_mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

int peers_init(struct peers *peers, const struct peers_limits *limits)
{
    const uint32_t n_all = limits->max_connections + SPARE_PEERS;

    *peers = (struct peers){
        .all = calloc(n_all, sizeof(struct peer)),
        .heads = calloc(n_all, sizeof(struct peer *)),
        .n_all = n_all,
        .max_connections = limits->max_connections,
        .max_per_address = limits->max_per_address,
        .changes_per_second = limits->changes_per_second,
    };
    if (!peers->all || !peers->heads) {
        peers_finish(peers);
        return -ENOMEM;
    }
    return 0;
}

void peers_finish(struct peers *peers)
{
    free(peers->all);
    free(peers->heads);
    *peers = (struct peers){0};
}

static struct peer **bucket(const struct peers *peers, const unsigned char *address)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */

    for (int i = 0; i < PEER_ADDRESS_BYTES; i++) {
        hash = (hash ^ address[i]) * UINT64_C(1099511628211);
    }
    return &peers->heads[(hash >> 16) % peers->n_all];
}

/* A peer without connections, no longer known under its old address. There always is one:
 * there are more peers than connections. */
static struct peer *take_free(struct peers *peers)
{
    struct peer *peer = NULL;

    do {
        peer = &peers->all[peers->next_victim];
        peers->next_victim = (peers->next_victim + 1) % peers->n_all;
    } while (peer->n_connections > 0);
    if (peer->known) {
        struct peer **link = bucket(peers, peer->address);

        while (*link != peer) {
            link = &(*link)->next;
        }
        *link = peer->next;
    }
    return peer;
}

static struct peer *find(struct peers *peers, const unsigned char *address)
{
    struct peer **head = bucket(peers, address);

    for (struct peer *peer = *head; peer; peer = peer->next) {
        if (memcmp(peer->address, address, PEER_ADDRESS_BYTES) == 0) {
            return peer;
        }
    }
    struct peer *peer = take_free(peers);

    *peer = (struct peer){.known = true,
                          .changes_left = peers->changes_per_second,
                          .guesses_left = PEER_GUESSES,
                          .next = *head};
    memcpy(peer->address, address, PEER_ADDRESS_BYTES);
    *head = peer;
    return peer;
}

struct peer *peers_join(struct peers *peers, const unsigned char address[PEER_ADDRESS_BYTES],
                        const char **reason)
{
    unsigned char key[PEER_ADDRESS_BYTES] = {0};
    const bool ipv4 = memcmp(address, ipv4_mapped, sizeof(ipv4_mapped)) == 0;

    if (peers->n_connections >= peers->max_connections) {
        *reason = "all places are taken";
        return NULL;
    }
    memcpy(key, address, ipv4 ? PEER_ADDRESS_BYTES : PREFIX_BYTES);
    struct peer *peer = find(peers, key);

    if (peer->n_connections >= peers->max_per_address) {
        *reason = "too many connections from this address";
        return NULL;
    }
    peer->n_connections++;
    peers->n_connections++;
    return peer;
}

void peers_leave(struct peers *peers, struct peer *peer)
{
    peer->n_connections--;
    peers->n_connections--;
}

/* What is left in a bucket that fills up to `full`, so much a second. */
static double refill(double left, double full, double per_second, int64_t passed_ns)
{
    const double refilled = left + (double)passed_ns / (double)NS_PER_S * per_second;

    return refilled < full ? refilled : full;
}

bool peers_may_change(const struct peers *peers, struct peer *peer, int64_t now_ns)
{
    peer->changes_left = refill(peer->changes_left, peers->changes_per_second,
                                peers->changes_per_second, now_ns - peer->refilled_ns);
    peer->refilled_ns = now_ns;
    if (peer->changes_left < 1) {
        return false;
    }
    peer->changes_left -= 1;
    return true;
}

bool peers_may_guess(struct peer *peer, int64_t now_ns)
{
    peer->guesses_left = refill(peer->guesses_left, PEER_GUESSES, 1.0 / PEER_FORGIVEN_S,
                                now_ns - peer->forgiven_ns);
    peer->forgiven_ns = now_ns;
    return peer->guesses_left >= 1;
}

void peers_guessed_wrong(struct peer *peer)
{
    peer->guesses_left -= 1;
}
