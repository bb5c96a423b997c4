/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/handler.h"

#include <string.h>

#include "core/facts.h"
#include "core/findings.h"
#include "core/settle.h"
#include "core/suggestion.h"
#include "lib/hash.h"

/* One task at work. */
struct check {
    const Hs__ReviewTask *task;
    const Hs__Department *department;
    bool may_answer;
    const struct rulebook *rulebook;
    struct arena *arena;
    struct facts facts;
    struct findings findings;
    const char *reason; /* why it cannot be done */
};

static bool fail(struct check *check, const char *reason)
{
    check->reason = reason == NULL ? "the review needs more memory than one may use" : reason;
    return false;
}

/* Reads the packet and holds it to its hash and its dictionary, as the broker did. */
static const Hs__Packet *read_packet(struct check *check)
{
    struct bytes bytes = bytes_of(check->task->packet);
    struct hash hash = hash_of(bytes);
    ProtobufCMessage *message = NULL;
    struct packet_fault fault;

    if (!bytes_equal(bytes_of(check->task->packet_hash),
                     (struct bytes){hash.bytes, sizeof hash.bytes})) {
        fail(check, "the packet does not have its hash");
        return NULL;
    }

    enum err err = message_parse(&hs__packet__descriptor, bytes, check->arena, &message);
    if (err != ERR_OK) {
        fail(check, err == ERR_FULL ? NULL : "the packet cannot be read");
        return NULL;
    }
    if (!packet_check((const Hs__Packet *)message, check->rulebook->dictionary, &fault)) {
        fail(check, arena_format(check->arena, "%s: %s", fault.path, fault.en));
        return NULL;
    }
    return (const Hs__Packet *)message;
}

static bool run(struct check *check)
{
    const struct compiled_pack *pack = rulebook_pack(check->rulebook, check->department->id);
    const Hs__Packet *packet = read_packet(check);

    if (packet == NULL) {
        return false;
    }
    if (pack == NULL) {
        return fail(check, "the pack has another name than the department");
    }
    if (!facts_build(packet, check->rulebook, check->arena, &check->facts) ||
        !findings_run(pack, &check->facts, check->arena, &check->findings)) {
        return fail(check, NULL);
    }
    return true;
}

static Hs__Opinion *suggest(struct check *check)
{
    return findings_suggest(&check->findings, &check->facts, check->department,
                            check->task->packet_hash.data, check->arena);
}

static Hs__Command *give_opinion(struct check *check, Hs__Opinion *opinion)
{
    Hs__Command *command = message_new(&hs__command__descriptor, check->arena);
    Hs__GiveOpinion *give = message_new(&hs__give_opinion__descriptor, check->arena);

    if (command == NULL || give == NULL) {
        return NULL;
    }
    give->review = check->task->review;
    give->opinion = opinion;
    command->body_case = HS__COMMAND__BODY_GIVE_OPINION;
    command->give_opinion = give;
    return command;
}

/* The findings that tell a person something: failed and unknown ones. */
static bool list_findings(struct check *check, Hs__RecordFindings *record)
{
    record->findings = arena_array(check->arena, check->findings.count, sizeof(Hs__Finding *));
    if (record->findings == NULL) {
        return false;
    }
    for (size_t i = 0; i < check->findings.count; i++) {
        Hs__Finding *finding = check->findings.rows[i].finding;

        if (finding->state == HS__FINDING__STATE__FAILED ||
            finding->state == HS__FINDING__STATE__UNKNOWN) {
            record->findings[record->n_findings++] = finding;
        }
    }
    return true;
}

static Hs__Command *record_findings(struct check *check, Hs__Opinion *suggestion)
{
    Hs__Command *command = message_new(&hs__command__descriptor, check->arena);
    Hs__RecordFindings *record = message_new(&hs__record_findings__descriptor, check->arena);

    if (command == NULL || record == NULL || !list_findings(check, record)) {
        return NULL;
    }
    record->review = check->task->review;
    record->suggestion = suggestion;
    command->body_case = HS__COMMAND__BODY_RECORD_FINDINGS;
    command->record_findings = record;
    return command;
}

static void decide(struct check *check, struct handling *out)
{
    Hs__Opinion *opinion = suggest(check);
    bool is_incomplete = findings_incomplete(&check->findings, NULL);

    *out = (struct handling){.what = HANDLED_LEFT};
    if (opinion == NULL) {
        (void)fail(check, NULL);
        out->reason = check->reason;
        return;
    }
    const struct open_items open = {check->task->open_items, check->task->n_open_items};
    bool is_settled = settle_by_rules(&check->findings, &open, opinion, check->arena);
    if (!is_settled) {
        out->reason = "an item of an earlier round is a person's to settle";
    }
    if (is_incomplete) {
        /* Nothing is concluded from what is not there: the items stay, the result does not. */
        opinion->result = HS__OPINION__RESULT__UNSPECIFIED;
        opinion->n_parts = 0;
        out->reason = "a rule that must hold is unknown";
    }
    if (!is_incomplete && is_settled && check->may_answer) {
        out->command = give_opinion(check, opinion);
        out->what = out->command == NULL ? HANDLED_LEFT : HANDLED_ANSWERED;
    } else {
        out->command = record_findings(check, opinion);
    }
    if (out->command == NULL) {
        (void)fail(check, NULL);
        out->reason = check->reason;
    }
}

static void handle(void *self, const Hs__ReviewTask *task, struct arena *arena,
                   struct handling *out)
{
    struct rules_handler *rules = self;

    *out = (struct handling){.what = HANDLED_WAITS};
    if (rules->department == NULL) {
        return;
    }
    if (task->pins.len != HASH_BYTES || task->packet_hash.len != HASH_BYTES) {
        *out = (struct handling){.what = HANDLED_LEFT, .reason = "the review names no pins"};
        return;
    }

    const struct rulebook_entry *entry = rulebooks_find(rules->rulebooks, bytes_of(task->pins));
    if (entry == NULL) {
        return;
    }
    if (entry->state == RULEBOOK_BROKEN) {
        *out = (struct handling){.what = HANDLED_LEFT, .reason = entry->reason};
        return;
    }

    struct check check = {
        .task = task,
        .department = rules->department,
        .may_answer = rules->may_answer,
        .rulebook = entry->rulebook,
        .arena = arena,
    };
    if (!run(&check)) {
        *out = (struct handling){.what = HANDLED_LEFT, .reason = check.reason};
        return;
    }
    decide(&check, out);
}

struct handler handler_rules(struct rules_handler *rules)
{
    return (struct handler){.handle = handle, .self = rules};
}
