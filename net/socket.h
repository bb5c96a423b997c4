/* SPDX-License-Identifier: Apache-2.0 */
/* socket.h - what every ZeroMQ socket of ours has in common. */
#ifndef NET_SOCKET_H
#define NET_SOCKET_H

#include <stdbool.h>
#include <stdint.h>
#include <zmq.h>

#include "lib/bytes.h"
#include "lib/err.h"

struct option {
    int name; /* ZMQ_... */
    int value;
};

/* Returns a new ZeroMQ context, the home of sockets; seeds rand() first, from which routing ids are
 * drawn. Each broker has its own context, since a context has one ZAP handler. */
void *context_new(void);

/* Ends @context. Every socket in it must have been closed: this waits for that. NULL is accepted.
 */
void context_free(void *context);

/* Sets the @count @options of @socket, and those that all sockets of ours share: no lingering,
 * small queues, heartbeats, keep-alive, a bound on frames of @message_bytes_max.
 *
 * Errors: ERR_IO if the library refuses one: the socket must not be used then. */
enum err socket_configure(void *socket, const struct option *options, unsigned count,
                          int64_t message_bytes_max);

/* Sets the text option @name of @socket. Errors: ERR_IO as above. */
enum err socket_set_text(void *socket, int name, const char *text);

/* Receives one part into @part, which is initialised, and returns true; false, with @part as it
 * was, if nothing is there. Never waits, and a signal does not count as an answer. */
bool socket_receive(void *socket, zmq_msg_t *part);

/* Sends @bytes as one part; @flags is 0 or ZMQ_SNDMORE. Returns true, or false with errno set.
 * Never waits, and a signal does not count as an answer: half a message would be worse than none.
 */
bool socket_send(void *socket, struct bytes bytes, int flags);

/* Returns an errno value of ZeroMQ as one of our codes: ERR_EXISTS for an address in use,
 * ERR_DENIED for one not permitted, ERR_INVALID for one that is not ours, ERR_IO for the rest. */
enum err socket_err(int errno_value);

#endif
