#include "streamd/hosts.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { PORT_BYTES = 6 };

/* "host:port" in its parts, lower case; the name without the brackets of an IPv6 address. */
struct authority {
    char name[HOST_BYTES];
    char port[PORT_BYTES]; /* "" when there is none */
};

static char lower(char letter)
{
    return (char)tolower((unsigned char)letter);
}

/* Where the name ends; NULL when there is none. */
static const char *name_end(const char *name, bool bracket)
{
    const char *end = bracket ? strchr(name, ']') : name + strcspn(name, ":");

    return end && end > name && end - name < HOST_BYTES ? end : NULL;
}

/* What follows the name: nothing, or a colon and a port. */
static bool parse_port(const char *text, char port[PORT_BYTES])
{
    const bool present = text[0] == ':';
    const char *digits = present ? text + 1 : text;
    const size_t len = strlen(digits);

    if (present ? len >= PORT_BYTES || strspn(digits, "0123456789") != len : len > 0) {
        return false;
    }
    snprintf(port, PORT_BYTES, "%s", digits);
    return true;
}

static bool parse_authority(const char *text, struct authority *authority)
{
    const bool bracket = text[0] == '[';
    const char *name = bracket ? text + 1 : text;
    const char *end = name_end(name, bracket);

    if (!end) {
        return false;
    }
    for (size_t i = 0; name + i < end; i++) {
        authority->name[i] = lower(name[i]);
    }
    authority->name[end - name] = '\0';
    return parse_port(bracket ? end + 1 : end, authority->port);
}

static bool is_ipv4(const char *name)
{
    return name[0] != '\0' && strspn(name, "0123456789.") == strlen(name);
}

bool hosts_is_loopback(const char *address)
{
    return (is_ipv4(address) && strncmp(address, "127.", 4) == 0) ||
           strcmp(address, "::1") == 0 || strcmp(address, "localhost") == 0;
}

static int add(struct hosts *hosts, const char *name, size_t len)
{
    if (hosts->n == HOSTS_MAX || len >= HOST_BYTES) {
        return -EINVAL;
    }
    for (size_t i = 0; i < len; i++) {
        hosts->names[hosts->n][i] = lower(name[i]);
    }
    hosts->names[hosts->n][len] = '\0';
    hosts->n++;
    return 0;
}

static int add_name(struct hosts *hosts, const char *name)
{
    return add(hosts, name, strlen(name));
}

/* "box" and "box.local"; of "box.example.org" that too. */
static int add_machine(struct hosts *hosts, const char *machine)
{
    char name[HOST_BYTES];
    const int len = (int)strcspn(machine, ".");
    int rc = 0;

    if (len == 0) {
        return 0;
    }
    if (machine[len] != '\0') {
        rc = add_name(hosts, machine);
    }
    if (rc == 0) {
        rc = add(hosts, machine, (size_t)len);
    }
    snprintf(name, sizeof(name), "%.*s.local", len, machine);
    return rc == 0 ? add_name(hosts, name) : rc;
}

int hosts_init(struct hosts *hosts, const struct listening *listening, const char *machine,
               const char *allowed)
{
    static const char *const own[] = {"localhost", "127.0.0.1", "::1"};
    int rc = 0;

    *hosts = (struct hosts){0};
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]) && rc == 0; i++) {
        rc = add_name(hosts, own[i]);
    }
    for (int i = 0; i < listening->n && rc == 0; i++) {
        hosts->reachable |= !hosts_is_loopback(listening->addresses[i].host);
        rc = add_name(hosts, listening->addresses[i].host);
    }
    if (rc == 0 && hosts->reachable) {
        rc = add_machine(hosts, machine);
    }
    hosts->n_own = hosts->n;
    for (const char *name = allowed; rc == 0; name += strcspn(name, " \t,")) {
        name += strspn(name, " \t,");
        if (*name == '\0') {
            break;
        }
        rc = add(hosts, name, strcspn(name, " \t,"));
    }
    return rc;
}

/* Whether one of the names from `first` on is this one. */
static bool is_named(const struct hosts *hosts, int first, const struct authority *authority)
{
    char with_port[HOST_BYTES + PORT_BYTES + 1];

    snprintf(with_port, sizeof(with_port), "%s:%s", authority->name, authority->port);
    for (int i = first; i < hosts->n; i++) {
        if (strcmp(hosts->names[i], authority->name) == 0 ||
            strcmp(hosts->names[i], with_port) == 0) {
            return true;
        }
    }
    return false;
}

bool hosts_allow_host(const struct hosts *hosts, const char *host, const char *own)
{
    struct authority authority;

    if (!parse_authority(host, &authority)) {
        return false;
    }
    return is_named(hosts, 0, &authority) || strcmp(own, authority.name) == 0;
}

/* Whether two authorities are one, when a missing port is `port`. */
static bool is_same(const struct authority *a, const struct authority *b, const char *port)
{
    return strcmp(a->name, b->name) == 0 &&
           strcmp(a->port[0] ? a->port : port, b->port[0] ? b->port : port) == 0;
}

bool hosts_allow_origin(const struct hosts *hosts, const char *origin, const char *host)
{
    const bool https = strncmp(origin, "https://", 8) == 0;
    struct authority from;
    struct authority to;

    if ((!https && strncmp(origin, "http://", 7) != 0) ||
        !parse_authority(origin + (https ? 8 : 7), &from) || !parse_authority(host, &to)) {
        return false;
    }
    /* a proxy may serve us under a name of the settings and not pass it on as Host */
    return is_same(&from, &to, https ? "443" : "80") || is_named(hosts, hosts->n_own, &from);
}
