/* SPDX-License-Identifier: Apache-2.0 */
/* What the verifier looks at in an envelope, an event and a head. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "lib/signature.h"
#include "proto/tags.h"
#include "store/verifier.h"

static void *parse(struct verifier *verifier, const ProtobufCMessageDescriptor *type,
                   struct bytes bytes)
{
    ProtobufCMessage *message = NULL;

    return message_parse(type, bytes, &verifier->arena, &message) == ERR_OK ? message : NULL;
}

/* ---- genesis ---- */

/* Takes office and keys from @genesis. False if they are not sound. */
static bool take_genesis(struct verifier *verifier, const Hs__Genesis *genesis)
{
    const struct verify_options *options = verifier->options;

    if (strlen(genesis->office) >= sizeof verifier->office || genesis->office[0] == '\0' ||
        genesis->broker_sign_key.len != SIGN_PUBLIC_BYTES) {
        return false;
    }
    (void)snprintf(verifier->office, sizeof verifier->office, "%s",
                   options->office != NULL ? options->office : genesis->office);
    memcpy(verifier->sign_key,
           options->sign_key != NULL ? options->sign_key : genesis->broker_sign_key.data,
           SIGN_PUBLIC_BYTES);
    authors_set(&verifier->authors, "office", verifier->sign_key);
    return strcmp(genesis->office, verifier->office) == 0 &&
           memcmp(genesis->broker_sign_key.data, verifier->sign_key, SIGN_PUBLIC_BYTES) == 0;
}

/* Returns the first event of the journal, which stands in its first commit; NULL if there is none.
 */
static const Hs__Event *first_event(struct verifier *verifier, uint64_t *seq)
{
    struct entry entry;

    for (*seq = 1; journal_peek(verifier->txn, *seq, &entry) == ERR_OK; (*seq)++) {
        if (entry.kind == ENTRY_HEAD) {
            break;
        }
        if (entry.kind == ENTRY_EVENT) {
            const Hs__EventEntry *event =
                parse(verifier, &hs__event_entry__descriptor, entry.bytes);

            return event == NULL ? NULL
                                 : parse(verifier, &hs__event__descriptor, bytes_of(event->event));
        }
    }
    return NULL;
}

void verifier_find_genesis(struct verifier *verifier)
{
    uint64_t seq = 1;
    const Hs__Event *event = first_event(verifier, &seq);

    if (event != NULL && event->body_case == HS__EVENT__BODY_GENESIS) {
        verifier->has_genesis = take_genesis(verifier, event->genesis);
    }
    if (!verifier->has_genesis) {
        verifier_report(verifier, seq, NULL, VERIFY_GENESIS, "");
    }
    verifier->epoch = 1;
}

/* ---- envelopes ---- */

static void remember_envelope(struct verifier *verifier, uint64_t seq, size_t command_count)
{
    if (verifier->envelope_count == verifier->envelope_capacity) {
        size_t larger = verifier->envelope_capacity == 0 ? 256 : 2 * verifier->envelope_capacity;
        struct seen_envelope *grown = realloc(verifier->envelopes, larger * sizeof *grown);

        require(grown != NULL);
        verifier->envelopes = grown;
        verifier->envelope_capacity = larger;
    }
    verifier->envelopes[verifier->envelope_count++] = (struct seen_envelope){seq, command_count};
}

static void check_signature(struct verifier *verifier, const struct entry *entry,
                            const Hs__Received *received, const Hs__Envelope *envelope)
{
    const uint8_t *key = authors_find(&verifier->authors, envelope->signer);
    uint8_t key_id[SIGN_KEY_ID_BYTES];

    if (key == NULL) {
        verifier_report(verifier, entry->seq, entry, VERIFY_AUTHOR_UNKNOWN, envelope->signer);
        return;
    }
    sign_key_id(key, key_id);
    if (received->algorithm != HS__SIGNED_ENVELOPE__ALGORITHM__ED25519 ||
        received->signature.len != SIGNATURE_BYTES ||
        !bytes_equal(bytes_of(received->key_id), (struct bytes){key_id, sizeof key_id}) ||
        !signature_verify(key, TAG_ENVELOPE, envelope->office, bytes_of(received->envelope),
                          received->signature.data)) {
        verifier_report(verifier, entry->seq, entry, VERIFY_AUTHOR_SIGNATURE, envelope->signer);
    }
}

static void check_commands(struct verifier *verifier, const struct entry *entry,
                           const Hs__Envelope *envelope)
{
    char detail[VERIFY_DETAIL_BYTES];

    for (size_t i = 0; i < envelope->n_commands; i++) {
        struct arena_mark mark = arena_mark(&verifier->arena);

        if (parse(verifier, &hs__command__descriptor, bytes_of(envelope->commands[i])) == NULL) {
            (void)snprintf(detail, sizeof detail, "command %zu", i);
            verifier_report(verifier, entry->seq, entry, VERIFY_COMMAND, detail);
        }
        arena_rewind(&verifier->arena, mark);
    }
}

void verifier_check_received(struct verifier *verifier, const struct entry *entry)
{
    const Hs__Received *received = parse(verifier, &hs__received__descriptor, entry->bytes);
    const Hs__Envelope *envelope =
        received == NULL ? NULL
                         : parse(verifier, &hs__envelope__descriptor, bytes_of(received->envelope));

    if (envelope == NULL) {
        verifier_report(verifier, entry->seq, entry, VERIFY_NOT_CANONICAL,
                        received == NULL ? "" : "the envelope");
        return;
    }
    remember_envelope(verifier, entry->seq, envelope->n_commands);
    if (strcmp(envelope->office, verifier->office) != 0) {
        verifier_report(verifier, entry->seq, entry, VERIFY_OFFICE, envelope->office);
    }
    check_signature(verifier, entry, received, envelope);
    check_commands(verifier, entry, envelope);
}

/* ---- events ---- */

/* Returns the number of commands of the envelope @seq of this commit, 0 if it is none. They are in
 * the order of their numbers. */
static size_t commands_of(const struct verifier *verifier, uint64_t seq)
{
    size_t low = 0;
    size_t high = verifier->envelope_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (verifier->envelopes[middle].seq < seq) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < verifier->envelope_count && verifier->envelopes[low].seq == seq
               ? verifier->envelopes[low].command_count
               : 0;
}

static void take_enrolment(struct verifier *verifier, const Hs__Event *event)
{
    if (event->body_case != HS__EVENT__BODY_PRINCIPAL_ENROLLED) {
        return;
    }

    const Hs__Principal *principal = event->principal_enrolled->principal;
    if (principal != NULL && principal->sign_key.len == SIGN_PUBLIC_BYTES) {
        authors_set(&verifier->authors, principal->name, principal->sign_key.data);
    }
}

void verifier_check_event(struct verifier *verifier, const struct entry *entry)
{
    const Hs__EventEntry *event_entry = parse(verifier, &hs__event_entry__descriptor, entry->bytes);
    char detail[VERIFY_DETAIL_BYTES];

    if (event_entry == NULL) {
        verifier_report(verifier, entry->seq, entry, VERIFY_NOT_CANONICAL, "");
        return;
    }
    if (event_entry->received == 0
            ? event_entry->index != 0
            : event_entry->index >= commands_of(verifier, event_entry->received)) {
        (void)snprintf(detail, sizeof detail, "command %" PRIu32 " of entry %" PRIu64,
                       event_entry->index, event_entry->received);
        verifier_report(verifier, entry->seq, entry, VERIFY_REFERENCE, detail);
    }

    const Hs__Event *event = parse(verifier, &hs__event__descriptor, bytes_of(event_entry->event));
    if (event == NULL || event->body_case == HS__EVENT__BODY__NOT_SET) {
        verifier_report(verifier, entry->seq, entry, VERIFY_EVENT, "");
        return;
    }
    if (event->body_case == HS__EVENT__BODY_GENESIS &&
        (verifier->report.events > 1 || verifier->report.commits > 0)) {
        verifier_report(verifier, entry->seq, entry, VERIFY_GENESIS, "");
    }
    take_enrolment(verifier, event);
}

/* ---- heads ---- */

static bool is_hash(ProtobufCBinaryData field, const struct hash *hash)
{
    return bytes_equal(bytes_of(field), bytes_of_hash(hash));
}

/* Compares what the head names with what was found. */
static void compare_head(struct verifier *verifier, const struct entry *entry, const Hs__Head *head)
{
    struct commit *commit = &verifier->commit;
    char detail[VERIFY_DETAIL_BYTES];

    (void)snprintf(detail, sizeof detail, "entries %" PRIu64 " to %" PRIu64, commit->first_seq,
                   entry->seq - 1);
    if (head->first_seq != commit->first_seq || head->last_seq != entry->seq - 1 ||
        commit->tree.leaf_count == 0) {
        verifier_report(verifier, entry->seq, entry, VERIFY_HEAD_RANGE, detail);
    }
    if (commit->tree.leaf_count > 0) {
        struct hash root = merkle_finish(&commit->tree);

        if (!is_hash(head->root, &root)) {
            verifier_report(verifier, entry->seq, entry, VERIFY_HEAD_ROOT, detail);
        }
    }
    if (!is_hash(head->hash, &verifier->hash)) {
        verifier_report(verifier, entry->seq, entry, VERIFY_HEAD_HASH, detail);
    }
    if (head->committed_at != entry->at_ms) {
        verifier_report(verifier, entry->seq, entry, VERIFY_HEAD_TIME, "");
    }
    if (head->epoch != verifier->epoch) {
        verifier_report(verifier, entry->seq, entry, VERIFY_HEAD_EPOCH, "");
    }
    if (strcmp(head->office, verifier->office) != 0) {
        verifier_report(verifier, entry->seq, entry, VERIFY_OFFICE, head->office);
    }
}

/* Goes on from the hash that the head names, so that one alteration is not a fault of every later
 * commit. */
static void resume(struct verifier *verifier, const Hs__Head *head)
{
    if (head->hash.len == HASH_BYTES) {
        memcpy(verifier->hash.bytes, head->hash.data, HASH_BYTES);
    }
}

static void compare_witness(struct verifier *verifier, const struct entry *entry,
                            const Hs__Head *head)
{
    const struct kept_head *kept = &verifier->options->witness;

    if (kept->seq == 0 || verifier->witness_was_seen || head->last_seq < kept->seq) {
        return;
    }
    verifier->witness_was_seen = true;
    if (head->last_seq != kept->seq || !is_hash(head->hash, &kept->hash)) {
        verifier_report(verifier, entry->seq, entry, VERIFY_WITNESS_DIFFERS, "");
    }
}

void verifier_check_head(struct verifier *verifier, const struct entry *entry)
{
    const Hs__SignedHead *signed_head = parse(verifier, &hs__signed_head__descriptor, entry->bytes);
    const Hs__Head *head =
        signed_head == NULL ? NULL
                            : parse(verifier, &hs__head__descriptor, bytes_of(signed_head->head));

    if (head == NULL) {
        verifier_report(verifier, entry->seq, entry, VERIFY_NOT_CANONICAL, "");
        return;
    }
    compare_head(verifier, entry, head);
    if (signed_head->signature.len != SIGNATURE_BYTES ||
        !signature_verify(verifier->sign_key, TAG_HEAD, verifier->office,
                          bytes_of(signed_head->head), signed_head->signature.data)) {
        verifier_report(verifier, entry->seq, entry, VERIFY_HEAD_SIGNATURE, "");
    }
    compare_witness(verifier, entry, head);
    resume(verifier, head);
}
