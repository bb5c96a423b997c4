/* SPDX-License-Identifier: Apache-2.0 */
/* What must be true of any office. */
#include "tests/fuzz/world_check.h"

#include "core/apply.h"
#include "core/document.h"
#include "core/verdict.h"
#include "lib/check.h"

static const char *const seat_names[WORLD_SEATS] = {"planning", "fire"};

/* ---- of an event and of a record ---- */

static unsigned seat_of(const char *department)
{
    for (unsigned i = 0; i < WORLD_SEATS; i++) {
        if (strcmp(seat_names[i], department) == 0) {
            return i;
        }
    }
    require(department == NULL); /* no other department has a seat */
    return 0;
}

/* One verdict a round, with all reviews in, and the hash of what it rests on. */
static void check_verdict(struct world *world, const struct world_proposal *proposal,
                          const Hs__VerdictIssued *issued)
{
    const Hs__Verdict *verdict = verdict_build(proposal->record, world->arena);
    struct hash hash;

    require(proposal->round.verdicts == 1);
    require(verdict_reviews_are_in(proposal->record));
    require(verdict_outcome(proposal->record) == issued->outcome);
    require(verdict != NULL && verdict_hash(verdict, world->arena, &hash));
    require(bytes_equal(bytes_of(issued->verdict), (struct bytes){hash.bytes, sizeof hash.bytes}));
}

/* One effective opinion a department and round: a second one only where the first was taken back by
 * an event of its own. */
static void check_opinion(struct world_proposal *proposal, const Hs__OpinionGiven *given)
{
    bool *is_given = &proposal->round.is_given[seat_of(given->department)];

    require(!*is_given || given->restated);
    *is_given = true;
}

/* What the events say, before @event is applied. */
void world_check_event(struct world *world, struct world_proposal *proposal, const Hs__Event *event)
{
    struct world_round *round = &proposal->round;

    if (event->body_case == HS__EVENT__BODY_ROUND_OPENED) {
        *round = (struct world_round){.number = proposal->record->round + 1};
        for (size_t i = 0; i < event->round_opened->n_reviews; i++) {
            const Hs__Review *review = event->round_opened->reviews[i];

            round->is_given[seat_of(review->department)] = review->carried_forward;
        }
    } else if (event->body_case == HS__EVENT__BODY_VERDICT_ISSUED) {
        round->verdicts++;
        check_verdict(world, proposal, event->verdict_issued);
    } else if (event->body_case == HS__EVENT__BODY_OPINION_GIVEN) {
        check_opinion(proposal, event->opinion_given);
    } else if (event->body_case == HS__EVENT__BODY_COMPETENCE_SETTLED &&
               !event->competence_settled->confirmed) {
        round->is_given[seat_of(event->competence_settled->department)] = false;
    } else if (event->body_case == HS__EVENT__BODY_REVIEW_OVERDUE) {
        const Hs__Review *review =
            proposal_review(proposal->record, event->review_overdue->department);

        require(review != NULL && review->due_at != 0 && review->due_at < world->now_ms);
    }
}

/* The record is canonical, and its verdict, where it has one, is made again. */
void world_check_record(struct world *world, const struct world_proposal *proposal)
{
    struct arena_mark mark = arena_mark(world->arena);
    struct bytes bytes = message_pack(proposal->record, world->arena);
    const Hs__Proposal *record = proposal->record;
    ProtobufCMessage *again = NULL;
    struct hash hash;

    require(bytes.data != NULL);
    require(message_parse(&hs__proposal__descriptor, bytes, world->arena, &again) == ERR_OK);
    if (record->verdict.len > 0) {
        const Hs__Verdict *verdict = verdict_build(record, world->arena);

        require(verdict != NULL && verdict_hash(verdict, world->arena, &hash));
        require(
            bytes_equal(bytes_of(record->verdict), (struct bytes){hash.bytes, sizeof hash.bytes}));
    }
    arena_rewind(world->arena, mark);
}

/* ---- afterwards ---- */

/* The consolidated document is made of any record. */
static void build_document(struct world *world, const struct world_proposal *proposal)
{
    static const uint8_t process_hash[HASH_BYTES] = {7};
    const Hs__Proposal *record = proposal->record;
    const Hs__Opinion **opinions = arena_array(world->arena, record->n_reviews, sizeof *opinions);

    require(opinions != NULL);
    for (size_t i = 0; i < record->n_reviews; i++) {
        opinions[i] = world_opinion(world, bytes_of(record->reviews[i]->opinion));
    }
    const struct document_sources sources = {
        .office = world->office,
        .proposal = record,
        .process = world->small->process,
        .process_hash = process_hash,
        .calendar = world->calendar,
        .opinions = opinions,
    };
    require(document_build(&sources, world->arena) != NULL);
}

void world_replay(struct world *world)
{
    Hs__Proposal *again[WORLD_PROPOSALS_MAX];

    for (size_t i = 0; i < WORLD_PROPOSALS_MAX; i++) {
        again[i] = message_new(&hs__proposal__descriptor, world->arena);
        require(again[i] != NULL);
    }
    for (size_t i = 0; i < world->event_count; i++) {
        const struct event_entry entry = {world->entries[i].seq, world->entries[i].at_ms};
        const Hs__Event *event =
            message_read(&hs__event__descriptor, world->events[i], world->arena);

        require(event != NULL);
        if (event->proposal != 0) {
            apply_proposal(again[event->proposal - 1], event, entry, world->arena);
        }
    }
    for (size_t i = 0; i < WORLD_PROPOSALS_MAX; i++) {
        require(bytes_equal(message_pack(again[i], world->arena),
                            message_pack(world->proposals[i].record, world->arena)));
        if (again[i]->id != 0) {
            build_document(world, &world->proposals[i]);
        }
    }
}
