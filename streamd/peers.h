/*
 * peers - how much each address may: connections at a time, and changes a second (a token
 * bucket), and how often it may be wrong about the station's token.
 *
 * IPv6 addresses count by their /64: that is what one host is given.
 *
 * Memory:  init allocates for all peers there can be; finish accepts a zeroed struct. A peer
 *          keeps its place while it has connections, and until another needs it after.
 * Threads: the event loop's.
 * Errors:  0, or -errno.
 */
#ifndef AURALIS_PEERS_H
#define AURALIS_PEERS_H

#include <stdbool.h>
#include <stdint.h>

enum { PEER_ADDRESS_BYTES = 16, PEER_GUESSES = 10, PEER_FORGIVEN_S = 6 };

struct peer {
    unsigned char address[PEER_ADDRESS_BYTES];
    uint32_t n_connections;
    double changes_left;
    int64_t refilled_ns;
    double guesses_left; /* of wrong tokens for steering */
    int64_t forgiven_ns;
    bool known;
    struct peer *next; /* with the same hash */
};

struct peers {
    struct peer *all;    /* [n_all] */
    struct peer **heads; /* [n_all] */
    uint32_t n_all, next_victim;
    uint32_t n_connections, max_connections, max_per_address;
    double changes_per_second;
};

struct peers_limits {
    uint32_t max_connections, max_per_address, changes_per_second;
};

int peers_init(struct peers *peers, const struct peers_limits *limits);
void peers_finish(struct peers *peers);
/* One more connection from an address (IPv6, or IPv4 mapped into it). NULL with the reason
 * when it is one too many. */
struct peer *peers_join(struct peers *peers, const unsigned char address[PEER_ADDRESS_BYTES],
                        const char **reason);
void peers_leave(struct peers *peers, struct peer *peer);
/* Whether a peer may make one more change now. */
bool peers_may_change(const struct peers *peers, struct peer *peer, int64_t now_ns);
/* Whether a peer may show a token: PEER_GUESSES wrong ones are forgiven, one in PEER_FORGIVEN_S
 * seconds. */
bool peers_may_guess(struct peer *peer, int64_t now_ns);
void peers_guessed_wrong(struct peer *peer);

#endif
