/*
 * address - "host:port" as settings and links write it.
 *
 * Threads: pure.
 */
#ifndef AURALIS_ADDRESS_H
#define AURALIS_ADDRESS_H

#include <stdbool.h>

enum { ADDRESS_HOST_BYTES = 104, ADDRESS_PORT_BYTES = 8, LISTENING_MAX = 4 };

struct address {
    char host[ADDRESS_HOST_BYTES]; /* without the brackets of an IPv6 address */
    char port[ADDRESS_PORT_BYTES]; /* "0" to "65535" */
};

/* The sockets that connections come in by, and where they really listen. */
struct listening {
    int n;
    int fds[LISTENING_MAX];
    struct address addresses[LISTENING_MAX];
};

/* Takes "127.0.0.1:8000", "[::1]:8000" or "music.local:8000" apart; false when it is none of
 * these. */
bool address_parse(const char *text, struct address *address);
enum { ADDRESS_TEXT_BYTES = ADDRESS_HOST_BYTES + ADDRESS_PORT_BYTES + 4 };
void address_print(const struct address *address, char text[ADDRESS_TEXT_BYTES]);

#endif
