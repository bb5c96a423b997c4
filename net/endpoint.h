/* SPDX-License-Identifier: Apache-2.0 */
/* endpoint.h - addresses as configuration and people write them.
 *
 * Only `tcp://HOST:PORT` and `ipc://PATH` are accepted. The ZeroMQ library knows more transports
 * (some without any authentication) and more forms; none of them gets past here. HOST is a name, an
 * IPv4 address, an IPv6 address in brackets, or `*` to bind on every interface.
 */
#ifndef NET_ENDPOINT_H
#define NET_ENDPOINT_H

#include <stdbool.h>

#include "lib/err.h"

enum { ENDPOINT_BYTES_MAX = 256 }; /* with the terminator */

/* Writes at @out what ZeroMQ binds for @endpoint: port 0 becomes "any free port".
 *
 * Errors: ERR_INVALID if @endpoint is of no accepted form. */
enum err endpoint_to_bind(const char *endpoint, char out[ENDPOINT_BYTES_MAX]);

/* Writes at @out what ZeroMQ connects to for @endpoint, which may be one that was bound: an address
 * that stands for every interface becomes this machine's own.
 *
 * Errors: ERR_INVALID if @endpoint is of no accepted form or its port is 0. */
enum err endpoint_to_connect(const char *endpoint, char out[ENDPOINT_BYTES_MAX]);

#endif
