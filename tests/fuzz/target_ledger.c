/* SPDX-License-Identifier: Apache-2.0 */
/* Events as a journal may hold them, taken in by the store: what cannot be applied is a fault that
 * is told, and what was applied can be stored, indexed and read. In one transaction, never ended.
 */
#include <stdlib.h>

#include "core/verdict.h"
#include "lib/check.h"
#include "os/files.h"
#include "store/ledger.h"
#include "tests/fuzz/making.h"
#include "tests/fuzz/target.h"

enum {
    ARENA_BYTES = 64 << 20,
    ARENA_LEFT_BYTES = 8 << 20,
    MAP_BYTES = 64 << 20,
    EVENTS_MAX = 40,
    START_MS = 1000000,
    PROPOSALS = 3,
};

static char folder[] = "/tmp/huishen-fuzz-XXXXXX";
static struct arena arena = {.capacity_bytes = ARENA_BYTES};

static void remove_folder(void)
{
    (void)folder_remove(folder); /* the process ends */
}

static struct database *open_database(void)
{
    static struct database *database;
    struct database_options options = {.folder = folder, .map_bytes = MAP_BYTES, .create = true};

    if (database == NULL) {
        require(mkdtemp(folder) != NULL);
        require(atexit(remove_folder) == 0);
        require(database_open(&options, &database, NULL) == ERR_OK);
    }
    return database;
}

/* An event of which the first things are right: its proposal, its round, what it is about. */
static const Hs__Event *make_event(struct choices *choices, struct ledger *ledger)
{
    static const char *const departments[] = {"planning", "fire", "utilities", ""};
    static const uint8_t hash[MAKING_HASH_BYTES] = {9};
    uint64_t id = 1 + choose(choices, PROPOSALS);
    const Hs__Proposal *record = NULL;
    struct making making = {.choices = choices,
                            .arena = &arena,
                            .now_ms = START_MS,
                            .proposal = id,
                            .departments = departments,
                            .department_count = 4};
    unsigned body = HS__EVENT__BODY_GENESIS + choose(choices, hs__event__descriptor.n_fields - 1);

    if (ledger_proposal(ledger, id, &record) == ERR_OK) {
        making.round = record->round;
    } else if (choose(choices, 4) != 0) {
        body = HS__EVENT__BODY_PROPOSAL_SUBMITTED;
    }
    for (size_t i = 0; i < MAKING_HASHES_MAX; i++) {
        making.hashes[i] = (struct bytes){hash, sizeof hash};
    }
    return (const Hs__Event *)make_message_with(&making, &hs__event__descriptor, body);
}

/* An event as it is read from its bytes, which may be any. */
static const Hs__Event *read_event(struct choices *choices)
{
    size_t size = (size_t)choose(choices, 4) * 64 + choose(choices, 64);

    return message_read(&hs__event__descriptor, choose_bytes(choices, size), &arena);
}

/* The record can be stored and read back, and its outcome told. */
static void check_record(struct ledger *ledger, uint64_t id)
{
    const Hs__Proposal *record = NULL;

    if (ledger_proposal(ledger, id, &record) != ERR_OK) {
        return;
    }
    struct bytes bytes = message_pack(record, &arena);
    require(bytes.data != NULL && message_read(&hs__proposal__descriptor, bytes, &arena) != NULL);
    (void)verdict_outcome(record);
    require(verdict_build(record, &arena) != NULL);
}

static void take_in(struct ledger *ledger, struct choices *choices)
{
    static const uint8_t command_id[16] = {1};
    const struct command_context context = {
        .seq = 1, .signer = "person:street", .id = {command_id, sizeof command_id}};
    enum err err = ERR_OK;
    uint64_t seq = 2;

    for (unsigned i = 0; i < EVENTS_MAX && err != ERR_FULL && choices_are_left(choices) &&
                         arena.capacity_bytes - arena.used_bytes > ARENA_LEFT_BYTES;
         i++) {
        bool is_read = choose(choices, 8) == 0;
        bool is_asked = choose(choices, 2) == 0;
        const Hs__Event *event = is_read ? read_event(choices) : make_event(choices, ledger);

        if (event != NULL) {
            err = ledger_record(ledger, event, seq, START_MS + i, is_asked ? &context : NULL);
            require(err == ERR_OK || err == ERR_CORRUPT || err == ERR_FULL || err == ERR_ABSENT);
            seq++;
            check_record(ledger, event->proposal);
        }
    }
    if (err == ERR_OK) {
        err = ledger_flush(ledger, seq, START_MS + EVENTS_MAX);
        require(err == ERR_OK || err == ERR_CORRUPT || err == ERR_FULL);
    }
}

void fuzz_ledger(struct bytes input)
{
    struct choices choices = {input};
    struct transaction *txn = NULL;

    arena_clear(&arena);
    require(transaction_begin(open_database(), true, &txn) == ERR_OK);
    struct ledger *ledger = ledger_new(txn, &arena);
    require(ledger != NULL);
    take_in(ledger, &choices);
    transaction_abort(txn);
}
