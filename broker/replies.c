/* SPDX-License-Identifier: Apache-2.0 */
/* What a turn decided, said to those who asked. */
#include "broker/broker.h"

#include "broker/outbox.h"

static void say_receipt(struct session *session, Hs__Receipt *receipt, struct arena *arena)
{
    Hs__BrokerMessage *message = outbox_message(arena);

    if (message != NULL) {
        message->body_case = HS__BROKER_MESSAGE__BODY_RECEIPT;
        message->receipt = receipt;
        session_say(session, message);
    }
}

static const char *sentence(const char *text, const char *detail, struct arena *arena)
{
    const char *whole =
        detail == NULL || detail[0] == '\0' ? text : arena_format(arena, "%s: %s", text, detail);

    return whole == NULL ? text : whole;
}

static void say_refusal(struct session *session, const struct reply *reply, struct arena *arena)
{
    Hs__BrokerMessage *message = outbox_message(arena);
    Hs__Refusal *refusal = message_new(&hs__refusal__descriptor, arena);

    if (message == NULL || refusal == NULL) {
        return;
    }
    refusal->command_id = binary_of(reply->command_id);
    refusal->code = refusal_code(reply->refusal);
    refusal->zh = sentence(refusal_zh(reply->refusal), reply->detail, arena);
    refusal->en = sentence(refusal_en(reply->refusal), reply->detail, arena);
    refusal->receipt = reply->receipt;
    message->body_case = HS__BROKER_MESSAGE__BODY_REFUSAL;
    message->refusal = refusal;
    session_say(session, message);
}

static void say_unchanged(struct session *session, const struct reply *reply, struct arena *arena)
{
    Hs__BrokerMessage *message = outbox_message(arena);
    Hs__Unchanged *unchanged = message_new(&hs__unchanged__descriptor, arena);

    if (message != NULL && unchanged != NULL) {
        unchanged->command_id = binary_of(reply->command_id);
        message->body_case = HS__BROKER_MESSAGE__BODY_UNCHANGED;
        message->unchanged = unchanged;
        session_say(session, message);
    }
}

void replies_say(struct broker *broker)
{
    struct arena *arena = turn_arena(broker->turn);
    size_t count = 0;
    const struct reply *replies = turn_replies(broker->turn, &count);

    for (size_t i = 0; i < count; i++) {
        const struct arrival *arrival = replies[i].tag;
        struct session *session = sessions_take(
            &broker->sessions, (struct bytes){arrival->message.routing_id, ROUTER_ID_BYTES},
            arrival->message.principal);

        if (session == NULL) {
            continue; /* too many sessions: the client asks again */
        }
        if (replies[i].kind == REPLY_RECEIPT) {
            say_receipt(session, replies[i].receipt, arena);
        } else if (replies[i].kind == REPLY_REFUSAL) {
            say_refusal(session, &replies[i], arena);
        } else {
            say_unchanged(session, &replies[i], arena);
        }
    }
}
