/* SPDX-License-Identifier: Apache-2.0 */
/* authorise.h - who may do what: one table, role by operation, default deny.
 *
 * The table says which roles may ask at all; whether the proposal or the review is theirs is said
 * by authorise_proposal() and by the decision itself. Evaluated on every request.
 */
#ifndef CORE_AUTHORISE_H
#define CORE_AUTHORISE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/refusal.h"
#include "proto/message.h"

/* Every command and every query, and nothing else: a new one needs a row here. */
enum operation {
    OPERATION_SUBMIT,
    OPERATION_REVISE,
    OPERATION_WITHDRAW,
    OPERATION_RECEIVE_REVIEW,
    OPERATION_RECORD_FINDINGS,
    OPERATION_GIVE_OPINION,
    OPERATION_DRAFT_OPINION,
    OPERATION_SEND_BACK_DRAFT,
    OPERATION_RECTIFY_OPINION,
    OPERATION_SETTLE_COMPETENCE,
    OPERATION_HOLD_CLOCK,
    OPERATION_ANSWER_HOLD,
    OPERATION_RESUME_CLOCK,
    OPERATION_EXTEND_LIMIT,
    OPERATION_DELIVER_REVIEW,
    OPERATION_REMIND_REVIEW,
    OPERATION_ESCALATE_REVIEW,
    OPERATION_MARK_REVIEW,
    OPERATION_ASK_APPLICANT,
    OPERATION_REOPEN_REVIEW,
    OPERATION_GRANT_ROUND,
    OPERATION_PUBLISH,
    OPERATION_DEFINE_DEPARTMENT,
    OPERATION_ENROL,
    OPERATION_CHANGE_PRINCIPAL,
    OPERATION_CONFIRM_CLOCK,
    OPERATION_SETTLE_CONFLICT,
    OPERATION_ACKNOWLEDGE_RULING,
    OPERATION_MERGE_ITEMS,
    OPERATION_CLOSE_CONDITION,
    OPERATION_DECIDE,
    OPERATION_DECIDE_SILENCE,
    OPERATION_SET_ASIDE,
    OPERATION_REQUEST_WAIVER,
    OPERATION_ANSWER_WAIVER,
    OPERATION_SHOW,
    OPERATION_LIST,
    OPERATION_REVIEWS,
    OPERATION_VERDICT,
    OPERATION_DEFINITION,
    OPERATION_PACKET,
    OPERATION_OPINION,
    OPERATION_JOURNAL,
    OPERATION_PRINCIPALS,
    OPERATION_OFFICE,
    OPERATION_RECEIPT,
    OPERATION_BOARD,
    OPERATION_WATCH,
    OPERATION_DOCUMENT_PUT,
    OPERATION_DOCUMENT_GET,
    OPERATION_COUNT,
};

/* Returns the operation that @command or @query asks for; OPERATION_COUNT if it asks for none. */
enum operation operation_of_command(const Hs__Command *command);
enum operation operation_of_query(const Hs__Query *query);

/* True if @principal has @role. */
bool principal_has_role(const Hs__Principal *principal, Hs__Principal__Role role);

/* Returns why @principal may not ask for @operation at @now_ms, REFUSAL_NONE if it may:
 * PRINCIPAL_DISABLED, PRINCIPAL_EXPIRED, or NOT_ALLOWED where none of its roles is named in the
 * operation's row. */
enum refusal authorise(const Hs__Principal *principal, enum operation operation, int64_t now_ms);

/* True if @principal may read @proposal: the office, its supervisors, approvers and auditors all of
 * them, an applicant its own, a department those in which it has a review. */
bool authorise_proposal(const Hs__Principal *principal, const Hs__Proposal *proposal);

/* True if @principal may read what @department has yet to answer: who belongs to a department only
 * its own. */
bool authorise_department(const Hs__Principal *principal, const char *department);

/* True if the roles @roles may stand together: who administers (system, security, audit) has no
 * other role and cannot give an opinion; the three are three accounts. */
bool roles_compatible(const Hs__Principal__Role *roles, size_t count);

#endif
