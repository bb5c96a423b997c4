/* SPDX-License-Identifier: Apache-2.0 */
/* The query for the journal, entry by entry. */
#include "broker/query.h"

#include "store/bodies.h"

enum { JOURNAL_BYTES_MAX = 512 * 1024 };

static bool fill_event(struct asking *asking, const struct entry *entry, Hs__JournalLine *line)
{
    const Hs__EventEntry *event =
        message_read(&hs__event_entry__descriptor, entry->bytes, asking->arena);

    if (event == NULL) {
        return false;
    }
    line->received_seq = event->received;
    line->command_index = event->index;
    line->event = message_read(&hs__event__descriptor, bytes_of(event->event), asking->arena);
    if (event->received != 0) {
        struct place place = {.seq = event->received, .index = event->index};
        Hs__Command *command = NULL;

        if (body_command(asking->txn, &place, asking->arena, &command) == ERR_OK) {
            line->command_id = command->id;
        }
    }
    return line->event != NULL;
}

static bool fill_line(struct asking *asking, const struct entry *entry, Hs__JournalLine *line)
{
    const Hs__SignedHead *head;

    switch (entry->kind) {
    case ENTRY_RECEIVED:
        line->received = message_read(&hs__received__descriptor, entry->bytes, asking->arena);
        return line->received != NULL;
    case ENTRY_EVENT:
        return fill_event(asking, entry, line);
    case ENTRY_HEAD:
        head = message_read(&hs__signed_head__descriptor, entry->bytes, asking->arena);
        if (head == NULL) {
            return false;
        }
        line->head = message_read(&hs__head__descriptor, bytes_of(head->head), asking->arena);
        return line->head != NULL;
    }
    return false;
}

static Hs__JournalLine *journal_line(struct asking *asking, const struct entry *entry,
                                     const struct hash *hash)
{
    Hs__JournalLine *line = message_new(&hs__journal_line__descriptor, asking->arena);
    uint8_t *leaf = arena_copy(asking->arena, (struct bytes){entry->leaf.bytes, HASH_BYTES});
    uint8_t *chain = arena_copy(asking->arena, (struct bytes){hash->bytes, HASH_BYTES});

    if (line == NULL || leaf == NULL || chain == NULL || !fill_line(asking, entry, line)) {
        return NULL;
    }
    line->seq = entry->seq;
    line->kind = entry_kind_name(entry->kind);
    line->at = entry->at_ms;
    line->leaf = (ProtobufCBinaryData){HASH_BYTES, leaf};
    line->hash = (ProtobufCBinaryData){HASH_BYTES, chain};
    return line;
}

void query_answer_journal(struct asking *asking)
{
    const Hs__Query__GetJournal *wanted = asking->query->journal;
    size_t limit =
        wanted->limit == 0 || wanted->limit > QUERY_ROWS_MAX ? QUERY_ROWS_MAX : wanted->limit;
    Hs__Answer__Journal *out = message_new(&hs__answer__journal__descriptor, asking->arena);
    struct journal_walk walk;
    struct entry entry;
    size_t bytes = 0;

    if (out == NULL || journal_last_seq(asking->txn, &out->last_seq) != ERR_OK) {
        return;
    }
    out->lines = arena_array(asking->arena, limit, sizeof(Hs__JournalLine *));
    asking->answer->body_case = HS__ANSWER__BODY_JOURNAL;
    asking->answer->journal = out;
    if (out->lines == NULL ||
        journal_walk_begin(asking->txn, wanted->from == 0 ? 1 : wanted->from, &walk) != ERR_OK) {
        return; /* beyond the end: no lines yet */
    }
    while (out->n_lines < limit && bytes < JOURNAL_BYTES_MAX &&
           journal_walk_next(&walk, &entry) == ERR_OK) {
        Hs__JournalLine *line = journal_line(asking, &entry, &walk.hash);

        if (line == NULL) {
            break;
        }
        out->lines[out->n_lines++] = line;
        bytes += entry.bytes.size;
    }
}
