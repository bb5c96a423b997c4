/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to queries, from what is committed, within bounds. */
#include "broker/broker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/definitions.h"
#include "broker/outbox.h"
#include "core/authorise.h"
#include "core/document.h"
#include "core/names.h"
#include "core/verdict.h"
#include "store/bodies.h"
#include "store/proof.h"
#include "store/views.h"

enum { JOURNAL_BYTES_MAX = 512 * 1024, LIST_SCAN_MAX = 20000 };

/* One query being answered. */
struct asking {
    struct broker *broker;
    const Hs__Principal *principal;
    const Hs__Query *query;
    struct transaction *txn;
    struct arena *arena;
    Hs__Answer *answer;
};

static void refuse(struct asking *asking, enum refusal code, const char *detail)
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

/* Refuses for what the store said. */
static void refuse_for(struct asking *asking, enum err err, enum refusal when_absent,
                       const char *detail)
{
    if (err == ERR_ABSENT) {
        refuse(asking, when_absent, detail);
    } else {
        refuse(asking, REFUSAL_TOO_COMPLEX, err_text(err));
    }
}

static bool is_id(const char *text)
{
    size_t size = strspn(text, "0123456789");

    return size > 0 && size < 20 && text[size] == '\0';
}

/* Finds the proposal of this number or id that the principal may read; what it may not read is
 * answered as what is not there. */
static Hs__Proposal *find_proposal(struct asking *asking, const char *name)
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
        refuse_for(asking, err, REFUSAL_UNKNOWN_PROPOSAL, name);
        return NULL;
    }
    return proposal;
}

static Hs__Proposal *find_proposal_id(struct asking *asking, uint64_t id)
{
    char name[24];

    (void)snprintf(name, sizeof name, "%llu", (unsigned long long)id);
    return find_proposal(asking, name);
}

static void answer_show(struct asking *asking)
{
    Hs__Proposal *proposal = find_proposal(asking, asking->query->show->proposal);

    if (proposal != NULL) {
        asking->answer->body_case = HS__ANSWER__BODY_PROPOSAL;
        asking->answer->proposal = proposal;
    }
}

/* ---- lists ---- */

static bool is_overdue(const Hs__Proposal *proposal, const char *department)
{
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];

        if (review->state == HS__REVIEW__STATE__OVERDUE &&
            (department[0] == '\0' || strcmp(review->department, department) == 0)) {
            return true;
        }
    }
    return false;
}

static bool has_department(const Hs__Proposal *proposal, const char *department)
{
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        if (strcmp(proposal->reviews[i]->department, department) == 0) {
            return true;
        }
    }
    return department[0] == '\0';
}

static bool is_listed(const struct asking *asking, const Hs__Proposal *proposal)
{
    const Hs__Query__List *list = asking->query->list;

    return authorise_proposal(asking->principal, proposal) &&
           has_department(proposal, list->department) &&
           (!list->overdue || is_overdue(proposal, list->department)) &&
           (list->stage[0] == '\0' || strcmp(list->stage, proposal->stage) == 0);
}

/* Reads the status that the list asks for; false if there is no such word. */
static bool status_of(const char *word, Hs__Proposal__Status *out)
{
    const ProtobufCEnumValue *value;
    char upper[32];
    size_t size = strlen(word);

    if (size >= sizeof upper) {
        return false;
    }
    for (size_t i = 0; i <= size; i++) {
        upper[i] = (char)(word[i] >= 'a' && word[i] <= 'z' ? word[i] - 'a' + 'A' : word[i]);
    }
    value = protobuf_c_enum_descriptor_get_value_by_name(&hs__proposal__status__descriptor, upper);
    if (value == NULL) {
        return false;
    }
    *out = (Hs__Proposal__Status)value->value;
    return true;
}

static enum err next_ids(struct asking *asking, uint64_t after, struct id_list *ids)
{
    const Hs__Query__List *list = asking->query->list;
    Hs__Proposal__Status status;

    ids->count = 0;
    if (list->status[0] != '\0') {
        return status_of(list->status, &status) ? view_by_status(asking->txn, status, after, ids)
                                                : ERR_OK;
    }
    if (asking->principal->n_roles == 1 &&
        principal_has_role(asking->principal, HS__PRINCIPAL__ROLE__APPLICANT)) {
        return view_by_party(asking->txn, asking->principal->name, after, ids);
    }
    return view_all(asking->txn, after, ids);
}

/* Adds the proposals of @ids that are listed. Returns false when the answer is full. */
static bool add_listed(struct asking *asking, const struct id_list *ids, size_t limit,
                       Hs__Answer__Proposals *out)
{
    for (size_t i = 0; i < ids->count; i++) {
        struct arena_mark mark = arena_mark(asking->arena);
        Hs__Proposal *proposal = NULL;

        if (view_proposal(asking->txn, ids->ids[i], asking->arena, &proposal) != ERR_OK) {
            continue;
        }
        if (!is_listed(asking, proposal)) {
            arena_rewind(asking->arena, mark);
            continue;
        }
        if (out->n_proposals == limit) {
            out->more = true;
            return false;
        }
        out->proposals[out->n_proposals++] = proposal;
    }
    return true;
}

/* True if @id is a department or empty, which means all; else refuses: nothing found under a name
 * that does not exist would read as nothing to do. */
static bool knows_department(struct asking *asking, const char *id)
{
    const Hs__Office *office = asking->broker->office;
    bool is_known = id[0] == '\0';

    for (size_t i = 0; i < office->n_departments && !is_known; i++) {
        is_known = strcmp(office->departments[i]->id, id) == 0;
    }
    if (!is_known) {
        refuse(asking, REFUSAL_UNKNOWN_DEPARTMENT, id);
    }
    return is_known;
}

static void answer_list(struct asking *asking)
{
    const Hs__Query__List *list = asking->query->list;
    size_t limit = list->limit == 0 || list->limit > QUERY_ROWS_MAX ? QUERY_ROWS_MAX : list->limit;
    Hs__Answer__Proposals *out = message_new(&hs__answer__proposals__descriptor, asking->arena);
    struct id_list ids = {.ids = arena_array(asking->arena, QUERY_ROWS_MAX, sizeof(uint64_t)),
                          .max = QUERY_ROWS_MAX};
    uint64_t after = list->after;

    if (!knows_department(asking, list->department) || out == NULL || ids.ids == NULL) {
        return;
    }
    out->proposals = arena_array(asking->arena, limit, sizeof(Hs__Proposal *));
    if (out->proposals == NULL) {
        return;
    }
    for (size_t scanned = 0; scanned < LIST_SCAN_MAX; scanned += ids.count) {
        if (next_ids(asking, after, &ids) != ERR_OK || ids.count == 0) {
            break;
        }
        if (!add_listed(asking, &ids, limit, out)) {
            break;
        }
        after = ids.ids[ids.count - 1];
    }
    asking->answer->body_case = HS__ANSWER__BODY_PROPOSALS;
    asking->answer->proposals = out;
}

static Hs__ReviewLine *line_of(struct asking *asking, const struct due_review *row,
                               const char *department)
{
    Hs__ReviewLine *line = message_new(&hs__review_line__descriptor, asking->arena);
    Hs__Proposal *proposal = NULL;

    if (line == NULL ||
        view_proposal(asking->txn, row->proposal, asking->arena, &proposal) != ERR_OK) {
        return NULL;
    }
    line->review_id = review_id(asking->arena, proposal->number, row->round, department);
    line->title = proposal->title;
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        if (strcmp(proposal->reviews[i]->department, department) == 0) {
            line->review = proposal->reviews[i];
        }
    }
    return line->review_id == NULL || line->review == NULL ? NULL : line;
}

static bool add_part(struct asking *asking, const struct inbox *inbox, size_t limit,
                     Hs__Answer__Reviews *out)
{
    struct due_reviews list = {.count = 0};

    if (view_inbox(asking->txn, inbox, limit - out->n_reviews, asking->arena, &list) != ERR_OK) {
        return false;
    }
    for (size_t i = 0; i < list.count; i++) {
        Hs__ReviewLine *line = line_of(asking, &list.rows[i], inbox->department);

        if (line != NULL) {
            out->reviews[out->n_reviews++] = line;
        }
    }
    return true;
}

/* What can be answered first, then what waits for a correction. */
static bool add_reviews(struct asking *asking, const char *department, size_t limit,
                        Hs__Answer__Reviews *out)
{
    const struct inbox answerable = {department, INBOX_ANSWERABLE};
    const struct inbox waiting = {department, INBOX_WAITING};

    return add_part(asking, &answerable, limit, out) && add_part(asking, &waiting, limit, out);
}

static void answer_reviews(struct asking *asking)
{
    const Hs__Query__Reviews *reviews = asking->query->reviews;
    const char *own = asking->principal->department;
    const char *department = reviews->department[0] == '\0' ? own : reviews->department;
    Hs__Answer__Reviews *out = message_new(&hs__answer__reviews__descriptor, asking->arena);

    if (own[0] != '\0' && strcmp(own, department) != 0) {
        refuse(asking, REFUSAL_NOT_YOUR_REVIEW, department);
        return;
    }
    if (!knows_department(asking, department) || out == NULL) {
        return;
    }
    out->reviews = arena_array(asking->arena, QUERY_ROWS_MAX, sizeof(Hs__ReviewLine *));
    for (size_t i = 0; out->reviews != NULL && i < asking->broker->office->n_departments; i++) {
        const char *id = asking->broker->office->departments[i]->id;

        if ((department[0] == '\0' || strcmp(department, id) == 0) &&
            !add_reviews(asking, id, QUERY_ROWS_MAX, out)) {
            break;
        }
    }
    asking->answer->body_case = HS__ANSWER__BODY_REVIEWS;
    asking->answer->reviews = out;
}

/* ---- the verdict ---- */

/* Reads the opinions of the proposal's round; their hashes are made again from their bytes, and put
 * into @copy, so that a recomputation rests on the journal and not on the record. */
static bool read_opinions(struct asking *asking, const Hs__Proposal *proposal,
                          const Hs__Opinion **opinions)
{
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        Hs__Review *review = proposal->reviews[i];
        Hs__ReviewRef ref = HS__REVIEW_REF__INIT;
        Hs__Opinion *opinion = NULL;

        opinions[i] = NULL;
        if (review->opinion.len == 0) {
            continue;
        }
        ref.proposal = proposal->id;
        ref.round = proposal->round;
        ref.department = review->department;
        if (body_opinion(asking->txn, &ref, asking->arena, &opinion) != ERR_OK) {
            return false;
        }
        opinions[i] = opinion;
        struct hash *hash = arena_alloc(asking->arena, sizeof *hash);
        struct bytes bytes = message_pack(opinion, asking->arena);
        if (hash == NULL || bytes.data == NULL) {
            return false;
        }
        *hash = hash_of(bytes);
        review->opinion = (ProtobufCBinaryData){sizeof hash->bytes, hash->bytes};
        if (opinion->result != review->result &&
            review->result != HS__OPINION__RESULT__NOT_INVOLVED) {
            review->result = opinion->result;
        }
    }
    return true;
}

static bool recompute(struct asking *asking, Hs__Proposal *proposal, Hs__VerdictDocument *document)
{
    Hs__Verdict *verdict = verdict_build(proposal, asking->arena);
    char *hex = arena_alloc(asking->arena, 2 * sizeof(struct hash) + 1);
    struct hash hash;

    if (verdict == NULL || hex == NULL || !verdict_hash(verdict, asking->arena, &hash)) {
        return false;
    }
    bytes_to_hex((struct bytes){hash.bytes, sizeof hash.bytes}, hex);
    document->recomputed_hash = hex;
    return true;
}

static Hs__VerdictDocument *build_document(struct asking *asking, Hs__Proposal *proposal)
{
    struct definition_source source = definitions_of(asking->txn);
    const struct rulebook *rulebook =
        library_rulebook(asking->broker->library, bytes_of(proposal->pins), &source);
    const Hs__Opinion **opinions =
        arena_array(asking->arena, proposal->n_reviews, sizeof(Hs__Opinion *));
    struct hash hash;

    if (rulebook == NULL || opinions == NULL || !read_opinions(asking, proposal, opinions)) {
        return NULL;
    }
    struct bytes process = message_pack(rulebook->process, asking->arena);
    if (process.data == NULL) {
        return NULL;
    }
    hash = hash_of(process);
    struct document_sources sources = {
        .office = asking->broker->office,
        .proposal = proposal,
        .process = rulebook->process,
        .process_hash = hash.bytes,
        .opinions = opinions,
    };
    Hs__VerdictDocument *document = document_build(&sources, asking->arena);
    if (document != NULL && asking->query->verdict->recompute &&
        !recompute(asking, proposal, document)) {
        return NULL;
    }
    return document;
}

static void answer_verdict(struct asking *asking)
{
    const Hs__Query__GetVerdict *wanted = asking->query->verdict;
    Hs__Proposal *proposal = find_proposal(asking, wanted->proposal);

    if (proposal == NULL) {
        return;
    }
    if (proposal->status == HS__PROPOSAL__STATUS__GATE_FAILED ||
        proposal->status == HS__PROPOSAL__STATUS__WITHDRAWN) {
        refuse(asking, REFUSAL_NO_VERDICT, proposal->number);
        return;
    }
    if (proposal->verdict.len == 0 || (wanted->round != 0 && wanted->round != proposal->round)) {
        refuse(asking, REFUSAL_NO_VERDICT_YET, proposal->number);
        return;
    }
    Hs__VerdictDocument *document = build_document(asking, proposal);
    if (document == NULL) {
        refuse(asking, REFUSAL_TOO_COMPLEX, proposal->number);
        return;
    }
    asking->answer->body_case = HS__ANSWER__BODY_VERDICT;
    asking->answer->verdict = document;
}

/* ---- bodies and definitions ---- */

static void answer_definition(struct asking *asking)
{
    struct bytes hash = bytes_of(asking->query->definition->hash);
    Hs__Answer__Definition *out = message_new(&hs__answer__definition__descriptor, asking->arena);
    struct definition_body body;
    enum err err = hash.size == HASH_BYTES
                       ? body_definition(asking->txn, hash, asking->arena, &body)
                       : ERR_ABSENT;

    if (err != ERR_OK || out == NULL) {
        refuse_for(asking, err, REFUSAL_UNKNOWN_DEFINITION, NULL);
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

static void answer_packet(struct asking *asking)
{
    const Hs__Query__GetPacket *wanted = asking->query->packet;
    Hs__Proposal *proposal = find_proposal_id(asking, wanted->proposal);
    Hs__Packet *packet = NULL;

    if (proposal == NULL) {
        return;
    }
    uint32_t version = wanted->version == 0 ? proposal->packet_version : wanted->version;
    enum err err = body_packet(asking->txn, proposal->id, version, asking->arena, &packet);
    if (err != ERR_OK) {
        refuse_for(asking, err, REFUSAL_UNKNOWN_PROPOSAL, proposal->number);
        return;
    }
    asking->answer->body_case = HS__ANSWER__BODY_PACKET;
    asking->answer->packet = packet;
}

static void answer_opinion(struct asking *asking)
{
    const Hs__ReviewRef *review = asking->query->opinion->review;
    Hs__Opinion *opinion = NULL;

    if (review == NULL) {
        refuse(asking, REFUSAL_UNKNOWN_REVIEW, NULL);
        return;
    }
    Hs__Proposal *proposal = find_proposal_id(asking, review->proposal);
    if (proposal == NULL) {
        return;
    }
    enum err err = body_opinion(asking->txn, review, asking->arena, &opinion);
    if (err != ERR_OK) {
        refuse_for(asking, err, REFUSAL_UNKNOWN_REVIEW, review->department);
        return;
    }
    asking->answer->body_case = HS__ANSWER__BODY_OPINION;
    asking->answer->opinion = opinion;
}

/* ---- the journal ---- */

static bool fill_event(struct asking *asking, const struct entry *entry, Hs__JournalLine *line)
{
    const Hs__EventEntry *event =
        message_read(&hs__event_entry__descriptor, entry->bytes, asking->arena);

    if (event == NULL) {
        return false;
    }
    line->received_seq = event->received;
    line->command_index = event->index;
    line->event = message_read(&hs__event__descriptor, bytes_of(event->event), asking->arena);
    if (event->received != 0) {
        struct place place = {.seq = event->received, .index = event->index};
        Hs__Command *command = NULL;

        if (body_command(asking->txn, &place, asking->arena, &command) == ERR_OK) {
            line->command_id = command->id;
        }
    }
    return line->event != NULL;
}

static bool fill_line(struct asking *asking, const struct entry *entry, Hs__JournalLine *line)
{
    const Hs__SignedHead *head;

    switch (entry->kind) {
    case ENTRY_RECEIVED:
        line->received = message_read(&hs__received__descriptor, entry->bytes, asking->arena);
        return line->received != NULL;
    case ENTRY_EVENT:
        return fill_event(asking, entry, line);
    case ENTRY_HEAD:
        head = message_read(&hs__signed_head__descriptor, entry->bytes, asking->arena);
        if (head == NULL) {
            return false;
        }
        line->head = message_read(&hs__head__descriptor, bytes_of(head->head), asking->arena);
        return line->head != NULL;
    }
    return false;
}

static Hs__JournalLine *journal_line(struct asking *asking, const struct entry *entry,
                                     const struct hash *hash)
{
    Hs__JournalLine *line = message_new(&hs__journal_line__descriptor, asking->arena);
    uint8_t *leaf = arena_copy(asking->arena, (struct bytes){entry->leaf.bytes, HASH_BYTES});
    uint8_t *chain = arena_copy(asking->arena, (struct bytes){hash->bytes, HASH_BYTES});

    if (line == NULL || leaf == NULL || chain == NULL || !fill_line(asking, entry, line)) {
        return NULL;
    }
    line->seq = entry->seq;
    line->kind = entry_kind_name(entry->kind);
    line->at = entry->at_ms;
    line->leaf = (ProtobufCBinaryData){HASH_BYTES, leaf};
    line->hash = (ProtobufCBinaryData){HASH_BYTES, chain};
    return line;
}

static void answer_journal(struct asking *asking)
{
    const Hs__Query__GetJournal *wanted = asking->query->journal;
    size_t limit =
        wanted->limit == 0 || wanted->limit > QUERY_ROWS_MAX ? QUERY_ROWS_MAX : wanted->limit;
    Hs__Answer__Journal *out = message_new(&hs__answer__journal__descriptor, asking->arena);
    struct journal_walk walk;
    struct entry entry;
    size_t bytes = 0;

    if (out == NULL || journal_last_seq(asking->txn, &out->last_seq) != ERR_OK) {
        return;
    }
    out->lines = arena_array(asking->arena, limit, sizeof(Hs__JournalLine *));
    asking->answer->body_case = HS__ANSWER__BODY_JOURNAL;
    asking->answer->journal = out;
    if (out->lines == NULL ||
        journal_walk_begin(asking->txn, wanted->from == 0 ? 1 : wanted->from, &walk) != ERR_OK) {
        return; /* beyond the end: no lines yet */
    }
    while (out->n_lines < limit && bytes < JOURNAL_BYTES_MAX &&
           journal_walk_next(&walk, &entry) == ERR_OK) {
        Hs__JournalLine *line = journal_line(asking, &entry, &walk.hash);

        if (line == NULL) {
            break;
        }
        out->lines[out->n_lines++] = line;
        bytes += entry.bytes.size;
    }
}

/* ---- the office ---- */

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
        refuse_for(asking, err, REFUSAL_UNKNOWN_RECEIPT, NULL);
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
        answer_list(asking);
        break;
    case HS__QUERY__BODY_REVIEWS:
        answer_reviews(asking);
        break;
    case HS__QUERY__BODY_VERDICT:
        answer_verdict(asking);
        break;
    case HS__QUERY__BODY_DEFINITION:
        answer_definition(asking);
        break;
    case HS__QUERY__BODY_PACKET:
        answer_packet(asking);
        break;
    case HS__QUERY__BODY_OPINION:
        answer_opinion(asking);
        break;
    case HS__QUERY__BODY_JOURNAL:
        answer_journal(asking);
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
    case HS__QUERY__BODY__NOT_SET:
    case _HS__QUERY__BODY__CASE_IS_INT_SIZE:
        refuse(asking, REFUSAL_MALFORMED, NULL);
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
        .arena = arena,
        .answer = message_new(&hs__answer__descriptor, arena),
    };
    Hs__BrokerMessage *message = outbox_message(arena);

    if (asking.answer == NULL || message == NULL || asking.principal == NULL) {
        return; /* the client asks again */
    }
    asking.answer->id = query->id;
    if (!authorise(asking.principal, operation_of_query(query))) {
        refuse(&asking, REFUSAL_NOT_ALLOWED, NULL);
    } else if (journal_read_begin(broker->journal, &asking.txn) == ERR_OK) {
        answer_body(&asking);
        journal_read_end(asking.txn);
    }
    if (asking.answer->body_case == HS__ANSWER__BODY__NOT_SET) {
        refuse(&asking, REFUSAL_TOO_COMPLEX, NULL);
    }
    message->body_case = HS__BROKER_MESSAGE__BODY_ANSWER;
    message->answer = asking.answer;
    session_say(session, message);
}
