/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/world.h"

#include "core/apply.h"
#include "core/refusal.h"
#include "lib/check.h"
#include "store/event_check.h"
#include "tests/fuzz/world_check.h"
#include "tests/fuzz/world_office.h"
#include "tests/fuzz/world_trace.h"

enum { RECORD_ROUNDS_OF_WAKES = 2000, BOOT_MS = 500 };

/* ---- making one ---- */

static void add_principal(struct world *world, const char *name, Hs__Principal__Role role,
                          const char *department)
{
    Hs__Principal *made = message_new(&hs__principal__descriptor, world->arena);

    require(made != NULL && world->principal_count < WORLD_PRINCIPALS_MAX);
    made->name = name;
    made->roles = arena_array(world->arena, 1, sizeof *made->roles);
    require(made->roles != NULL);
    made->roles[0] = role;
    made->n_roles = 1;
    made->department = department;
    made->number = (uint32_t)world->principal_count + 1;
    world->principals[world->principal_count++] = made;
}

void world_init(struct world *world, unsigned kind, struct arena *arena)
{
    const struct kept_office *kept = kept_office(kind);

    memset(world, 0, sizeof *world);
    world->arena = arena;
    world->small = &kept->small;
    world->calendar = kept->calendar;
    world->now_ms = OFFICE_START_MS;
    world->office = message_copy(&kept->small.office, arena);
    require(world->office != NULL);
    for (size_t i = 0; i < WORLD_PROPOSALS_MAX; i++) {
        world->proposals[i].record = message_new(&hs__proposal__descriptor, arena);
        require(world->proposals[i].record != NULL);
    }
    add_principal(world, "person:street", HS__PRINCIPAL__ROLE__APPLICANT, "");
    add_principal(world, "person:planning", HS__PRINCIPAL__ROLE__REVIEWER, "planning");
    add_principal(world, "person:fire", HS__PRINCIPAL__ROLE__REVIEWER, "fire");
    add_principal(world, "person:office", HS__PRINCIPAL__ROLE__OFFICE, "");
    add_principal(world, "person:approver", HS__PRINCIPAL__ROLE__APPROVER, "");
    add_principal(world, "agent:fire/1", HS__PRINCIPAL__ROLE__AGENT, "fire");
    add_principal(world, "person:planning_head", HS__PRINCIPAL__ROLE__HEAD, "planning");
    add_principal(world, "person:fire_head", HS__PRINCIPAL__ROLE__HEAD, "fire");
    add_principal(world, "person:security", HS__PRINCIPAL__ROLE__SECURITY_ADMIN, "");
    add_principal(world, "person:system", HS__PRINCIPAL__ROLE__SYSTEM_ADMIN, "");
    add_principal(world, "person:supervisor", HS__PRINCIPAL__ROLE__SUPERVISOR, "");
    add_principal(world, "person:other", HS__PRINCIPAL__ROLE__APPLICANT, "");
}

/* ---- recording ---- */

static void apply_to_principals(struct world *world, const Hs__Event *event)
{
    if (event_subject(event) != SUBJECT_PRINCIPAL) {
        return;
    }
    for (size_t i = 0; i < world->principal_count; i++) {
        if (strcmp(world->principals[i]->name, event_principal(event)) == 0) {
            apply_principal(world->principals[i], event, world->arena);
            return;
        }
    }
    if (world->principal_count < WORLD_PRINCIPALS_MAX) {
        Hs__Principal *added = message_new(&hs__principal__descriptor, world->arena);

        require(added != NULL);
        apply_principal(added, event, world->arena);
        world->principals[world->principal_count++] = added;
    }
}

/* Records one event: from its bytes, as the journal gives it back. */
static void record_event(struct world *world, const Hs__Event *decided)
{
    struct bytes bytes = message_pack(decided, world->arena);
    ProtobufCMessage *parsed = NULL;

    require(message_parse(&hs__event__descriptor, bytes, world->arena, &parsed) == ERR_OK);
    require(world->event_count < WORLD_EVENTS_MAX);

    const Hs__Event *event = (const Hs__Event *)parsed;
    world_trace(world, "event", event);
    const struct event_entry entry = {world->event_count + 1, world->now_ms};
    world->events[world->event_count] = bytes;
    world->entries[world->event_count] = (struct event_entry_at){entry.seq, entry.at_ms};
    world->event_count++;
    if (event->proposal == 0) {
        require(event_fault(event, NULL) == NULL);
    } else {
        require(event->proposal <= WORLD_PROPOSALS_MAX);

        struct world_proposal *proposal = &world->proposals[event->proposal - 1];
        const Hs__Proposal *record = proposal->record->id == 0 ? NULL : proposal->record;
        require(event_fault(event, record) == NULL);
        world_check_event(world, proposal, event);
        apply_proposal(proposal->record, event, entry, world->arena);
        world_check_record(world, proposal);
    }
    apply_office(world->office, event, world->arena);
    apply_to_principals(world, event);
}

static void record(struct world *world, const struct decision *decision)
{
    require(decision->refusal == REFUSAL_NONE || decision->event_count == 0);
    require(decision->event_count <= DECISION_EVENTS_MAX);
    for (size_t i = 0; i < decision->event_count; i++) {
        record_event(world, decision->events[i]);
    }
}

/* ---- what a decision may know ---- */

/* Returns the proposal that @command names, 0 if none: by the schema, as any command names it. */
static uint64_t proposal_of(const Hs__Command *command)
{
    const ProtobufCFieldDescriptor *body = protobuf_c_message_descriptor_get_field(
        &hs__command__descriptor, (unsigned)command->body_case);
    const ProtobufCMessageDescriptor *type = body == NULL ? NULL : body->descriptor;
    const uint8_t *message = (const uint8_t *)command->submit; /* all bodies are in one place */
    const ProtobufCFieldDescriptor *field = NULL;

    if (message == NULL || type == NULL) {
        return 0;
    }
    field = protobuf_c_message_descriptor_get_field_by_name(type, "proposal");
    if (field != NULL) {
        return *(const uint64_t *)(const void *)(message + field->offset);
    }
    field = protobuf_c_message_descriptor_get_field_by_name(type, "review");
    if (field == NULL) {
        return 0;
    }
    const Hs__ReviewRef *ref = *(Hs__ReviewRef *const *)(const void *)(message + field->offset);
    return ref == NULL ? 0 : ref->proposal;
}

const Hs__Opinion *world_opinion(const struct world *world, struct bytes hash)
{
    for (size_t i = 0; i < world->opinion_count; i++) {
        if (bytes_equal(world->hashes[i], hash)) {
            return world->opinions[i];
        }
    }
    return NULL;
}

static const Hs__Packet *packet_at(const struct world_proposal *proposal, uint32_t version)
{
    require(version >= 1 && version <= WORLD_PACKETS_MAX);
    return proposal->packets[version - 1];
}

/* What a revision is held against. */
static void find_last_round(struct world *world, const struct world_proposal *proposal,
                            struct situation *situation)
{
    const Hs__Proposal *record = proposal->record;
    const Hs__Packet **packets = arena_array(world->arena, record->n_reviews, sizeof *packets);
    const Hs__Opinion **opinions = arena_array(world->arena, record->n_reviews, sizeof *opinions);

    require(packets != NULL && opinions != NULL);
    for (size_t i = 0; i < record->n_reviews; i++) {
        packets[i] = packet_at(proposal, record->reviews[i]->packet_version);
        opinions[i] = world_opinion(world, bytes_of(record->reviews[i]->opinion));
        require(opinions[i] != NULL || record->reviews[i]->opinion.len == 0);
    }
    situation->rulebook_before = situation->rulebook;
    situation->review_packets = packets;
    situation->opinions = opinions;
}

static const Hs__Principal *find_principal(const struct world *world, const char *name)
{
    for (size_t i = 0; i < world->principal_count; i++) {
        if (strcmp(world->principals[i]->name, name) == 0) {
            return world->principals[i];
        }
    }
    return NULL;
}

static struct situation situation_of(struct world *world, const struct world_proposal *proposal)
{
    struct situation situation = {
        .now_ms = world->now_ms,
        .office = world->office,
        .rulebook = world->small->rulebook,
        .calendar = world->calendar,
        .arena = world->arena,
    };

    if (proposal != NULL && proposal->record->id != 0) {
        situation.proposal = proposal->record;
    }
    return situation;
}

static void find_named(const struct world *world, const Hs__Command *command,
                       struct situation *situation)
{
    if (command->body_case == HS__COMMAND__BODY_ENROL && command->enrol->principal != NULL) {
        situation->named = find_principal(world, command->enrol->principal->name);
    } else if (command->body_case == HS__COMMAND__BODY_CHANGE_PRINCIPAL) {
        situation->named = find_principal(world, command->change_principal->name);
    }
}

static void find_revised(struct world *world, const struct world_proposal *proposal,
                         struct situation *situation)
{
    const Hs__Proposal *record = situation->proposal;

    if (record == NULL) {
        return;
    }
    if (record->status == HS__PROPOSAL__STATUS__IN_REVIEW) {
        situation->packet = packet_at(proposal, record->packet_version);
    } else if (record->round > 0) {
        find_last_round(world, proposal, situation);
    }
}

/* What a packet is held against that goes on by a waiver. */
static void find_waived(struct world *world, const struct world_proposal *proposal,
                        struct situation *situation)
{
    const Hs__Proposal *record = situation->proposal;

    if (record != NULL && record->status == HS__PROPOSAL__STATUS__GATE_FAILED) {
        situation->packet = packet_at(proposal, record->packet_version);
        if (record->round > 0) {
            find_last_round(world, proposal, situation);
        }
    }
}

/* ---- deciding ---- */

/* In less room the decision is the same, or that it is too complex; and nothing is written beyond.
 */
static void decide_in_little_room(const struct situation *whole, const Hs__Command *command,
                                  size_t room, const struct decision *wanted)
{
    struct situation situation = *whole;
    struct decision decision;
    struct arena arena;

    arena_init(&arena, room);
    situation.arena = &arena;
    decide_command(&situation, command, &decision);
    require(decision.refusal == REFUSAL_TOO_COMPLEX ||
            (decision.refusal == wanted->refusal && decision.event_count == wanted->event_count));
    require(decision.refusal == REFUSAL_NONE || decision.event_count == 0);
    arena_release(&arena);
}

static void keep_opinion(struct world *world, const Hs__Opinion *opinion)
{
    struct bytes bytes = opinion == NULL ? (struct bytes){0} : message_pack(opinion, world->arena);
    struct hash *hash = arena_alloc(world->arena, sizeof *hash);

    require(hash != NULL);
    if (opinion == NULL || world->opinion_count == WORLD_OPINIONS_MAX) {
        return;
    }
    *hash = hash_of(bytes);
    world->opinions[world->opinion_count] = opinion;
    world->hashes[world->opinion_count] = (struct bytes){hash->bytes, sizeof hash->bytes};
    world->opinion_count++;
}

/* Keeps what the journal would: packets by their version, opinions by their hash. */
static void keep_bodies(struct world *world, const Hs__Command *command, uint64_t proposal)
{
    const Hs__Packet *packet = NULL;

    if (command->body_case == HS__COMMAND__BODY_SUBMIT) {
        packet = command->submit->packet;
    } else if (command->body_case == HS__COMMAND__BODY_REVISE) {
        packet = command->revise->packet;
    } else if (command->body_case == HS__COMMAND__BODY_GIVE_OPINION) {
        keep_opinion(world, command->give_opinion->opinion);
    } else if (command->body_case == HS__COMMAND__BODY_DRAFT_OPINION) {
        keep_opinion(world, command->draft_opinion->opinion);
    } else if (command->body_case == HS__COMMAND__BODY_RECTIFY_OPINION) {
        keep_opinion(world, command->rectify_opinion->opinion);
    }
    if (packet != NULL && proposal != 0) {
        struct world_proposal *named = &world->proposals[proposal - 1];

        require(named->record->packet_version <= WORLD_PACKETS_MAX);
        named->packets[named->record->packet_version - 1] = packet;
    }
}

/* True if @command would make more than is kept room for. */
static bool is_too_much(const struct world *world, const Hs__Command *command,
                        const struct world_proposal *proposal)
{
    if (command->body_case == HS__COMMAND__BODY_SUBMIT) {
        return world->office->proposals >= WORLD_PROPOSALS_MAX;
    }
    return world->event_count + DECISION_EVENTS_MAX > WORLD_EVENTS_MAX ||
           world->opinion_count == WORLD_OPINIONS_MAX ||
           (proposal != NULL && proposal->record->packet_version == WORLD_PACKETS_MAX);
}

enum refusal world_give(struct world *world, const Hs__Principal *signer,
                        const Hs__Command *command)
{
    const struct time_reading reading = {world->now_ms, BOOT_MS, "boot", true};
    const Hs__Dictionary *dictionaries[] = {world->small->dictionary};
    const Hs__Process *processes[] = {world->small->process};
    const struct catalogue catalogue = {
        dictionaries, 1, processes, 1, (const Hs__Pack *const *)world->small->packs, 4};
    uint64_t id = proposal_of(command);
    struct world_proposal *proposal =
        id >= 1 && id <= WORLD_PROPOSALS_MAX ? &world->proposals[id - 1] : NULL;
    struct situation situation = situation_of(world, proposal);
    struct decision decision;

    if (is_too_much(world, command, proposal)) {
        return REFUSAL_TOO_BUSY;
    }
    situation.signer = signer;
    situation.reading = &reading;
    situation.catalogue = &catalogue;
    find_named(world, command, &situation);
    if (command->body_case == HS__COMMAND__BODY_REVISE && proposal != NULL) {
        find_revised(world, proposal, &situation);
    } else if (command->body_case == HS__COMMAND__BODY_ANSWER_WAIVER && proposal != NULL) {
        find_waived(world, proposal, &situation);
    }

    struct bytes before =
        proposal == NULL ? (struct bytes){0} : message_pack(proposal->record, world->arena);
    decide_command(&situation, command, &decision);
    require(proposal == NULL || bytes_equal(before, message_pack(proposal->record, world->arena)));
    if (world->now_ms % 4 == 0) {
        decide_in_little_room(&situation, command, (size_t)(world->now_ms / 4 % 64) * 256,
                              &decision);
    }
    world_trace(world, refusal_code(decision.refusal), command);
    record(world, &decision);
    if (decision.event_count > 0) {
        keep_bodies(world, command,
                    command->body_case == HS__COMMAND__BODY_SUBMIT ? world->office->proposals : id);
    }
    return decision.refusal;
}

/* ---- the clock ---- */

/* Those that the broker wakes for: what has ended keeps its last instant and is not woken. */
int64_t world_next_wake(const Hs__Proposal *record, const char **department)
{
    bool is_in_review = record->status == HS__PROPOSAL__STATUS__IN_REVIEW;
    bool has_clocks = is_in_review || record->status == HS__PROPOSAL__STATUS__INCOMPLETE ||
                      record->status == HS__PROPOSAL__STATUS__CONCLUDED ||
                      record->status == HS__PROPOSAL__STATUS__APPROVED;
    int64_t at_ms = has_clocks ? record->wake_at : 0;

    *department = "";
    for (size_t i = 0; i < record->n_reviews && is_in_review; i++) {
        const Hs__Review *review = record->reviews[i];
        bool is_waited_for = review->state == HS__REVIEW__STATE__OPEN ||
                             review->state == HS__REVIEW__STATE__HELD ||
                             review->state == HS__REVIEW__STATE__OVERDUE;

        if (is_waited_for && review->wake_at != 0 && (at_ms == 0 || review->wake_at < at_ms)) {
            at_ms = review->wake_at;
            *department = review->department;
        }
    }
    return at_ms;
}

/* Records what the clocks of @proposal have come to by now. Each ringing moves on or ends. */
static void ring(struct world *world, struct world_proposal *proposal)
{
    const char *department = NULL;
    int64_t at_ms = world_next_wake(proposal->record, &department);
    unsigned left = RECORD_ROUNDS_OF_WAKES;

    while (at_ms != 0 && at_ms <= world->now_ms &&
           world->event_count + DECISION_EVENTS_MAX < WORLD_EVENTS_MAX) {
        const struct situation situation = situation_of(world, proposal);
        struct decision decision;

        require(left > 0);
        left--;
        decide_wake(&situation, department, &decision);
        require(decision.refusal == REFUSAL_NONE && decision.event_count > 0);
        record(world, &decision);
        at_ms = world_next_wake(proposal->record, &department);
    }
}

void world_pass(struct world *world, int64_t span_ms)
{
    world->now_ms += span_ms;
    for (size_t i = 0; i < WORLD_PROPOSALS_MAX; i++) {
        ring(world, &world->proposals[i]);
    }
}
