/* SPDX-License-Identifier: Apache-2.0 */
#include "store/format.h"

#include <stdio.h>
#include <string.h>

#include "store/bodies.h"
#include "store/journal.h"

enum { GENESIS_ARENA_BYTES = 1024 * 1024, NUMBER_BASE = 10, DIGITS_MAX = 4 };

/* Returns the number in @text; 0 if it is none. */
static uint32_t number_of(const char *text)
{
    size_t prefix = strlen(FORMAT_PREFIX);
    uint32_t number = 0;

    if (strncmp(text, FORMAT_PREFIX, prefix) != 0 || strlen(text + prefix) > DIGITS_MAX ||
        text[prefix] == '0') {
        return 0;
    }
    for (const char *digit = text + prefix; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9') {
            return 0;
        }
        number = number * NUMBER_BASE + (uint32_t)(*digit - '0');
    }
    return number;
}

/* Finds the first event, which stands behind the envelope that asked for it, if there is one. */
static enum err first_event(struct transaction *txn, struct arena *arena, struct event_body *out)
{
    struct entry entry;
    uint64_t seq = 1;
    enum err err = journal_peek(txn, seq, &entry);

    while (err == ERR_OK && entry.kind == ENTRY_RECEIVED) {
        err = journal_peek(txn, ++seq, &entry);
    }
    return err == ERR_OK ? body_event(txn, seq, arena, out) : err;
}

enum err format_read(struct transaction *txn, struct format *out)
{
    struct event_body body;
    struct arena arena;

    arena_init(&arena, GENESIS_ARENA_BYTES);
    enum err err = first_event(txn, &arena, &body);
    if (err == ERR_ABSENT || (err == ERR_OK && body.event->body_case != HS__EVENT__BODY_GENESIS)) {
        transaction_note(txn, "the journal does not begin with genesis");
        err = ERR_CORRUPT;
    }
    if (err == ERR_OK) {
        (void)snprintf(out->text, sizeof out->text, "%s", body.event->genesis->schema);
        out->number = number_of(body.event->genesis->schema);
    }
    arena_release(&arena);
    return err;
}
