/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/network.h"

#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "net/selftest.h"
#include "net/socket.h"
#include "tests/simulation/process.h"
#include "tests/simulation/swarm.h"

enum { SEEK_MS = 500, DENIED_MS = 5000, RECEIVED_LATENCY_MS = 1, ADDRESS_BYTES = 16 };

/* A frame on its way, then at the broker. */
struct frame {
    struct frame *next;
    struct link *link;
    uint64_t generation;
    enum link_way way;
    size_t size;
    uint8_t data[];
};

struct router {
    struct network *network;
    router_fn on_readable;
    void *self;
};

struct zap {
    struct zap_principals principals;
};

/* net/router.h names no network: the one that router_open() finds. */
static struct network *in_use;
static struct zap *handler;

void network_use(struct network *network)
{
    in_use = network;
    handler = NULL;
}

void network_init(struct network *network, struct world *world)
{
    *network = (struct network){.world = world};
}

static void drop_arrived(struct network *network)
{
    while (network->first != NULL) {
        struct frame *next = network->first->next;

        free(network->first);
        network->first = next;
    }
    network->last = NULL;
}

void network_release(struct network *network)
{
    drop_arrived(network);
}

/* ---- links ---- */

static void seek(void *self, uint64_t generation);

static void seek_in(struct link *link, int64_t delay_ms)
{
    world_in(link->network->world, delay_ms,
             (struct world_event){.happen = seek, .self = link, .number = link->generation});
}

void link_open(struct link *link, struct network *network)
{
    link->network = network;
    link->next = network->links;
    network->links = link;
    link_up(link);
}

static void seek(void *self, uint64_t generation)
{
    struct link *link = self;
    struct network *network = link->network;
    struct world *world = network->world;

    if (generation != link->generation || !link->is_up || link->is_connected) {
        return;
    }
    if (network->router == NULL || handler == NULL ||
        link->cut_ms[LINK_TO_BROKER] > world->now_ms) {
        seek_in(link, SEEK_MS);
        return;
    }
    const char *name = handler->principals.find(handler->principals.self, link->curve);
    if (name == NULL || strcmp(name, link->name) != 0) {
        seek_in(link, DENIED_MS);
        link->peer.denied(link->peer.self);
        return;
    }
    link->is_connected = true;
    link->number = ++network->numbers;
    link->generation++;
    world_note(world, "connected", link->number, bytes_of_text(link->name));
    link->peer.connected(link->peer.self);
}

void link_up(struct link *link)
{
    link->is_up = true;
    link->generation++;
    seek_in(link, chance_between(&link->network->world->chance, 1, SEEK_MS));
}

void link_down(struct link *link)
{
    link->is_up = false;
    link->is_connected = false;
    link->generation++;
}

static void tell_lost(void *self, uint64_t generation)
{
    struct link *link = self;

    if (generation == link->generation && link->is_up) {
        link->peer.lost(link->peer.self);
        seek_in(link, SEEK_MS);
    }
}

void link_break(struct link *link)
{
    if (!link->is_connected) {
        return;
    }
    link->is_connected = false;
    link->generation++;
    world_in(link->network->world, RECEIVED_LATENCY_MS,
             (struct world_event){.happen = tell_lost, .self = link, .number = link->generation});
}

void network_broker_ended(struct network *network)
{
    network->router = NULL;
    handler = NULL;
    drop_arrived(network);
    for (struct link *link = network->links; link != NULL; link = link->next) {
        link_break(link);
    }
}

/* ---- frames ---- */

static void arrive(void *self, uint64_t number)
{
    struct frame *frame = self;
    struct link *link = frame->link;
    struct network *network = link->network;

    (void)number; /* the frame knows its connection */
    if (!link->is_connected || frame->generation != link->generation) {
        free(frame);
        return;
    }
    network->world->tally.frames++;
    world_note(network->world, frame->way == LINK_TO_BROKER ? "to broker" : "to peer", link->number,
               (struct bytes){frame->data, frame->size});
    if (frame->way == LINK_TO_PEER) {
        link->peer.receive(link->peer.self, (struct bytes){frame->data, frame->size});
        free(frame);
        return;
    }
    frame->next = NULL;
    *(network->last == NULL ? &network->first : &network->last->next) = frame;
    network->last = frame;
    network->arrived(network->broker);
}

/* A stream keeps its order and doubles nothing, and the product holds the broker to that: a head
 * that comes after a later one is another history. What is said to the broker may also come over
 * another connection, and is not to rely on it. */
static bool is_disordered(struct world *world, enum link_way way, enum mishap mishap)
{
    return way == LINK_TO_BROKER && swarm_hits(world, mishap);
}

static void send_once(struct link *link, enum link_way way, struct bytes bytes)
{
    struct world *world = link->network->world;
    int64_t latency_ms = RECEIVED_LATENCY_MS + swarm_delay_ms(world);
    int64_t at_ms = world->now_ms + latency_ms;
    struct frame *frame = malloc(sizeof *frame + bytes.size);

    require(frame != NULL);
    *frame = (struct frame){
        .link = link, .generation = link->generation, .way = way, .size = bytes.size};
    memcpy(frame->data, bytes.data, bytes.size);
    if (at_ms < link->busy_ms[way] && !is_disordered(world, way, MISHAP_REORDER)) {
        at_ms = link->busy_ms[way];
    }
    link->busy_ms[way] = at_ms > link->busy_ms[way] ? at_ms : link->busy_ms[way];
    world_in(world, at_ms - world->now_ms, (struct world_event){.happen = arrive, .self = frame});
}

static void send_on(struct link *link, enum link_way way, struct bytes bytes)
{
    struct world *world = link->network->world;
    struct process *process = process_pause(); /* the network's memory is nobody's */

    if (swarm_hits(world, MISHAP_FLAP)) {
        link_break(link);
    } else if (link->cut_ms[way] <= world->now_ms && !swarm_hits(world, MISHAP_DROP)) {
        send_once(link, way, bytes);
        if (is_disordered(world, way, MISHAP_DUPLICATE)) {
            send_once(link, way, bytes);
        }
    }
    process_resume(process);
}

bool link_send(struct link *link, struct bytes frame)
{
    if (!link->is_connected) {
        return false;
    }
    process_effect();
    send_on(link, LINK_TO_BROKER, frame);
    process_effect();
    return true;
}

bool network_has_arrived(const struct network *network)
{
    return network->first != NULL;
}

void network_tell_broker(struct network *network)
{
    if (network->router != NULL && network->router->on_readable != NULL) {
        network->router->on_readable(network->router->self);
    }
}

/* ---- net/router.h ---- */

enum err router_open(void *context, uv_loop_t *loop, const struct router_options *options,
                     struct router **out)
{
    struct router *router = calloc(1, sizeof *router);

    (void)context;
    (void)loop;
    (void)options;
    require(router != NULL);
    router->network = in_use;
    in_use->router = router;
    *out = router;
    return ERR_OK;
}

void router_watch(struct router *router, router_fn on_readable, void *self)
{
    router->on_readable = on_readable;
    router->self = self;
}

const char *router_endpoint(const struct router *router)
{
    (void)router;
    return "tcp://127.0.0.1:1";
}

static void routing_of(const struct link *link, uint8_t out[ROUTER_ID_BYTES])
{
    out[0] = 0;
    bytes_put_u32(out + 1, (uint32_t)link->number);
}

bool router_receive(struct router *router, struct router_message *message)
{
    struct network *network = router->network;
    struct frame *frame = network->first;

    if (frame == NULL) {
        return false;
    }
    uint8_t *body = malloc(frame->size + 1);
    require(body != NULL);
    memcpy(body, frame->data, frame->size);
    *message = (struct router_message){
        .body = {body, frame->size}, .principal = frame->link->name, .address = "127.0.0.1"};
    routing_of(frame->link, message->routing_id);
    network->first = frame->next;
    network->last = network->first == NULL ? NULL : network->last;

    struct process *process = process_pause();
    free(frame);
    process_resume(process);
    return true;
}

void router_message_release(struct router_message *message)
{
    free((void *)(uintptr_t)message->body.data);
}

enum router_sent router_send(struct router *router, struct bytes routing_id, struct bytes body)
{
    uint8_t routing[ROUTER_ID_BYTES];

    for (struct link *link = router->network->links; link != NULL; link = link->next) {
        routing_of(link, routing);
        if (!link->is_connected || routing_id.size != sizeof routing ||
            memcmp(routing, routing_id.data, sizeof routing) != 0) {
            continue;
        }
        process_effect();
        if (router->network->watch != NULL) {
            struct process *process = process_pause();
            router->network->watch(router->network->watcher, link, body);
            process_resume(process);
        }
        send_on(link, LINK_TO_PEER, body);
        process_effect();
        return ROUTER_SENT;
    }
    return ROUTER_GONE;
}

void router_close(struct router *router)
{
    if (router != NULL && router->network->router == router) {
        router->network->router = NULL;
    }
    free(router);
}

/* ---- net/zap.h, net/selftest.h, net/socket.h ---- */

enum err zap_open(void *context, uv_loop_t *loop, const struct zap_principals *principals,
                  struct zap **out)
{
    (void)context;
    (void)loop;
    *out = calloc(1, sizeof **out);
    require(*out != NULL);
    (*out)->principals = *principals;
    handler = *out;
    return ERR_OK;
}

void zap_close(struct zap *zap)
{
    handler = handler == zap ? NULL : handler;
    free(zap);
}

enum err selftest_start(void *context, uv_loop_t *loop, const struct selftest_options *options)
{
    (void)context;
    (void)loop;
    (void)options;
    return ERR_IO; /* there is no stranger here: tests/unit/net_selftest.c */
}

void *context_new(void)
{
    return NULL;
}

void context_free(void *context)
{
    (void)context;
}
