/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_parts.h - what a ledger holds, for ledger.c and ledger_flush.c alone. */
#ifndef STORE_LEDGER_PARTS_H
#define STORE_LEDGER_PARTS_H

#include "store/ledger.h"
#include "store/view_keys.h"

enum { LEDGER_BUCKETS = 1024 }; /* of records by id: a turn has at most some 5,000 */

struct cached_proposal {
    struct cached_proposal *next; /* in its bucket */
    uint64_t id;
    Hs__Proposal *record;    /* NULL: there is none */
    struct view_keys before; /* the index rows as they are stored; set when first changed */
    bool is_changed;
};

struct cached_principal {
    struct cached_principal *next;
    const char *name;
    Hs__Principal *record; /* NULL: there is none */
    bool is_changed;
};

/* The command whose events come in now; its row is written when the next begins. */
struct open_command {
    bool is_open;
    uint8_t key[DATABASE_KEY_BYTES_MAX];
    size_t key_size;
    struct command_row row;
};

struct ledger {
    struct transaction *txn;
    struct arena *arena;
    Hs__Office *office; /* NULL: not loaded */
    bool office_is_changed;
    struct cached_proposal *proposals[LEDGER_BUCKETS];
    size_t changed_count; /* of proposals */
    struct cached_principal *principals[LEDGER_BUCKETS];
    struct open_command command;
};

/* Writes the row of the command whose events came in last, if that is not done. */
enum err ledger_close_command(struct ledger *ledger);

#endif
