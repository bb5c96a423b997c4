/* SPDX-License-Identifier: Apache-2.0 */
/* What applicants, the office and the approver do. */
#include <stdio.h>
#include <string.h>

#include "lib/check.h"
#include "tests/simulation/work.h"

enum { HOUR_MS = 3600 * 1000, ITEMS_MAX = 64 };

/* ---- the applicant ---- */

static void submit(struct work *work)
{
    static const char *const processes[] = {"", "", "joint_review", "joint_review_units"};
    const struct samples *samples = work->person->samples;
    size_t index = chance_below(work->chance, samples->count);
    Hs__Command *command = work_command(work, HS__COMMAND__BODY_SUBMIT, &hs__submit__descriptor);

    command->submit->packet = samples->packets[index];
    command->submit->title = samples->titles[index];
    command->submit->process = processes[chance_below(work->chance, 4)];
    work_ask(work, command);
}

static Hs__ItemReply *reply_to(struct work *work, const char *department, uint32_t number)
{
    Hs__ItemReply *reply = work_new(work, &hs__item_reply__descriptor);
    const Hs__Proposal *proposal = work->proposal;

    reply->item = arena_format(&work->person->arena, "%s/%u/%s#%u", proposal->number,
                               (unsigned)proposal->round, department, (unsigned)number);
    reply->answer = chance_below(work->chance, 4) == 0 ? HS__ITEM_REPLY__ANSWER__PARTLY
                                                       : HS__ITEM_REPLY__ANSWER__ADOPTED;
    reply->reason = "见说明";
    return reply;
}

static void revise(struct work *work)
{
    const struct samples *samples = work->person->samples;
    const Hs__Proposal *proposal = work->proposal;
    Hs__Command *command = work_command(work, HS__COMMAND__BODY_REVISE, &hs__revise__descriptor);
    Hs__Revise *body = command->revise;
    size_t index = chance_below(work->chance, samples->count);

    for (size_t i = 0; i < samples->count && chance_below(work->chance, 3) > 0; i++) {
        index = strcmp(samples->titles[i], proposal->title) == 0 ? i : index;
    }
    body->proposal = proposal->id;
    body->packet = samples->packets[index];
    body->reply = "已按意见修改";
    body->items = arena_array(&work->person->arena, ITEMS_MAX, sizeof *body->items);
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];

        for (uint32_t n = 1; n <= review->item_count && body->n_items < ITEMS_MAX &&
                             proposal->status != HS__PROPOSAL__STATUS__INCOMPLETE;
             n++) {
            body->items[body->n_items++] = reply_to(work, review->department, n);
        }
    }
    work_ask(work, command);
}

static void withdraw(struct work *work)
{
    Hs__Command *command =
        work_command(work, HS__COMMAND__BODY_WITHDRAW, &hs__withdraw__descriptor);

    command->withdraw->proposal = work->proposal->id;
    command->withdraw->reason = "暂缓";
    work_ask(work, command);
}

/* True if it is with the applicant. */
static bool waits_for_applicant(const Hs__Proposal *proposal)
{
    return proposal->status == HS__PROPOSAL__STATUS__INCOMPLETE ||
           proposal->status == HS__PROPOSAL__STATUS__GATE_FAILED ||
           (proposal->status == HS__PROPOSAL__STATUS__CONCLUDED &&
            proposal->outcome == HS__VERDICT__OUTCOME__RETURNED);
}

void work_of_applicant(struct work *work)
{
    if (chance_below(work->chance, 3) > 0 || !work_take_any(work)) {
        submit(work);
    } else if (waits_for_applicant(work->proposal) || chance_below(work->chance, 20) == 0) {
        revise(work);
    } else if (chance_below(work->chance, 60) == 0) {
        withdraw(work);
    }
}

/* ---- the approver ---- */

static void decide(struct work *work)
{
    static const Hs__Decision__Kind kinds[] = {
        HS__DECISION__KIND__SIGNED, HS__DECISION__KIND__SIGNED,    HS__DECISION__KIND__SIGNED,
        HS__DECISION__KIND__SIGNED, HS__DECISION__KIND__SENT_BACK, HS__DECISION__KIND__REJECTED,
    };
    Hs__Command *command = work_command(work, HS__COMMAND__BODY_DECIDE, &hs__decide__descriptor);

    command->decide->proposal = work->proposal->id;
    command->decide->kind = kinds[chance_below(work->chance, sizeof kinds / sizeof kinds[0])];
    command->decide->verdict = work->proposal->verdict;
    command->decide->reason = "审定";
    work_ask(work, command);
}

static void decide_silence(struct work *work, const Hs__Review *review)
{
    Hs__Command *command =
        work_command(work, HS__COMMAND__BODY_DECIDE_SILENCE, &hs__decide_silence__descriptor);

    command->decide_silence->review = work_ref(work, review->department);
    command->decide_silence->result = chance_below(work->chance, 4) == 0
                                          ? HS__OPINION__RESULT__DISAGREE
                                          : HS__OPINION__RESULT__AGREE;
    command->decide_silence->reason = "逾期未答";
    work_ask(work, command);
}

static bool answer_waiver(struct work *work)
{
    for (size_t i = 0; i < work->proposal->n_waivers; i++) {
        const Hs__Waiver *waiver = work->proposal->waivers[i];

        if (waiver->state == HS__WAIVER__STATE__ASKED) {
            Hs__Command *command =
                work_command(work, HS__COMMAND__BODY_ANSWER_WAIVER, &hs__answer_waiver__descriptor);

            command->answer_waiver->proposal = work->proposal->id;
            command->answer_waiver->rule_id = waiver->rule_id;
            command->answer_waiver->granted = chance_below(work->chance, 3) > 0;
            command->answer_waiver->reason = "不宜";
            work_ask(work, command);
            return true;
        }
    }
    return false;
}

void work_of_approver(struct work *work)
{
    if (!work_take_any(work) || answer_waiver(work)) {
        return;
    }
    if (work->proposal->status == HS__PROPOSAL__STATUS__CONCLUDED) {
        decide(work);
        return;
    }
    for (size_t i = 0; i < work->proposal->n_reviews; i++) {
        if (work->proposal->reviews[i]->state == HS__REVIEW__STATE__OVERDUE) {
            decide_silence(work, work->proposal->reviews[i]);
            return;
        }
    }
}

/* ---- the office ---- */

static void hold(struct work *work, const char *department)
{
    Hs__Command *command =
        work_command(work, HS__COMMAND__BODY_HOLD_CLOCK, &hs__hold_clock__descriptor);
    Hs__Hold *body = work_new(work, &hs__hold__descriptor);

    body->reason = HS__HOLD__REASON__HEARING;
    body->document = "函2";
    body->asked_by = department[0] == '\0' ? "applicant" : department;
    body->ends_at =
        world_office_ms(work->person->world) + HOUR_MS * chance_between(work->chance, 1, 100);
    command->hold_clock->review = work_ref(work, department);
    command->hold_clock->hold = body;
    work_ask(work, command);
}

static void resume(struct work *work, const char *department)
{
    Hs__Command *command =
        work_command(work, HS__COMMAND__BODY_RESUME_CLOCK, &hs__resume_clock__descriptor);

    command->resume_clock->review = work_ref(work, department);
    work_ask(work, command);
}

static void answer_hold(struct work *work, const char *department)
{
    Hs__Command *command =
        work_command(work, HS__COMMAND__BODY_ANSWER_HOLD, &hs__answer_hold__descriptor);

    command->answer_hold->review = work_ref(work, department);
    command->answer_hold->approved = chance_below(work->chance, 3) > 0;
    command->answer_hold->reason = "不必";
    work_ask(work, command);
}

static void settle_competence(struct work *work, const char *department)
{
    Hs__Command *command =
        work_command(work, HS__COMMAND__BODY_SETTLE_COMPETENCE, &hs__settle_competence__descriptor);

    command->settle_competence->review = work_ref(work, department);
    command->settle_competence->confirmed = chance_below(work->chance, 2) == 0;
    command->settle_competence->reason = "已核";
    work_ask(work, command);
}

static void press(struct work *work, const char *department)
{
    Hs__Command *command = NULL;

    if (chance_below(work->chance, 2) == 0) {
        command =
            work_command(work, HS__COMMAND__BODY_REMIND_REVIEW, &hs__remind_review__descriptor);
        command->remind_review->review = work_ref(work, department);
        command->remind_review->note = "请尽快";
    } else {
        command =
            work_command(work, HS__COMMAND__BODY_DELIVER_REVIEW, &hs__deliver_review__descriptor);
        command->deliver_review->review = work_ref(work, department);
        command->deliver_review->means = "当面";
    }
    work_ask(work, command);
}

static void reopen(struct work *work, const char *department)
{
    Hs__Command *command =
        work_command(work, HS__COMMAND__BODY_REOPEN_REVIEW, &hs__reopen_review__descriptor);

    command->reopen_review->review = work_ref(work, department);
    command->reopen_review->ground = HS__REOPENING__GROUND__SAFETY;
    command->reopen_review->reason = "安全";
    work_ask(work, command);
}

static void settle_conflict(struct work *work, const Hs__Conflict *conflict)
{
    Hs__Command *command =
        work_command(work, HS__COMMAND__BODY_SETTLE_CONFLICT, &hs__settle_conflict__descriptor);
    Hs__SettleConflict *body = command->settle_conflict;

    body->proposal = work->proposal->id;
    body->number = conflict->number;
    body->step = (Hs__SettleConflict__Step)chance_between(
        work->chance, HS__SETTLE_CONFLICT__STEP__CONFIRM, HS__SETTLE_CONFLICT__STEP__RULE);
    body->reason = "协调";
    body->document = "纪要1";
    if (body->step == HS__SETTLE_CONFLICT__STEP__RULE) {
        body->in_favour = chance_below(work->chance, 2) == 0 ? conflict->one->department : "";
        body->demand = body->in_favour[0] == '\0' ? "按纪要办理" : "";
    }
    work_ask(work, command);
}

static void grant_round(struct work *work)
{
    Hs__Command *command =
        work_command(work, HS__COMMAND__BODY_GRANT_ROUND, &hs__grant_round__descriptor);

    command->grant_round->proposal = work->proposal->id;
    command->grant_round->reason = "再审一轮";
    work_ask(work, command);
}

static void ask_waiver(struct work *work)
{
    Hs__Command *command =
        work_command(work, HS__COMMAND__BODY_REQUEST_WAIVER, &hs__request_waiver__descriptor);
    const Hs__Proposal *proposal = work->proposal;

    command->request_waiver->proposal = proposal->id;
    command->request_waiver->rule_id =
        proposal->failed_gates[chance_below(work->chance, proposal->n_failed_gates)]->rule_id;
    command->request_waiver->reason = "另有安排";
    command->request_waiver->document = "函3";
    work_ask(work, command);
}

/* With a review of the proposal at hand. */
static void see_to_review(struct work *work, const Hs__Review *review)
{
    if (review->state == HS__REVIEW__STATE__NOT_COMPETENT) {
        settle_competence(work, review->department);
    } else if (review->hold_asked != NULL) {
        answer_hold(work, review->department);
    } else if (review->late_opinion != NULL) {
        reopen(work, review->department);
    } else if (review->state == HS__REVIEW__STATE__HELD) {
        resume(work, review->department);
    } else if (chance_below(work->chance, 12) == 0) {
        hold(work, review->department);
    } else if (review->state == HS__REVIEW__STATE__OPEN) {
        press(work, review->department);
    }
}

static bool see_to_urgent(struct work *work)
{
    const Hs__Proposal *proposal = work->proposal;

    for (size_t i = 0; i < proposal->n_conflicts; i++) {
        const Hs__Conflict *conflict = proposal->conflicts[i];

        if (conflict->state == HS__CONFLICT__STATE__PROPOSED ||
            conflict->state == HS__CONFLICT__STATE__CONFIRMED) {
            settle_conflict(work, conflict);
            return true;
        }
    }
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        if (proposal->reviews[i]->state == HS__REVIEW__STATE__NOT_COMPETENT) {
            settle_competence(work, proposal->reviews[i]->department);
            return true;
        }
    }
    return false;
}

void work_of_office(struct work *work)
{
    if (!work_take_any(work) || see_to_urgent(work)) {
        return;
    }
    const Hs__Proposal *proposal = work->proposal;
    if (proposal->status == HS__PROPOSAL__STATUS__IN_REVIEW && proposal->n_reviews > 0) {
        if (chance_below(work->chance, 30) == 0) {
            hold(work, "");
        } else {
            see_to_review(work, proposal->reviews[chance_below(work->chance, proposal->n_reviews)]);
        }
    } else if (proposal->n_failed_gates > 0) {
        ask_waiver(work);
    } else if (proposal->outcome == HS__VERDICT__OUTCOME__RETURNED) {
        grant_round(work);
    }
}
