/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/outbox.h"

#include <string.h>

static enum router_sent send_bundle(const struct outbox *outbox, const struct session *session,
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
        return ROUTER_GONE;
    }
    return router_send(outbox->router, routing, frame);
}

/* Sends all messages of @session, until one cannot be. */
static enum router_sent send_all(const struct outbox *outbox, struct session *session,
                                 struct bytes head)
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
        enum router_sent result = send_bundle(outbox, session, &bundle, head);
        if (result != ROUTER_SENT) {
            return result;
        }
        sent += bundle.n_messages;
    }
    session->message_count = 0;
    return ROUTER_SENT;
}

/* The session lapses; its client hears of that once it reads again and says something. */
static void take_slow(const struct outbox *outbox, struct session *session)
{
    if (!session->is_slow) {
        log_event(outbox->log, LOG_WARNING, "reader_too_slow", log_text("principal", session->user),
                  LOG_END);
    }
    session_lapse(outbox->sessions, session);
    session->is_slow = true;
}

void outbox_flush(const struct outbox *outbox, struct bytes head)
{
    struct session *session = outbox->sessions->all;

    while (session != NULL) {
        struct session *following = session->all_next;

        enum router_sent sent =
            session->message_count == 0 ? ROUTER_SENT : send_all(outbox, session, head);
        if (sent == ROUTER_FULL) {
            take_slow(outbox, session);
        } else if (sent == ROUTER_GONE) {
            sessions_end(outbox->sessions, session);
        }
        session = following;
    }
}

Hs__BrokerMessage *outbox_message(struct arena *arena)
{
    return message_new(&hs__broker_message__descriptor, arena);
}
