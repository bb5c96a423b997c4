/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the journal is the one that a client has seen before. */
#include "broker/broker.h"

/* Reads the head at entry @seq; NULL if another kind of entry stands there. */
static const Hs__SignedHead *read_head(struct transaction *txn, uint64_t seq, struct arena *arena)
{
    struct entry entry;

    if (journal_entry(txn, seq, arena, &entry) != ERR_OK || entry.kind != ENTRY_HEAD) {
        return NULL;
    }
    return message_read(&hs__signed_head__descriptor, entry.bytes, arena);
}

/* True if @signed_head is the one that @hello tells of. */
static bool is_seen(const Hs__SignedHead *signed_head, const Hs__Hello *hello, struct arena *arena)
{
    const Hs__Head *head = signed_head == NULL ? NULL
                                               : message_read(&hs__head__descriptor,
                                                              bytes_of(signed_head->head), arena);

    return head != NULL && head->last_seq == hello->seen_seq &&
           bytes_equal(bytes_of(head->hash), bytes_of(hello->seen_hash));
}

/* Returns the head that covers entry @seq or, where its commit ends elsewhere, the one before. */
static const Hs__SignedHead *head_before(struct transaction *txn, uint64_t seq, struct arena *arena)
{
    const Hs__SignedHead *found = NULL;

    for (uint64_t at = seq + 1; at > 0 && found == NULL; at--) {
        struct arena_mark mark = arena_mark(arena);

        found = read_head(txn, at, arena);
        if (found == NULL) {
            arena_rewind(arena, mark);
        }
    }
    return found;
}

const Hs__SignedHead *history_head(struct broker *broker, const struct session *session,
                                   const Hs__Hello *hello, struct arena *arena)
{
    const struct head_record *head = journal_head(broker->journal);
    const Hs__SignedHead *shown =
        message_read(&hs__signed_head__descriptor, (struct bytes){head->bytes, head->size}, arena);
    struct transaction *txn = NULL;

    /* What lies at or beyond our end the client compares by itself. */
    if (hello->seen_seq == 0 || hello->seen_seq >= head->seq ||
        journal_read_begin(broker->journal, &txn) != ERR_OK) {
        return shown;
    }
    if (!is_seen(read_head(txn, hello->seen_seq + 1, arena), hello, arena)) {
        shown = head_before(txn, hello->seen_seq, arena);
        log_event(broker->options.log, LOG_ERROR, "history_differs",
                  log_text("principal", session->user), log_number("seq", (int64_t)hello->seen_seq),
                  LOG_END);
    }
    journal_read_end(txn);
    return shown;
}
