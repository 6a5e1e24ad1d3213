/*
 * lws_socket - the listening socket, ours or the supervisor's, and what is accepted from it:
 * what libwebsockets does not do for a socket it is given.
 *
 * Memory:  descriptors are the caller's to close.
 * Errors:  >= 0 is a descriptor or 0, < 0 is -errno.
 */
#ifndef AURALIS_LWS_SOCKET_H
#define AURALIS_LWS_SOCKET_H

#include "streamd/address.h"
#include "streamd/peers.h"

#include <stdbool.h>
#include <stdint.h>

/* A socket that listens there, not blocking. -EINVAL when the host means nothing. */
int lws_socket_listen(const struct address *address);
/* The sockets that the supervisor passed (systemd's LISTEN_FDS) into fds[LISTENING_MAX]: how
 * many, 0 for none. -E2BIG when there are more. */
int lws_socket_inherited(int *fds);
/* Where a socket is bound: host as numbers, and the real port. */
int lws_socket_name(int fd, struct address *address);
/* The address as lws_socket_name would print it; a name stays as it is. */
void lws_socket_normalize(struct address *address);

/* Who connected, and to which of our addresses. */
struct accepted {
    unsigned char from[PEER_ADDRESS_BYTES];
    char own[ADDRESS_HOST_BYTES];
};
/* The next connection, ready to be served; -EAGAIN when there is none. */
int lws_socket_accept(int fd, struct accepted *accepted);
/* Whether hardly any descriptor is left after this one: the process needs some itself, to tell
 * its supervisor that it is alive. */
bool lws_socket_is_among_last(int fd);
/* Says why in a short HTTP answer, and closes. */
void lws_socket_refuse(int fd, const char *reason);
/* Lets the process have this many descriptors, and no more; returns how many it may have. */
uint32_t lws_socket_limit(uint32_t n_descriptors);

#endif
