#include "streamd/lws_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    BACKLOG = 512,
    UNSENT_BYTES = 32768, /* more waits in our queue, where it can be dropped */
    INHERITED_FD = 3,     /* SD_LISTEN_FDS_START, sd_listen_fds(3) */
    KEPT_DESCRIPTORS = 8, /* for all that is no connection */
};

static int listen_at(const struct addrinfo *info)
{
    const int on = 1;
    const int fd = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0) {
        return -errno;
    }
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        bind(fd, info->ai_addr, info->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
        const int rc = -errno;

        close(fd);
        return rc;
    }
    return fd;
}

int lws_socket_listen(const struct address *address)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *info = NULL;
    const int failed = getaddrinfo(address->host, address->port, &hints, &info);

    if (failed != 0) {
        return failed == EAI_AGAIN ? -EAGAIN : -EINVAL;
    }
    const int fd = listen_at(info);

    freeaddrinfo(info);
    return fd;
}

static int prepare_inherited(int fd)
{
    const int flags = fcntl(fd, F_GETFL);

    return flags < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
                   fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0
               ? -errno
               : 0;
}

int lws_socket_inherited(int *fds)
{
    const char *pid = getenv("LISTEN_PID");
    const char *count = getenv("LISTEN_FDS");
    const long n = count ? strtol(count, NULL, 10) : 0;

    if (!pid || strtol(pid, NULL, 10) != getpid() || n < 1) {
        return 0;
    }
    if (n > LISTENING_MAX) {
        return -E2BIG;
    }
    for (int i = 0; i < n; i++) {
        fds[i] = INHERITED_FD + i;
        const int rc = prepare_inherited(fds[i]);

        if (rc < 0) {
            return rc;
        }
    }
    return (int)n;
}

/* As numbers: an IPv4 address that came by an IPv6 socket as IPv4, none with an interface. */
static int print_address(const struct sockaddr_storage *name, socklen_t len,
                         struct address *address)
{
    static const char mapped[] = "::ffff:";
    char *host = address->host;

    if (getnameinfo((const struct sockaddr *)name, len, host, sizeof(address->host),
                    address->port, sizeof(address->port),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        return -EINVAL;
    }
    host[strcspn(host, "%")] = '\0';
    if (strncmp(host, mapped, strlen(mapped)) == 0 && strchr(host, '.')) {
        memmove(host, host + strlen(mapped), strlen(host + strlen(mapped)) + 1);
    }
    return 0;
}

int lws_socket_name(int fd, struct address *address)
{
    struct sockaddr_storage name;
    socklen_t len = sizeof(name);

    if (getsockname(fd, (struct sockaddr *)&name, &len) != 0) {
        return -errno;
    }
    return print_address(&name, len, address);
}

void lws_socket_normalize(struct address *address)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    struct sockaddr_storage name = {0};
    struct addrinfo *info = NULL;

    if (getaddrinfo(address->host, address->port, &hints, &info) == 0) {
        memcpy(&name, info->ai_addr, info->ai_addrlen);
        (void)print_address(&name, info->ai_addrlen, address);
        freeaddrinfo(info);
    }
}

static void take_address(const struct sockaddr_storage *from,
                         unsigned char address[PEER_ADDRESS_BYTES])
{
    memset(address, 0, PEER_ADDRESS_BYTES);
    if (from->ss_family == AF_INET6) {
        memcpy(address, &((const struct sockaddr_in6 *)from)->sin6_addr, PEER_ADDRESS_BYTES);
    } else if (from->ss_family == AF_INET) {
        address[10] = address[11] = 0xff; /* ::ffff:a.b.c.d */
        memcpy(address + 12, &((const struct sockaddr_in *)from)->sin_addr, 4);
    }
}

int lws_socket_accept(int fd, struct accepted *accepted)
{
    const int on = 1;
    const int unsent = UNSENT_BYTES;
    struct sockaddr_storage from = {0};
    socklen_t len = sizeof(from);
    struct address own = {0};
    const int client =
        accept4(fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (client < 0) {
        return -errno;
    }
    /* both are refinements: a socket without them still works */
    (void)setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    (void)setsockopt(client, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent));
    take_address(&from, accepted->from);
    (void)lws_socket_name(client, &own); /* without one it is called by its names only */
    memcpy(accepted->own, own.host, sizeof(accepted->own));
    return client;
}

bool lws_socket_is_among_last(int fd)
{
    struct rlimit limit;

    /* the kernel gives the lowest that is free, so its number says how many are taken */
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
           (rlim_t)fd + KEPT_DESCRIPTORS >= limit.rlim_cur;
}

void lws_socket_refuse(int fd, const char *reason)
{
    char body[128];
    char text[320];
    const int body_len =
        snprintf(body, sizeof(body),
                 "{\"ok\":false,\"code\":\"too_many_connections\",\"message\":\"%s\"}", reason);
    const int len =
        snprintf(text, sizeof(text),
                 "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
                 "Content-Length: %d\r\nRetry-After: 5\r\nConnection: close\r\n\r\n%s",
                 body_len, body);

    /* what has arrived is read, or closing would reset the connection before the answer is
     * read */
    char request[2048];

    (void)recv(fd, request, sizeof(request), MSG_DONTWAIT);
    (void)send(fd, text, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(fd, SHUT_WR);
    close(fd);
}

uint32_t lws_socket_limit(uint32_t n_descriptors)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return n_descriptors;
    }
    limit.rlim_cur = limit.rlim_max < n_descriptors ? limit.rlim_max : n_descriptors;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    return (uint32_t)limit.rlim_cur;
}
