/* SPDX-License-Identifier: Apache-2.0 */
/* watcher.h - a ZeroMQ socket on a libuv loop.
 *
 * ZeroMQ's descriptor only signals that its state changed, once, and any call on the socket may
 * consume that signal. So the descriptor is used for nothing but waking the loop: what the socket
 * is ready for is asked each time before the loop would sleep and after it woke, and the loop does
 * not sleep while something is ready. A message can therefore not be left lying, whoever else
 * called send or receive meanwhile.
 */
#ifndef NET_WATCHER_H
#define NET_WATCHER_H

#include <uv.h>

#include "lib/err.h"

enum { WATCHER_READABLE = 1, WATCHER_WRITABLE = 2 };

/* Called with what is ready of what is wanted, once in each turn of the loop for as long as it is.
 * Drain the socket, or a bounded part of it. May close the watcher. */
typedef void (*watcher_fn)(void *self, int ready);

struct watcher;

/* Watches @socket on @loop until watcher_close(); readable is wanted at first. @socket is borrowed.
 * Do not send from another uv_prepare_t callback of the loop: any other place is fine.
 *
 * Errors: ERR_IO if the loop cannot watch the socket's descriptor. */
enum err watcher_open(uv_loop_t *loop, void *socket, watcher_fn on_ready, void *self,
                      struct watcher **out);

/* Makes @events, a sum of the above, what is wanted from now on. */
void watcher_want(struct watcher *watcher, int events);

/* Ends the watching: no call comes after this, and the socket may be closed at once. The memory is
 * given back when the loop has run again. NULL is accepted. */
void watcher_close(struct watcher *watcher);

#endif
