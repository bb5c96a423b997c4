/* SPDX-License-Identifier: Apache-2.0 */
/* Intake: a packet is checked against the dictionary, the gates and everybody's must-checks; what
 * is missing is told once, and a round is opened only when nothing is. */
#include "core/decide.h"

#include <string.h>

#include "core/evaluate.h"
#include "core/facts.h"
#include "core/findings.h"
#include "core/names.h"
#include "lib/check.h"
#include "lib/text.h"

enum {
    TITLE_BYTES_MAX = 1024,
    MISSING_MAX = 4096,
    MISSING_DOCUMENTS_BYTES_MAX = 65536, /* of the list in a refusal */
    SEATS_MAX = 64,
};

/* Everything the machine checks said about one packet. */
struct intake {
    const struct situation *situation;
    struct decision *decision;
    const Hs__Packet *packet;
    struct facts facts;
    struct findings gate;
    struct findings lead;
    bool is_involved[SEATS_MAX]; /* by seat of the stage */
    Hs__MissingField **missing;
    size_t missing_count;
};

static bool fail_for_memory(struct intake *intake)
{
    decision_refuse(intake->decision, REFUSAL_TOO_COMPLEX, NULL);
    return false;
}

static Hs__MissingField *missing_field(struct intake *intake, const char *path, const char *reason)
{
    struct arena *arena = intake->situation->arena;

    for (size_t i = 0; i < intake->missing_count; i++) {
        if (path[0] != '\0' && strcmp(intake->missing[i]->path, path) == 0) {
            return intake->missing[i];
        }
    }
    if (intake->missing == NULL) {
        intake->missing = arena_array(arena, MISSING_MAX, sizeof(Hs__MissingField *));
    }
    if (intake->missing == NULL || intake->missing_count == MISSING_MAX) {
        return NULL;
    }

    Hs__MissingField *field = message_new(&hs__missing_field__descriptor, arena);
    if (field != NULL) {
        field->path = path;
        field->reason = reason;
        intake->missing[intake->missing_count++] = field;
    }
    return field;
}

static bool add_rule(struct intake *intake, Hs__MissingField *field, const char *rule_id)
{
    const char **larger;

    for (size_t i = 0; i < field->n_rule_ids; i++) {
        if (strcmp(field->rule_ids[i], rule_id) == 0) {
            return true;
        }
    }
    larger = arena_array(intake->situation->arena, field->n_rule_ids + 1, sizeof *larger);
    if (larger == NULL) {
        return false;
    }
    if (field->n_rule_ids > 0) {
        memcpy(larger, field->rule_ids, field->n_rule_ids * sizeof *larger);
    }
    larger[field->n_rule_ids++] = rule_id;
    field->rule_ids = larger;
    return true;
}

static bool note_missing(struct intake *intake, const char *path, const char *rule_id,
                         const char *reason)
{
    Hs__MissingField *field = missing_field(intake, path, reason);

    return field != NULL && add_rule(intake, field, rule_id);
}

static bool note_unknown(struct intake *intake, const Hs__Finding *finding)
{
    if (finding->n_missing == 0) {
        return note_missing(intake, "", finding->rule_id, finding->reason);
    }
    for (size_t i = 0; i < finding->n_missing; i++) {
        if (!note_missing(intake, finding->missing[i], finding->rule_id, "")) {
            return false;
        }
    }
    return true;
}

/* Notes what the unknown must-rules of @findings lack. */
static bool note_all_unknown(struct intake *intake, const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding_row *row = &findings->rows[i];

        if (row->finding->state == HS__FINDING__STATE__UNKNOWN &&
            row->rule->rule->severity == HS__RULE__SEVERITY__MUST &&
            !note_unknown(intake, row->finding)) {
            return fail_for_memory(intake);
        }
    }
    return true;
}

static bool run_office_checks(struct intake *intake)
{
    const struct rulebook *rulebook = intake->situation->rulebook;
    struct arena *arena = intake->situation->arena;

    if (rulebook->gate != NULL &&
        !findings_run(rulebook->gate, &intake->facts, arena, &intake->gate)) {
        return fail_for_memory(intake);
    }
    if (rulebook->lead != NULL &&
        !findings_run(rulebook->lead, &intake->facts, arena, &intake->lead)) {
        return fail_for_memory(intake);
    }
    return note_all_unknown(intake, &intake->gate) && note_all_unknown(intake, &intake->lead);
}

/* Decides whether the department of seat @index is involved; an involvement that cannot be answered
 * is a missing field like any other. */
static bool find_involvement(struct intake *intake, size_t index)
{
    const struct expression *when = intake->situation->rulebook->when[index];
    const Hs__Seat *seat = intake->situation->rulebook->stage->seats[index];
    struct evaluation answer;

    if (when == NULL) {
        intake->is_involved[index] = true;
        return true;
    }
    expression_evaluate(when, &(struct scope){.root = intake->facts.root}, intake->situation->arena,
                        &answer);
    if (answer.kind == EVALUATION_VALUE && answer.value->kind == VALUE_BOOL) {
        intake->is_involved[index] = answer.value->truth;
        return true;
    }
    if (answer.kind == EVALUATION_UNKNOWN) {
        for (size_t i = 0; i < answer.missing_count; i++) {
            if (!note_missing(intake, answer.missing[i], seat->department, "")) {
                return fail_for_memory(intake);
            }
        }
        return true;
    }
    if (!note_missing(intake, "", seat->department, fault_zh(answer.fault))) {
        return fail_for_memory(intake);
    }
    return true;
}

static bool run_department_checks(struct intake *intake)
{
    const struct rulebook *rulebook = intake->situation->rulebook;
    bool told_by_all = rulebook->process->completeness == HS__PROCESS__COMPLETENESS__ALL;

    require(rulebook->stage->n_seats <= SEATS_MAX); /* lint holds a stage to it */
    for (size_t i = 0; i < rulebook->stage->n_seats; i++) {
        const struct compiled_pack *pack =
            rulebook_pack(rulebook, rulebook->stage->seats[i]->department);
        struct findings findings;

        if (!find_involvement(intake, i)) {
            return false;
        }
        if (!intake->is_involved[i] || !told_by_all || pack == NULL) {
            continue;
        }
        if (!findings_run(pack, &intake->facts, intake->situation->arena, &findings)) {
            return fail_for_memory(intake);
        }
        if (!note_all_unknown(intake, &findings)) {
            return false;
        }
    }
    return true;
}

/* A gate is a must-rule of the gate pack that rejects; the rest of that pack is the office's list.
 */
static bool is_gate(const Hs__Rule *rule)
{
    return rule->severity == HS__RULE__SEVERITY__MUST && rule->on_fail == HS__RULE__ON_FAIL__REJECT;
}

static bool has_failed(const struct finding_row *row)
{
    return row->finding->state == HS__FINDING__STATE__FAILED;
}

/* Fills @event with gate_failed if any gate failed. */
static bool gates_failed(struct intake *intake, Hs__GateFailed **out)
{
    struct arena *arena = intake->situation->arena;
    Hs__GateFailed *failed =
        decision_new(intake->decision, intake->situation, &hs__gate_failed__descriptor);
    Hs__Finding **rows = arena_array(arena, intake->gate.count, sizeof *rows);

    if (failed == NULL || rows == NULL) {
        return fail_for_memory(intake);
    }
    for (size_t i = 0; i < intake->gate.count; i++) {
        const struct finding_row *row = &intake->gate.rows[i];

        if (has_failed(row) && is_gate(row->rule->rule)) {
            rows[failed->n_findings++] = row->finding;
        }
    }
    failed->findings = rows;
    failed->n_missing = intake->missing_count;
    failed->missing = intake->missing;
    *out = failed->n_findings > 0 ? failed : NULL;
    return true;
}

static Hs__OfficeItem *office_item(struct intake *intake, const struct findings *findings,
                                   const struct finding_row *row)
{
    struct arena *arena = intake->situation->arena;
    const Hs__Rule *rule = row->rule->rule;
    Hs__OfficeItem *item = message_new(&hs__office_item__descriptor, arena);
    Hs__Item *detail = finding_item(findings, row, &intake->facts, arena);

    if (item == NULL || detail == NULL) {
        return NULL;
    }
    item->rule_id = rule->id;
    item->element = row->finding->element;
    item->effect = rule->on_fail;
    if (rule->on_fail == HS__RULE__ON_FAIL__REJECT && rule->severity != HS__RULE__SEVERITY__MUST) {
        item->effect = HS__RULE__ON_FAIL__CONDITION;
    }
    item->defect = detail->defect[0] == '\0'
                       ? detail->demand
                       : arena_format(arena, "%s（%s）", detail->demand, detail->defect);
    item->basis = detail->basis;
    return item->defect == NULL ? NULL : item;
}

static bool add_office_items(struct intake *intake, const struct findings *findings,
                             Hs__RoundOpened *opened)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding_row *row = &findings->rows[i];

        if (!has_failed(row)) {
            continue;
        }
        opened->office_items[opened->n_office_items] = office_item(intake, findings, row);
        if (opened->office_items[opened->n_office_items] == NULL) {
            return fail_for_memory(intake);
        }
        opened->n_office_items++;
    }
    return true;
}

static int64_t span_ms(const Hs__Limit *limit)
{
    if (limit == NULL) {
        return 0;
    }
    switch (limit->span_case) {
    case HS__LIMIT__SPAN_HOURS:
        return (int64_t)limit->hours * 3600000;
    case HS__LIMIT__SPAN_MINUTES:
        return (int64_t)limit->minutes * 60000;
    case HS__LIMIT__SPAN_SECONDS:
        return (int64_t)limit->seconds * 1000;
    case HS__LIMIT__SPAN_WORKING_DAYS: /* lint refuses it: there is no calendar to count by */
    case HS__LIMIT__SPAN__NOT_SET:
    case _HS__LIMIT__SPAN__CASE_IS_INT_SIZE:
        break;
    }
    return 0;
}

static Hs__Review *open_review(const struct situation *situation, const Hs__Seat *seat)
{
    Hs__Review *review = message_new(&hs__review__descriptor, situation->arena);

    if (review != NULL) {
        int64_t span = span_ms(seat->limit);

        review->department = seat->department;
        review->due_at = span > 0 ? situation->now_ms + span : 0;
        review->silence =
            seat->silence == NULL ? HS__SILENCE__DISPOSITION__ESCALATE : seat->silence->disposition;
        review->reason = seat->reason;
    }
    return review;
}

static bool fill_round(struct intake *intake, uint32_t round, Hs__RoundOpened *opened)
{
    const struct situation *situation = intake->situation;
    const Hs__Stage *stage = situation->rulebook->stage;

    opened->round = round;
    opened->stage = stage->id;
    opened->pins = binary_of((struct bytes){situation->rulebook->pins, sizeof(struct hash)});
    opened->reviews = arena_array(situation->arena, stage->n_seats, sizeof(Hs__Review *));
    opened->office_items = arena_array(situation->arena, intake->gate.count + intake->lead.count,
                                       sizeof(Hs__OfficeItem *));
    if (opened->reviews == NULL || opened->office_items == NULL) {
        return fail_for_memory(intake);
    }
    for (size_t i = 0; i < stage->n_seats; i++) {
        if (!intake->is_involved[i]) {
            continue;
        }
        opened->reviews[opened->n_reviews] = open_review(situation, stage->seats[i]);
        if (opened->reviews[opened->n_reviews] == NULL) {
            return fail_for_memory(intake);
        }
        opened->n_reviews++;
    }
    return add_office_items(intake, &intake->gate, opened) &&
           add_office_items(intake, &intake->lead, opened);
}

static void add_round(struct intake *intake, uint64_t proposal, uint32_t round)
{
    Hs__RoundOpened *opened =
        decision_new(intake->decision, intake->situation, &hs__round_opened__descriptor);

    if (opened == NULL || !fill_round(intake, round, opened)) {
        return;
    }
    Hs__Event *event = decision_add(intake->decision, intake->situation, proposal);
    if (event == NULL) {
        return;
    }
    event->body_case = HS__EVENT__BODY_ROUND_OPENED;
    event->round_opened = opened;
    if (opened->n_reviews == 0) {
        decision_conclude(intake->situation, intake->decision); /* nobody is waited for */
    }
}

static void add_correction(struct intake *intake, uint64_t proposal)
{
    Hs__CorrectionRequested *requested =
        decision_new(intake->decision, intake->situation, &hs__correction_requested__descriptor);
    Hs__Event *event = decision_add(intake->decision, intake->situation, proposal);

    if (requested == NULL || event == NULL) {
        return;
    }
    requested->n_missing = intake->missing_count;
    requested->missing = intake->missing;
    event->body_case = HS__EVENT__BODY_CORRECTION_REQUESTED;
    event->correction_requested = requested;
}

/* Adds what the checks lead to: the end at a gate, one correction list, or an open round. */
static void add_outcome(struct intake *intake, uint64_t proposal, uint32_t round)
{
    Hs__GateFailed *failed = NULL;

    if (!gates_failed(intake, &failed)) {
        return;
    }
    if (failed != NULL) {
        Hs__Event *event = decision_add(intake->decision, intake->situation, proposal);

        if (event != NULL) {
            event->body_case = HS__EVENT__BODY_GATE_FAILED;
            event->gate_failed = failed;
        }
        return;
    }
    if (intake->missing_count > 0) {
        add_correction(intake, proposal);
        return;
    }
    add_round(intake, proposal, round);
}

static bool packet_is_sound(const struct situation *situation, const Hs__Packet *packet,
                            struct decision *out)
{
    struct packet_fault fault;

    if (packet == NULL) {
        decision_refuse(out, REFUSAL_PACKET_INVALID, "packet");
        return false;
    }
    if (!packet_check(packet, situation->rulebook->dictionary, &fault)) {
        decision_refuse(out, REFUSAL_PACKET_INVALID,
                        arena_format(situation->arena, "%s: %s", fault.path, fault.en));
        return false;
    }
    return true;
}

static bool documents_are_stored(const struct situation *situation, struct decision *out)
{
    struct text_builder list;

    if (situation->missing_document_count == 0) {
        return true;
    }
    text_builder_init(&list, situation->arena, MISSING_DOCUMENTS_BYTES_MAX);
    for (size_t i = 0; i < situation->missing_document_count; i++) {
        text_builder_add(&list, i == 0 ? "" : ", ");
        text_builder_add(&list, situation->missing_documents[i]);
    }
    decision_refuse(out, REFUSAL_DOCUMENT_MISSING, text_builder_finish(&list));
    return false;
}

/* Runs every check on @packet; what it leads to is added by add_outcome(). */
static bool check_packet(const struct situation *situation, const Hs__Packet *packet,
                         struct intake *intake, struct decision *out)
{
    *intake = (struct intake){.situation = situation, .decision = out, .packet = packet};
    if (!packet_is_sound(situation, packet, out) || !documents_are_stored(situation, out)) {
        return false;
    }
    if (!facts_build(packet, situation->rulebook, situation->arena, &intake->facts)) {
        return fail_for_memory(intake);
    }
    return run_office_checks(intake) && run_department_checks(intake);
}

static bool hash_packet(const struct situation *situation, const Hs__Packet *packet,
                        ProtobufCBinaryData *out, struct decision *decision)
{
    struct bytes bytes = message_pack(packet, situation->arena);
    struct hash *hash = arena_alloc(situation->arena, sizeof *hash);

    if (bytes.data == NULL || hash == NULL) {
        decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
        return false;
    }
    if (bytes.size > PACKET_BYTES_MAX) {
        decision_refuse(decision, REFUSAL_TOO_LARGE, "packet");
        return false;
    }
    *hash = hash_of(bytes);
    *out = (ProtobufCBinaryData){sizeof hash->bytes, hash->bytes};
    return true;
}

static const Hs__Office__Current *process_in_force(const struct situation *situation,
                                                   const char *id)
{
    for (size_t i = 0; i < situation->office->n_processes; i++) {
        if (strcmp(situation->office->processes[i]->id, id) == 0) {
            return situation->office->processes[i];
        }
    }
    return NULL;
}

/* Refuses a submission that no rulebook stands behind, saying why. The pins of a new version are
 * set when its last pack is there; the rulebook of the version before does not stand in for it. */
static bool process_is_ready(const struct situation *situation, const char *wanted,
                             struct decision *out)
{
    const char *id = wanted[0] == '\0' ? situation->office->default_process : wanted;
    const Hs__Office__Current *current = process_in_force(situation, id);

    if (current == NULL) {
        decision_refuse(out, REFUSAL_UNKNOWN_PROCESS, id);
        return false;
    }
    if (situation->rulebook == NULL || situation->rulebook->process->version != current->version) {
        decision_refuse(out, REFUSAL_DEPARTMENT_NOT_READY, id);
        return false;
    }
    return true;
}

static bool add_submitted(const struct situation *situation, const Hs__Submit *submit,
                          struct decision *out)
{
    const Hs__Office *office = situation->office;
    uint64_t id = office->proposals + 1;
    uint32_t year = year_at(situation->now_ms, office->utc_offset_minutes);
    uint32_t count = office->year == year ? office->year_count + 1 : 1;
    Hs__ProposalSubmitted *submitted =
        decision_new(out, situation, &hs__proposal_submitted__descriptor);
    Hs__Event *event = decision_add(out, situation, id);
    char *number = proposal_number(situation->arena, office->prefix, year, count);

    if (submitted == NULL || event == NULL || number == NULL ||
        !hash_packet(situation, submit->packet, &submitted->packet, out)) {
        if (out->refusal == REFUSAL_NONE) {
            decision_refuse(out, REFUSAL_TOO_COMPLEX, NULL);
        }
        return false;
    }
    submitted->number = number;
    submitted->process = situation->rulebook->process->id;
    submitted->applicant = situation->signer->name;
    submitted->title = submit->title;
    submitted->year = year;
    event->body_case = HS__EVENT__BODY_PROPOSAL_SUBMITTED;
    event->proposal_submitted = submitted;
    return true;
}

void decide_submit(const struct situation *situation, const Hs__Submit *submit,
                   struct decision *out)
{
    struct intake *intake = arena_alloc(situation->arena, sizeof *intake);

    if (intake == NULL || strlen(submit->title) > TITLE_BYTES_MAX) {
        decision_refuse(out, intake == NULL ? REFUSAL_TOO_COMPLEX : REFUSAL_TOO_LARGE, "title");
        return;
    }
    if (process_is_ready(situation, submit->process, out) &&
        check_packet(situation, submit->packet, intake, out) &&
        add_submitted(situation, submit, out)) {
        add_outcome(intake, situation->office->proposals + 1, 1);
    }
}

/* The proposal of @situation, if it is the signer's own. */
static const Hs__Proposal *own_proposal(const struct situation *situation, struct decision *out)
{
    const Hs__Proposal *proposal = situation->proposal;

    if (proposal == NULL) {
        decision_refuse(out, REFUSAL_UNKNOWN_PROPOSAL, NULL);
        return NULL;
    }
    if (strcmp(proposal->applicant, situation->signer->name) != 0) {
        decision_refuse(out, REFUSAL_NOT_YOUR_PROPOSAL, proposal->number);
        return NULL;
    }
    if (proposal->status == HS__PROPOSAL__STATUS__WITHDRAWN) {
        decision_refuse(out, REFUSAL_PROPOSAL_ENDED, proposal->number);
        return NULL;
    }
    return proposal;
}

void decide_revise(const struct situation *situation, const Hs__Revise *revise,
                   struct decision *out)
{
    const Hs__Proposal *proposal = own_proposal(situation, out);
    struct intake *intake = arena_alloc(situation->arena, sizeof *intake);

    if (proposal == NULL) {
        return;
    }
    if (intake == NULL) {
        decision_refuse(out, REFUSAL_TOO_COMPLEX, NULL);
        return;
    }
    if (proposal->status != HS__PROPOSAL__STATUS__INCOMPLETE &&
        proposal->status != HS__PROPOSAL__STATUS__GATE_FAILED) {
        decision_refuse(out, REFUSAL_NOTHING_TO_REVISE, proposal->number);
        return;
    }
    if (!process_is_ready(situation, proposal->process, out) ||
        !check_packet(situation, revise->packet, intake, out)) {
        return;
    }

    Hs__PacketRevised *revised = decision_new(out, situation, &hs__packet_revised__descriptor);
    Hs__Event *event = decision_add(out, situation, proposal->id);
    if (revised == NULL || event == NULL ||
        !hash_packet(situation, revise->packet, &revised->packet, out)) {
        return;
    }
    revised->version = proposal->packet_version + 1;
    event->body_case = HS__EVENT__BODY_PACKET_REVISED;
    event->packet_revised = revised;
    add_outcome(intake, proposal->id, proposal->round + 1);
}

void decide_withdraw(const struct situation *situation, const Hs__Withdraw *withdraw,
                     struct decision *out)
{
    const Hs__Proposal *proposal = own_proposal(situation, out);

    if (proposal == NULL) {
        return;
    }
    if (proposal->status == HS__PROPOSAL__STATUS__CONCLUDED) {
        decision_refuse(out, REFUSAL_PROPOSAL_ENDED, proposal->number);
        return;
    }
    if (strlen(withdraw->reason) > TITLE_BYTES_MAX) {
        decision_refuse(out, REFUSAL_TOO_LARGE, "reason");
        return;
    }

    Hs__ProposalWithdrawn *withdrawn =
        decision_new(out, situation, &hs__proposal_withdrawn__descriptor);
    Hs__Event *event = decision_add(out, situation, proposal->id);
    if (withdrawn == NULL || event == NULL) {
        return;
    }
    withdrawn->reason = withdraw->reason;
    event->body_case = HS__EVENT__BODY_PROPOSAL_WITHDRAWN;
    event->proposal_withdrawn = withdrawn;
}
