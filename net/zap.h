/* SPDX-License-Identifier: Apache-2.0 */
/* zap.h - who may connect: ZeroMQ asks here about each key before a message of its owner passes.
 *
 * The protocol is ZAP 1.0 (ZeroMQ RFC 27). A key that belongs to a principal is let in under the
 * principal's name, which every message of the connection then carries as its User-Id. A key that
 * belongs to nobody is answered 300, "not now": its owner's client keeps trying and gets in when
 * the key is enrolled. Everything else (another mechanism, another domain, a malformed request) is
 * answered 400 and stays out. On any doubt nobody gets in.
 *
 * A context has one handler, which must be there before the socket it guards: router_open() asks
 * for it.
 */
#ifndef NET_ZAP_H
#define NET_ZAP_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "lib/err.h"
#include "net/keys.h"

#define ZAP_DOMAIN "huishen"

enum { ZAP_NAME_BYTES_MAX = 255 }; /* of a principal's name: the protocol's limit */

/* Who is who. Called on the loop's thread. */
struct zap_principals {
    /* Returns the name of the principal that owns the CURVE key, or NULL if nobody does. The name
     * is copied before the next call. */
    const char *(*find)(void *self, const uint8_t curve_public[CURVE_KEY_BYTES]);
    /* Told about each key refused because nobody owns it, with its address. May be NULL. Anyone can
     * cause calls at the rate of connections: do little. */
    void (*refused)(void *self, const uint8_t curve_public[CURVE_KEY_BYTES], const char *address);
    void *self;
};

struct zap_counts {
    uint64_t admitted;
    uint64_t unknown;   /* refused: nobody's key; the expected stranger's is not counted */
    uint64_t malformed; /* refused: not a request that our own socket makes */
};

struct zap;

/* Makes the handler of @context, answering on @loop by @principals (copied).
 *
 * Errors: ERR_EXISTS if the context has one already, ERR_IO if the library refuses. */
enum err zap_open(void *context, uv_loop_t *loop, const struct zap_principals *principals,
                  struct zap **out);

/* Makes the owner of the key, which must belong to nobody, be told when it is refused: it is
 * answered 400 in place of 300, which a client learns at once and for good. There is one stranger
 * at a time; for net/selftest.h. */
void zap_expect_stranger(struct zap *zap, const uint8_t curve_public[CURVE_KEY_BYTES]);

/* True if the stranger expected last asked to come in and was refused. */
bool zap_refused_stranger(const struct zap *zap);

/* Returns what was answered so far. */
struct zap_counts zap_counts(const struct zap *zap);

/* Ends the handler: from then on everyone is refused. Close the router first. NULL is accepted. */
void zap_close(struct zap *zap);

#endif
