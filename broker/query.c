/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to queries, from what is committed, within bounds. */
#include "broker/query.h"

#include <stdlib.h>
#include <string.h>

#include "broker/outbox.h"
#include "core/authorise.h"
#include "core/disclose.h"
#include "core/names.h"
#include "store/bodies.h"
#include "store/proof.h"
#include "store/views.h"

void query_refuse(struct asking *asking, enum refusal code, const char *detail)
{
    Hs__Refusal *refusal = message_new(&hs__refusal__descriptor, asking->arena);

    if (refusal == NULL) {
        return;
    }
    refusal->code = refusal_code(code);
    refusal->zh = refusal_zh(code);
    refusal->en = refusal_en(code);
    if (detail != NULL) {
        refusal->zh = arena_format(asking->arena, "%s: %s", refusal->zh, detail);
        refusal->en = arena_format(asking->arena, "%s: %s", refusal->en, detail);
    }
    asking->answer->body_case = HS__ANSWER__BODY_REFUSAL;
    asking->answer->refusal = refusal;
}

void query_refuse_for(struct asking *asking, enum err err, enum refusal when_absent,
                      const char *detail)
{
    if (err == ERR_ABSENT) {
        query_refuse(asking, when_absent, detail);
    } else {
        query_refuse(asking, REFUSAL_TOO_COMPLEX, err_text(err));
    }
}

static bool is_id(const char *text)
{
    size_t size = strspn(text, "0123456789");

    return size > 0 && size < 20 && text[size] == '\0';
}

Hs__Proposal *query_find_proposal(struct asking *asking, const char *name)
{
    Hs__Proposal *proposal = NULL;
    uint64_t id = 0;
    enum err err = ERR_OK;

    if (is_id(name)) {
        id = strtoull(name, NULL, 10);
    } else if (strlen(name) <= PROPOSAL_NUMBER_MAX) {
        err = view_number(asking->txn, name, &id);
    } else {
        err = ERR_ABSENT;
    }
    if (err == ERR_OK) {
        err = view_proposal(asking->txn, id, asking->arena, &proposal);
    }
    if (err == ERR_OK && !authorise_proposal(asking->principal, proposal)) {
        err = ERR_ABSENT;
    }
    if (err != ERR_OK) {
        query_refuse_for(asking, err, REFUSAL_UNKNOWN_PROPOSAL, name);
        return NULL;
    }
    return proposal;
}

Hs__Proposal *query_find_disclosed(struct asking *asking, const char *name)
{
    Hs__Proposal *proposal = query_find_proposal(asking, name);

    return proposal == NULL ? NULL : disclose_proposal(asking->principal, proposal, asking->arena);
}

static void answer_show(struct asking *asking)
{
    Hs__Proposal *proposal = query_find_disclosed(asking, asking->query->show->proposal);

    if (proposal != NULL) {
        asking->answer->body_case = HS__ANSWER__BODY_PROPOSAL;
        asking->answer->proposal = proposal;
    }
}

static void answer_definition(struct asking *asking)
{
    struct bytes hash = bytes_of(asking->query->definition->hash);
    Hs__Answer__Definition *out = message_new(&hs__answer__definition__descriptor, asking->arena);
    struct definition_body body;
    enum err err = hash.size == HASH_BYTES
                       ? body_definition(asking->txn, hash, asking->arena, &body)
                       : ERR_ABSENT;

    if (err != ERR_OK || out == NULL) {
        query_refuse_for(asking, err, REFUSAL_UNKNOWN_DEFINITION, NULL);
        return;
    }
    if (body.kind == DEFINITION_PINS) {
        out->pins = message_read(&hs__pins__descriptor, body.bytes, asking->arena);
    } else {
        out->kind = (Hs__Publish__Kind)body.kind;
        out->definition = binary_of(body.bytes);
    }
    asking->answer->body_case = HS__ANSWER__BODY_DEFINITION;
    asking->answer->definition = out;
}

static void answer_principals(struct asking *asking)
{
    const struct directory *directory = &asking->broker->directory;
    Hs__Answer__Principals *out = message_new(&hs__answer__principals__descriptor, asking->arena);

    if (out != NULL) {
        out->n_principals = directory->count;
        out->principals = directory->rows;
        asking->answer->body_case = HS__ANSWER__BODY_PRINCIPALS;
        asking->answer->principals = out;
    }
}

static void answer_office(struct asking *asking)
{
    asking->answer->body_case = HS__ANSWER__BODY_OFFICE;
    asking->answer->office = asking->broker->office;
}

static void answer_receipt(struct asking *asking)
{
    struct bytes id = bytes_of(asking->query->receipt->command_id);
    struct command_row row;
    enum err err = id.size == COMMAND_ID_BYTES
                       ? view_command(asking->txn, id, asking->principal->number, &row)
                       : ERR_ABSENT;

    if (err == ERR_OK) {
        err = receipt_build(asking->txn, &row, id, asking->arena, &asking->answer->receipt);
    }
    if (err != ERR_OK) {
        query_refuse_for(asking, err, REFUSAL_UNKNOWN_RECEIPT, NULL);
        return;
    }
    asking->answer->body_case = HS__ANSWER__BODY_RECEIPT;
}

static void answer_body(struct asking *asking)
{
    switch (asking->query->body_case) {
    case HS__QUERY__BODY_SHOW:
        answer_show(asking);
        break;
    case HS__QUERY__BODY_LIST:
        query_answer_list(asking);
        break;
    case HS__QUERY__BODY_REVIEWS:
        query_answer_reviews(asking);
        break;
    case HS__QUERY__BODY_VERDICT:
        query_answer_verdict(asking);
        break;
    case HS__QUERY__BODY_DEFINITION:
        answer_definition(asking);
        break;
    case HS__QUERY__BODY_PACKET:
        query_answer_packet(asking);
        break;
    case HS__QUERY__BODY_OPINION:
        query_answer_opinion(asking);
        break;
    case HS__QUERY__BODY_JOURNAL:
        query_answer_journal(asking);
        break;
    case HS__QUERY__BODY_PRINCIPALS:
        answer_principals(asking);
        break;
    case HS__QUERY__BODY_OFFICE:
        answer_office(asking);
        break;
    case HS__QUERY__BODY_RECEIPT:
        answer_receipt(asking);
        break;
    case HS__QUERY__BODY_BOARD:
        query_answer_board(asking);
        break;
    case HS__QUERY__BODY__NOT_SET:
    case _HS__QUERY__BODY__CASE_IS_INT_SIZE:
        query_refuse(asking, REFUSAL_MALFORMED, NULL);
        break;
    }
}

void query_answer(struct broker *broker, struct session *session, const Hs__Query *query,
                  struct arena *arena)
{
    struct asking asking = {
        .broker = broker,
        .principal = directory_find(&broker->directory, session->user),
        .query = query,
        .now_ms = broker_now_ms(broker),
        .arena = arena,
        .answer = message_new(&hs__answer__descriptor, arena),
    };
    Hs__BrokerMessage *message = outbox_message(arena);

    if (asking.answer == NULL || message == NULL || asking.principal == NULL) {
        return; /* the client asks again */
    }
    asking.answer->id = query->id;

    enum refusal refusal = authorise(asking.principal, operation_of_query(query), asking.now_ms);
    if (refusal != REFUSAL_NONE) {
        query_refuse(&asking, refusal, NULL);
    } else if (journal_read_begin(broker->journal, &asking.txn) == ERR_OK) {
        answer_body(&asking);
        journal_read_end(asking.txn);
    }
    if (asking.answer->body_case == HS__ANSWER__BODY__NOT_SET) {
        query_refuse(&asking, REFUSAL_TOO_COMPLEX, NULL);
    }
    message->body_case = HS__BROKER_MESSAGE__BODY_ANSWER;
    message->answer = asking.answer;
    session_say(session, message);
}
