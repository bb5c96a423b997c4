/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/mending.h"

#include "core/authorise.h"
#include "lib/check.h"

enum { UNMENDED_IN = 8, ANSWERS_MAX = 16 };

static void *make(const struct world *world, const ProtobufCMessageDescriptor *type)
{
    void *message = message_new(type, world->arena);

    require(message != NULL);
    return message;
}

/* ---- what a packet and an opinion say ---- */

static Hs__Packet *make_packet(const struct world *world, struct choices *choices)
{
    unsigned traits = choose(choices, 3) == 0 ? choose(choices, 64) : choose(choices, 16);
    struct small_office office = *world->small;
    struct small_packet packet = small_packet_good();

    office.arena = world->arena;
    packet.lead_ok = (traits & 1) == 0;
    packet.style = (traits & 2) == 0;
    packet.width_cm = (traits & 4) == 0 ? 450 : 300;
    packet.width_absent = (traits & 16) != 0;
    packet.gate_absent = (traits & 32) != 0;
    packet.gate_ok = (traits & 15) != 9;
    return small_packet_make(&office, &packet);
}

static Hs__Item *make_item(const struct world *world, struct choices *choices)
{
    Hs__Item *item = make(world, &hs__item__descriptor);

    item->severity =
        choose(choices, 4) == 0 ? HS__ITEM__SEVERITY__ADVICE : HS__ITEM__SEVERITY__MUST;
    item->matter = choose(choices, 2) == 0 ? "width" : "matter";
    item->place = "L1";
    item->demand = "加宽车道";
    item->basis = "规范第1条";
    item->closing = "复核";
    item->defect = "过窄";
    if (choose(choices, 8) == 0) {
        item->ground = HS__ITEM__GROUND__SAFETY;
        item->ground_reason = "安全";
    }
    if (choose(choices, 8) == 0) {
        item->against = choose(choices, 2) == 0 ? "fire" : "planning";
        item->against_item = choose(choices, 3);
    }
    return item;
}

static void mend_opinion(const struct world *world, Hs__Opinion **opinion, struct choices *choices)
{
    static const Hs__Opinion__Result results[] = {
        HS__OPINION__RESULT__AGREE,       HS__OPINION__RESULT__CONDITIONAL,
        HS__OPINION__RESULT__DISAGREE,    HS__OPINION__RESULT__NOT_INVOLVED,
        HS__OPINION__RESULT__CONDITIONAL, HS__OPINION__RESULT__NOT_COMPETENT};
    Hs__Opinion *made = make(world, &hs__opinion__descriptor);
    size_t count = 1 + choose(choices, 2);

    made->result = results[choose(choices, sizeof results / sizeof results[0])];
    made->reason = "理由";
    if (made->result == HS__OPINION__RESULT__CONDITIONAL ||
        made->result == HS__OPINION__RESULT__DISAGREE) {
        made->items = arena_array(world->arena, count, sizeof *made->items);
        require(made->items != NULL);
        for (size_t i = 0; i < count; i++) {
            made->items[i] = make_item(world, choices);
        }
        made->n_items = count;
    }
    *opinion = made;
}

/* An answer to every item of the round. */
static void mend_answers(const struct world *world, const Hs__Proposal *record, Hs__Revise *revise)
{
    revise->items = arena_array(world->arena, ANSWERS_MAX, sizeof *revise->items);
    revise->n_items = 0;
    require(revise->items != NULL);
    for (size_t i = 0; i < record->n_reviews; i++) {
        const Hs__Review *review = record->reviews[i];
        uint32_t round = review->carried_forward ? review->carried_from : record->round;

        for (uint32_t item = 1; item <= review->item_count && revise->n_items < ANSWERS_MAX;
             item++) {
            Hs__ItemReply *reply = make(world, &hs__item_reply__descriptor);

            reply->item = arena_format(world->arena, "%s/%u/%s#%u", record->number, round,
                                       review->department, item);
            reply->answer = HS__ITEM_REPLY__ANSWER__ADOPTED;
            require(reply->item != NULL);
            revise->items[revise->n_items++] = reply;
        }
    }
}

/* ---- what is named ---- */

/* Returns the review that @command is about, to be written to; NULL: it is about none. */
static Hs__ReviewRef **review_of(Hs__Command *command)
{
    const ProtobufCFieldDescriptor *body = protobuf_c_message_descriptor_get_field(
        &hs__command__descriptor, (unsigned)command->body_case);
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(body->descriptor, "review");

    return field == NULL ? NULL
                         : (Hs__ReviewRef **)(void *)((uint8_t *)command->submit + field->offset);
}

static void mend_review(const struct world *world, const Hs__Proposal *record,
                        struct choices *choices, Hs__ReviewRef **review)
{
    Hs__ReviewRef *made = make(world, &hs__review_ref__descriptor);
    unsigned which = choose(choices, 8);

    made->proposal = record->id;
    made->round = record->round;
    made->department = which == 7 ? "" : which % 2 == 0 ? "fire" : "planning";
    *review = made;
}

static void mend_conflict(const Hs__Proposal *record, struct choices *choices,
                          Hs__SettleConflict *settle)
{
    static const Hs__SettleConflict__Step steps[] = {
        HS__SETTLE_CONFLICT__STEP__CONFIRM, HS__SETTLE_CONFLICT__STEP__DISMISS,
        HS__SETTLE_CONFLICT__STEP__AGREE, HS__SETTLE_CONFLICT__STEP__RULE};

    settle->proposal = record->id;
    settle->number = 1 + choose(choices, 2);
    settle->step = steps[choose(choices, 4)];
    settle->reason = "理由";
    settle->document = "文1";
    settle->in_favour = choose(choices, 3) == 0   ? ""
                        : choose(choices, 2) == 0 ? "fire"
                                                  : "planning";
    settle->demand = choose(choices, 2) == 0 ? "" : "移栽";
}

static void mend_decision(const Hs__Proposal *record, struct choices *choices, Hs__Decide *decide)
{
    decide->proposal = record->id;
    decide->verdict = record->verdict;
    decide->reason = choose(choices, 2) == 0 ? "" : "理由";
}

static void mend_condition(const Hs__Proposal *record, struct choices *choices,
                           Hs__CloseCondition *close)
{
    static const char *const names[] = {"fire#1", "planning#1", "fire#2",  "ruling#1",
                                        "CO-1",   "fire",       "planning"};

    close->proposal = record->id;
    close->condition = names[choose(choices, sizeof names / sizeof names[0])];
    close->evidence = "照片";
}

static void mend_silence(struct choices *choices, Hs__DecideSilence *silence)
{
    static const Hs__Opinion__Result results[] = {HS__OPINION__RESULT__AGREE,
                                                  HS__OPINION__RESULT__CONDITIONAL,
                                                  HS__OPINION__RESULT__DISAGREE};

    silence->result = results[choose(choices, 3)];
    silence->reason = "理由";
}

static void mend_hold(const struct world *world, struct choices *choices, Hs__HoldClock *hold)
{
    unsigned span = choose(choices, 4);

    hold->hold = make(world, &hs__hold__descriptor);
    hold->hold->reason = (Hs__Hold__Reason)(1 + choose(choices, 7));
    hold->hold->document = "文1";
    hold->hold->ends_at = span == 0 ? 0 : world->now_ms + (int64_t)span * 45000;
}

static void mend_extension(const struct world *world, struct choices *choices,
                           Hs__ExtendLimit *extend)
{
    extend->extension = make(world, &hs__extension__descriptor);
    extend->extension->reason = "理由";
    extend->extension->outage = choose(choices, 4) == 0;
    if (choose(choices, 2) == 0) {
        extend->extension->seconds = 1 + choose(choices, 60);
    } else {
        extend->extension->working_days = 1 + choose(choices, 2);
    }
}

static void mend_questions(const struct world *world, Hs__AskApplicant *ask)
{
    ask->questions = arena_array(world->arena, 1, sizeof *ask->questions);
    require(ask->questions != NULL);
    ask->questions[0] = make(world, &hs__question__descriptor);
    ask->questions[0]->text = "何时开工";
    ask->n_questions = 1;
}

static void mend_merger(const struct world *world, const Hs__Proposal *record,
                        struct choices *choices, Hs__MergeItems *merge)
{
    merge->proposal = record->id;
    merge->merger = make(world, &hs__merger__descriptor);
    merge->merger->kept = make(world, &hs__merger__member__descriptor);
    merge->merger->merged = make(world, &hs__merger__member__descriptor);
    merge->merger->kept->department = "fire";
    merge->merger->kept->item = 1 + choose(choices, 2);
    merge->merger->merged->department = choose(choices, 2) == 0 ? "planning" : "fire";
    merge->merger->merged->item = 1 + choose(choices, 2);
}

static void mend_set_aside(const Hs__Proposal *record, struct choices *choices,
                           Hs__SetAside *set_aside)
{
    set_aside->proposal = record->id;
    set_aside->rule_id = choose(choices, 4) == 0 ? "GATE-1" : "CO-1";
    set_aside->element = "";
}

/* Returns the hash of the draft of @review; empty if there is none. */
static ProtobufCBinaryData draft_of(const Hs__Proposal *record, const Hs__ReviewRef *review)
{
    for (size_t i = 0; i < record->n_reviews; i++) {
        if (record->reviews[i]->draft != NULL &&
            strcmp(record->reviews[i]->department, review->department) == 0) {
            return record->reviews[i]->draft->opinion;
        }
    }
    return (ProtobufCBinaryData){0};
}

static void mend_draft(const struct world *world, const Hs__Proposal *record,
                       struct choices *choices, Hs__GiveOpinion *give)
{
    mend_opinion(world, &give->opinion, choices);
    give->draft =
        choose(choices, 2) == 0 ? draft_of(record, give->review) : (ProtobufCBinaryData){0};
    for (size_t i = 0; i < world->opinion_count && give->draft.len > 0; i++) {
        if (bytes_equal(world->hashes[i], bytes_of(give->draft))) {
            give->opinion = (Hs__Opinion *)(uintptr_t)world->opinions[i];
        }
    }
}

static void mend_rest(const struct world *world, const Hs__Proposal *record,
                      struct choices *choices, Hs__Command *command)
{
    if (command->body_case == HS__COMMAND__BODY_EXTEND_LIMIT) {
        mend_extension(world, choices, command->extend_limit);
    } else if (command->body_case == HS__COMMAND__BODY_ASK_APPLICANT) {
        mend_questions(world, command->ask_applicant);
    } else if (command->body_case == HS__COMMAND__BODY_MERGE_ITEMS) {
        mend_merger(world, record, choices, command->merge_items);
    } else if (command->body_case == HS__COMMAND__BODY_SET_ASIDE) {
        mend_set_aside(record, choices, command->set_aside);
    } else if (command->body_case == HS__COMMAND__BODY_MARK_REVIEW) {
        command->mark_review->mark = (Hs__MarkReview__Mark)(1 + choose(choices, 2));
    } else if (command->body_case == HS__COMMAND__BODY_REOPEN_REVIEW) {
        command->reopen_review->ground = (Hs__Reopening__Ground)(1 + choose(choices, 2));
    } else if (command->body_case == HS__COMMAND__BODY_SETTLE_COMPETENCE) {
        command->settle_competence->confirmed = choose(choices, 2) == 0;
    } else if (command->body_case == HS__COMMAND__BODY_ANSWER_HOLD) {
        command->answer_hold->approved = choose(choices, 3) != 0;
    } else if (command->body_case == HS__COMMAND__BODY_ACKNOWLEDGE_RULING) {
        command->acknowledge_ruling->number = 1;
    } else if (command->body_case == HS__COMMAND__BODY_REQUEST_WAIVER) {
        command->request_waiver->rule_id = "GATE-1";
    } else if (command->body_case == HS__COMMAND__BODY_ANSWER_WAIVER) {
        command->answer_waiver->rule_id = "GATE-1";
        command->answer_waiver->granted = choose(choices, 3) != 0;
    } else if (command->body_case == HS__COMMAND__BODY_SEND_BACK_DRAFT) {
        command->send_back_draft->draft = draft_of(record, command->send_back_draft->review);
    }
}

/* What is particular to a kind of command. Not a switch: most kinds need nothing. */
static void mend_body(const struct world *world, const Hs__Proposal *record,
                      struct choices *choices, Hs__Command *command)
{
    if (command->body_case == HS__COMMAND__BODY_SUBMIT) {
        command->submit->packet = make_packet(world, choices);
        command->submit->process = "";
    } else if (command->body_case == HS__COMMAND__BODY_REVISE) {
        command->revise->proposal = record->id;
        command->revise->packet = make_packet(world, choices);
        mend_answers(world, record, command->revise);
    } else if (command->body_case == HS__COMMAND__BODY_GIVE_OPINION) {
        mend_draft(world, record, choices, command->give_opinion);
    } else if (command->body_case == HS__COMMAND__BODY_DRAFT_OPINION) {
        mend_opinion(world, &command->draft_opinion->opinion, choices);
    } else if (command->body_case == HS__COMMAND__BODY_RECTIFY_OPINION) {
        mend_opinion(world, &command->rectify_opinion->opinion, choices);
    } else if (command->body_case == HS__COMMAND__BODY_SETTLE_CONFLICT) {
        mend_conflict(record, choices, command->settle_conflict);
    } else if (command->body_case == HS__COMMAND__BODY_DECIDE) {
        mend_decision(record, choices, command->decide);
    } else if (command->body_case == HS__COMMAND__BODY_CLOSE_CONDITION) {
        mend_condition(record, choices, command->close_condition);
    } else if (command->body_case == HS__COMMAND__BODY_DECIDE_SILENCE) {
        mend_silence(choices, command->decide_silence);
    } else if (command->body_case == HS__COMMAND__BODY_HOLD_CLOCK) {
        mend_hold(world, choices, command->hold_clock);
    } else {
        mend_rest(world, record, choices, command);
    }
}

void mend_command(const struct world *world, const Hs__Proposal *record, struct choices *choices,
                  Hs__Command *command)
{
    Hs__ReviewRef **review = review_of(command);

    if (review != NULL) {
        mend_review(world, record, choices, review);
    }
    mend_body(world, record, choices, command);
}

bool mend_is_whole(unsigned body)
{
    return body < HS__COMMAND__BODY_PUBLISH ||
           (body >= HS__COMMAND__BODY_HOLD_CLOCK && body != HS__COMMAND__BODY_CONFIRM_CLOCK);
}

const Hs__Principal *mend_signer(const struct world *world, struct choices *choices,
                                 const Hs__Command *command)
{
    size_t first = choose(choices, (unsigned)world->principal_count);
    const Hs__Principal *found = world->principals[first];
    Hs__ReviewRef **review = review_of((Hs__Command *)(uintptr_t)command);
    const char *department = review == NULL || *review == NULL ? "" : (*review)->department;

    if (choose(choices, UNMENDED_IN) == UNMENDED_IN - 1) {
        return found;
    }
    for (size_t i = 0; i < world->principal_count; i++) {
        const Hs__Principal *principal = world->principals[(first + i) % world->principal_count];
        bool is_theirs = department[0] == '\0' || principal->department[0] == '\0' ||
                         strcmp(principal->department, department) == 0;

        if (is_theirs &&
            authorise(principal, operation_of_command(command), world->now_ms) == REFUSAL_NONE) {
            return principal;
        }
    }
    return found;
}
