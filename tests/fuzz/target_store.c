/* SPDX-License-Identifier: Apache-2.0 */
/* What the store reads from a disk that may hold anything: entries, heads, key files, and rows of
 * the views whose checksums are right and whose contents are not. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/check.h"
#include "net/keys.h"
#include "os/files.h"
#include "store/bodies.h"
#include "store/entry.h"
#include "store/head_file.h"
#include "store/row.h"
#include "store/views.h"
#include "tests/fuzz/choices.h"
#include "tests/fuzz/target.h"

enum { ARENA_BYTES = 16 << 20, MAP_BYTES = 64 << 20, ROWS_MAX = 8, IDS_MAX = 8, ENTRY_MAX = 1024 };

static char folder[] = "/tmp/huishen-fuzz-XXXXXX";
static struct arena arena = {.capacity_bytes = ARENA_BYTES};

static void remove_folder(void)
{
    (void)folder_remove(folder); /* the process ends */
}

static const char *in_folder(const char *name)
{
    static bool is_made;
    const char *path = NULL;

    if (!is_made) {
        require(mkdtemp(folder) != NULL && atexit(remove_folder) == 0);
        is_made = true;
    }
    path = arena_format(&arena, "%s/%s", folder, name);
    require(path != NULL);
    return path;
}

/* Makes the file @name of @bytes, without waiting for the disk. */
static const char *write_file(const char *name, struct bytes bytes)
{
    const char *path = in_folder(name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    require(fd >= 0);
    require(bytes.size == 0 || write(fd, bytes.data, bytes.size) == (ssize_t)bytes.size);
    require(close(fd) == 0);
    return path;
}

/* ---- entries ---- */

static void read_entry(struct choices *choices)
{
    uint64_t seq = choose_u64(choices);
    struct bytes value = choices->rest;
    struct entry entry;

    if (entry_decode(seq, value, &entry) == ERR_OK) {
        require(entry.bytes.size + ENTRY_PREFIX_BYTES == value.size);
    }
}

/* An entry that was written is read as it was; with a bit turned, or under another seq, it is not.
 */
static void write_entry(struct choices *choices)
{
    static uint8_t value[ENTRY_PREFIX_BYTES + ENTRY_MAX];
    struct entry entry = {.seq = choose_u64(choices),
                          .kind = (enum entry_kind)(1 + choose(choices, 3)),
                          .at_ms = (int64_t)choose_u64(choices)};
    size_t turned = (size_t)choose(choices, 256) * 8 + choose(choices, 8);
    struct entry again;

    entry.bytes = choose_bytes(choices, ENTRY_MAX);
    entry.leaf = entry_leaf(entry.seq, entry.kind, entry.at_ms, entry.bytes);
    entry_encode(&entry, value);

    struct bytes stored = {value, ENTRY_PREFIX_BYTES + entry.bytes.size};
    require(entry_decode(entry.seq, stored, &again) == ERR_OK);
    require(again.kind == entry.kind && again.at_ms == entry.at_ms &&
            bytes_equal(again.bytes, entry.bytes));
    require(entry_decode(entry.seq + 1, stored, &again) == ERR_CORRUPT);
    value[turned / 8 % stored.size] ^= (uint8_t)(1U << turned % 8);
    require(entry_decode(entry.seq, stored, &again) == ERR_CORRUPT);
}

/* ---- files ---- */

static void read_head(struct bytes bytes)
{
    const char *path = write_file("head", bytes);
    struct head_file file;

    if (head_file_open(path, false, &file) != ERR_OK) {
        return;
    }
    require(file.last.size <= HEAD_BYTES_MAX && file.newest < HEAD_FILE_SLOTS);

    /* What is written next is what is read next. */
    struct head_record record = file.last;
    record.seq = file.last.seq == UINT64_MAX ? UINT64_MAX : file.last.seq + 1;
    record.at_ms = 7;
    if (record.seq > file.last.seq) {
        require(head_file_write(&file, &record) == ERR_OK);
        head_file_close(&file);
        require(head_file_open(path, true, &file) == ERR_OK);
        require(file.last.seq == record.seq && file.last.at_ms == 7);
    }
    head_file_close(&file);
}

static void read_keys(struct choices *choices)
{
    char reason[KEYS_REASON_BYTES] = "";
    struct keys keys;
    struct bytes curve = choose_bytes(choices, choose(choices, 256));

    (void)write_file("curve.key", curve);
    (void)write_file("sign.key", choices->rest);
    enum err err = keys_load(in_folder(""), &keys, reason);
    require(err == ERR_OK || reason[0] != '\0');
    require(memchr(reason, '\0', sizeof reason) != NULL);
}

/* ---- rows ---- */

static struct database *open_database(void)
{
    static struct database *database;
    struct database_options options = {
        .folder = in_folder("store"), .map_bytes = MAP_BYTES, .create = true};

    if (database == NULL) {
        require(database_open(&options, &database, NULL) == ERR_OK);
    }
    return database;
}

/* Keys as they are stored, or anything. */
static struct row_key make_key(struct choices *choices)
{
    static const uint8_t id[16] = {1};
    struct row_key key;

    row_key_clear(&key);
    switch (choose(choices, 8)) {
    case 0:
        key_of_proposal(&key, 1);
        break;
    case 1:
        key_of_packet(&key, 1, 1);
        break;
    case 2:
        key_of_opinion(&key, 1, 1, "fire");
        break;
    case 3:
        key_of_command(&key, (struct bytes){id, sizeof id}, 1);
        break;
    case 4:
        row_key_add_text(&key, choose(choices, 2) == 0 ? "person:fire" : "LJHS-1970-0001");
        break;
    case 5:
        row_key_add_text(&key, choose(choices, 2) == 0 ? "office" : "views");
        break;
    case 6: /* of an inbox, and of whatever begins so */
        row_key_add_text(&key, "fire");
        row_key_add_u8(&key, 0);
        row_key_add(&key, choose_bytes(choices, choose(choices, 40)));
        break;
    default:
        row_key_add(&key, choose_bytes(choices, choose(choices, 64)));
        break;
    }
    return key;
}

static void put_rows(struct transaction *txn, struct choices *choices)
{
    for (unsigned i = 0; i < ROWS_MAX && choices_are_left(choices); i++) {
        enum table table = (enum table)(1 + choose(choices, TABLE_COUNT - 1));
        struct row_key key = make_key(choices);
        struct bytes value = choose_bytes(choices, choose(choices, 128));

        if (key.size > 0) {
            require(row_put(txn, table, row_key_bytes(&key), value) == ERR_OK);
        }
    }
}

static void look_up(struct transaction *txn)
{
    static const uint8_t id[16] = {1};
    Hs__ReviewRef review = HS__REVIEW_REF__INIT;
    const struct bytes hash = {id, sizeof id};
    struct definition_row definition;
    struct command_row command;
    struct views_state state;
    struct place place;
    Hs__Principal *principal = NULL;
    Hs__Proposal *proposal = NULL;
    Hs__Office *office = NULL;
    uint64_t number = 0;

    review.proposal = 1;
    review.round = 1;
    review.department = "fire";
    (void)view_state(txn, &state); /* here and below: any answer will do, if only one comes */
    (void)view_office(txn, &arena, &office);
    (void)view_proposal(txn, 1, &arena, &proposal);
    (void)view_principal(txn, "person:fire", &arena, &principal);
    (void)view_number(txn, "LJHS-1970-0001", &number);
    (void)view_packet_place(txn, 1, 1, &place);
    (void)view_opinion_place(txn, &review, &place);
    (void)view_opinion_version(txn, &review, 1, &place);
    (void)view_command(txn, hash, 1, &command);
    (void)view_definition_place(txn, hash, &definition);
}

static void walk(struct transaction *txn)
{
    const struct inbox_walk from = {{"fire", INBOX_ANSWERABLE}, 0, 0, IDS_MAX};
    uint64_t ids[IDS_MAX];
    struct id_list list = {.ids = ids, .max = IDS_MAX};
    struct due_reviews due;
    Hs__Principal **principals = NULL;
    size_t count = 0;
    int64_t due_ms = 0;

    (void)view_principals(txn, &arena, &principals, &count); /* as above */
    (void)view_all(txn, 0, &list);
    (void)view_by_status(txn, HS__PROPOSAL__STATUS__IN_REVIEW, 0, &list);
    (void)view_by_party(txn, "person:street", 0, &list);
    (void)view_inbox(txn, &from.inbox, IDS_MAX, &arena, &due);
    (void)view_inbox_from(txn, &from, &arena, &due);
    (void)view_deadlines(txn, INT64_MAX, IDS_MAX, &arena, &due);
    (void)view_next_deadline(txn, &due_ms);
}

static void read_rows(struct choices *choices)
{
    struct transaction *txn = NULL;

    require(transaction_begin(open_database(), true, &txn) == ERR_OK);
    put_rows(txn, choices);
    look_up(txn);
    walk(txn);
    transaction_abort(txn);
}

void fuzz_store(struct bytes input)
{
    struct choices choices = {input};
    unsigned shape = choose(&choices, 8);

    arena_clear(&arena);
    if (shape == 0) {
        read_entry(&choices);
    } else if (shape == 1) {
        write_entry(&choices);
    } else if (shape == 2) {
        read_head(choices.rest);
    } else if (shape == 3) {
        read_keys(&choices);
    } else {
        read_rows(&choices);
    }
}
