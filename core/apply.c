/* SPDX-License-Identifier: Apache-2.0 */
#include "core/apply.h"

#include <string.h>

#include "lib/check.h"

/* Texts and bytes of the event are borrowed, not copied: event and record share an arena, and the
 * record is stored before that is cleared. */

enum subject event_subject(const Hs__Event *event)
{
    switch (event->body_case) {
    case HS__EVENT__BODY_PRINCIPAL_ENROLLED:
    case HS__EVENT__BODY_PRINCIPAL_CHANGED:
        return SUBJECT_PRINCIPAL;
    case HS__EVENT__BODY_GENESIS:
    case HS__EVENT__BODY_DEPARTMENT_DEFINED:
    case HS__EVENT__BODY_DEFINITION_PUBLISHED:
    case HS__EVENT__BODY_PINS_SET:
        return SUBJECT_OFFICE;
    case HS__EVENT__BODY_PROPOSAL_SUBMITTED:
    case HS__EVENT__BODY_PACKET_REVISED:
    case HS__EVENT__BODY_GATE_FAILED:
    case HS__EVENT__BODY_CORRECTION_REQUESTED:
    case HS__EVENT__BODY_ROUND_OPENED:
    case HS__EVENT__BODY_REVIEW_RECEIVED:
    case HS__EVENT__BODY_FINDINGS_RECORDED:
    case HS__EVENT__BODY_OPINION_GIVEN:
    case HS__EVENT__BODY_COMPETENCE_SETTLED:
    case HS__EVENT__BODY_REVIEW_OVERDUE:
    case HS__EVENT__BODY_VERDICT_ISSUED:
    case HS__EVENT__BODY_PROPOSAL_WITHDRAWN:
    case HS__EVENT__BODY_CLOCK_HELD:
    case HS__EVENT__BODY_CLOCK_RESUMED:
    case HS__EVENT__BODY__NOT_SET:
    case _HS__EVENT__BODY__CASE_IS_INT_SIZE:
        break;
    }
    return SUBJECT_PROPOSAL;
}

const char *event_principal(const Hs__Event *event)
{
    if (event->body_case == HS__EVENT__BODY_PRINCIPAL_ENROLLED) {
        return event->principal_enrolled->principal->name;
    }
    require(event->body_case == HS__EVENT__BODY_PRINCIPAL_CHANGED);
    return event->principal_changed->name;
}

/* Returns @array with room for one more pointer, in @arena. */
static void **grown(void *array, size_t count, struct arena *arena)
{
    void **larger = arena_array(arena, count + 1, sizeof *larger);

    require(larger != NULL);
    if (count > 0) {
        memcpy(larger, array, count * sizeof *larger);
    }
    return larger;
}

/* Sets the row of @id in a list of what is in force, adding it if there is none. */
static void set_current(Hs__Office__Current ***rows, size_t *count, Hs__Office__Current row,
                        struct arena *arena)
{
    for (size_t i = 0; i < *count; i++) {
        if (strcmp((*rows)[i]->id, row.id) == 0) {
            *(*rows)[i] = row;
            return;
        }
    }

    Hs__Office__Current *added = arena_alloc(arena, sizeof *added);
    require(added != NULL);
    *added = row;
    *rows = (Hs__Office__Current **)grown(*rows, *count, arena);
    (*rows)[(*count)++] = added;
}

static Hs__Office__Current current_row(const char *id, uint32_t version, ProtobufCBinaryData hash)
{
    Hs__Office__Current row = HS__OFFICE__CURRENT__INIT;

    row.id = id;
    row.version = version;
    row.hash = hash;
    return row;
}

static void office_begins(Hs__Office *office, const Hs__Genesis *genesis)
{
    office->id = genesis->office;
    office->prefix = genesis->prefix;
    office->utc_offset_minutes = genesis->utc_offset_minutes;
    office->sign_key = genesis->broker_sign_key;
    office->epoch = 1;
}

static void definition_published(Hs__Office *office, const Hs__DefinitionPublished *published,
                                 struct arena *arena)
{
    Hs__Office__Current row = current_row(published->id, published->version, published->hash);

    switch (published->kind) {
    case HS__PUBLISH__KIND__DICTIONARY:
        set_current(&office->dictionaries, &office->n_dictionaries, row, arena);
        break;
    case HS__PUBLISH__KIND__PROCESS:
        set_current(&office->processes, &office->n_processes, row, arena);
        if (published->set_default || office->default_process[0] == '\0') {
            office->default_process = published->id;
        }
        break;
    case HS__PUBLISH__KIND__PACK:
        set_current(&office->packs, &office->n_packs, row, arena);
        break;
    case HS__PUBLISH__KIND__UNSPECIFIED:
    case _HS__PUBLISH__KIND_IS_INT_SIZE:
        break;
    }
}

static void department_defined(Hs__Office *office, Hs__Department *department, struct arena *arena)
{
    for (size_t i = 0; i < office->n_departments; i++) {
        if (strcmp(office->departments[i]->id, department->id) == 0) {
            office->departments[i] = department;
            return;
        }
    }
    office->departments =
        (Hs__Department **)grown(office->departments, office->n_departments, arena);
    office->departments[office->n_departments++] = department;
}

static void proposal_counted(Hs__Office *office, const Hs__Event *event)
{
    uint32_t year = event->proposal_submitted->year;

    office->proposals = event->proposal;
    office->year_count = office->year == year ? office->year_count + 1 : 1;
    office->year = year;
}

void apply_office(Hs__Office *office, const Hs__Event *event, struct arena *arena)
{
    if (event->body_case == HS__EVENT__BODY_GENESIS) {
        office_begins(office, event->genesis);
    } else if (event->body_case == HS__EVENT__BODY_DEPARTMENT_DEFINED) {
        department_defined(office, event->department_defined->department, arena);
    } else if (event->body_case == HS__EVENT__BODY_DEFINITION_PUBLISHED) {
        definition_published(office, event->definition_published, arena);
    } else if (event->body_case == HS__EVENT__BODY_PINS_SET) {
        const Hs__PinsSet *set = event->pins_set;
        set_current(&office->pins, &office->n_pins,
                    current_row(set->pins->process_id, 0, set->hash), arena);
    } else if (event->body_case == HS__EVENT__BODY_PRINCIPAL_ENROLLED) {
        office->principals = event->principal_enrolled->principal->number;
    } else if (event->body_case == HS__EVENT__BODY_PROPOSAL_SUBMITTED) {
        proposal_counted(office, event);
    }
}

void apply_principal(Hs__Principal *principal, const Hs__Event *event, struct arena *arena)
{
    (void)arena; /* everything is borrowed from the event */
    if (event->body_case == HS__EVENT__BODY_PRINCIPAL_ENROLLED) {
        *principal = *event->principal_enrolled->principal;
    } else if (event->body_case == HS__EVENT__BODY_PRINCIPAL_CHANGED) {
        const Hs__PrincipalChanged *changed = event->principal_changed;

        principal->disabled = changed->disabled;
        if (changed->n_roles > 0) {
            principal->n_roles = changed->n_roles;
            principal->roles = changed->roles;
        }
    }
}

static Hs__Review *review_of(const Hs__Proposal *proposal, const char *department)
{
    size_t index = 0;

    while (index < proposal->n_reviews &&
           strcmp(proposal->reviews[index]->department, department) != 0) {
        index++;
    }
    require(index < proposal->n_reviews); /* events name reviews of their round only */
    return proposal->reviews[index];
}

static void proposal_submitted(Hs__Proposal *proposal, const Hs__Event *event, int64_t at_ms)
{
    const Hs__ProposalSubmitted *submitted = event->proposal_submitted;

    proposal->id = event->proposal;
    proposal->number = submitted->number;
    proposal->process = submitted->process;
    proposal->applicant = submitted->applicant;
    proposal->title = submitted->title;
    proposal->packet = submitted->packet;
    proposal->packet_version = 1;
    proposal->submitted_at = at_ms;
}

static void packet_revised(Hs__Proposal *proposal, const Hs__PacketRevised *revised)
{
    proposal->packet_version = revised->version;
    proposal->packet = revised->packet;
    proposal->n_failed_gates = 0;
    proposal->n_missing = 0;
}

/* The reviews are copied: they go on changing, the event does not. */
static Hs__Review **copy_reviews(const Hs__RoundOpened *opened, struct arena *arena)
{
    Hs__Review **reviews = arena_array(arena, opened->n_reviews, sizeof(Hs__Review *));
    Hs__Review *copies = arena_array(arena, opened->n_reviews, sizeof *copies);

    require(reviews != NULL && copies != NULL);
    for (size_t i = 0; i < opened->n_reviews; i++) {
        copies[i] = *opened->reviews[i];
        reviews[i] = &copies[i];
    }
    return reviews;
}

static void round_opened(Hs__Proposal *proposal, const Hs__RoundOpened *opened, int64_t at_ms,
                         struct arena *arena)
{
    proposal->status = HS__PROPOSAL__STATUS__IN_REVIEW;
    proposal->round = opened->round;
    proposal->stage = opened->stage;
    proposal->pins = opened->pins;
    proposal->opened_at = at_ms;
    proposal->n_reviews = opened->n_reviews;
    proposal->reviews = copy_reviews(opened, arena);
    proposal->n_office_items = opened->n_office_items;
    proposal->office_items = opened->office_items;
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        proposal->reviews[i]->state = HS__REVIEW__STATE__OPEN;
        proposal->reviews[i]->dispatched_at = at_ms;
        proposal->reviews[i]->packet = proposal->packet;
        proposal->reviews[i]->packet_version = proposal->packet_version;
    }
}

/* Gives @review a list of holds of its own, with @more empty ones behind. The list is copied: the
 * record it came from is not changed. */
static void own_holds(Hs__Review *review, size_t more, struct arena *arena)
{
    size_t count = review->n_holds + more;
    Hs__Hold **rows = arena_array(arena, count, sizeof(Hs__Hold *));
    Hs__Hold *holds = arena_array(arena, count, sizeof *holds);

    require(rows != NULL && holds != NULL);
    for (size_t i = 0; i < count; i++) {
        holds[i] = i < review->n_holds ? *review->holds[i] : (Hs__Hold)HS__HOLD__INIT;
        rows[i] = &holds[i];
    }
    review->holds = rows;
    review->n_holds = count;
}

static void clock_held(Hs__Proposal *proposal, const Hs__ClockHeld *held, int64_t at_ms,
                       struct arena *arena)
{
    Hs__Review *review = review_of(proposal, held->department);

    own_holds(review, 1, arena);
    review->holds[review->n_holds - 1]->reason = held->reason;
    review->holds[review->n_holds - 1]->from_at = at_ms;
    review->state = HS__REVIEW__STATE__HELD;
}

/* Ends the hold that stands. Where no review is held any more nothing is asked for. */
static void end_hold(Hs__Proposal *proposal, Hs__Review *review, int64_t at_ms, struct arena *arena)
{
    own_holds(review, 0, arena);
    review->holds[review->n_holds - 1]->to_at = at_ms;
    review->state = HS__REVIEW__STATE__OPEN;
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        if (proposal->reviews[i]->state == HS__REVIEW__STATE__HELD) {
            return;
        }
    }
    proposal->n_missing = 0;
}

static void clock_resumed(Hs__Proposal *proposal, const Hs__ClockResumed *resumed, int64_t at_ms,
                          struct arena *arena)
{
    Hs__Review *review = review_of(proposal, resumed->department);

    end_hold(proposal, review, at_ms, arena);
    review->due_at = resumed->due_at;
    review->packet = proposal->packet;
    review->packet_version = proposal->packet_version;
}

static void opinion_given(Hs__Proposal *proposal, const Hs__OpinionGiven *given, int64_t at_ms,
                          struct arena *arena)
{
    Hs__Review *review = review_of(proposal, given->department);

    if (review->state == HS__REVIEW__STATE__HELD) {
        end_hold(proposal, review, at_ms, arena);
    }
    review->state = given->result == HS__OPINION__RESULT__NOT_COMPETENT
                        ? HS__REVIEW__STATE__NOT_COMPETENT
                        : HS__REVIEW__STATE__CLOSED;
    review->result = given->result;
    review->given_at = at_ms;
    review->opinion = given->opinion;
    review->item_count = given->item_count;
    review->by_rules = given->by_rules;
    review->late = given->late;
    review->given_by = given->given_by;
    review->signer = given->signer;
    if (review->received_at == 0) {
        review->received_at = at_ms; /* who answers has received it */
    }
}

static void competence_settled(Hs__Proposal *proposal, const Hs__CompetenceSettled *settled)
{
    Hs__Review *review = review_of(proposal, settled->department);

    if (settled->confirmed) {
        review->state = HS__REVIEW__STATE__CLOSED;
        review->result = HS__OPINION__RESULT__NOT_INVOLVED;
        return;
    }

    /* As before it was answered; a deadline that was recorded stays so. */
    review->state = review->late ? HS__REVIEW__STATE__OVERDUE : HS__REVIEW__STATE__OPEN;
    review->result = review->late ? HS__OPINION__RESULT__OVERDUE : HS__OPINION__RESULT__UNSPECIFIED;
    review->given_at = 0;
    review->opinion = (ProtobufCBinaryData){0};
    review->item_count = 0;
    review->by_rules = false;
    review->late = false;
    review->given_by = "";
    review->signer = "";
}

static void review_overdue(Hs__Proposal *proposal, const Hs__ReviewOverdue *overdue)
{
    Hs__Review *review = review_of(proposal, overdue->department);

    review->state = HS__REVIEW__STATE__OVERDUE;
    review->result = HS__OPINION__RESULT__OVERDUE;
}

static void verdict_issued(Hs__Proposal *proposal, const Hs__VerdictIssued *issued,
                           struct event_entry entry)
{
    proposal->status = HS__PROPOSAL__STATUS__CONCLUDED;
    proposal->outcome = issued->outcome;
    proposal->verdict = issued->verdict;
    proposal->verdict_seq = entry.seq;
    proposal->concluded_at = entry.at_ms;
}

static void review_received(Hs__Proposal *proposal, const char *department, int64_t at_ms)
{
    Hs__Review *review = review_of(proposal, department);

    if (review->received_at == 0) {
        review->received_at = at_ms;
    }
}

static void gate_failed(Hs__Proposal *proposal, const Hs__GateFailed *failed)
{
    proposal->status = HS__PROPOSAL__STATUS__GATE_FAILED;
    proposal->n_failed_gates = failed->n_findings;
    proposal->failed_gates = failed->findings;
    proposal->n_missing = failed->n_missing;
    proposal->missing = failed->missing;
}

static void correction_requested(Hs__Proposal *proposal, const Hs__CorrectionRequested *requested)
{
    if (proposal->status != HS__PROPOSAL__STATUS__IN_REVIEW) { /* there the clocks of some stand */
        proposal->status = HS__PROPOSAL__STATUS__INCOMPLETE;
    }
    proposal->n_missing = requested->n_missing;
    proposal->missing = requested->missing;
}

void apply_proposal(Hs__Proposal *proposal, const Hs__Event *event, struct event_entry entry,
                    struct arena *arena)
{
    switch (event->body_case) {
    case HS__EVENT__BODY_PROPOSAL_SUBMITTED:
        proposal_submitted(proposal, event, entry.at_ms);
        break;
    case HS__EVENT__BODY_PACKET_REVISED:
        packet_revised(proposal, event->packet_revised);
        break;
    case HS__EVENT__BODY_GATE_FAILED:
        gate_failed(proposal, event->gate_failed);
        break;
    case HS__EVENT__BODY_CORRECTION_REQUESTED:
        correction_requested(proposal, event->correction_requested);
        break;
    case HS__EVENT__BODY_ROUND_OPENED:
        round_opened(proposal, event->round_opened, entry.at_ms, arena);
        break;
    case HS__EVENT__BODY_REVIEW_RECEIVED:
        review_received(proposal, event->review_received->department, entry.at_ms);
        break;
    case HS__EVENT__BODY_OPINION_GIVEN:
        opinion_given(proposal, event->opinion_given, entry.at_ms, arena);
        break;
    case HS__EVENT__BODY_COMPETENCE_SETTLED:
        competence_settled(proposal, event->competence_settled);
        break;
    case HS__EVENT__BODY_REVIEW_OVERDUE:
        review_overdue(proposal, event->review_overdue);
        break;
    case HS__EVENT__BODY_VERDICT_ISSUED:
        verdict_issued(proposal, event->verdict_issued, entry);
        break;
    case HS__EVENT__BODY_CLOCK_HELD:
        clock_held(proposal, event->clock_held, entry.at_ms, arena);
        break;
    case HS__EVENT__BODY_CLOCK_RESUMED:
        clock_resumed(proposal, event->clock_resumed, entry.at_ms, arena);
        break;
    case HS__EVENT__BODY_PROPOSAL_WITHDRAWN:
        proposal->status = HS__PROPOSAL__STATUS__WITHDRAWN;
        proposal->withdrawn_reason = event->proposal_withdrawn->reason;
        proposal->concluded_at = entry.at_ms;
        break;
    case HS__EVENT__BODY_FINDINGS_RECORDED: /* on record, changes nothing */
    case HS__EVENT__BODY_GENESIS:
    case HS__EVENT__BODY_PRINCIPAL_ENROLLED:
    case HS__EVENT__BODY_PRINCIPAL_CHANGED:
    case HS__EVENT__BODY_DEPARTMENT_DEFINED:
    case HS__EVENT__BODY_DEFINITION_PUBLISHED:
    case HS__EVENT__BODY_PINS_SET:
    case HS__EVENT__BODY__NOT_SET:
    case _HS__EVENT__BODY__CASE_IS_INT_SIZE:
        break;
    }
}
