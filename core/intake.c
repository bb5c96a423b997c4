/* SPDX-License-Identifier: Apache-2.0 */
/* Intake: a packet is checked against the dictionary, the gates and everybody's must-checks; what
 * is missing is told once, and a round is opened only when nothing is. */
#include "core/intake.h"

#include <string.h>

#include "core/limits.h"
#include "core/names.h"
#include "core/rereview.h"
#include "core/round.h"
#include "lib/check.h"
#include "lib/text.h"

enum {
    TITLE_BYTES_MAX = 1024,
    MISSING_DOCUMENTS_BYTES_MAX = 65536, /* of the list in a refusal */
};

bool intake_is_gate(const Hs__Rule *rule)
{
    return rule->severity == HS__RULE__SEVERITY__MUST && rule->on_fail == HS__RULE__ON_FAIL__REJECT;
}

/* Fills @event with gate_failed if any gate failed. False, with the decision refused: the arena is
 * too small. */
static bool gates_failed(const struct situation *situation, const struct checks *checks,
                         Hs__GateFailed **out, struct decision *decision)
{
    Hs__GateFailed *failed = decision_new(decision, situation, &hs__gate_failed__descriptor);
    Hs__Finding **rows = arena_array(situation->arena, checks->gate.count, sizeof *rows);

    if (failed == NULL || rows == NULL) {
        decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
        return false;
    }
    for (size_t i = 0; i < checks->gate.count; i++) {
        const struct finding_row *row = &checks->gate.rows[i];

        if (row->finding->state == HS__FINDING__STATE__FAILED && intake_is_gate(row->rule->rule)) {
            rows[failed->n_findings++] = row->finding;
        }
    }
    failed->findings = rows;
    failed->n_missing = checks->missing.count;
    failed->missing = checks->missing.rows;
    *out = failed->n_findings > 0 ? failed : NULL;
    return true;
}

void intake_add_outcome(const struct situation *situation, const struct checks *checks,
                        const struct round_name *round, struct decision *decision)
{
    Hs__GateFailed *failed = NULL;

    if (!gates_failed(situation, checks, &failed, decision)) {
        return;
    }
    if (failed == NULL && checks->missing.count > 0) {
        round_ask_correction(situation, round->proposal, &checks->missing, decision);
        return;
    }
    if (failed == NULL) {
        round_open(situation, checks, round, decision);
        return;
    }

    Hs__Event *event = decision_add(decision, situation, round->proposal);
    if (event != NULL) {
        event->body_case = HS__EVENT__BODY_GATE_FAILED;
        event->gate_failed = failed;
    }
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

/* Refuses documents that are too large, by the name of the first with which they are. */
static bool documents_fit(const struct situation *situation, const Hs__Packet *packet,
                          struct decision *out)
{
    uint64_t left = LIMIT_DOCUMENTS_BYTES;

    for (size_t i = 0; i < packet->n_documents; i++) {
        const Hs__Document *document = packet->documents[i];

        if (document->size > LIMIT_DOCUMENT_BYTES || document->size > left) {
            decision_refuse(
                out, REFUSAL_TOO_LARGE,
                arena_format(situation->arena, "%s %s", document->code, document->name));
            return false;
        }
        left -= document->size;
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

/* Marks the gates that are waived for the situation's proposal. */
static void waive_gates(const struct situation *situation, struct checks *checks)
{
    const Hs__Proposal *proposal = situation->proposal;

    for (size_t i = 0; proposal != NULL && i < proposal->n_waivers; i++) {
        if (proposal->waivers[i]->state == HS__WAIVER__STATE__GRANTED) {
            checks_waive(checks, proposal->waivers[i]->rule_id);
        }
    }
}

struct checks *intake_check(const struct situation *situation, const Hs__Packet *packet,
                            struct decision *decision)
{
    struct checks *checks = arena_alloc(situation->arena, sizeof *checks);

    if (!packet_is_sound(situation, packet, decision) ||
        !documents_fit(situation, packet, decision) || !documents_are_stored(situation, decision)) {
        return NULL;
    }
    if (checks == NULL || !checks_run(situation->rulebook, packet, situation->arena, checks)) {
        decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
        return NULL;
    }
    waive_gates(situation, checks);
    return checks;
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
bool intake_process_is_ready(const struct situation *situation, const char *wanted,
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
    const struct round_name round = {situation->office->proposals + 1, 1, NULL};

    if (strlen(submit->title) > TITLE_BYTES_MAX) {
        decision_refuse(out, REFUSAL_TOO_LARGE, "title");
        return;
    }
    if (!intake_process_is_ready(situation, submit->process, out)) {
        return;
    }

    const struct checks *checks = intake_check(situation, submit->packet, out);
    if (checks != NULL && add_submitted(situation, submit, out)) {
        intake_add_outcome(situation, checks, &round, out);
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
    if (proposal_has_ended(proposal) || proposal_is_decided(proposal)) {
        decision_refuse(out, REFUSAL_PROPOSAL_ENDED, proposal->number);
        return NULL;
    }
    return proposal;
}

bool intake_add_revised(const struct situation *situation, const Hs__Revise *revise,
                        struct decision *decision)
{
    Hs__PacketRevised *revised =
        decision_event(decision, situation, HS__EVENT__BODY_PACKET_REVISED);

    if (revised == NULL || !hash_packet(situation, revise->packet, &revised->packet, decision)) {
        return false;
    }
    revised->reply = revise->reply;
    revised->n_items = revise->n_items;
    revised->items = revise->items;
    revised->version = situation->proposal->packet_version + 1;
    return true;
}

void decide_revise(const struct situation *situation, const Hs__Revise *revise,
                   struct decision *out)
{
    const Hs__Proposal *proposal = own_proposal(situation, out);

    if (proposal == NULL) {
        return;
    }
    if (proposal->status == HS__PROPOSAL__STATUS__IN_REVIEW && proposal->n_missing > 0) {
        decide_correction(situation, revise, out);
        return;
    }
    if (proposal->round > 0 && proposal->status != HS__PROPOSAL__STATUS__IN_REVIEW) {
        decide_rereview(situation, revise, out);
        return;
    }
    if (proposal->status != HS__PROPOSAL__STATUS__INCOMPLETE &&
        proposal->status != HS__PROPOSAL__STATUS__GATE_FAILED) {
        decision_refuse(out, REFUSAL_NOTHING_TO_REVISE, proposal->number);
        return;
    }
    if (!intake_process_is_ready(situation, proposal->process, out)) {
        return;
    }

    const struct round_name round = {proposal->id, 1, NULL};
    const struct checks *checks = intake_check(situation, revise->packet, out);
    if (checks != NULL && intake_add_revised(situation, revise, out)) {
        intake_add_outcome(situation, checks, &round, out);
    }
}

void intake_go_on(const struct situation *situation, const char *rule_id, struct decision *decision)
{
    const Hs__Proposal *proposal = situation->proposal;
    struct round_name round = {proposal->id, proposal->round + 1, NULL};
    struct next_round next;
    struct checks *checks = NULL;
    Hs__Revise same = HS__REVISE__INIT; /* as if it were sent again */

    require(situation->packet != NULL);
    same.packet = (Hs__Packet *)situation->packet;
    if (proposal->round > 0) {
        checks = rereview_check(situation, &same, &next, decision);
        round.next = &next;
    } else {
        checks = intake_check(situation, same.packet, decision);
    }
    if (checks != NULL) {
        checks_waive(checks, rule_id);
        intake_add_outcome(situation, checks, &round, decision);
    }
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
        decision_event(out, situation, HS__EVENT__BODY_PROPOSAL_WITHDRAWN);
    if (withdrawn == NULL) {
        return;
    }
    withdrawn->reason = withdraw->reason;
}
