/* SPDX-License-Identifier: Apache-2.0 */
/* What the decision of a command may ask for. */
#include "broker/turn_parts.h"

#include <string.h>

#include "broker/definitions.h"
#include "store/bodies.h"
#include "store/ledger.h"

/* The commands about a review, and those about a proposal. */
#define REVIEW_COMMANDS(X)                  \
    X(RECEIVE_REVIEW, receive_review)       \
    X(RECORD_FINDINGS, record_findings)     \
    X(GIVE_OPINION, give_opinion)           \
    X(DRAFT_OPINION, draft_opinion)         \
    X(SEND_BACK_DRAFT, send_back_draft)     \
    X(RECTIFY_OPINION, rectify_opinion)     \
    X(SETTLE_COMPETENCE, settle_competence) \
    X(HOLD_CLOCK, hold_clock)               \
    X(ANSWER_HOLD, answer_hold)             \
    X(RESUME_CLOCK, resume_clock)           \
    X(EXTEND_LIMIT, extend_limit)           \
    X(DELIVER_REVIEW, deliver_review)       \
    X(REMIND_REVIEW, remind_review)         \
    X(ESCALATE_REVIEW, escalate_review)     \
    X(MARK_REVIEW, mark_review)             \
    X(ASK_APPLICANT, ask_applicant)         \
    X(REOPEN_REVIEW, reopen_review)         \
    X(DECIDE_SILENCE, decide_silence)

#define PROPOSAL_COMMANDS(X)                  \
    X(REVISE, revise)                         \
    X(WITHDRAW, withdraw)                     \
    X(GRANT_ROUND, grant_round)               \
    X(SETTLE_CONFLICT, settle_conflict)       \
    X(ACKNOWLEDGE_RULING, acknowledge_ruling) \
    X(MERGE_ITEMS, merge_items)               \
    X(CLOSE_CONDITION, close_condition)       \
    X(DECIDE, decide)                         \
    X(SET_ASIDE, set_aside)                   \
    X(REQUEST_WAIVER, request_waiver)         \
    X(ANSWER_WAIVER, answer_waiver)

#define REVIEW_CASE(body, member)         \
    case HS__COMMAND__BODY_##body:        \
        review = command->member->review; \
        break;
#define PROPOSAL_CASE(body, member) \
    case HS__COMMAND__BODY_##body:  \
        return command->member->proposal;

static uint64_t proposal_of(const Hs__Command *command)
{
    const Hs__ReviewRef *review = NULL;

    switch (command->body_case) {
        REVIEW_COMMANDS(REVIEW_CASE)
        PROPOSAL_COMMANDS(PROPOSAL_CASE)
    case HS__COMMAND__BODY_SUBMIT:
    case HS__COMMAND__BODY_PUBLISH:
    case HS__COMMAND__BODY_DEFINE_DEPARTMENT:
    case HS__COMMAND__BODY_ENROL:
    case HS__COMMAND__BODY_CHANGE_PRINCIPAL:
    case HS__COMMAND__BODY_CONFIRM_CLOCK:
    case HS__COMMAND__BODY__NOT_SET:
    case _HS__COMMAND__BODY__CASE_IS_INT_SIZE:
        break;
    }
    return review == NULL ? 0 : review->proposal;
}

const Hs__Packet *turn_packet_of(const Hs__Command *command)
{
    if (command->body_case == HS__COMMAND__BODY_SUBMIT) {
        return command->submit->packet;
    }
    return command->body_case == HS__COMMAND__BODY_REVISE ? command->revise->packet : NULL;
}

static bool find_documents(struct turn *turn, const Hs__Packet *packet, struct situation *situation)
{
    const struct turn_settings *settings = &turn->settings;
    const char **missing = arena_array(&turn->arena, packet->n_documents, sizeof *missing);

    if (missing == NULL) {
        return false;
    }
    for (size_t i = 0; i < packet->n_documents; i++) {
        const Hs__Document *document = packet->documents[i];

        if (settings->has_document == NULL || !settings->has_document(settings->self, document)) {
            missing[situation->missing_document_count++] = document->code;
        }
    }
    situation->missing_documents = missing;
    return true;
}

static const char *process_of(const Hs__Command *command, const struct situation *situation)
{
    if (command->body_case == HS__COMMAND__BODY_SUBMIT) {
        return command->submit->process;
    }
    return situation->proposal == NULL ? "" : situation->proposal->process;
}

static void find_named(struct turn *turn, const Hs__Command *command, struct situation *situation)
{
    const struct directory *directory = turn->settings.directory;

    if (command->body_case == HS__COMMAND__BODY_ENROL && command->enrol->principal != NULL) {
        const Hs__Principal *principal = command->enrol->principal;

        situation->named = directory_find(directory, principal->name);
        situation->key_owner = directory_find_owner(directory, principal);
    } else if (command->body_case == HS__COMMAND__BODY_CHANGE_PRINCIPAL) {
        situation->named = directory_find(directory, command->change_principal->name);
    }
}

/* True if @command is a correction while a round runs. */
static bool is_in_round(const Hs__Command *command, const struct situation *situation)
{
    return command->body_case == HS__COMMAND__BODY_REVISE && situation->proposal != NULL &&
           situation->proposal->status == HS__PROPOSAL__STATUS__IN_REVIEW;
}

/* True if @command is a new packet after a round that ended. */
static bool is_after_round(const Hs__Command *command, const struct situation *situation)
{
    return command->body_case == HS__COMMAND__BODY_REVISE && situation->proposal != NULL &&
           situation->proposal->status != HS__PROPOSAL__STATUS__IN_REVIEW &&
           situation->proposal->round > 0;
}

/* Returns version @version of the packet of @situation's proposal: an envelope may be a hundred
 * times its packet, so it is read in an arena of its own. NULL: there is no room. */
static const Hs__Packet *find_packet(struct turn *turn, const struct situation *situation,
                                     uint32_t version)
{
    struct transaction *txn = journal_transaction(turn->settings.journal);
    const struct packet_name name = {situation->proposal->id, version};
    struct bytes bytes = turn_packet(turn, &name);
    Hs__Packet *packet = NULL;

    if (bytes.data != NULL) {
        return message_read(&hs__packet__descriptor, bytes, &turn->arena);
    }
    arena_clear(&turn->scratch);

    enum err err = body_packet(txn, name.proposal, name.version, &turn->scratch, &packet);
    if (err != ERR_OK && err != ERR_FULL) {
        turn_fail(turn, err);
    }
    return err == ERR_OK ? message_copy(packet, &turn->arena) : NULL;
}

/* Finds the opinion given to @review of @situation's proposal. False: there is no room. */
static bool find_opinion(struct turn *turn, const struct situation *situation,
                         const Hs__Review *review, const Hs__Opinion **out)
{
    struct transaction *txn = journal_transaction(turn->settings.journal);
    Hs__ReviewRef ref = HS__REVIEW_REF__INIT;
    Hs__Opinion *opinion = NULL;

    *out = NULL;
    if (review->opinion.len == 0) {
        return true;
    }
    ref.proposal = situation->proposal->id;
    ref.round = review->carried_forward ? review->carried_from : situation->proposal->round;
    ref.department = review->department;
    arena_clear(&turn->scratch);

    enum err err = body_opinion(txn, &ref, &turn->scratch, &opinion);
    if (err != ERR_OK && err != ERR_FULL) {
        turn_fail(turn, err);
    }
    *out = err == ERR_OK ? message_copy(opinion, &turn->arena) : NULL;
    return *out != NULL;
}

/* Finds what the round that ended was held to, what its reviews were about and what they said: each
 * packet is read once. False: there is no room. */
static bool find_last_round(struct turn *turn, const struct definition_source *source,
                            struct situation *situation)
{
    const Hs__Proposal *proposal = situation->proposal;
    const Hs__Packet **packets = arena_array(&turn->arena, proposal->n_reviews, sizeof *packets);
    const Hs__Opinion **opinions = arena_array(&turn->arena, proposal->n_reviews, sizeof *opinions);

    situation->rulebook_before =
        library_rulebook(turn->settings.library, bytes_of(proposal->pins), source);
    if (packets == NULL || opinions == NULL || situation->rulebook_before == NULL) {
        return false;
    }
    for (size_t i = 0; i < proposal->n_reviews; i++) {
        const Hs__Review *review = proposal->reviews[i];

        for (size_t j = 0; j < i && packets[i] == NULL; j++) {
            if (proposal->reviews[j]->packet_version == review->packet_version) {
                packets[i] = packets[j];
            }
        }
        if (packets[i] == NULL) {
            packets[i] = find_packet(turn, situation, review->packet_version);
        }
        if (packets[i] == NULL || !find_opinion(turn, situation, review, &opinions[i])) {
            return false;
        }
    }
    situation->review_packets = packets;
    situation->opinions = opinions;
    return true;
}

/* Finds what a round is held to, and the packet it is about. False: there is no room. */
static bool find_round(struct turn *turn, const struct definition_source *source,
                       struct situation *situation)
{
    situation->rulebook =
        library_rulebook(turn->settings.library, bytes_of(situation->proposal->pins), source);
    situation->packet = find_packet(turn, situation, situation->proposal->packet_version);
    return situation->rulebook != NULL && situation->packet != NULL;
}

/* Finds the rulebook of a submission or a revision, and what else it is held against. */
static bool find_rulebook(struct turn *turn, const Hs__Command *command,
                          const struct definition_source *source, struct situation *situation)
{
    const Hs__Packet *packet = turn_packet_of(command);

    if (packet == NULL) {
        return true;
    }
    if (is_in_round(command, situation)) {
        if (!find_round(turn, source, situation)) {
            return false;
        }
    } else {
        situation->rulebook = library_current(turn->settings.library, situation->office,
                                              process_of(command, situation), source);
        if (is_after_round(command, situation) && !find_last_round(turn, source, situation)) {
            return false;
        }
    }
    return find_documents(turn, packet, situation);
}

static bool is_about_waiver(const Hs__Command *command)
{
    return command->body_case == HS__COMMAND__BODY_REQUEST_WAIVER ||
           command->body_case == HS__COMMAND__BODY_ANSWER_WAIVER;
}

/* Finds what a waiver is held to, and what the packet that it lets go on is held against. False:
 * there is no room. */
static bool find_waiver(struct turn *turn, const Hs__Command *command,
                        const struct definition_source *source, struct situation *situation)
{
    const Hs__Proposal *proposal = situation->proposal;

    if (!is_about_waiver(command) || proposal == NULL) {
        return true;
    }
    situation->rulebook =
        library_current(turn->settings.library, situation->office, proposal->process, source);
    if (command->body_case == HS__COMMAND__BODY_REQUEST_WAIVER ||
        proposal->status != HS__PROPOSAL__STATUS__GATE_FAILED) {
        return true;
    }
    situation->packet = find_packet(turn, situation, proposal->packet_version);
    return situation->packet != NULL &&
           (proposal->round == 0 || find_last_round(turn, source, situation));
}

/* Finds the rulebook that the proposal's round is held to; before its first round, that of its
 * process. */
static void find_pinned(struct turn *turn, const struct definition_source *source,
                        struct situation *situation)
{
    const Hs__Proposal *proposal = situation->proposal;

    if (proposal == NULL) {
        return;
    }
    situation->rulebook =
        proposal->pins.len > 0
            ? library_rulebook(turn->settings.library, bytes_of(proposal->pins), source)
            : library_current(turn->settings.library, situation->office, proposal->process, source);
}

static void find_calendar(struct turn *turn, const struct definition_source *source,
                          struct situation *situation)
{
    if (situation->rulebook != NULL && situation->rulebook->process->calendar[0] != '\0') {
        situation->calendar = library_calendar(turn->settings.library, situation->office,
                                               situation->rulebook->process->calendar, source);
    }
}

bool turn_find_clocks(struct turn *turn, uint64_t proposal, struct situation *situation)
{
    struct definition_source source = definitions_of(journal_transaction(turn->settings.journal));
    enum err err;

    *situation =
        (struct situation){.now_ms = turn->now_ms, .office = turn->office, .arena = &turn->arena};
    err = ledger_proposal(turn->ledger, proposal, &situation->proposal);
    if (err != ERR_OK) {
        turn_fail(turn, err);
        return false;
    }
    find_pinned(turn, &source, situation);
    find_calendar(turn, &source, situation);
    return true;
}

bool turn_find_situation(struct turn *turn, const struct command *command,
                         struct situation *situation)
{
    struct definition_source source = definitions_of(journal_transaction(turn->settings.journal));
    uint64_t proposal = proposal_of(command->content);

    *situation = (struct situation){
        .now_ms = turn->now_ms,
        .office = turn->office,
        .signer = command->envelope->signer,
        .reading = &turn->reading,
        .arena = &turn->arena,
    };
    if (proposal != 0) {
        const Hs__Proposal *record = NULL;
        enum err err = ledger_proposal(turn->ledger, proposal, &record);

        if (err == ERR_FULL) {
            return false; /* of the command's allowance */
        }
        if (err != ERR_OK && err != ERR_ABSENT) {
            turn_fail(turn, err);
            return false;
        }
        situation->proposal = record;
    }
    if (!find_rulebook(turn, command->content, &source, situation) ||
        !find_waiver(turn, command->content, &source, situation)) {
        return false;
    }
    if (situation->rulebook == NULL && !is_about_waiver(command->content)) {
        find_pinned(turn, &source, situation);
    }
    if (command->content->body_case == HS__COMMAND__BODY_GRANT_ROUND &&
        situation->proposal != NULL) {
        situation->rulebook = library_current(turn->settings.library, situation->office,
                                              situation->proposal->process, &source);
    }
    find_calendar(turn, &source, situation);
    if (command->content->body_case == HS__COMMAND__BODY_PUBLISH) {
        situation->catalogue =
            library_catalogue(turn->settings.library, situation->office, &source);
        if (situation->catalogue == NULL) {
            return false;
        }
    }
    find_named(turn, command->content, situation);
    return true;
}
