/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/oracle_events.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/verdict.h"
#include "lib/check.h"
#include "store/views.h"

/* What an event is looked at with. */
struct look {
    struct oracle *oracle;
    struct transaction *txn;
    const struct entry *entry;
    struct seen_proposal *proposal;
    uint64_t id;
};

static struct seen_proposal *proposal_of(struct oracle *oracle, uint64_t id)
{
    if (id >= oracle->proposal_count) {
        size_t count = 2 * (id + 1);

        oracle->proposals = realloc(oracle->proposals, count * sizeof *oracle->proposals);
        require(oracle->proposals != NULL);
        memset(oracle->proposals + oracle->proposal_count, 0,
               (count - oracle->proposal_count) * sizeof *oracle->proposals);
        oracle->proposal_count = count;
    }
    return &oracle->proposals[id];
}

static struct seen_review *review_of(const struct look *look, uint32_t round,
                                     const char *department)
{
    struct seen_proposal *proposal = look->proposal;

    for (size_t i = 0; i < proposal->count && round == proposal->round; i++) {
        if (strcmp(proposal->reviews[i].department, department) == 0) {
            return &proposal->reviews[i];
        }
    }
    world_fail(look->oracle->world,
               "entry %" PRIu64 " is about no review of the round: %" PRIu64 "/%" PRIu32 "/%s",
               look->entry->seq, look->id, round, department);
    return NULL;
}

static void open_round(const struct look *look, const Hs__RoundOpened *opened)
{
    struct seen_proposal *proposal = look->proposal;

    if (opened->round != proposal->round + 1) {
        world_fail(look->oracle->world, "round %" PRIu32 " of %" PRIu64 " follows %" PRIu32,
                   opened->round, look->id, proposal->round);
    }
    *proposal = (struct seen_proposal){.round = opened->round};
    require(opened->n_reviews <= ORACLE_REVIEWS_MAX);
    for (size_t i = 0; i < opened->n_reviews; i++) {
        struct seen_review *review = &proposal->reviews[proposal->count++];

        (void)snprintf(review->department, sizeof review->department, "%s",
                       opened->reviews[i]->department);
        review->is_closed_otherwise = opened->reviews[i]->carried_forward;
    }
}

/* I3: one effective opinion of a review. */
static void give_opinion(const struct look *look, const Hs__OpinionGiven *given)
{
    struct seen_review *review = review_of(look, given->round, given->department);

    if (review == NULL) {
        return;
    }
    if (review->is_given && !given->restated) {
        world_fail(look->oracle->world, "I3: a second opinion of %s on %" PRIu64 ": entry %" PRIu64,
                   given->department, look->id, look->entry->seq);
    }
    review->is_given = true;
}

/* I5, I6: once a round, when all is in, and the one that the record gives. */
static void issue_verdict(const struct look *look, const Hs__VerdictIssued *issued)
{
    struct oracle *oracle = look->oracle;
    struct seen_proposal *proposal = look->proposal;
    Hs__Proposal *record = NULL;
    struct hash hash;

    if (issued->round != proposal->round || proposal->verdict_seq != 0) {
        world_fail(oracle->world, "I6: a second verdict of round %" PRIu32 " of %" PRIu64,
                   issued->round, look->id);
        return;
    }
    proposal->verdict_seq = look->entry->seq;
    for (size_t i = 0; i < proposal->count; i++) {
        if (!proposal->reviews[i].is_given && !proposal->reviews[i].is_closed_otherwise &&
            !proposal->reviews[i].is_overdue) {
            world_fail(oracle->world, "I6: the verdict of %" PRIu64 " came before %s", look->id,
                       proposal->reviews[i].department);
        }
    }
    if (view_proposal(look->txn, look->id, &oracle->arena, &record) != ERR_OK ||
        record->verdict_seq != look->entry->seq) {
        return; /* it went on in the same turn */
    }
    const Hs__Verdict *verdict = verdict_build(record, &oracle->arena);
    if (verdict == NULL || !verdict_hash(verdict, &oracle->arena, &hash) ||
        !bytes_equal(bytes_of(issued->verdict), bytes_of_hash(&hash))) {
        world_fail(oracle->world, "I5: the verdict of %" PRIu64 " is not what its record gives",
                   look->id);
    }
}

/* I7: not before it is due. */
static void check_due(const struct look *look, int64_t due_ms)
{
    if (look->entry->at_ms <= due_ms) {
        world_fail(look->oracle->world,
                   "I7: entry %" PRIu64 " says %" PRId64 " ms early that a deadline passed",
                   look->entry->seq, due_ms - look->entry->at_ms);
    }
}

static void overdue(const struct look *look, const Hs__ReviewOverdue *event)
{
    struct seen_review *review = review_of(look, event->round, event->department);

    check_due(look, event->due_at);
    if (review == NULL) {
        return;
    }
    if (review->is_overdue) {
        world_fail(look->oracle->world, "I7: %s is overdue twice on %" PRIu64, event->department,
                   look->id);
    }
    review->is_overdue = true;
    review->is_closed_otherwise =
        review->is_closed_otherwise || event->disposition == HS__SILENCE__DISPOSITION__TACIT;
}

/* The clock of @department may pass again. */
static void renew(const struct look *look, uint32_t round, const char *department)
{
    struct seen_review *review = department[0] == '\0' ? NULL : review_of(look, round, department);

    if (review != NULL) {
        review->is_overdue = false;
    }
}

static void reopen(const struct look *look, uint32_t round, const char *department)
{
    struct seen_review *review = review_of(look, round, department);

    if (review != NULL) {
        review->is_given = false;
        review->is_overdue = false;
        review->is_closed_otherwise = false;
    }
}

static void decide_silence(const struct look *look, const Hs__SilenceDecided *decided)
{
    struct seen_review *review = review_of(look, decided->round, decided->department);

    if (review != NULL && review->is_given) {
        world_fail(look->oracle->world, "I3: %s of %" PRIu64 " was decided for after its opinion",
                   decided->department, look->id);
    } else if (review != NULL) {
        review->is_closed_otherwise = true;
    }
}

static void lapse(const struct look *look, const Hs__CorrectionLapsed *lapsed)
{
    check_due(look, lapsed->due_at);
    if (look->proposal->has_lapsed) {
        world_fail(look->oracle->world, "I7: %" PRIu64 " lapsed twice", look->id);
    }
    look->proposal->has_lapsed = true;
}

static void look_at_clock(const struct look *look, const Hs__Event *event)
{
    if (event->body_case == HS__EVENT__BODY_REVIEW_OVERDUE) {
        overdue(look, event->review_overdue);
    } else if (event->body_case == HS__EVENT__BODY_CLOCK_PASSED) {
        check_due(look, event->clock_passed->due_at);
    } else if (event->body_case == HS__EVENT__BODY_CORRECTION_LAPSED) {
        lapse(look, event->correction_lapsed);
    } else if (event->body_case == HS__EVENT__BODY_CLOCK_RESUMED) {
        renew(look, event->clock_resumed->round, event->clock_resumed->department);
    } else if (event->body_case == HS__EVENT__BODY_LIMIT_EXTENDED) {
        renew(look, event->limit_extended->round, event->limit_extended->department);
    } else if (event->body_case == HS__EVENT__BODY_DEADLINE_MOVED) {
        renew(look, event->deadline_moved->round, event->deadline_moved->department);
    } else if (event->body_case == HS__EVENT__BODY_RUNG_REACHED &&
               event->rung_reached->rung_at > look->entry->at_ms) {
        world_fail(look->oracle->world, "I7: entry %" PRIu64 " is a rung %" PRId64 " ms early",
                   look->entry->seq, event->rung_reached->rung_at - look->entry->at_ms);
    }
}

void oracle_event(struct oracle *oracle, struct transaction *txn, const struct entry *entry,
                  const Hs__Event *event)
{
    struct look look = {.oracle = oracle, .txn = txn, .entry = entry, .id = event->proposal};

    if (event->proposal == 0) {
        return;
    }
    look.proposal = proposal_of(oracle, event->proposal);
    if (event->body_case == HS__EVENT__BODY_PROPOSAL_SUBMITTED) {
        oracle->world->tally.proposals++;
    } else if (event->body_case == HS__EVENT__BODY_ROUND_OPENED) {
        open_round(&look, event->round_opened);
    } else if (event->body_case == HS__EVENT__BODY_OPINION_GIVEN) {
        give_opinion(&look, event->opinion_given);
    } else if (event->body_case == HS__EVENT__BODY_VERDICT_ISSUED) {
        issue_verdict(&look, event->verdict_issued);
    } else if (event->body_case == HS__EVENT__BODY_COMPETENCE_SETTLED &&
               !event->competence_settled->confirmed) {
        reopen(&look, event->competence_settled->round, event->competence_settled->department);
    } else if (event->body_case == HS__EVENT__BODY_REVIEW_REOPENED) {
        reopen(&look, event->review_reopened->round, event->review_reopened->department);
    } else if (event->body_case == HS__EVENT__BODY_SILENCE_DECIDED) {
        decide_silence(&look, event->silence_decided);
    } else {
        look_at_clock(&look, event);
    }
}
