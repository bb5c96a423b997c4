/* SPDX-License-Identifier: Apache-2.0 */
/* What a department's people do with its inbox. */
#include <string.h>

#include "lib/check.h"
#include "lib/hash.h"
#include "store/views.h"
#include "tests/simulation/work.h"

enum { INBOX_MAX = 16, HOUR_MS = 3600 * 1000, FORGOTTEN_OF = 12, SITTING_MAX = 8 };

/* ---- opinions ---- */

static Hs__Opinion__Result draw_result(struct work *work)
{
    static const Hs__Opinion__Result results[] = {
        HS__OPINION__RESULT__AGREE,        HS__OPINION__RESULT__AGREE,
        HS__OPINION__RESULT__AGREE,        HS__OPINION__RESULT__AGREE,
        HS__OPINION__RESULT__AGREE,        HS__OPINION__RESULT__AGREE,
        HS__OPINION__RESULT__AGREE,        HS__OPINION__RESULT__CONDITIONAL,
        HS__OPINION__RESULT__CONDITIONAL,  HS__OPINION__RESULT__DISAGREE,
        HS__OPINION__RESULT__NOT_INVOLVED, HS__OPINION__RESULT__NOT_COMPETENT,
        HS__OPINION__RESULT__TACIT,
    };

    return results[chance_below(work->chance, sizeof results / sizeof results[0])];
}

static Hs__Item *draw_item(struct work *work, size_t number)
{
    static const char *const matters[] = {"fire", "greening", "parking", "structure"};
    const Hs__Proposal *proposal = work->proposal;
    Hs__Item *item = work_new(work, &hs__item__descriptor);

    item->severity = HS__ITEM__SEVERITY__MUST;
    item->matter = matters[chance_below(work->chance, 4)];
    item->place = chance_below(work->chance, 2) == 0 ? "1号楼" : "南侧";
    item->defect = arena_format(&work->person->arena, "问题%zu", number);
    item->demand = "改正";
    item->basis = "通知二";
    item->closing = "现场核查";
    if (chance_below(work->chance, 5) == 0 && proposal->n_reviews > 0) {
        item->against =
            proposal->reviews[chance_below(work->chance, proposal->n_reviews)]->department;
    }
    if (proposal->round > 1) {
        item->ground = HS__ITEM__GROUND__SAFETY;
        item->ground_reason = "安全";
    }
    return item;
}

/* What was open of an earlier round is closed, all of it or but one. */
static void close_items(struct work *work, Hs__Opinion *opinion)
{
    const Hs__Proposal *proposal = work->proposal;

    opinion->closed_items =
        arena_array(&work->person->arena, proposal->n_answered + 1, sizeof(char *));
    for (size_t i = 0; i < proposal->n_answered; i++) {
        const Hs__AnsweredItem *answered = proposal->answered[i];

        if (strcmp(answered->department, work->person->department) == 0 &&
            chance_below(work->chance, 20) > 0) {
            opinion->closed_items[opinion->n_closed_items++] = answered->item->id;
        }
    }
}

static Hs__Opinion *draw_opinion(struct work *work)
{
    Hs__Opinion *opinion = work_new(work, &hs__opinion__descriptor);
    size_t count = 0;

    opinion->result = draw_result(work);
    opinion->packet = work->review->packet;
    opinion->reason = opinion->result == HS__OPINION__RESULT__NOT_COMPETENT ||
                              opinion->result == HS__OPINION__RESULT__NOT_INVOLVED
                          ? "与本部门无关"
                          : "";
    if (opinion->result == HS__OPINION__RESULT__CONDITIONAL ||
        opinion->result == HS__OPINION__RESULT__DISAGREE) {
        count = 1 + chance_below(work->chance, 3);
    }
    opinion->items = arena_array(&work->person->arena, count, sizeof *opinion->items);
    require(opinion->items != NULL || count == 0);
    while (opinion->n_items < count) {
        opinion->items[opinion->n_items] = draw_item(work, opinion->n_items + 1);
        opinion->n_items++;
    }
    if (work->proposal->round > 1) {
        close_items(work, opinion);
    }
    return opinion;
}

static void give(struct work *work)
{
    Hs__Command *command =
        work_command(work, HS__COMMAND__BODY_GIVE_OPINION, &hs__give_opinion__descriptor);

    command->give_opinion->review = work_ref(work, work->person->department);
    command->give_opinion->opinion = draw_opinion(work);
    work_ask(work, command);
}

static void draft(struct work *work)
{
    Hs__Command *command =
        work_command(work, HS__COMMAND__BODY_DRAFT_OPINION, &hs__draft_opinion__descriptor);

    command->draft_opinion->review = work_ref(work, work->person->department);
    command->draft_opinion->opinion = draw_opinion(work);
    work_ask(work, command);
}

static void send_back(struct work *work)
{
    Hs__Command *command =
        work_command(work, HS__COMMAND__BODY_SEND_BACK_DRAFT, &hs__send_back_draft__descriptor);

    command->send_back_draft->review = work_ref(work, work->person->department);
    command->send_back_draft->draft = work->review->draft->opinion;
    command->send_back_draft->reason = "再核";
    work_ask(work, command);
}

static void rectify(struct work *work)
{
    Hs__Command *command =
        work_command(work, HS__COMMAND__BODY_RECTIFY_OPINION, &hs__rectify_opinion__descriptor);

    command->rectify_opinion->review = work_ref(work, work->person->department);
    command->rectify_opinion->opinion = draw_opinion(work);
    command->rectify_opinion->reason = "笔误";
    work_ask(work, command);
}

/* ---- around them ---- */

/* 阅件, then 签收. */
static void mark(struct work *work)
{
    Hs__Command *command =
        work_command(work, HS__COMMAND__BODY_MARK_REVIEW, &hs__mark_review__descriptor);

    command->mark_review->review = work_ref(work, work->person->department);
    command->mark_review->mark = work->review->opened_at == 0 ? HS__MARK_REVIEW__MARK__OPENED
                                                              : HS__MARK_REVIEW__MARK__ACCEPTED;
    work_ask(work, command);
}

static void ask_hold(struct work *work)
{
    Hs__Command *command =
        work_command(work, HS__COMMAND__BODY_HOLD_CLOCK, &hs__hold_clock__descriptor);
    Hs__Hold *hold = work_new(work, &hs__hold__descriptor);

    hold->reason = HS__HOLD__REASON__EXPERT_REVIEW;
    hold->document = "函1";
    hold->ends_at =
        world_office_ms(work->person->world) + HOUR_MS * chance_between(work->chance, 1, 100);
    command->hold_clock->review = work_ref(work, work->person->department);
    command->hold_clock->hold = hold;
    work_ask(work, command);
}

static void ask_applicant(struct work *work)
{
    Hs__Command *command =
        work_command(work, HS__COMMAND__BODY_ASK_APPLICANT, &hs__ask_applicant__descriptor);
    Hs__Question *question = work_new(work, &hs__question__descriptor);

    question->text = "请说明";
    command->ask_applicant->review = work_ref(work, work->person->department);
    command->ask_applicant->questions = arena_array(&work->person->arena, 1, sizeof question);
    command->ask_applicant->questions[0] = question;
    command->ask_applicant->n_questions = 1;
    work_ask(work, command);
}

static void extend(struct work *work)
{
    Hs__Command *command =
        work_command(work, HS__COMMAND__BODY_EXTEND_LIMIT, &hs__extend_limit__descriptor);
    Hs__Extension *extension = work_new(work, &hs__extension__descriptor);

    extension->working_days = 1 + (uint32_t)chance_below(work->chance, 3);
    extension->reason = "情况复杂";
    command->extend_limit->review = work_ref(work, work->person->department);
    command->extend_limit->extension = extension;
    work_ask(work, command);
}

static void close_condition(struct work *work)
{
    Hs__Command *command =
        work_command(work, HS__COMMAND__BODY_CLOSE_CONDITION, &hs__close_condition__descriptor);

    command->close_condition->proposal = work->proposal->id;
    command->close_condition->condition =
        arena_format(&work->person->arena, "%s#1", work->person->department);
    command->close_condition->evidence = "照片";
    work_ask(work, command);
}

static void acknowledge(struct work *work)
{
    Hs__Command *command = work_command(work, HS__COMMAND__BODY_ACKNOWLEDGE_RULING,
                                        &hs__acknowledge_ruling__descriptor);

    command->acknowledge_ruling->proposal = work->proposal->id;
    command->acknowledge_ruling->number = 1;
    work_ask(work, command);
}

/* ---- choosing ---- */

static bool find_review(struct work *work)
{
    for (size_t i = 0; i < work->proposal->n_reviews; i++) {
        if (strcmp(work->proposal->reviews[i]->department, work->person->department) == 0) {
            work->review = work->proposal->reviews[i];
            return true;
        }
    }
    return false;
}

/* True if the department lets it lie until it is overdue. */
static bool is_forgotten(const struct work *work)
{
    uint64_t department = checksum_of(bytes_of_text(work->person->department));

    return work->review->state != HS__REVIEW__STATE__OVERDUE &&
           (work->proposal->id + department) % FORGOTTEN_OF == 0;
}

/* What lies in the inbox. */
static void answer_one(struct work *work)
{
    uint64_t choice = chance_below(work->chance, 20);
    bool is_head = work->person->role == HS__PRINCIPAL__ROLE__HEAD;

    if (work->review->opened_at == 0 || (work->review->accepted_at == 0 && choice < 15)) {
        mark(work);
    } else if (choice == 1 && chance_below(work->chance, 3) == 0) {
        ask_hold(work);
    } else if (choice == 2 && chance_below(work->chance, 6) == 0) {
        ask_applicant(work);
    } else if (choice == 3 && is_head) {
        extend(work);
    } else if (choice <= 9 && !is_head && work->review->draft == NULL) {
        draft(work);
    } else if (choice <= 5 && is_head && work->review->draft != NULL) {
        send_back(work);
    } else if (!is_forgotten(work)) {
        give(work);
    }
}

static void look_back(struct work *work)
{
    if (!work_take_any(work) || !find_review(work)) {
        return;
    }
    bool has_conflict = work->proposal->n_conflicts > 0;
    uint64_t choice = chance_below(work->chance, 8);

    if (has_conflict && choice < 2) {
        acknowledge(work);
    } else if (has_conflict && choice < 4) {
        give(work); /* anew, which only a confirmed conflict allows */
    } else if (choice == 4 && work->review->state == HS__REVIEW__STATE__CLOSED &&
               (work->proposal->status == HS__PROPOSAL__STATUS__IN_REVIEW ||
                chance_below(work->chance, 20) == 0)) {
        rectify(work);
    } else if (work->proposal->outcome == HS__VERDICT__OUTCOME__CONDITIONAL && choice > 5) {
        close_condition(work);
    }
}

static void look_at_inbox(struct work *work)
{
    const struct inbox inbox = {work->person->department, INBOX_ANSWERABLE};
    struct due_reviews due = {.count = 0};

    if (view_inbox(work->txn, &inbox, INBOX_MAX, &work->person->arena, &due) == ERR_OK &&
        due.count > 0 && chance_below(work->chance, 8) > 0) {
        const struct due_review *row = &due.rows[chance_below(work->chance, due.count)];

        if (view_proposal(work->txn, row->proposal, &work->person->arena, &work->proposal) ==
                ERR_OK &&
            find_review(work)) {
            answer_one(work);
        }
        return;
    }
    look_back(work);
}

/* Several at a sitting, which travel in one envelope. */
void work_of_department(struct work *work)
{
    uint64_t count = 1 + chance_below(work->chance, SITTING_MAX);

    for (uint64_t i = 0; i < count && work->person->kept_count < PERSON_COMMANDS_MAX / 2; i++) {
        look_at_inbox(work);
    }
}
