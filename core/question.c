/* SPDX-License-Identifier: Apache-2.0 */
/* 一次性补正: what departments ask the applicant during a round is gathered for a while and sent as
 * one correction, with one hold of each clock that asked (行政许可法 32: all of it, at once). */
#include "core/question.h"

#include <string.h>

#include "core/missing.h"
#include "core/round.h"
#include "core/wake.h"

enum { QUESTIONS_MAX = 256, QUESTION_TEXT_MAX = 4096 };

/* A department asks once a round, be it by its rules at the opening or by a question. */
static bool has_asked(const Hs__Review *review)
{
    for (size_t i = 0; i < review->n_holds; i++) {
        if (review->holds[i]->reason == HS__HOLD__REASON__CORRECTION) {
            return true;
        }
    }
    return false;
}

static bool questions_are_sound(const struct situation *situation, const Hs__AskApplicant *ask,
                                struct decision *out)
{
    size_t count = situation->proposal->n_questions + ask->n_questions;

    if (ask->n_questions == 0 || count > QUESTIONS_MAX) {
        decision_refuse(out, ask->n_questions == 0 ? REFUSAL_REASON_MISSING : REFUSAL_TOO_LARGE,
                        "questions");
        return false;
    }
    for (size_t i = 0; i < ask->n_questions; i++) {
        const Hs__Question *question = ask->questions[i];

        if (question->text[0] == '\0' || strlen(question->text) > QUESTION_TEXT_MAX) {
            decision_refuse(out, REFUSAL_REASON_MISSING,
                            arena_format(situation->arena, "questions[%zu].text", i));
            return false;
        }
    }
    return true;
}

/* When what is gathered leaves: a window after the first question; at once where the limit of
 * @review would pass in it. */
static int64_t leaves_at(const struct situation *situation, const Hs__Review *review)
{
    const Hs__Stage *stage = situation->rulebook == NULL ? NULL : situation->rulebook->stage;
    const struct clock_terms terms = {
        .limit = stage == NULL ? NULL : stage->question_window,
        .from_ms = situation->now_ms,
        .now_ms = situation->now_ms,
    };
    int64_t end_ms = clock_end_of(&terms, situation->calendar).due_ms;

    if (situation->proposal->questions_at > 0 && situation->proposal->questions_at < end_ms) {
        end_ms = situation->proposal->questions_at;
    }
    return end_ms > 0 && (review->due_at == 0 || end_ms < review->due_at) ? end_ms
                                                                          : situation->now_ms;
}

static bool add_asked(const struct situation *situation, const Hs__AskApplicant *ask,
                      const Hs__Review *review, struct decision *out)
{
    const char *department = review->department;
    Hs__QuestionAsked *asked = decision_event(out, situation, HS__EVENT__BODY_QUESTION_ASKED);
    Hs__Question **rows = arena_array(situation->arena, ask->n_questions, sizeof *rows);

    if (asked == NULL || rows == NULL) {
        decision_refuse(out, REFUSAL_TOO_COMPLEX, NULL);
        return false;
    }
    for (size_t i = 0; i < ask->n_questions; i++) {
        rows[i] = message_new(&hs__question__descriptor, situation->arena);
        if (rows[i] == NULL) {
            decision_refuse(out, REFUSAL_TOO_COMPLEX, NULL);
            return false;
        }
        rows[i]->text = ask->questions[i]->text;
        rows[i]->path = ask->questions[i]->path;
        rows[i]->department = department;
    }
    asked->round = situation->proposal->round;
    asked->department = department;
    asked->questions = rows;
    asked->n_questions = ask->n_questions;
    asked->asked_by = situation->signer->name;
    asked->leaves_at = leaves_at(situation, review);
    return true;
}

void decide_ask(const struct situation *situation, const Hs__AskApplicant *ask,
                struct decision *out)
{
    Hs__Review *review = NULL;

    if (!decision_own_review(situation, ask->review, out, &review)) {
        return;
    }
    if (situation->proposal->status != HS__PROPOSAL__STATUS__IN_REVIEW ||
        (review->state != HS__REVIEW__STATE__OPEN && review->state != HS__REVIEW__STATE__HELD)) {
        decision_refuse(out, REFUSAL_CLOCK_NOT_RUNNING, review->department);
        return;
    }
    if (has_asked(review)) {
        decision_refuse(out, REFUSAL_CORRECTION_ALREADY_ASKED, review->department);
        return;
    }
    if (questions_are_sound(situation, ask, out)) {
        (void)add_asked(situation, ask, review, out);
    }
}

/* ---- what was gathered leaves ---- */

/* Adds @question to @list, with the department that asks it. */
static bool note(const struct situation *situation, const Hs__Question *question,
                 struct missing_list *list)
{
    Hs__MissingField **rows = arena_array(situation->arena, list->count + 1, sizeof *rows);
    Hs__MissingField *row = message_new(&hs__missing_field__descriptor, situation->arena);
    const char **packs = arena_array(situation->arena, 1, sizeof *packs);

    if (rows == NULL || row == NULL || packs == NULL) {
        return false;
    }
    if (list->count > 0) {
        memcpy(rows, list->rows, list->count * sizeof *rows);
    }
    packs[0] = question->department;
    row->path = question->path;
    row->reason = question->text;
    row->packs = packs;
    row->n_packs = 1;
    rows[list->count++] = row;
    list->rows = rows;
    return true;
}

/* Holds the clock of each department that asked. */
static bool hold_askers(const struct situation *situation, struct decision *decision)
{
    const Hs__Proposal *proposal = situation->proposal;
    const struct round_name round = {.proposal = proposal->id, .number = proposal->round};

    for (size_t i = 0; i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];
        bool asks = false;

        for (size_t j = 0; j < proposal->n_questions; j++) {
            asks = asks || strcmp(proposal->questions[j]->department, review->department) == 0;
        }
        if (asks && !round_hold(situation, &round, review->department, decision)) {
            return false;
        }
    }
    return true;
}

void question_send(const struct situation *situation, struct decision *decision)
{
    const Hs__Proposal *proposal = situation->proposal;
    struct missing_list list = {.rows = proposal->missing, .count = proposal->n_missing};

    for (size_t i = 0; i < proposal->n_questions; i++) {
        if (!note(situation, proposal->questions[i], &list)) {
            decision_refuse(decision, REFUSAL_TOO_COMPLEX, NULL);
            return;
        }
    }
    if (hold_askers(situation, decision)) {
        round_ask_correction(situation, proposal->id, &list, decision);
    }
}

bool question_awaits_reply(const Hs__Proposal *proposal)
{
    for (size_t i = 0; i < proposal->n_missing; i++) {
        if (proposal->missing[i]->n_rule_ids == 0) {
            return true;
        }
    }
    return false;
}
