/* SPDX-License-Identifier: Apache-2.0 */
/* selftest.h - proof, before a broker serves, that a stranger does not get in.
 *
 * A wrong setting would leave a broker working and open to everyone. So it connects to itself with
 * a key drawn at random, a message ready to be sent, and serves only if the handler was asked about
 * a key it does not know, the handshake was refused, and no message without a name has come
 * through.
 */
#ifndef NET_SELFTEST_H
#define NET_SELFTEST_H

#include <uv.h>

#include "lib/err.h"
#include "net/router.h"
#include "net/zap.h"

enum { SELFTEST_MS = 5000 }; /* a good time to wait for the result */

enum selftest_result {
    SELFTEST_PASSED,    /* the stranger was refused */
    SELFTEST_ADMITTED,  /* the stranger got in: do not serve */
    SELFTEST_NO_ANSWER, /* neither happened in time: do not serve */
};

/* Told the result once; may close the router and the handler. */
typedef void (*selftest_fn)(void *self, enum selftest_result result);

struct selftest_options {
    const struct router *router; /* on the same loop, as the handler is; both borrowed until done */
    struct zap *zap;
    int timeout_ms;
    selftest_fn on_done;
    void *self;
};

/* Begins the test of @options->router on @loop. It runs while the loop does; the memory is given
 * back by itself. Other clients may connect meanwhile and are not disturbed.
 *
 * Errors: ERR_IO or ERR_INVALID if it cannot begin; on_done is not called then. Do not serve. */
enum err selftest_start(void *context, uv_loop_t *loop, const struct selftest_options *options);

/* Returns a static word for a log line. */
const char *selftest_text(enum selftest_result result);

#endif
