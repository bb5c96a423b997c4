/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/outbox.h"

#include <string.h>

static bool send_bundle(struct router *router, const struct session *session,
                        const Hs__Bundle *bundle, struct arena *arena)
{
    struct bytes routing = {session->routing, session->routing_size};
    struct bytes frame = message_pack(bundle, arena);

    return frame.data != NULL && router_send(router, routing, frame) == ROUTER_SENT;
}

/* Sends all messages of @session. False: it cannot be reached. */
static bool send_all(struct router *router, struct session *session, Hs__SignedHead *head,
                     struct arena *arena)
{
    size_t sent = 0;

    while (sent < session->message_count) {
        struct arena_mark mark = arena_mark(arena);
        Hs__Bundle bundle = HS__BUNDLE__INIT;
        size_t bytes = 0;

        bundle.head = head;
        bundle.messages = session->messages + sent;
        while (sent + bundle.n_messages < session->message_count) {
            bytes += message_size(session->messages[sent + bundle.n_messages]);
            if (bytes > BUNDLE_BYTES_MAX && bundle.n_messages > 0) {
                break;
            }
            bundle.n_messages++;
        }
        if (!send_bundle(router, session, &bundle, arena)) {
            return false;
        }
        arena_rewind(arena, mark);
        sent += bundle.n_messages;
    }
    session->message_count = 0;
    return true;
}

void outbox_flush(struct sessions *sessions, struct router *router, struct bytes head,
                  struct arena *arena)
{
    Hs__SignedHead *signed_head =
        head.size == 0 ? NULL : message_read(&hs__signed_head__descriptor, head, arena);
    struct session *session = sessions->all;

    while (session != NULL) {
        struct session *following = session->all_next;

        if (session->message_count > 0 && !send_all(router, session, signed_head, arena)) {
            sessions_end(sessions, session);
        }
        session = following;
    }
}

Hs__BrokerMessage *outbox_message(struct arena *arena)
{
    return message_new(&hs__broker_message__descriptor, arena);
}
