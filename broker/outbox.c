/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/outbox.h"

#include <string.h>

static bool send_bundle(const struct outbox *outbox, const struct session *session,
                        Hs__Bundle *bundle, struct bytes head)
{
    struct bytes routing = {session->routing, session->routing_size};

    arena_clear(outbox->arena);
    if (head.size > 0) {
        bundle->head = message_read(&hs__signed_head__descriptor, head, outbox->arena);
    }
    struct bytes frame = message_pack(bundle, outbox->arena);
    if (frame.data == NULL) {
        log_event(outbox->log, LOG_ERROR, "frame_too_large", log_text("principal", session->user),
                  log_number("messages", (int64_t)bundle->n_messages), LOG_END);
        return false;
    }
    enum router_sent sent = router_send(outbox->router, routing, frame);
    if (sent == ROUTER_FULL) {
        log_event(outbox->log, LOG_WARNING, "reader_too_slow", log_text("principal", session->user),
                  LOG_END);
    }
    return sent == ROUTER_SENT;
}

/* Sends all messages of @session. False: it cannot be reached. */
static bool send_all(const struct outbox *outbox, struct session *session, struct bytes head)
{
    size_t sent = 0;

    while (sent < session->message_count) {
        Hs__Bundle bundle = HS__BUNDLE__INIT;
        size_t bytes = 0;

        bundle.messages = session->messages + sent;
        while (sent + bundle.n_messages < session->message_count) {
            bytes += message_size(session->messages[sent + bundle.n_messages]);
            if (bytes > BUNDLE_BYTES_MAX && bundle.n_messages > 0) {
                break;
            }
            bundle.n_messages++;
        }
        if (!send_bundle(outbox, session, &bundle, head)) {
            return false;
        }
        sent += bundle.n_messages;
    }
    session->message_count = 0;
    return true;
}

void outbox_flush(const struct outbox *outbox, struct bytes head)
{
    struct session *session = outbox->sessions->all;

    while (session != NULL) {
        struct session *following = session->all_next;

        if (session->message_count > 0 && !send_all(outbox, session, head)) {
            sessions_end(outbox->sessions, session);
        }
        session = following;
    }
}

Hs__BrokerMessage *outbox_message(struct arena *arena)
{
    return message_new(&hs__broker_message__descriptor, arena);
}
