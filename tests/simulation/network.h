/* SPDX-License-Identifier: Apache-2.0 */
/* network.h - the simulated network between one broker and those who talk to it. network.c has the
 * functions of net/router.h, net/zap.h, net/selftest.h and net/socket.h that the broker calls, over
 * queues in simulated time.
 *
 * A frame may be late or lost, on its way to the broker also doubled or overtaken; a direction may
 * be cut, and the whole link may break and come back under another routing id. Who is at the other
 * end is told by its key, through the broker's own handler.
 */
#ifndef TESTS_SIMULATION_NETWORK_H
#define TESTS_SIMULATION_NETWORK_H

#include "net/keys.h"
#include "net/router.h"
#include "tests/simulation/world.h"

enum { NETWORK_NAME_BYTES = 64 };

/* Who is told at the far end of a link. Each runs the receiver's own process. */
struct link_peer {
    void (*connected)(void *self);
    void (*lost)(void *self);
    void (*denied)(void *self);
    void (*receive)(void *self, struct bytes frame);
    void *self;
};

struct network;

struct link {
    struct link *next;
    struct network *network;
    char name[NETWORK_NAME_BYTES]; /* of the principal */
    uint8_t curve[CURVE_KEY_BYTES];
    struct link_peer peer;
    bool is_up; /* the far end runs */
    bool is_connected;
    uint64_t number;     /* of the connection: the routing id */
    uint64_t generation; /* of what was asked of the world for this connection */
    int64_t busy_ms[2];  /* when the last frame each way arrives */
    int64_t cut_ms[2];   /* until when nothing gets through each way */
};

/* Where a link's frames go. */
enum link_way { LINK_TO_BROKER, LINK_TO_PEER };

/* The broker's end: told that frames are there, in the broker's process. */
typedef void (*network_broker_fn)(void *self);

struct frame;

struct network {
    struct world *world;
    struct link *links;
    uint64_t numbers;
    network_broker_fn arrived;
    void *broker;          /* for arrived */
    struct router *router; /* of the broker that runs; NULL: none listens */
    struct frame *first;   /* that have arrived at it */
    struct frame *last;
    void (*watch)(void *self, const struct link *link, struct bytes frame); /* what it sends */
    void *watcher;
};

void network_init(struct network *network, struct world *world);

/* Frees what waits. */
void network_release(struct network *network);

/* Adds @link, whose name, curve and peer are set, and lets it seek the broker. */
void link_open(struct link *link, struct network *network);

/* The far end runs, or stopped. */
void link_up(struct link *link);
void link_down(struct link *link);

/* Sends @frame to the broker. False: there is no connection. */
bool link_send(struct link *link, struct bytes frame);

/* Breaks the connection of @link; both ends hear of it. */
void link_break(struct link *link);

/* The broker's process ended: its connections break. */
void network_broker_ended(struct network *network);

/* True if frames wait for the broker. */
bool network_has_arrived(const struct network *network);

/* Calls what the broker watches with; in its process. */
void network_tell_broker(struct network *network);

/* Makes @network the one that router_open() means. */
void network_use(struct network *network);

#endif
