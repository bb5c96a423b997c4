/* SPDX-License-Identifier: Apache-2.0 */
#include "library/connection.h"

#include <string.h>

#include "client/envelope.h"
#include "core/names.h"
#include "lib/check.h"
#include "lib/text.h"
#include "proto/text/json.h"
#include "proto/text/packet_text.h"

/* The public header writes out sizes of its own. */
_Static_assert((int)HUISHEN_COMMAND_ID_BYTES == (int)COMMAND_ID_BYTES, "see limits.h");
_Static_assert((int)HUISHEN_PROPOSAL_BYTES == (int)PROPOSAL_NUMBER_MAX + 1, "see names.h");

void connection_begin(struct huishen *office)
{
    arena_clear(&office->arena);
    office->code = "";
    office->reason = "";
}

const char *connection_text(const struct huishen *office, const char *zh, const char *en)
{
    return office->language == HUISHEN_ZH ? zh : en;
}

enum text_language connection_language(const struct huishen *office)
{
    return office->language == HUISHEN_ZH ? TEXT_ZH : TEXT_EN;
}

enum huishen_result connection_refuse(struct huishen *office, enum refusal refusal)
{
    office->code = refusal_code(refusal);
    office->reason = connection_text(office, refusal_zh(refusal), refusal_en(refusal));
    return HUISHEN_REFUSED;
}

enum huishen_result connection_refused(struct huishen *office, const Hs__Refusal *refusal)
{
    office->code = refusal->code;
    office->reason = connection_text(office, refusal->zh, refusal->en);
    return HUISHEN_REFUSED;
}

enum huishen_result connection_invalid(struct huishen *office, const char *reason)
{
    office->code = "INVALID";
    office->reason = reason;
    return HUISHEN_INVALID;
}

/* Says why the broker is not to be believed. */
static enum huishen_result distrust(struct huishen *office)
{
    const char *problem = office->call == NULL ? NULL : client_call_problem(office->call);

    office->code = problem == NULL ? "NOT_TRUSTED" : problem;
    office->reason = connection_text(office, "对方不是约定的服务端，或台账与此前见过的不一致",
                                     "this is not the broker agreed on, or its journal is not the "
                                     "one seen before");
    return HUISHEN_DISTRUSTED;
}

enum huishen_result connection_fail(struct huishen *office, enum err err)
{
    switch (err) {
    case ERR_OK:
        return HUISHEN_DONE;
    case ERR_TIMEOUT:
        office->code = "NO_ANSWER";
        office->reason = connection_text(office, "没有在期限内答复", "no answer in time");
        return HUISHEN_NO_ANSWER;
    case ERR_DENIED:
        return connection_refuse(office, REFUSAL_UNKNOWN_SIGNER);
    case ERR_CORRUPT:
        return distrust(office);
    case ERR_FULL:
        return connection_refuse(office, REFUSAL_TOO_LARGE);
    case ERR_INVALID:
        return connection_invalid(
            office, connection_text(office, "地址或密钥的写法不对",
                                    "the endpoint or a key is not written as it should be"));
    case ERR_EXISTS:
    case ERR_ABSENT:
    case ERR_NO_SPACE:
    case ERR_IO:
        break;
    }
    office->code = "ENVIRONMENT";
    office->reason = err_text(err);
    return HUISHEN_ENVIRONMENT;
}

enum huishen_result connection_errors(struct huishen *office, const struct text_errors *errors)
{
    struct text_builder builder;

    text_builder_init(&builder, &office->arena, (size_t)TEXT_ERRORS_MAX * TEXT_REASON_BYTES * 2);
    for (size_t i = 0; i < errors->count; i++) {
        const struct text_error *error = &errors->rows[i];

        text_builder_add_format(&builder, "%s%u: %s%s%s", i == 0 ? "" : "\n", error->line,
                                error->path, error->path[0] == '\0' ? "" : ": ", error->reason);
    }
    const char *text = text_builder_finish(&builder);
    return text == NULL ? connection_fail(office, ERR_FULL) : connection_invalid(office, text);
}

enum huishen_result connection_query(struct huishen *office, Hs__Query *query,
                                     Hs__Answer__BodyCase body, Hs__Answer **answer)
{
    enum err err =
        client_call_query(office->call, query, HUISHEN_ANSWER_MS, &office->arena, answer);

    if (err != ERR_OK) {
        return connection_fail(office, err);
    }
    if ((*answer)->body_case == HS__ANSWER__BODY_REFUSAL) {
        return connection_refused(office, (*answer)->refusal);
    }
    return (*answer)->body_case == body ? HUISHEN_DONE : connection_fail(office, ERR_IO);
}

enum huishen_result connection_show(struct huishen *office, const char *proposal,
                                    Hs__Proposal **out)
{
    Hs__Query__Show show = HS__QUERY__SHOW__INIT;
    Hs__Query query = HS__QUERY__INIT;
    Hs__Answer *answer = NULL;

    show.proposal = proposal;
    query.body_case = HS__QUERY__BODY_SHOW;
    query.show = &show;
    enum huishen_result result =
        connection_query(office, &query, HS__ANSWER__BODY_PROPOSAL, &answer);
    if (result == HUISHEN_DONE) {
        *out = answer->proposal;
    }
    return result;
}

/* Sets what @given has of @receipt. */
static enum huishen_result take_receipt(struct huishen *office, const Hs__Receipt *receipt,
                                        struct huishen_command *given)
{
    struct bytes bytes = message_pack(receipt, &office->arena);

    if (bytes.data == NULL) {
        return connection_fail(office, ERR_FULL);
    }
    given->seq = receipt->seq;
    given->receipt = bytes.data;
    given->receipt_bytes = bytes.size;
    if (receipt->result != NULL) {
        size_t size = strnlen(receipt->result->number, PROPOSAL_NUMBER_MAX);

        memcpy(given->proposal, receipt->result->number, size);
        given->proposal[size] = '\0';
    }
    return HUISHEN_DONE;
}

static bool is_new(const struct huishen_command *command)
{
    static const uint8_t none[HUISHEN_COMMAND_ID_BYTES];

    return memcmp(command->id, none, sizeof none) == 0;
}

enum huishen_result connection_command(struct huishen *office, Hs__Command *command,
                                       struct huishen_command *given)
{
    const struct clock *clock = &office->settings.clock;
    struct command_answer answer = {.kind = ANSWER_UNCHANGED};

    if (is_new(given)) {
        command_id_make(clock->wall_ms(clock->self), given->id);
    }
    command->id = binary_of((struct bytes){given->id, sizeof given->id});
    enum err err =
        client_call_command(office->call, command, HUISHEN_ANSWER_MS, &office->arena, &answer);
    if (err != ERR_OK) {
        return connection_fail(office, err);
    }
    switch (answer.kind) {
    case ANSWER_RECEIPT:
        return take_receipt(office, answer.receipt, given);
    case ANSWER_REFUSAL:
        if (answer.refusal->receipt != NULL) {
            (void)take_receipt(office, answer.refusal->receipt, given); /* the refusal counts */
        }
        return connection_refused(office, answer.refusal);
    case ANSWER_UNCHANGED:
        break;
    }
    return HUISHEN_DONE;
}

enum huishen_result connection_json(struct huishen *office, const void *message, const char **out)
{
    json_t *json = message_to_json(message, client_call_welcome(office->call)->utc_offset_minutes);

    if (json == NULL) {
        return connection_fail(office, ERR_IO);
    }

    size_t size = json_dumpb(json, NULL, 0, PACKET_JSON_FLAGS);
    char *text = size > LIBRARY_JSON_BYTES_MAX ? NULL : arena_alloc(&office->arena, size + 1);
    if (text != NULL) {
        require(json_dumpb(json, text, size, PACKET_JSON_FLAGS) == size);
        *out = text; /* the arena's bytes are zeroed: it ends there */
    }
    json_decref(json);
    return text != NULL ? HUISHEN_DONE : connection_fail(office, ERR_FULL);
}
