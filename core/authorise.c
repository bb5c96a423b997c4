/* SPDX-License-Identifier: Apache-2.0 */
#include "core/authorise.h"

#include <string.h>

#include "lib/check.h"

#define ROLE(name) (1U << HS__PRINCIPAL__ROLE__##name)

enum {
    DEPARTMENTAL = ROLE(REVIEWER) | ROLE(HEAD) | ROLE(AGENT),
    OVERSEEING = ROLE(OFFICE) | ROLE(APPROVER) | ROLE(SUPERVISOR) | ROLE(AUDIT),
    CONCERNED = ROLE(APPLICANT) | DEPARTMENTAL | OVERSEEING,
    ADMINISTERING = ROLE(SYSTEM_ADMIN) | ROLE(SECURITY_ADMIN) | ROLE(AUDIT),
    ANYBODY = CONCERNED | ADMINISTERING | ROLE(GATEWAY),
};

static const unsigned permitted[OPERATION_COUNT] = {
    [OPERATION_SUBMIT] = ROLE(APPLICANT),
    [OPERATION_REVISE] = ROLE(APPLICANT),
    [OPERATION_WITHDRAW] = ROLE(APPLICANT),
    [OPERATION_RECEIVE_REVIEW] = DEPARTMENTAL,
    [OPERATION_RECORD_FINDINGS] = ROLE(AGENT),
    [OPERATION_GIVE_OPINION] = DEPARTMENTAL,
    [OPERATION_DRAFT_OPINION] = ROLE(REVIEWER) | ROLE(HEAD),
    [OPERATION_SEND_BACK_DRAFT] = ROLE(HEAD),
    [OPERATION_RECTIFY_OPINION] = ROLE(REVIEWER) | ROLE(HEAD),
    [OPERATION_SETTLE_COMPETENCE] = ROLE(OFFICE),
    [OPERATION_HOLD_CLOCK] = ROLE(OFFICE) | ROLE(REVIEWER) | ROLE(HEAD),
    [OPERATION_ANSWER_HOLD] = ROLE(OFFICE),
    [OPERATION_RESUME_CLOCK] = ROLE(OFFICE) | ROLE(REVIEWER) | ROLE(HEAD),
    [OPERATION_EXTEND_LIMIT] = ROLE(OFFICE) | ROLE(HEAD) | ROLE(APPLICANT),
    [OPERATION_DELIVER_REVIEW] = ROLE(OFFICE),
    [OPERATION_REMIND_REVIEW] = ROLE(OFFICE),
    [OPERATION_ESCALATE_REVIEW] = ROLE(OFFICE),
    [OPERATION_MARK_REVIEW] = ROLE(REVIEWER) | ROLE(HEAD),
    [OPERATION_ASK_APPLICANT] = ROLE(REVIEWER) | ROLE(HEAD),
    [OPERATION_REOPEN_REVIEW] = ROLE(OFFICE),
    [OPERATION_GRANT_ROUND] = ROLE(OFFICE),
    [OPERATION_PUBLISH] = ROLE(AGENT) | ROLE(OFFICE) | ROLE(SYSTEM_ADMIN),
    [OPERATION_DEFINE_DEPARTMENT] = ROLE(SYSTEM_ADMIN),
    [OPERATION_ENROL] = ROLE(SECURITY_ADMIN),
    [OPERATION_CHANGE_PRINCIPAL] = ROLE(SECURITY_ADMIN),
    [OPERATION_CONFIRM_CLOCK] = ROLE(OFFICE) | ROLE(SYSTEM_ADMIN),
    [OPERATION_SETTLE_CONFLICT] = ROLE(OFFICE),
    [OPERATION_ACKNOWLEDGE_RULING] = ROLE(REVIEWER) | ROLE(HEAD),
    [OPERATION_MERGE_ITEMS] = ROLE(OFFICE),
    [OPERATION_CLOSE_CONDITION] = ROLE(REVIEWER) | ROLE(HEAD) | ROLE(OFFICE),
    [OPERATION_DECIDE] = ROLE(APPROVER),
    [OPERATION_DECIDE_SILENCE] = ROLE(APPROVER),
    [OPERATION_SET_ASIDE] = ROLE(OFFICE),
    [OPERATION_REQUEST_WAIVER] = ROLE(OFFICE),
    [OPERATION_ANSWER_WAIVER] = ROLE(APPROVER),
    [OPERATION_SHOW] = CONCERNED,
    [OPERATION_LIST] = CONCERNED,
    [OPERATION_REVIEWS] = DEPARTMENTAL | OVERSEEING,
    [OPERATION_VERDICT] = CONCERNED,
    [OPERATION_DEFINITION] = ANYBODY,
    [OPERATION_PACKET] = CONCERNED,
    [OPERATION_OPINION] = CONCERNED,
    [OPERATION_JOURNAL] = ROLE(OFFICE) | ROLE(SUPERVISOR) | ROLE(AUDIT),
    [OPERATION_PRINCIPALS] = ROLE(OFFICE) | ADMINISTERING,
    [OPERATION_OFFICE] = ANYBODY,
    [OPERATION_RECEIPT] = ANYBODY,
    [OPERATION_BOARD] = DEPARTMENTAL | OVERSEEING,
    [OPERATION_WATCH] = CONCERNED,
    [OPERATION_DOCUMENT_PUT] = ROLE(APPLICANT),
    [OPERATION_DOCUMENT_GET] = CONCERNED,
};

/* What each command asks for: a table, because a switch would be longer than a function may be. The
 * test of the roles fails where a command is missing. */
static const struct {
    Hs__Command__BodyCase body;
    enum operation operation;
} operations[] = {
    {HS__COMMAND__BODY_SUBMIT, OPERATION_SUBMIT},
    {HS__COMMAND__BODY_REVISE, OPERATION_REVISE},
    {HS__COMMAND__BODY_WITHDRAW, OPERATION_WITHDRAW},
    {HS__COMMAND__BODY_RECEIVE_REVIEW, OPERATION_RECEIVE_REVIEW},
    {HS__COMMAND__BODY_RECORD_FINDINGS, OPERATION_RECORD_FINDINGS},
    {HS__COMMAND__BODY_GIVE_OPINION, OPERATION_GIVE_OPINION},
    {HS__COMMAND__BODY_DRAFT_OPINION, OPERATION_DRAFT_OPINION},
    {HS__COMMAND__BODY_SEND_BACK_DRAFT, OPERATION_SEND_BACK_DRAFT},
    {HS__COMMAND__BODY_RECTIFY_OPINION, OPERATION_RECTIFY_OPINION},
    {HS__COMMAND__BODY_SETTLE_COMPETENCE, OPERATION_SETTLE_COMPETENCE},
    {HS__COMMAND__BODY_HOLD_CLOCK, OPERATION_HOLD_CLOCK},
    {HS__COMMAND__BODY_ANSWER_HOLD, OPERATION_ANSWER_HOLD},
    {HS__COMMAND__BODY_RESUME_CLOCK, OPERATION_RESUME_CLOCK},
    {HS__COMMAND__BODY_EXTEND_LIMIT, OPERATION_EXTEND_LIMIT},
    {HS__COMMAND__BODY_DELIVER_REVIEW, OPERATION_DELIVER_REVIEW},
    {HS__COMMAND__BODY_REMIND_REVIEW, OPERATION_REMIND_REVIEW},
    {HS__COMMAND__BODY_ESCALATE_REVIEW, OPERATION_ESCALATE_REVIEW},
    {HS__COMMAND__BODY_MARK_REVIEW, OPERATION_MARK_REVIEW},
    {HS__COMMAND__BODY_ASK_APPLICANT, OPERATION_ASK_APPLICANT},
    {HS__COMMAND__BODY_REOPEN_REVIEW, OPERATION_REOPEN_REVIEW},
    {HS__COMMAND__BODY_GRANT_ROUND, OPERATION_GRANT_ROUND},
    {HS__COMMAND__BODY_PUBLISH, OPERATION_PUBLISH},
    {HS__COMMAND__BODY_DEFINE_DEPARTMENT, OPERATION_DEFINE_DEPARTMENT},
    {HS__COMMAND__BODY_ENROL, OPERATION_ENROL},
    {HS__COMMAND__BODY_CHANGE_PRINCIPAL, OPERATION_CHANGE_PRINCIPAL},
    {HS__COMMAND__BODY_CONFIRM_CLOCK, OPERATION_CONFIRM_CLOCK},
    {HS__COMMAND__BODY_SETTLE_CONFLICT, OPERATION_SETTLE_CONFLICT},
    {HS__COMMAND__BODY_ACKNOWLEDGE_RULING, OPERATION_ACKNOWLEDGE_RULING},
    {HS__COMMAND__BODY_MERGE_ITEMS, OPERATION_MERGE_ITEMS},
    {HS__COMMAND__BODY_CLOSE_CONDITION, OPERATION_CLOSE_CONDITION},
    {HS__COMMAND__BODY_DECIDE, OPERATION_DECIDE},
    {HS__COMMAND__BODY_DECIDE_SILENCE, OPERATION_DECIDE_SILENCE},
    {HS__COMMAND__BODY_SET_ASIDE, OPERATION_SET_ASIDE},
    {HS__COMMAND__BODY_REQUEST_WAIVER, OPERATION_REQUEST_WAIVER},
    {HS__COMMAND__BODY_ANSWER_WAIVER, OPERATION_ANSWER_WAIVER},
};

enum operation operation_of_command(const Hs__Command *command)
{
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        if (operations[i].body == command->body_case) {
            return operations[i].operation;
        }
    }
    return OPERATION_COUNT;
}

enum operation operation_of_query(const Hs__Query *query)
{
    switch (query->body_case) {
    case HS__QUERY__BODY_SHOW:
        return OPERATION_SHOW;
    case HS__QUERY__BODY_LIST:
        return OPERATION_LIST;
    case HS__QUERY__BODY_REVIEWS:
        return OPERATION_REVIEWS;
    case HS__QUERY__BODY_VERDICT:
        return OPERATION_VERDICT;
    case HS__QUERY__BODY_DEFINITION:
        return OPERATION_DEFINITION;
    case HS__QUERY__BODY_PACKET:
        return OPERATION_PACKET;
    case HS__QUERY__BODY_OPINION:
        return OPERATION_OPINION;
    case HS__QUERY__BODY_JOURNAL:
        return OPERATION_JOURNAL;
    case HS__QUERY__BODY_PRINCIPALS:
        return OPERATION_PRINCIPALS;
    case HS__QUERY__BODY_OFFICE:
        return OPERATION_OFFICE;
    case HS__QUERY__BODY_RECEIPT:
        return OPERATION_RECEIPT;
    case HS__QUERY__BODY_BOARD:
        return OPERATION_BOARD;
    case HS__QUERY__BODY__NOT_SET:
    case _HS__QUERY__BODY__CASE_IS_INT_SIZE:
        break;
    }
    return OPERATION_COUNT;
}

static unsigned roles_of(const Hs__Principal__Role *roles, size_t count)
{
    unsigned mask = 0;

    for (size_t i = 0; i < count; i++) {
        if (roles[i] > HS__PRINCIPAL__ROLE__NONE && roles[i] <= HS__PRINCIPAL__ROLE__GATEWAY) {
            mask |= 1U << roles[i];
        }
    }
    return mask;
}

bool principal_has_role(const Hs__Principal *principal, Hs__Principal__Role role)
{
    return (roles_of(principal->roles, principal->n_roles) & (1U << role)) != 0;
}

enum refusal authorise(const Hs__Principal *principal, enum operation operation, int64_t now_ms)
{
    if (principal->disabled) {
        return REFUSAL_PRINCIPAL_DISABLED;
    }
    if (principal->expires_at != 0 && now_ms >= principal->expires_at) {
        return REFUSAL_PRINCIPAL_EXPIRED;
    }
    if (operation >= OPERATION_COUNT ||
        (roles_of(principal->roles, principal->n_roles) & permitted[operation]) == 0) {
        return REFUSAL_NOT_ALLOWED;
    }
    return REFUSAL_NONE;
}

static bool has_review(const Hs__Proposal *proposal, const char *department)
{
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        if (strcmp(proposal->reviews[i]->department, department) == 0) {
            return true;
        }
    }
    return false;
}

bool authorise_proposal(const Hs__Principal *principal, const Hs__Proposal *proposal)
{
    unsigned roles = roles_of(principal->roles, principal->n_roles);

    if (principal->disabled) {
        return false;
    }
    if ((roles & OVERSEEING) != 0) {
        return true;
    }
    if ((roles & ROLE(APPLICANT)) != 0 && strcmp(proposal->applicant, principal->name) == 0) {
        return true;
    }
    return (roles & DEPARTMENTAL) != 0 && has_review(proposal, principal->department);
}

bool authorise_department(const Hs__Principal *principal, const char *department)
{
    return principal->department[0] == '\0' || strcmp(principal->department, department) == 0;
}

bool roles_compatible(const Hs__Principal__Role *roles, size_t count)
{
    unsigned mask = roles_of(roles, count);
    unsigned administering = mask & ADMINISTERING;

    if (mask == 0) {
        return false;
    }
    if (administering == 0) {
        return true;
    }
    /* One bit and nothing beside it. */
    return (administering & (administering - 1)) == 0 && mask == administering;
}
