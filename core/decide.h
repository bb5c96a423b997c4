/* SPDX-License-Identifier: Apache-2.0 */
/* decide.h - every decision of the broker: what a command, or the clock, leads to.
 *
 * Pure: decide_*() reads the situation it is given and answers with events or a refusal; it changes
 * nothing. The caller appends the events to the journal and applies them (apply.h). The same
 * situation gives the same decision on any machine.
 *
 * Everything it builds lives in the arena of the situation and may borrow from the situation.
 * Times are milliseconds since the Unix epoch, UTC.
 */
#ifndef CORE_DECIDE_H
#define CORE_DECIDE_H

#include <stdint.h>

#include "core/clock.h"
#include "core/limits.h"
#include "core/refusal.h"
#include "core/rulebook.h"
#include "core/trusted_time.h"
#include "lib/arena.h"
#include "lib/hash.h"
#include "proto/message.h"

/* The definitions in force, as messages: what publishing is checked against. */
struct catalogue {
    const Hs__Dictionary *const *dictionaries;
    size_t dictionary_count;
    const Hs__Process *const *processes;
    size_t process_count;
    const Hs__Pack *const *packs;
    size_t pack_count;
};

/* What a decision may know. Pointers are borrowed for the call; those not needed by the command at
 * hand may be NULL. */
struct situation {
    int64_t now_ms;
    const Hs__Office *office;
    const Hs__Principal *signer;  /* authenticated */
    const Hs__Proposal *proposal; /* the one the command names; NULL: there is none */
    const Hs__Packet *packet;     /* revise in a round, waivers: the proposal's present one */
    /* submit, revise, grant, waivers: the process's current one, NULL if it is not ready; revise in
     * a round, opinion, draft, rectification: the one the round is pinned to (of an opinion NULL:
     * matters are not looked at). */
    const struct rulebook *rulebook;
    /* The calendar in force of the rulebook's process; NULL: it names none. */
    const struct calendar *calendar;
    /* revise and waivers after a verdict: what the last round was pinned to; for each of its
     * reviews the packet it is about, and the opinion given (NULL: none). */
    const struct rulebook *rulebook_before;
    const Hs__Packet *const *review_packets;
    const Hs__Opinion *const *opinions;
    const Hs__Principal *named;     /* enrol, change: the principal of that name, if there is one */
    const Hs__Principal *key_owner; /* enrol: whose key it already is, if anybody's */
    const char *const *missing_documents; /* submit, revise: names of documents not stored */
    size_t missing_document_count;
    const struct catalogue *catalogue;  /* publish */
    const struct time_reading *reading; /* genesis, confirm_clock, time */
    struct arena *arena;
};

/* Invariant: refusal != NONE means event_count == 0. No refusal and no events: what was asked for
 * is already so. */
struct decision {
    enum refusal refusal;
    const char *detail; /* which path, which rule, which item; NULL: nothing to add */
    Hs__Event **events;
    size_t event_count;
    size_t event_capacity;
    Hs__Receipt__Result result;
};

enum { DECISION_EVENTS_MAX = 2 * LIMIT_SEATS + 32 }; /* two for each seat, those of the whole */

/* Decides @command in @situation. */
void decide_command(const struct situation *situation, const Hs__Command *command,
                    struct decision *out);

/* Decides what has come of the clock of @department's review (empty: of the clocks of the whole
 * proposal): a rung of its ladder, the end of a hold, the passing of its limit. Nothing, if it is
 * not yet time: @situation->now_ms < wake_at; otherwise wake_at moves on or the clock ends, so that
 * who asks again and again comes to an end. */
void decide_wake(const struct situation *situation, const char *department, struct decision *out);

/* Decides what the calendars now in force make of the open clocks of the situation's proposal:
 * deadline_moved for each that ends later. Never earlier. */
void decide_recompute(const struct situation *situation, struct decision *out);

/* Decides what is recorded about the clock, which was judged as @time; the last entry before is of
 * @last_ms. */
void decide_time(const struct situation *situation, const struct trusted_time *time,
                 int64_t last_ms, struct decision *out);

/* Decides the founding of an office: @genesis is its first event, the clock's anchor its last. */
void decide_genesis(const struct situation *situation, const Hs__Genesis *genesis,
                    struct decision *out);

/* ---- for the files of core/ that make decisions ---- */

/* Refuses for @reason, with a detail or NULL. */
void decision_refuse(struct decision *decision, enum refusal reason, const char *detail);

/* Adds an empty event about @proposal (0: the office) and returns it; NULL if the decision is a
 * refusal, or becomes one, TOO_COMPLEX, because the arena is full. */
Hs__Event *decision_add(struct decision *decision, const struct situation *situation,
                        uint64_t proposal);

/* Returns a message of type @type in the situation's arena; NULL, with the decision refused as
 * TOO_COMPLEX, when that is full. */
void *decision_new(struct decision *decision, const struct situation *situation,
                   const ProtobufCMessageDescriptor *type);

/* Adds an event about the situation's proposal and returns its empty body of kind @body; NULL, with
 * the decision refused as TOO_COMPLEX, when the arena is full. */
void *decision_event(struct decision *decision, const struct situation *situation,
                     Hs__Event__BodyCase body);

/* Returns by what the clocks of the situation's proposal go. */
struct clock_law decision_law(const struct situation *situation);

/* Returns the department @id of the situation's office, or NULL. */
const Hs__Department *decision_department(const struct situation *situation, const char *id);

/* Sets @out to the review that @ref names in the present round. Returns false, with the decision
 * refused, if there is none. */
bool decision_review(const struct situation *situation, const Hs__ReviewRef *ref,
                     struct decision *decision, Hs__Review **out);

/* The same, of the signer's own department only. */
bool decision_own_review(const struct situation *situation, const Hs__ReviewRef *ref,
                         struct decision *decision, Hs__Review **out);

/* True if @proposal has ended without a verdict: withdrawn, lapsed. */
bool proposal_has_ended(const Hs__Proposal *proposal);

/* True if the approver approved or rejected @proposal: only its conditions are still closed. */
bool proposal_is_decided(const Hs__Proposal *proposal);

/* Returns the review of @department in the present round, or NULL. */
Hs__Review *proposal_review(const Hs__Proposal *proposal, const char *department);

/* Adds what follows from the events of @decision: conflicts_proposed if all opinions are in and
 * some contradict; verdict_issued if there is a verdict and it is not on record, after what the
 * clocks of the whole have come to by then; clock_started for those that begin. Does nothing if the
 * decision is a refusal. */
void decision_conclude(const struct situation *situation, struct decision *decision);

/* Adds clock_anchored: the time of the situation and of its reading is believed. */
void decide_anchor(const struct situation *situation, struct decision *out);

/* One file each: conclude.c, intake.c, rereview.c, opinion.c, opinion_draft.c, opinion_rectify.c,
 * ruling.c, approve.c, holding.c, extension.c, pressing.c, question.c, silence.c, publish.c,
 * administer.c, timekeeping.c. */
void decide_submit(const struct situation *situation, const Hs__Submit *submit,
                   struct decision *out);
void decide_revise(const struct situation *situation, const Hs__Revise *revise,
                   struct decision *out);
void decide_withdraw(const struct situation *situation, const Hs__Withdraw *withdraw,
                     struct decision *out);
void decide_receive(const struct situation *situation, const Hs__ReceiveReview *receive,
                    struct decision *out);
void decide_findings(const struct situation *situation, const Hs__RecordFindings *record,
                     struct decision *out);
void decide_opinion(const struct situation *situation, const Hs__GiveOpinion *give,
                    struct decision *out);
void decide_draft(const struct situation *situation, const Hs__DraftOpinion *draft,
                  struct decision *out);
void decide_send_back(const struct situation *situation, const Hs__SendBackDraft *send_back,
                      struct decision *out);
void decide_rectification(const struct situation *situation, const Hs__RectifyOpinion *rectify,
                          struct decision *out);
void decide_competence(const struct situation *situation, const Hs__SettleCompetence *settle,
                       struct decision *out);
void decide_hold(const struct situation *situation, const Hs__HoldClock *hold,
                 struct decision *out);
void decide_answer_hold(const struct situation *situation, const Hs__AnswerHold *answer,
                        struct decision *out);
void decide_resume(const struct situation *situation, const Hs__ResumeClock *resume,
                   struct decision *out);
void decide_extend(const struct situation *situation, const Hs__ExtendLimit *extend,
                   struct decision *out);
void decide_deliver(const struct situation *situation, const Hs__DeliverReview *deliver,
                    struct decision *out);
void decide_remind(const struct situation *situation, const Hs__RemindReview *remind,
                   struct decision *out);
void decide_escalate(const struct situation *situation, const Hs__EscalateReview *escalate,
                     struct decision *out);
void decide_mark(const struct situation *situation, const Hs__MarkReview *mark,
                 struct decision *out);
void decide_reopen(const struct situation *situation, const Hs__ReopenReview *reopen,
                   struct decision *out);
void decide_grant(const struct situation *situation, const Hs__GrantRound *grant,
                  struct decision *out);
void decide_ask(const struct situation *situation, const Hs__AskApplicant *ask,
                struct decision *out);
void decide_conflict(const struct situation *situation, const Hs__SettleConflict *settle,
                     struct decision *out);
void decide_acknowledgement(const struct situation *situation,
                            const Hs__AcknowledgeRuling *acknowledge, struct decision *out);
void decide_merger(const struct situation *situation, const Hs__MergeItems *merge,
                   struct decision *out);
void decide_condition(const struct situation *situation, const Hs__CloseCondition *close,
                      struct decision *out);
void decide_proposal(const struct situation *situation, const Hs__Decide *decide,
                     struct decision *out);
void decide_silence(const struct situation *situation, const Hs__DecideSilence *decide,
                    struct decision *out);
void decide_set_aside(const struct situation *situation, const Hs__SetAside *set_aside,
                      struct decision *out);
void decide_request_waiver(const struct situation *situation, const Hs__RequestWaiver *request,
                           struct decision *out);
void decide_answer_waiver(const struct situation *situation, const Hs__AnswerWaiver *answer,
                          struct decision *out);
void decide_publish(const struct situation *situation, const Hs__Publish *publish,
                    struct decision *out);
void decide_department(const struct situation *situation, const Hs__DefineDepartment *define,
                       struct decision *out);
void decide_enrol(const struct situation *situation, const Hs__Enrol *enrol, struct decision *out);
void decide_change(const struct situation *situation, const Hs__ChangePrincipal *change,
                   struct decision *out);
void decide_confirm_clock(const struct situation *situation, const Hs__ConfirmClock *confirm,
                          struct decision *out);

#endif
