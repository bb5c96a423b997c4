/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that are no commands: hello, queries, watching, documents. */
#include "broker/broker.h"

#include <string.h>

#include "broker/outbox.h"
#include "core/authorise.h"

bool message_is(struct bytes body, Hs__ClientMessage__BodyCase kind)
{
    return body.size > 0 && body.data[0] >> 3 == kind;
}

static void say_welcome(struct broker *broker, struct session *session, const Hs__Hello *hello,
                        struct arena *arena)
{
    Hs__BrokerMessage *message = outbox_message(arena);
    Hs__Welcome *welcome = message_new(&hs__welcome__descriptor, arena);

    if (message == NULL || welcome == NULL || !clock_watch_tell(broker, welcome, arena)) {
        return;
    }
    welcome->office = broker->office->id;
    welcome->sign_key = broker->office->sign_key;
    welcome->head = (Hs__SignedHead *)(uintptr_t)history_head(broker, session, hello, arena);
    welcome->prefix = broker->office->prefix;
    welcome->utc_offset_minutes = broker->office->utc_offset_minutes;
    for (size_t i = 0; i < broker->office->n_packs; i++) {
        if (strcmp(broker->office->packs[i]->id, session->department) == 0) {
            welcome->pack = broker->office->packs[i]->hash;
        }
    }
    message->body_case = HS__BROKER_MESSAGE__BODY_WELCOME;
    message->welcome = welcome;
    session_say(session, message);
}

static void take_hello(struct broker *broker, struct session *session, const Hs__Hello *hello,
                       struct arena *arena)
{
    const Hs__Principal *principal = directory_find(&broker->directory, session->user);

    session->department[0] = '\0';
    session->credit = 0;
    session->lease_count = 0;
    session->has_greeted = true;
    session->is_hello_wanted = false;
    session->is_slow = false;
    if (principal != NULL && principal_has_role(principal, HS__PRINCIPAL__ROLE__AGENT) &&
        authorise(principal, OPERATION_RECEIVE_REVIEW, broker_now_ms(broker)) == REFUSAL_NONE &&
        strcmp(hello->department, principal->department) == 0 &&
        strlen(hello->department) < DEPARTMENT_BYTES_MAX &&
        hello->instance.len == sizeof session->instance) {
        memcpy(session->department, hello->department, strlen(hello->department) + 1);
        memcpy(session->instance, hello->instance.data, sizeof session->instance);
        session->credit = hello->credit > CREDIT_MAX ? CREDIT_MAX : hello->credit;
        sessions_replace(&broker->sessions, session);
        log_event(broker->options.log, LOG_INFO, "agent_joined",
                  log_text("principal", session->user),
                  log_number("credit", (int64_t)session->credit), LOG_END);
    }
    say_welcome(broker, session, hello, arena);
    if (session->department[0] != '\0') { /* what it held before may be another's now */
        dispatch_department(broker, session->department, arena);
    }
}

void message_want_hello(struct broker *broker, struct session *session)
{
    Hs__BrokerMessage *message = outbox_message(&broker->query_arena);
    Hs__HelloWanted *wanted = message_new(&hs__hello_wanted__descriptor, &broker->query_arena);

    if (message != NULL && wanted != NULL) {
        message->body_case = HS__BROKER_MESSAGE__BODY_HELLO_WANTED;
        message->hello_wanted = wanted;
        session->is_hello_wanted = true; /* until a full queue makes it lapse again */
        session_say(session, message);
    }
}

/* A query that cannot be read is answered under id 0; its own is not known. */
static void refuse_unreadable(struct broker *broker, struct session *session, struct bytes body,
                              enum refusal code)
{
    struct arena *arena = &broker->query_arena;

    if (!session->is_misunderstood) {
        session->is_misunderstood = true;
        log_event(broker->options.log, LOG_WARNING, "message_unreadable",
                  log_text("principal", session->user), log_text("code", refusal_code(code)),
                  log_number("bytes", (int64_t)body.size), LOG_END);
    }
    Hs__BrokerMessage *message = outbox_message(arena);
    Hs__Answer *answer = message_new(&hs__answer__descriptor, arena);
    Hs__Refusal *refusal = message_new(&hs__refusal__descriptor, arena);

    if (message_is(body, HS__CLIENT_MESSAGE__BODY_QUERY) && message != NULL && answer != NULL &&
        refusal != NULL) {
        refusal->code = refusal_code(code);
        refusal->zh = refusal_zh(code);
        refusal->en = refusal_en(code);
        answer->body_case = HS__ANSWER__BODY_REFUSAL;
        answer->refusal = refusal;
        message->body_case = HS__BROKER_MESSAGE__BODY_ANSWER;
        message->answer = answer;
        session_say(session, message);
    }
}

static void take_watch(struct broker *broker, struct session *session, const Hs__Watch *watch)
{
    const Hs__Principal *principal = directory_find(&broker->directory, session->user);

    if (principal != NULL &&
        authorise(principal, OPERATION_WATCH, broker_now_ms(broker)) == REFUSAL_NONE) {
        (void)session_watch(session, watch->proposal, watch->stop); /* beyond the bound: not told */
    }
}

static void take_content(struct broker *broker, struct session *session,
                         const Hs__ClientMessage *content, struct arena *arena)
{
    switch (content->body_case) {
    case HS__CLIENT_MESSAGE__BODY_HELLO:
        take_hello(broker, session, content->hello, arena);
        break;
    case HS__CLIENT_MESSAGE__BODY_QUERY:
        query_answer(broker, session, content->query, arena);
        break;
    case HS__CLIENT_MESSAGE__BODY_WATCH:
        take_watch(broker, session, content->watch);
        break;
    case HS__CLIENT_MESSAGE__BODY_DOCUMENT_PUT:
        transfer_put(broker->documents, session, content->document_put);
        break;
    case HS__CLIENT_MESSAGE__BODY_DOCUMENT_GET:
        transfer_get(broker->documents, session, content->document_get);
        break;
    case HS__CLIENT_MESSAGE__BODY_HEARTBEAT: /* being heard is all it is for */
    case HS__CLIENT_MESSAGE__BODY_ENVELOPE:  /* waits for a turn */
    case HS__CLIENT_MESSAGE__BODY__NOT_SET:
    case _HS__CLIENT_MESSAGE__BODY__CASE_IS_INT_SIZE:
        break;
    }
}

void message_take(struct broker *broker, struct session *session, struct bytes body)
{
    ProtobufCMessage *content = NULL;
    struct arena_mark mark = arena_mark(&broker->query_arena);
    enum err err =
        message_parse(&hs__client_message__descriptor, body, &broker->query_arena, &content);

    if (err == ERR_OK) {
        take_content(broker, session, (const Hs__ClientMessage *)content, &broker->query_arena);
    } else {
        arena_rewind(&broker->query_arena, mark);
        refuse_unreadable(broker, session, body,
                          err == ERR_FULL ? REFUSAL_TOO_LARGE : REFUSAL_MALFORMED);
    }
}
