/* SPDX-License-Identifier: Apache-2.0 */
#include "client/incoming.h"

#include <string.h>

/* One frame on its way in. */
struct incoming {
    struct conversation *conversation;
    const Hs__Bundle *bundle;
    int64_t now_ms;
};

static void report(struct conversation *conversation, enum client_problem problem,
                   const char *detail)
{
    if (conversation->handlers.problem != NULL) {
        conversation->handlers.problem(conversation->handlers.self, problem, detail);
    }
}

static void stop(struct conversation *conversation, enum client_problem problem, const char *detail)
{
    conversation->is_stopped = true;
    conversation->is_welcomed = false;
    report(conversation, problem, detail);
}

/* ---- welcome ---- */

static bool is_our_broker(const struct conversation *conversation, const Hs__Welcome *welcome)
{
    struct bytes key = {conversation->settings.broker_key,
                        sizeof conversation->settings.broker_key};

    return strcmp(welcome->office, conversation->settings.author.office) == 0 &&
           bytes_equal(bytes_of(welcome->sign_key), key);
}

static void take_welcome(struct incoming *incoming, const Hs__Welcome *welcome)
{
    struct conversation *conversation = incoming->conversation;

    if (!is_our_broker(conversation, welcome)) {
        stop(conversation, PROBLEM_WRONG_BROKER, welcome->office);
        return;
    }
    switch (witness_welcome(&conversation->witness, welcome->head, &conversation->incoming)) {
    case WITNESS_DIFFERS:
        stop(conversation, PROBLEM_HISTORY_DIFFERS, "welcome");
        return;
    case WITNESS_INVALID:
        stop(conversation, PROBLEM_WRONG_BROKER, "head");
        return;
    case WITNESS_AGREES:
        break;
    }
    conversation->is_welcomed = true;
    if (conversation->handlers.welcomed != NULL) {
        conversation->handlers.welcomed(conversation->handlers.self, welcome);
    }
}

/* ---- answers to commands ---- */

static struct pending_item *find_command(const struct conversation *conversation,
                                         ProtobufCBinaryData id)
{
    return id.len == COMMAND_ID_BYTES ? pending_find(&conversation->commands, id.data) : NULL;
}

/* Takes the command from what is pending before anybody is told: who is told may ask for more. */
static void answer(struct incoming *incoming, struct pending_item *item,
                   struct command_answer *command_answer)
{
    struct conversation *conversation = incoming->conversation;
    command_answered_fn answered = item->command_answered;
    void *self = item->self;

    memcpy(command_answer->command_id, item->id, sizeof item->id);
    pending_remove(&conversation->commands, item);
    pending_heard(&conversation->commands, incoming->now_ms);
    if (answered != NULL) {
        answered(self, command_answer);
    }
}

static void take_receipt(struct incoming *incoming, Hs__Receipt *receipt)
{
    struct conversation *conversation = incoming->conversation;
    struct pending_item *item = find_command(conversation, receipt->command_id);

    if (item == NULL) {
        return; /* the answer to a resend that was not needed */
    }
    if (receipt->head == NULL) {
        receipt->head = incoming->bundle->head;
    }
    if (!witness_receipt(&conversation->witness, receipt, &conversation->incoming)) {
        report(conversation, PROBLEM_RECEIPT_INVALID, "receipt");
        return;
    }
    answer(incoming, item, &(struct command_answer){.kind = ANSWER_RECEIPT, .receipt = receipt});
}

static bool is_temporary(const Hs__Refusal *refusal)
{
    return strcmp(refusal->code, "STORE_FULL") == 0 || strcmp(refusal->code, "TOO_BUSY") == 0;
}

/* No command of the envelope was looked at. To whoever waits for the answer, it is one. */
static void take_envelope_refusal(struct incoming *incoming, const Hs__Refusal *refusal)
{
    struct conversation *conversation = incoming->conversation;
    struct pending_item *item = conversation->commands.sent.first;

    report(conversation, PROBLEM_ENVELOPE_REFUSED, refusal->code);
    while (item != NULL && !conversation->is_stopped) {
        struct pending_item *next = item->next;

        if (!item->is_patient) {
            answer(incoming, item,
                   &(struct command_answer){.kind = ANSWER_REFUSAL, .refusal = refusal});
            next = conversation->commands.sent.first; /* who was told may have changed the list */
        }
        item = next;
    }
}

/* The receipt of the opinion that was already given: kept only if it proves it. */
static void complete_refusal(struct incoming *incoming, Hs__Refusal *refusal)
{
    struct conversation *conversation = incoming->conversation;

    if (refusal->receipt == NULL) {
        return;
    }
    if (refusal->receipt->head == NULL) {
        refusal->receipt->head = incoming->bundle->head;
    }
    if (!witness_receipt(&conversation->witness, refusal->receipt, &conversation->incoming)) {
        report(conversation, PROBLEM_RECEIPT_INVALID, refusal->code);
        refusal->receipt = NULL;
    }
}

static void take_refusal(struct incoming *incoming, Hs__Refusal *refusal)
{
    struct conversation *conversation = incoming->conversation;

    if (refusal->command_id.len == 0) {
        take_envelope_refusal(incoming, refusal);
        return;
    }

    struct pending_item *item = find_command(conversation, refusal->command_id);
    if (item == NULL || (item->is_patient && is_temporary(refusal))) {
        return; /* a temporary one stays, and is sent again after a silence */
    }
    complete_refusal(incoming, refusal);
    answer(incoming, item, &(struct command_answer){.kind = ANSWER_REFUSAL, .refusal = refusal});
}

static void take_unchanged(struct incoming *incoming, const Hs__Unchanged *unchanged)
{
    struct pending_item *item = find_command(incoming->conversation, unchanged->command_id);

    if (item != NULL) {
        answer(incoming, item, &(struct command_answer){.kind = ANSWER_UNCHANGED});
    }
}

/* ---- the rest ---- */

static void take_answer(struct incoming *incoming, const Hs__Answer *query_answer)
{
    struct pending *queries = &incoming->conversation->queries;
    uint8_t key[COMMAND_ID_BYTES];

    query_key(query_answer->id, key);
    struct pending_item *item = pending_find(queries, key);
    if (item == NULL) {
        return;
    }

    query_answered_fn answered = item->query_answered;
    void *self = item->self;
    pending_remove(queries, item);
    pending_heard(queries, incoming->now_ms);
    if (answered != NULL) {
        answered(self, query_answer);
    }
}

static void take_review(const struct client_handlers *handlers, const Hs__ReviewTask *task)
{
    if (handlers->review != NULL && task->review != NULL) {
        handlers->review(handlers->self, task);
    }
}

static void take_review_ended(const struct client_handlers *handlers, const Hs__ReviewEnded *ended)
{
    if (handlers->review_ended != NULL && ended->review != NULL) {
        handlers->review_ended(handlers->self, ended->review);
    }
}

static void take_feed(const struct client_handlers *handlers, const Hs__FeedItem *item)
{
    if (handlers->feed != NULL && item->event != NULL) {
        handlers->feed(handlers->self, item);
    }
}

static void take_document_state(const struct client_handlers *handlers,
                                const Hs__DocumentState *state)
{
    if (handlers->document_state != NULL) {
        handlers->document_state(handlers->self, state);
    }
}

static void take_document_chunk(const struct client_handlers *handlers,
                                const Hs__DocumentChunk *chunk)
{
    if (handlers->document_chunk != NULL) {
        handlers->document_chunk(handlers->self, chunk);
    }
}

/* While a hello is on its way the broker has only not had it yet. */
static void take_hello_wanted(struct incoming *incoming)
{
    if (incoming->conversation->is_welcomed) {
        conversation_begin(incoming->conversation, incoming->now_ms);
    }
}

static void take_message(struct incoming *incoming, const Hs__BrokerMessage *message)
{
    const struct client_handlers *handlers = &incoming->conversation->handlers;

    switch (message->body_case) {
    case HS__BROKER_MESSAGE__BODY_WELCOME:
        take_welcome(incoming, message->welcome);
        break;
    case HS__BROKER_MESSAGE__BODY_RECEIPT:
        take_receipt(incoming, message->receipt);
        break;
    case HS__BROKER_MESSAGE__BODY_REFUSAL:
        take_refusal(incoming, message->refusal);
        break;
    case HS__BROKER_MESSAGE__BODY_UNCHANGED:
        take_unchanged(incoming, message->unchanged);
        break;
    case HS__BROKER_MESSAGE__BODY_REVIEW:
        take_review(handlers, message->review);
        break;
    case HS__BROKER_MESSAGE__BODY_REVIEW_ENDED:
        take_review_ended(handlers, message->review_ended);
        break;
    case HS__BROKER_MESSAGE__BODY_FEED:
        take_feed(handlers, message->feed);
        break;
    case HS__BROKER_MESSAGE__BODY_ANSWER:
        take_answer(incoming, message->answer);
        break;
    case HS__BROKER_MESSAGE__BODY_DOCUMENT_STATE:
        take_document_state(handlers, message->document_state);
        break;
    case HS__BROKER_MESSAGE__BODY_DOCUMENT_CHUNK:
        take_document_chunk(handlers, message->document_chunk);
        break;
    case HS__BROKER_MESSAGE__BODY_HELLO_WANTED:
        take_hello_wanted(incoming);
        break;
    case HS__BROKER_MESSAGE__BODY__NOT_SET:
    case _HS__BROKER_MESSAGE__BODY__CASE_IS_INT_SIZE:
        report(incoming->conversation, PROBLEM_MESSAGE_INVALID, "empty message");
        break;
    }
}

static bool head_agrees(struct incoming *incoming)
{
    struct conversation *conversation = incoming->conversation;

    if (incoming->bundle->head == NULL) {
        return true;
    }
    switch (witness_look(&conversation->witness, incoming->bundle->head, &conversation->incoming)) {
    case WITNESS_AGREES:
        return true;
    case WITNESS_DIFFERS:
        stop(conversation, PROBLEM_HISTORY_DIFFERS, "bundle");
        return false;
    case WITNESS_INVALID:
        report(conversation, PROBLEM_MESSAGE_INVALID, "head of a bundle");
        return false;
    }
    return false;
}

void incoming_bundle(struct conversation *conversation, struct bytes frame, int64_t now_ms)
{
    struct arena *arena = &conversation->incoming;
    ProtobufCMessage *message = NULL;

    if (message_parse(&hs__bundle__descriptor, frame, arena, &message) != ERR_OK) {
        report(conversation, PROBLEM_MESSAGE_INVALID, "bundle");
        arena_clear(arena);
        return;
    }

    struct incoming incoming = {conversation, (const Hs__Bundle *)message, now_ms};
    if (head_agrees(&incoming)) {
        for (size_t i = 0; i < incoming.bundle->n_messages && !conversation->is_stopped; i++) {
            take_message(&incoming, incoming.bundle->messages[i]);
        }
    }
    arena_clear(arena);
}
