/*
 * hosts - whether a request was meant for this station: its Host, and the Origin of the page
 * it is from.
 *
 * A browser that was lured to a foreign name for our address (DNS rebinding) sends that name
 * as Host; a foreign page that opens our WebSocket or posts to us sends its own Origin. Both
 * are refused.
 *
 * Memory:  plain values, the caller's.
 * Threads: pure.
 * Errors:  0, or -EINVAL when the names do not fit.
 */
#ifndef AURALIS_HOSTS_H
#define AURALIS_HOSTS_H

#include "streamd/address.h"

#include <stdbool.h>

enum { HOSTS_MAX = 32, HOST_BYTES = 128 };

struct hosts {
    int n_own, n; /* the first are ours, the others come from settings */
    char names[HOSTS_MAX]
              [HOST_BYTES]; /* allowed names, lower case; with a port: only that port */
    bool reachable;         /* from other machines */
};

/* Where the station listens, what its machine is called ("box"), and further names, separated
 * by blanks. Who can be reached from elsewhere is called as the machine is, with and without
 * .local. */
int hosts_init(struct hosts *hosts, const struct listening *listening, const char *machine,
               const char *allowed);
/* Whether the address is one of the loopback range, or localhost. */
bool hosts_is_loopback(const char *address);
/* Whether a Host header ("music.local:8000", "[::1]:8000") names this station, which the client
 * has reached at the address `own`. */
bool hosts_allow_host(const struct hosts *hosts, const char *host, const char *own);
/* Whether a page of this Origin ("http://music.local:8000") may ask; `host` is the request's
 * Host. */
bool hosts_allow_origin(const struct hosts *hosts, const char *origin, const char *host);

#endif
