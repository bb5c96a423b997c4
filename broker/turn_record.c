/* SPDX-License-Identifier: Apache-2.0 */
/* What was decided is appended and applied. */
#include "broker/turn_parts.h"

#include "core/apply.h"
#include "store/ledger.h"

static bool record_envelope(struct turn *turn, struct envelope *envelope)
{
    Hs__Received received = HS__RECEIVED__INIT;

    if (envelope->received_seq != 0) {
        return true;
    }
    received.envelope = envelope->signed_envelope->envelope;
    received.algorithm = envelope->signed_envelope->algorithm;
    received.key_id = envelope->signed_envelope->key_id;
    received.signature = envelope->signed_envelope->signature;
    received.user_id = envelope->user_id;

    struct bytes bytes = message_pack(&received, &turn->arena);
    enum err err = bytes.data == NULL ? ERR_NO_SPACE
                                      : journal_append(turn->settings.journal, ENTRY_RECEIVED,
                                                       bytes, &envelope->received_seq);
    if (err != ERR_OK) {
        turn_fail(turn, err);
        return false;
    }
    turn->is_recorded = true;
    return true;
}

static void add_happening(struct turn *turn, uint64_t seq, const Hs__Event *event, void *tag)
{
    turn->happenings = turn_grown(turn->happenings, turn->happening_count,
                                  &turn->happening_capacity, sizeof(struct happening));
    turn->happenings[turn->happening_count++] =
        (struct happening){.seq = seq, .event = event, .tag = tag};
    if (event_subject(event) == SUBJECT_PRINCIPAL) {
        turn->directory_changed = true;
    }
    turn_time_changed(turn, event);
}

uint64_t turn_record_event(struct turn *turn, const Hs__Event *event, const struct command *command)
{
    struct command_context context = {.seq = 0};
    uint64_t seq = 0;

    if (command != NULL) {
        context = (struct command_context){
            .seq = command->envelope->received_seq,
            .index = command->index,
            .signer = command->envelope->signer->name,
            .id = command->reply->command_id,
            .hash = command->hash,
        };
    }
    enum err err = ledger_append(turn->ledger, turn->settings.journal, event,
                                 command == NULL ? NULL : &context, &seq);
    if (err != ERR_OK) {
        turn_fail(turn, err);
        return 0;
    }
    turn->is_recorded = true;
    add_happening(turn, seq, event, command == NULL ? NULL : command->envelope->tag);
    return seq;
}

/* Returns the version that @decision, which is recorded, gave its packet. */
static uint32_t version_of(const struct decision *decision)
{
    for (size_t i = 0; i < decision->event_count; i++) {
        if (decision->events[i]->body_case == HS__EVENT__BODY_PACKET_REVISED) {
            return decision->events[i]->packet_revised->version;
        }
    }
    return 1;
}

static void keep_packet(struct turn *turn, const struct command *command,
                        const struct decision *decision)
{
    const Hs__Packet *packet = turn_packet_of(command->content);

    if (packet == NULL) {
        return;
    }
    struct bytes bytes = message_pack(packet, &turn->arena);
    if (bytes.data == NULL) {
        return; /* the reviews then read it from the journal */
    }
    turn->packets = turn_grown(turn->packets, turn->packet_count, &turn->packet_capacity,
                               sizeof(struct submitted_packet));
    turn->packets[turn->packet_count++] =
        (struct submitted_packet){{decision->result.proposal, version_of(decision)}, bytes};
}

void turn_record_decision(struct turn *turn, struct envelope *envelope, struct command *command,
                          const struct decision *decision)
{
    struct reply *reply = command->reply;

    if (decision->event_count == 0) {
        reply->kind = REPLY_UNCHANGED;
        return;
    }
    if (!record_envelope(turn, envelope)) {
        return;
    }
    for (size_t i = 0; i < decision->event_count && turn->failure == ERR_OK; i++) {
        uint64_t seq = turn_record_event(turn, decision->events[i], command);

        if (i == 0) {
            reply->first_event = seq;
        }
    }
    reply->kind = REPLY_RECEIPT;
    reply->received_seq = envelope->received_seq;
    reply->index = command->index;
    reply->event_count = (uint32_t)decision->event_count;
    reply->result = decision->result;
    keep_packet(turn, command, decision);
}
