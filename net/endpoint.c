/* SPDX-License-Identifier: Apache-2.0 */
#include "net/endpoint.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { PORT_DIGITS_MAX = 5, IPC_PATH_BYTES_MAX = 107 }; /* the kernel's limit for a socket's path */

static const char tcp[] = "tcp://";
static const char ipc[] = "ipc://";

static const char host_letters[] = "abcdefghijklmnopqrstuvwxyz"
                                   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "0123456789.-_";
static const char ipv6_letters[] = "0123456789abcdefABCDEF:.%";

/* The host and the port of a tcp endpoint, borrowed from it. */
struct address {
    const char *host;
    int host_size;
    unsigned port;
};

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Reads one to five digits that are all of @text as a port. */
static bool read_port(const char *text, unsigned *out)
{
    size_t digits = strspn(text, "0123456789");
    unsigned port = 0;

    if (digits == 0 || digits > PORT_DIGITS_MAX || text[digits] != '\0') {
        return false;
    }
    for (size_t i = 0; i < digits; i++) {
        port = 10 * port + (unsigned)(text[i] - '0');
    }
    if (port > UINT16_MAX) {
        return false;
    }
    *out = port;
    return true;
}

static bool host_is_plausible(const char *host, size_t size)
{
    if (size == 1 && host[0] == '*') {
        return true;
    }
    if (size > 2 && host[0] == '[' && host[size - 1] == ']') {
        return strspn(host + 1, ipv6_letters) == size - 2;
    }
    return size > 0 && strspn(host, host_letters) == size;
}

/* Reads "HOST:PORT", all of @text. */
static bool read_address(const char *text, struct address *out)
{
    const char *colon = strrchr(text, ':');

    if (colon == NULL || !host_is_plausible(text, (size_t)(colon - text))) {
        return false;
    }
    out->host = text;
    out->host_size = (int)(colon - text); /* the whole has at most ENDPOINT_BYTES_MAX */
    return read_port(colon + 1, &out->port);
}

static bool is_ipc_path(const char *path)
{
    size_t size = strlen(path);

    /* '*' is a wildcard to ZeroMQ, '@' begins a name that any user may take. */
    return size > 0 && size <= IPC_PATH_BYTES_MAX && path[0] != '*' && path[0] != '@';
}

/* Reads @endpoint: true if it is accepted, with @address->host NULL for an ipc one. */
static bool read_endpoint(const char *endpoint, struct address *address)
{
    *address = (struct address){0};
    if (strnlen(endpoint, ENDPOINT_BYTES_MAX) == ENDPOINT_BYTES_MAX) {
        return false;
    }
    if (starts_with(endpoint, ipc)) {
        return is_ipc_path(endpoint + strlen(ipc));
    }
    return starts_with(endpoint, tcp) && read_address(endpoint + strlen(tcp), address);
}

enum err endpoint_to_bind(const char *endpoint, char out[ENDPOINT_BYTES_MAX])
{
    struct address address;

    if (!read_endpoint(endpoint, &address)) {
        return ERR_INVALID;
    }
    if (address.host != NULL && address.port == 0) {
        (void)snprintf(out, ENDPOINT_BYTES_MAX, "tcp://%.*s:*", address.host_size, address.host);
        return ERR_OK;
    }
    (void)snprintf(out, ENDPOINT_BYTES_MAX, "%s", endpoint);
    return ERR_OK;
}

static bool host_is(struct address address, const char *host)
{
    return strlen(host) == (size_t)address.host_size &&
           strncmp(address.host, host, strlen(host)) == 0;
}

enum err endpoint_to_connect(const char *endpoint, char out[ENDPOINT_BYTES_MAX])
{
    struct address address;

    if (!read_endpoint(endpoint, &address) || (address.host != NULL && address.port == 0)) {
        return ERR_INVALID;
    }
    if (address.host != NULL && (host_is(address, "*") || host_is(address, "0.0.0.0"))) {
        (void)snprintf(out, ENDPOINT_BYTES_MAX, "tcp://127.0.0.1:%u", address.port);
    } else if (address.host != NULL && host_is(address, "[::]")) {
        (void)snprintf(out, ENDPOINT_BYTES_MAX, "tcp://[::1]:%u", address.port);
    } else {
        (void)snprintf(out, ENDPOINT_BYTES_MAX, "%s", endpoint);
    }
    return ERR_OK;
}
