/* SPDX-License-Identifier: Apache-2.0 */
/* What a turn means for those connected: reviews are lent to agents, leases end, events are fed. */
#include "broker/broker.h"

#include <string.h>

#include "broker/outbox.h"
#include "core/authorise.h"
#include "core/disclose.h"
#include "core/names.h"
#include "store/bodies.h"
#include "store/views.h"

enum { DISPATCH_ROWS_MAX = 8192, TOUCHED_MAX = 256 };

/* True if the principal of @session may still act for its department: it may have been disabled or
 * moved since its hello. */
static bool is_in_office(const struct broker *broker, const struct session *session)
{
    const Hs__Principal *principal = directory_find(&broker->directory, session->user);

    return principal != NULL &&
           authorise(principal, OPERATION_RECEIVE_REVIEW, turn_now_ms(broker->turn)) ==
               REFUSAL_NONE &&
           strcmp(principal->department, session->department) == 0;
}

/* Returns the agent of @department that has credit and the fewest leases, or NULL. */
static struct session *freest_agent(const struct broker *broker, const char *department)
{
    struct session *best = NULL;

    for (struct session *s = broker->sessions.all; s != NULL; s = s->all_next) {
        if (strcmp(s->department, department) == 0 && session_has_credit(s) &&
            (best == NULL || s->lease_count < best->lease_count) && is_in_office(broker, s)) {
            best = s;
        }
    }
    return best;
}

/* Returns how many reviews the agents of @department hold and could hold. */
static size_t leases_and_credit(const struct broker *broker, const char *department)
{
    size_t count = 0;

    for (const struct session *s = broker->sessions.all; s != NULL; s = s->all_next) {
        if (strcmp(s->department, department) == 0) {
            count += s->lease_count > s->credit ? s->lease_count : s->credit;
        }
    }
    return count > DISPATCH_ROWS_MAX ? DISPATCH_ROWS_MAX : count;
}

/* Returns the bytes of the packet under review: of this turn, else from the journal. There it is
 * part of an envelope that may be a hundred times its size, so it is read in an arena of its own
 * and only the packet is kept. */
static struct bytes packet_bytes(struct broker *broker, struct transaction *txn,
                                 const struct packet_name *name, struct arena *arena)
{
    struct bytes bytes = turn_packet(broker->turn, name);
    Hs__Packet *packet = NULL;

    if (bytes.data != NULL) {
        return bytes;
    }
    arena_clear(&broker->scratch_arena);
    if (body_packet(txn, name->proposal, name->version, &broker->scratch_arena, &packet) !=
        ERR_OK) {
        return bytes;
    }
    return message_pack(packet, arena);
}

static const Hs__Review *review_of(const Hs__Proposal *proposal, const char *department)
{
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        if (strcmp(proposal->reviews[i]->department, department) == 0) {
            return proposal->reviews[i];
        }
    }
    return NULL;
}

static Hs__ReviewRef *ref_of(const Hs__Proposal *proposal, const char *department,
                             struct arena *arena)
{
    Hs__ReviewRef *ref = message_new(&hs__review_ref__descriptor, arena);

    if (ref != NULL) {
        ref->proposal = proposal->id;
        ref->round = proposal->round;
        ref->department = arena_text(arena, department);
    }
    return ref == NULL || ref->department == NULL ? NULL : ref;
}

static bool list_open_items(const Hs__Proposal *proposal, const char *department,
                            struct arena *arena, Hs__ReviewTask *task)
{
    task->open_items = arena_array(arena, proposal->n_answered, sizeof(Hs__AnsweredItem *));
    for (size_t i = 0; task->open_items != NULL && i < proposal->n_answered; i++) {
        if (strcmp(proposal->answered[i]->department, department) == 0) {
            task->open_items[task->n_open_items++] = proposal->answered[i];
        }
    }
    return task->open_items != NULL;
}

static Hs__ReviewTask *task_of(struct broker *broker, struct transaction *txn,
                               const Hs__Proposal *proposal, const Hs__Review *review,
                               struct arena *arena)
{
    Hs__ReviewTask *task = message_new(&hs__review_task__descriptor, arena);
    const struct packet_name name = {proposal->id, review->packet_version};
    struct bytes packet = packet_bytes(broker, txn, &name, arena);

    if (task == NULL || packet.data == NULL) {
        return NULL;
    }
    task->review = ref_of(proposal, review->department, arena);
    task->review_id = review_id(arena, proposal->number, proposal->round, review->department);
    task->dispatched_at = review->dispatched_at;
    task->due_at = review->due_at;
    task->pins = proposal->pins;
    task->packet_hash = review->packet;
    task->packet = binary_of(packet);
    if (!list_open_items(proposal, review->department, arena, task)) {
        return NULL;
    }
    return task->review == NULL || task->review_id == NULL ? NULL : task;
}

/* Lends one review. False: there is no room for the message now. */
static bool lend(struct broker *broker, struct transaction *txn, const struct due_review *row,
                 struct session *agent, struct arena *arena)
{
    Hs__Proposal *proposal = NULL;
    Hs__BrokerMessage *message = outbox_message(arena);

    if (message == NULL || view_proposal(txn, row->proposal, arena, &proposal) != ERR_OK) {
        return false;
    }
    const Hs__Review *review = review_of(proposal, agent->department);
    if (review == NULL || row->round != proposal->round) {
        return true; /* not this round's: nothing to lend */
    }
    message->review = task_of(broker, txn, proposal, review, arena);
    if (message->review == NULL || !session_lease(agent, row->proposal, row->round)) {
        return false;
    }
    message->body_case = HS__BROKER_MESSAGE__BODY_REVIEW;
    session_say(agent, message);
    return true;
}

void dispatch_department(struct broker *broker, const char *department, struct arena *arena)
{
    struct transaction *txn = NULL;
    const struct inbox answerable = {department, INBOX_ANSWERABLE};
    struct due_reviews inbox = {.count = 0};
    struct session *agent = freest_agent(broker, department);
    size_t wanted = leases_and_credit(broker, department);

    if (agent == NULL || journal_read_begin(broker->journal, &txn) != ERR_OK) {
        return;
    }
    /* What is leased stands in the inbox too, so so many rows hold all that can be lent. */
    if (view_inbox(txn, &answerable, wanted, arena, &inbox) != ERR_OK) {
        inbox.count = 0;
    }
    for (size_t i = 0; i < inbox.count && agent != NULL; i++) {
        const struct due_review *row = &inbox.rows[i];

        if (sessions_leased(&broker->sessions, department, row->proposal, row->round)) {
            continue;
        }
        if (arena->used_bytes > arena->capacity_bytes / 2 ||
            !lend(broker, txn, row, agent, arena)) {
            broker->is_dispatch_due = true;
            break;
        }
        agent = freest_agent(broker, department);
    }
    journal_read_end(txn);
}

void dispatch_all(struct broker *broker)
{
    broker->is_dispatch_due = false;
    for (size_t i = 0; i < broker->office->n_departments; i++) {
        arena_clear(&broker->query_arena);
        dispatch_department(broker, broker->office->departments[i]->id, &broker->query_arena);
        broker_flush(broker, (struct bytes){0});
    }
}

/* ---- what a turn touched ---- */

struct touched {
    const char *departments[TOUCHED_MAX];
    size_t count;
};

static void touch(struct touched *touched, const char *department)
{
    for (size_t i = 0; i < touched->count; i++) {
        if (strcmp(touched->departments[i], department) == 0) {
            return;
        }
    }
    if (touched->count < TOUCHED_MAX) {
        touched->departments[touched->count++] = department;
    }
}

static void say_ended(struct session *session, const Hs__Proposal *proposal, const char *department,
                      struct arena *arena)
{
    Hs__BrokerMessage *message = outbox_message(arena);
    Hs__ReviewEnded *ended = message_new(&hs__review_ended__descriptor, arena);

    if (message == NULL || ended == NULL) {
        return;
    }
    ended->review = ref_of(proposal, department, arena);
    message->body_case = HS__BROKER_MESSAGE__BODY_REVIEW_ENDED;
    message->review_ended = ended;
    session_say(session, message);
}

/* Ends the leases of a review that needs no answer any more; whoever held one is told. The agent
 * that answered hears it too: it has dropped the task then, and loses nothing. */
static void end_leases(struct broker *broker, const Hs__Proposal *proposal, const char *department,
                       struct arena *arena)
{
    for (struct session *s = broker->sessions.all; s != NULL; s = s->all_next) {
        if (strcmp(s->department, department) == 0 &&
            session_unlease(s, proposal->id, proposal->round)) {
            say_ended(s, proposal, department, arena);
        }
    }
}

/* Returns the message that tells of @event, one that @happening was; NULL if there is no room. */
static Hs__BrokerMessage *feed_message(struct broker *broker, const struct happening *happening,
                                       const Hs__Event *event, struct arena *arena)
{
    Hs__FeedItem *item = message_new(&hs__feed_item__descriptor, arena);
    Hs__BrokerMessage *message = outbox_message(arena);

    if (event == NULL || item == NULL || message == NULL) {
        return NULL;
    }
    item->seq = happening->seq;
    item->at = turn_now_ms(broker->turn);
    item->proposal = happening->proposal->number;
    item->event = (Hs__Event *)(uintptr_t)event;
    message->body_case = HS__BROKER_MESSAGE__BODY_FEED;
    message->feed = item;
    return message;
}

/* How much of @happening the one behind @session may hear. */
static enum disclosure disclosure_to(struct broker *broker, const struct session *session,
                                     const struct happening *happening)
{
    const Hs__Principal *principal = directory_find(&broker->directory, session->user);

    if (!session_watches(session, happening->proposal->id) || principal == NULL ||
        authorise(principal, OPERATION_WATCH, turn_now_ms(broker->turn)) != REFUSAL_NONE ||
        !authorise_proposal(principal, happening->proposal)) {
        return DISCLOSE_NOTHING;
    }
    return disclose_event(principal, happening->proposal, happening->event);
}

/* The two messages that there may be of an event are made once, for the first who hears them. */
static void feed(struct broker *broker, const struct happening *happening, struct arena *arena)
{
    Hs__BrokerMessage *whole = NULL;
    Hs__BrokerMessage *outline = NULL;

    for (struct session *s = broker->sessions.all; s != NULL; s = s->all_next) {
        enum disclosure disclosure = disclosure_to(broker, s, happening);
        Hs__BrokerMessage **message = disclosure == DISCLOSE_ALL ? &whole : &outline;

        if (disclosure == DISCLOSE_NOTHING) {
            continue;
        }
        if (*message == NULL) {
            *message =
                feed_message(broker, happening,
                             disclosure == DISCLOSE_ALL ? happening->event
                                                        : disclose_outline(happening->event, arena),
                             arena);
        }
        if (*message == NULL) {
            return; /* who watches asks again after a gap in seq */
        }
        session_say(s, *message);
    }
}

/* What of the round before is still lent needs no answer any more. */
static void end_round_before(struct broker *broker, const Hs__Proposal *proposal,
                             struct arena *arena)
{
    Hs__Proposal before = *proposal;

    before.round = proposal->round - 1;
    for (size_t i = 0; before.round > 0 && i < proposal->n_reviews; i++) {
        end_leases(broker, &before, proposal->reviews[i]->department, arena);
    }
}

static void take_happening(struct broker *broker, const struct happening *happening,
                           struct touched *touched, struct arena *arena)
{
    const Hs__Event *event = happening->event;
    const Hs__Proposal *proposal = happening->proposal;

    if (event->body_case == HS__EVENT__BODY_ROUND_OPENED) {
        end_round_before(broker, proposal, arena);
    }
    if (event->body_case == HS__EVENT__BODY_ROUND_OPENED ||
        event->body_case == HS__EVENT__BODY_COMPETENCE_SETTLED) {
        for (size_t i = 0; i < proposal->n_reviews; i++) {
            touch(touched, proposal->reviews[i]->department);
        }
    } else if (event->body_case == HS__EVENT__BODY_CLOCK_RESUMED) {
        if (event->clock_resumed->department[0] != '\0') {
            touch(touched, event->clock_resumed->department);
        }
    } else if (event->body_case == HS__EVENT__BODY_OPINION_GIVEN) {
        end_leases(broker, proposal, event->opinion_given->department, arena);
        touch(touched, event->opinion_given->department);
    } else if (event->body_case == HS__EVENT__BODY_SILENCE_DECIDED) {
        end_leases(broker, proposal, event->silence_decided->department, arena);
        touch(touched, event->silence_decided->department);
    } else if (event->body_case == HS__EVENT__BODY_REVIEW_OVERDUE &&
               event->review_overdue->disposition == HS__SILENCE__DISPOSITION__TACIT) {
        end_leases(broker, proposal, event->review_overdue->department, arena);
        touch(touched, event->review_overdue->department);
    } else if (event->body_case == HS__EVENT__BODY_PROPOSAL_WITHDRAWN ||
               event->body_case == HS__EVENT__BODY_CORRECTION_LAPSED) {
        for (size_t i = 0; i < proposal->n_reviews; i++) {
            end_leases(broker, proposal, proposal->reviews[i]->department, arena);
            touch(touched, proposal->reviews[i]->department);
        }
    }
    feed(broker, happening, arena);
}

void dispatch_happenings(struct broker *broker, struct arena *arena)
{
    struct touched touched = {.count = 0};
    size_t count = 0;
    const struct happening *happenings = turn_happenings(broker->turn, &count);

    for (size_t i = 0; i < count; i++) {
        if (happenings[i].proposal != NULL) {
            take_happening(broker, &happenings[i], &touched, arena);
        }
    }
    for (size_t i = 0; i < touched.count; i++) {
        dispatch_department(broker, touched.departments[i], arena);
    }
}
