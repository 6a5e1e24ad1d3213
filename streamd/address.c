#include "streamd/address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PORT_MAX = 65535, PORT_DIGITS = 5 };

static bool is_port(const char *text)
{
    const size_t len = strlen(text);

    return len >= 1 && len <= PORT_DIGITS && strspn(text, "0123456789") == len &&
           strtol(text, NULL, 10) <= PORT_MAX;
}

/* Copies what is a host: an IPv6 address in brackets, else what has neither these nor a colon.
 * */
static bool take_host(const char *text, size_t len, struct address *address)
{
    const bool bracket = len > 2 && text[0] == '[' && text[len - 1] == ']';
    const char *host = bracket ? text + 1 : text;
    const size_t host_len = bracket ? len - 2 : len;

    if (host_len == 0 || host_len >= sizeof(address->host)) {
        return false;
    }
    if (strcspn(host, bracket ? "[]" : "[]:") < host_len) {
        return false;
    }
    memcpy(address->host, host, host_len);
    address->host[host_len] = '\0';
    return true;
}

bool address_parse(const char *text, struct address *address)
{
    const char *colon = strrchr(text, ':');

    if (!colon || !is_port(colon + 1) || !take_host(text, (size_t)(colon - text), address)) {
        return false;
    }
    snprintf(address->port, sizeof(address->port), "%s", colon + 1);
    return true;
}

void address_print(const struct address *address, char text[ADDRESS_TEXT_BYTES])
{
    const bool bracket = strchr(address->host, ':') != NULL;

    snprintf(text, ADDRESS_TEXT_BYTES, "%s%s%s:%s", bracket ? "[" : "", address->host,
             bracket ? "]" : "", address->port);
}
