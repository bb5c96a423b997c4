/* SPDX-License-Identifier: Apache-2.0 */
/* tamper JOURNAL_FOLDER - alters copies of a real journal in every way there is, and asks the
 * verifier. Each alteration must be found, and the right entry named; the untouched copy must pass.
 * One line each; at the end `N passed, N failed`; exits with 1 if any failed. Nothing is written to
 * JOURNAL_FOLDER.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "os/files.h"
#include "proto/message.h"
#include "store/journal.h"
#include "store/journal_files.h"
#include "store/row.h"
#include "store/verify.h"

enum {
    MAP_BYTES = 1 << 30,
    FILE_BYTES_MAX = 1 << 30,
    TARGETS_OF_KIND = 3, /* the first, one in the middle, the last */
    FLIPS_OF_ENTRY = 24, /* spread over the entry's bytes */
    PATH_BYTES = FILES_PATH_BYTES_MAX,
    ENTRY_ARENA_BYTES = 64 << 20,
};

struct tamper {
    char work[64]; /* holds pristine/ and altered/ */
    char altered[96];
    char scratch[96];
    struct arena files; /* the pristine files */
    struct bytes data;
    struct bytes head;
    struct database *database; /* of altered/, while it is being altered */
    struct transaction *txn;
    struct arena arena; /* of one alteration */
    uint64_t last;
    unsigned passed;
    unsigned failed;
};

/* What the verifier must find: its first fault lies in from..to. from 0: nothing. */
struct expected {
    uint64_t from;
    uint64_t to;
};

/* The first fault. */
struct found {
    uint64_t count;
    uint64_t seq;
    char name[32];
    char detail[VERIFY_DETAIL_BYTES];
};

static void die(const char *what, const char *why)
{
    (void)fprintf(stderr, "tamper: %s: %s\n", what, why);
    exit(4);
}

static void must(enum err err, const char *what)
{
    if (err != ERR_OK) {
        die(what, err_text(err));
    }
}

/* ---- copies ---- */

static void write_altered(const struct tamper *tamper, const char *name, struct bytes bytes)
{
    char path[PATH_BYTES];

    (void)snprintf(path, sizeof path, "%s/%s", tamper->altered, name);
    must(file_write(path, bytes, 0600), path);
}

/* Makes altered/ the same as the pristine copy. */
static void restore(struct tamper *tamper)
{
    write_altered(tamper, "data.mdb", tamper->data);
    write_altered(tamper, "head", tamper->head);
    arena_clear(&tamper->arena);
}

/* Restores altered/ and opens it for an alteration. */
static void begin(struct tamper *tamper)
{
    struct database_options options = {.folder = tamper->altered, .map_bytes = MAP_BYTES};
    struct failure failure = {{0}};

    restore(tamper);
    if (database_open(&options, &tamper->database, &failure) != ERR_OK) {
        die(tamper->altered, failure.text);
    }
    must(transaction_begin(tamper->database, true, &tamper->txn), "begin");
}

static void end(struct tamper *tamper)
{
    must(transaction_commit(tamper->txn), "commit");
    database_close(tamper->database);
    tamper->txn = NULL;
    tamper->database = NULL;
}

/* ---- judging ---- */

static void note_fault(void *self, const struct verify_fault *fault)
{
    struct found *found = self;

    if (found->count++ == 0) {
        found->seq = fault->seq;
        (void)snprintf(found->name, sizeof found->name, "%s", fault->name);
        (void)snprintf(found->detail, sizeof found->detail, "%s", fault->detail);
    }
}

static void verdict(struct tamper *tamper, bool is_right, const char *what,
                    const struct found *found)
{
    tamper->passed += is_right ? 1 : 0;
    tamper->failed += is_right ? 0 : 1;
    if (found->count == 0) {
        (void)printf("%s %s: no fault\n", is_right ? "ok  " : "FAIL", what);
    } else {
        (void)printf("%s %s: %s at entry %" PRIu64 " %s\n", is_right ? "ok  " : "FAIL", what,
                     found->name, found->seq, found->detail);
    }
}

/* Verifies altered/, given @witness, and compares with what is @expected. */
static void judge_with(struct tamper *tamper, const char *what, struct expected expected,
                       const struct kept_head *witness)
{
    struct found found = {0};
    struct verify_options options = {.folder = tamper->altered,
                                     .map_bytes = MAP_BYTES,
                                     .witness = *witness,
                                     .report = note_fault,
                                     .self = &found};
    struct verify_report report;
    struct failure failure = {{0}};

    if (verify_journal(&options, &report, &failure) != ERR_OK) {
        die(what, failure.text);
    }
    verdict(tamper,
            expected.from == 0
                ? found.count == 0
                : found.count > 0 && found.seq >= expected.from && found.seq <= expected.to,
            what, &found);
}

static void judge(struct tamper *tamper, const char *what, struct expected expected)
{
    judge_with(tamper, what, expected, &(struct kept_head){0});
}

/* Makes the views anew and expects a fault whose detail begins with @expected; NULL: none. */
static void judge_views(struct tamper *tamper, const char *what, const char *expected)
{
    struct found found = {0};
    struct verify_options options = {
        .folder = tamper->altered, .map_bytes = MAP_BYTES, .report = note_fault, .self = &found};
    struct verify_report report;
    struct failure failure = {{0}};

    if (verify_views(&options, tamper->scratch, &report, &failure) != ERR_OK) {
        die(what, failure.text);
    }
    verdict(tamper,
            expected == NULL
                ? found.count == 0
                : found.count == 1 && strncmp(found.detail, expected, strlen(expected)) == 0,
            what, &found);
}

/* ---- entries ---- */

static struct bytes key_of(uint64_t seq, uint8_t key[ENTRY_KEY_BYTES])
{
    bytes_put_u64(key, seq);
    return (struct bytes){key, ENTRY_KEY_BYTES};
}

/* Returns a copy of the stored form of entry @seq, to be altered. */
static struct bytes take(struct tamper *tamper, uint64_t seq)
{
    uint8_t key[ENTRY_KEY_BYTES];
    struct bytes value;

    must(table_get(tamper->txn, TABLE_JOURNAL, key_of(seq, key), &value), "get");
    return (struct bytes){arena_copy(&tamper->arena, value), value.size};
}

static void put(struct tamper *tamper, uint64_t seq, struct bytes value)
{
    uint8_t key[ENTRY_KEY_BYTES];
    uint8_t *stored = NULL;

    must(table_reserve(tamper->txn, TABLE_JOURNAL, key_of(seq, key), value.size, &stored), "put");
    memcpy(stored, value.data, value.size);
}

/* Stores @value as entry @seq, its checksum made right for that place. */
static void put_checked(struct tamper *tamper, uint64_t seq, struct bytes value)
{
    struct entry entry;
    uint8_t *stored = arena_alloc(&tamper->arena, value.size);

    require(stored != NULL && entry_split(seq, value, &entry));
    entry_encode(&entry, stored);
    put(tamper, seq, (struct bytes){stored, value.size});
}

static void drop(struct tamper *tamper, uint64_t seq)
{
    uint8_t key[ENTRY_KEY_BYTES];

    must(table_delete(tamper->txn, TABLE_JOURNAL, key_of(seq, key)), "delete");
}

static enum entry_kind kind_of(struct bytes value)
{
    return (enum entry_kind)value.data[0];
}

/* Returns the head that covers entry @seq of the pristine journal; @seq itself if it is one. */
static uint64_t head_of(struct tamper *tamper, uint64_t seq)
{
    while (kind_of(take(tamper, seq)) != ENTRY_HEAD) {
        seq++;
    }
    return seq;
}

/* Returns what the last head says, as somebody may have kept it outside. */
static struct kept_head last_head(struct tamper *tamper)
{
    struct kept_head kept = {0};

    begin(tamper);
    struct bytes value = take(tamper, tamper->last);
    struct bytes body = {value.data + ENTRY_PREFIX_BYTES, value.size - ENTRY_PREFIX_BYTES};
    const Hs__SignedHead *outer = message_read(&hs__signed_head__descriptor, body, &tamper->arena);
    require(outer != NULL);
    const Hs__Head *head =
        message_read(&hs__head__descriptor, bytes_of(outer->head), &tamper->arena);
    require(head != NULL && head->hash.len == HASH_BYTES);
    kept.seq = head->last_seq;
    memcpy(kept.hash.bytes, head->hash.data, HASH_BYTES);
    end(tamper);
    return kept;
}

/* Returns the head before the last one, 0 if there is none. */
static uint64_t head_before_last(struct tamper *tamper)
{
    uint64_t seq = tamper->last - 1;

    begin(tamper);
    while (seq > 0 && kind_of(take(tamper, seq)) != ENTRY_HEAD) {
        seq--;
    }
    end(tamper);
    return seq;
}

/* ---- one byte ---- */

static const char *region_of(size_t offset)
{
    if (offset == 0) {
        return "kind";
    }
    return offset < 9 ? "time" : offset < ENTRY_PREFIX_BYTES ? "checksum" : "bytes";
}

static void flip(struct tamper *tamper, uint64_t seq, size_t offset, bool make_right)
{
    char what[128];

    begin(tamper);
    struct bytes value = take(tamper, seq);
    uint64_t to = make_right ? head_of(tamper, seq) : seq;
    uint8_t *bytes = (uint8_t *)(uintptr_t)value.data;

    (void)snprintf(what, sizeof what, "%s %" PRIu64 ": %s, byte %zu altered%s",
                   entry_kind_name(kind_of(value)), seq, region_of(offset), offset,
                   make_right ? ", checksum made right" : "");
    bytes[offset] ^= 1;
    if (make_right) {
        put_checked(tamper, seq, value);
    } else {
        put(tamper, seq, value);
    }
    end(tamper);
    judge(tamper, what, (struct expected){seq, to});
}

static size_t size_of(struct tamper *tamper, uint64_t seq)
{
    begin(tamper);
    size_t size = take(tamper, seq).size;
    end(tamper);
    return size;
}

static void flip_everywhere(struct tamper *tamper, uint64_t seq)
{
    size_t size = size_of(tamper, seq);
    size_t step = (size - ENTRY_PREFIX_BYTES) / FLIPS_OF_ENTRY + 1;

    flip(tamper, seq, 0, false);
    flip(tamper, seq, 8, false);
    flip(tamper, seq, 9, false);
    flip(tamper, seq, 0, true);
    flip(tamper, seq, 8, true);
    for (size_t offset = ENTRY_PREFIX_BYTES; offset < size; offset += step) {
        flip(tamper, seq, offset, false);
        flip(tamper, seq, offset, true);
    }
}

/* ---- one field ---- */

/* What an entry of a kind holds; a head is the bytes in a message of its own. */
struct shape {
    const ProtobufCMessageDescriptor *type;
    bool is_inner; /* the fields of the Head in a SignedHead */
};

static const struct shape shapes[][2] = {
    [ENTRY_RECEIVED] = {{.type = &hs__received__descriptor}},
    [ENTRY_EVENT] = {{.type = &hs__event_entry__descriptor}},
    [ENTRY_HEAD] = {{.type = &hs__signed_head__descriptor},
                    {.type = &hs__head__descriptor, .is_inner = true}},
};

/* Gives field @index of @message, which is in the arena, another value of its type. */
static void alter_value(ProtobufCMessage *message, unsigned index, struct arena *arena)
{
    const ProtobufCFieldDescriptor *field = &message->descriptor->fields[index];
    void *member = (uint8_t *)message + field->offset;

    require(field->label != PROTOBUF_C_LABEL_REPEATED && field->type != PROTOBUF_C_TYPE_MESSAGE);
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        const char **text = member;

        *text = arena_format(arena, "%sx", *text);
    } else if (field->type == PROTOBUF_C_TYPE_BYTES) {
        ProtobufCBinaryData *bytes = member;

        require(bytes->len > 0);
        bytes->data[bytes->len - 1] ^= 1;
    } else {
        *(uint8_t *)member ^= 1; /* any integer, wherever its low byte stands */
    }
}

/* Alters field @index of what entry @seq holds, and makes the checksum right. */
static void alter_field(struct tamper *tamper, uint64_t seq, const struct shape *shape,
                        unsigned index)
{
    char what[128];

    begin(tamper);
    struct bytes value = take(tamper, seq);
    struct bytes body = {value.data + ENTRY_PREFIX_BYTES, value.size - ENTRY_PREFIX_BYTES};
    uint64_t to = head_of(tamper, seq);
    Hs__SignedHead *outer = NULL;
    if (shape->is_inner) {
        outer = message_read(&hs__signed_head__descriptor, body, &tamper->arena);
        require(outer != NULL);
        body = bytes_of(outer->head);
    }

    ProtobufCMessage *message = message_read(shape->type, body, &tamper->arena);
    require(message != NULL);
    alter_value(message, index, &tamper->arena);
    body = message_pack(message, &tamper->arena);
    if (shape->is_inner) {
        outer->head = binary_of(body);
        body = message_pack(outer, &tamper->arena);
    }

    uint8_t *stored = arena_alloc(&tamper->arena, ENTRY_PREFIX_BYTES + body.size);
    memcpy(stored, value.data, ENTRY_PREFIX_BYTES);
    memcpy(stored + ENTRY_PREFIX_BYTES, body.data, body.size);
    put_checked(tamper, seq, (struct bytes){stored, ENTRY_PREFIX_BYTES + body.size});
    end(tamper);
    (void)snprintf(what, sizeof what, "%s %" PRIu64 ": %s altered, checksum made right",
                   shape->type->short_name, seq, shape->type->fields[index].name);
    judge(tamper, what, (struct expected){seq, to});
}

static void alter_fields(struct tamper *tamper, uint64_t seq, enum entry_kind kind)
{
    for (size_t i = 0; i < 2 && shapes[kind][i].type != NULL; i++) {
        for (unsigned field = 0; field < shapes[kind][i].type->n_fields; field++) {
            alter_field(tamper, seq, &shapes[kind][i], field);
        }
    }
}

/* ---- whole entries ---- */

/* Without its head the last commit as a whole is unfinished. */
static void remove_entry(struct tamper *tamper, uint64_t seq)
{
    uint64_t from = seq == tamper->last ? head_before_last(tamper) + 1 : seq;
    char what[64];

    begin(tamper);
    drop(tamper, seq);
    end(tamper);
    (void)snprintf(what, sizeof what, "entry %" PRIu64 " removed", seq);
    judge(tamper, what, (struct expected){from, seq});
}

static void swap_entries(struct tamper *tamper, uint64_t seq, bool make_right)
{
    char what[96];

    if (seq == tamper->last) {
        return;
    }
    begin(tamper);
    struct bytes first = take(tamper, seq);
    struct bytes second = take(tamper, seq + 1);
    uint64_t to = make_right ? head_of(tamper, seq + 1) : seq;

    if (bytes_equal(
            (struct bytes){first.data + ENTRY_PREFIX_BYTES, first.size - ENTRY_PREFIX_BYTES},
            (struct bytes){second.data + ENTRY_PREFIX_BYTES, second.size - ENTRY_PREFIX_BYTES}) &&
        kind_of(first) == kind_of(second)) {
        end(tamper); /* they say the same: a swap changes nothing but checksums */
        return;
    }
    if (make_right) {
        put_checked(tamper, seq, second);
        put_checked(tamper, seq + 1, first);
    } else {
        put(tamper, seq, second);
        put(tamper, seq + 1, first);
    }
    end(tamper);
    (void)snprintf(what, sizeof what, "entries %" PRIu64 " and %" PRIu64 " swapped%s", seq, seq + 1,
                   make_right ? ", checksums made right" : "");
    judge(tamper, what, (struct expected){seq, to});
}

/* Repeats entry @seq at the end. */
static void repeat_at_end(struct tamper *tamper, uint64_t seq)
{
    char what[96];

    begin(tamper);
    put_checked(tamper, tamper->last + 1, take(tamper, seq));
    end(tamper);
    (void)snprintf(what, sizeof what, "entry %" PRIu64 " repeated at the end", seq);
    judge(tamper, what, (struct expected){tamper->last + 1, tamper->last + 1});
}

/* Repeats entry @seq in its place: all later entries get the next number, with right checksums. */
static void insert_again(struct tamper *tamper, uint64_t seq)
{
    char what[96];

    begin(tamper);
    uint64_t to = head_of(tamper, seq) + 1;
    for (uint64_t from = tamper->last; from >= seq; from--) {
        put_checked(tamper, from + 1, take(tamper, from));
    }
    end(tamper);
    (void)snprintf(what, sizeof what, "entry %" PRIu64 " inserted again, the others moved", seq);
    judge(tamper, what, (struct expected){seq, to});
}

/* ---- the end ---- */

/* Removes the entries from @first on. */
static void cut(struct tamper *tamper, uint64_t first)
{
    begin(tamper);
    for (uint64_t seq = first; seq <= tamper->last; seq++) {
        drop(tamper, seq);
    }
    end(tamper);
}

/* Cuts the last commit off, and makes a head file to fit: only a head kept outside can tell. */
static void cut_with_head_file(struct tamper *tamper, uint64_t first,
                               const struct kept_head *witness)
{
    struct journal_options options = {
        .folder = tamper->altered, .map_bytes = MAP_BYTES, .adopt_head = true};
    struct journal *journal = NULL;
    struct failure failure = {{0}};
    char path[PATH_BYTES];

    cut(tamper, first);
    (void)snprintf(path, sizeof path, "%s/head", tamper->altered);
    must(file_remove(path), path);
    if (journal_open(&options, &journal, &failure) != ERR_OK) {
        die(path, failure.text);
    }
    journal_close(journal);
    judge(tamper, "tail cut, head file made to fit: not seen without a head kept outside",
          (struct expected){0, 0});
    judge_with(tamper, "tail cut, head file made to fit, with a head kept outside",
               (struct expected){first, first}, witness);
}

static void attack_end(struct tamper *tamper)
{
    uint64_t before = head_before_last(tamper);

    cut(tamper, tamper->last);
    judge(tamper, "the last head cut off", (struct expected){before + 1, tamper->last});
    if (before == 0) {
        return;
    }
    cut(tamper, before + 1);
    judge(tamper, "the last commit cut off", (struct expected){before + 1, before + 1});

    restore(tamper);
    struct kept_head kept = last_head(tamper);
    judge_with(tamper, "untouched, with a head kept outside", (struct expected){0, 0}, &kept);
    cut_with_head_file(tamper, before + 1, &kept);
}

static void attack_head_file(struct tamper *tamper)
{
    uint8_t zeros[HEAD_FILE_SLOTS * HEAD_FILE_SLOT_BYTES] = {0};
    char path[PATH_BYTES];

    restore(tamper);
    (void)snprintf(path, sizeof path, "%s/head", tamper->altered);
    must(file_remove(path), path);
    judge(tamper, "head file removed", (struct expected){tamper->last, tamper->last});
    if (head_before_last(tamper) > 0) {
        restore(tamper);
        write_altered(tamper, "head", (struct bytes){zeros, sizeof zeros});
        judge(tamper, "head file emptied", (struct expected){tamper->last, tamper->last});
    }
}

/* ---- views ---- */

enum view_attack { VIEW_VALUE_ALTERED, VIEW_ROW_REMOVED, VIEW_ROW_ADDED };

static const char *view_attack_name(enum view_attack attack)
{
    switch (attack) {
    case VIEW_VALUE_ALTERED:
        return "a value altered";
    case VIEW_ROW_REMOVED:
        return "a row removed";
    case VIEW_ROW_ADDED:
        return "a row added";
    }
    return "";
}

/* Alters the first row of @table so that its own checksum is right. */
static void alter_row(struct tamper *tamper, enum table table, enum view_attack attack,
                      const struct row *row)
{
    struct bytes key = {arena_copy(&tamper->arena, row->key), row->key.size};
    size_t size = row->value.size - ROW_CHECK_BYTES;
    uint8_t *value = arena_alloc(&tamper->arena, size + 1);

    memcpy(value, row->value.data, size);
    if (attack == VIEW_ROW_REMOVED) {
        must(table_delete(tamper->txn, table, key), "delete");
    } else if (attack == VIEW_ROW_ADDED) {
        uint8_t *other = arena_alloc(&tamper->arena, key.size + 1);

        memcpy(other, key.data, key.size);
        other[key.size] = 1;
        must(row_put(tamper->txn, table, (struct bytes){other, key.size + 1},
                     (struct bytes){value, size}),
             "put");
    } else {
        value[size / 2] ^= 1; /* an empty value becomes one of one byte */
        must(row_put(tamper->txn, table, key, (struct bytes){value, size == 0 ? 1 : size}), "put");
    }
}

static void attack_view(struct tamper *tamper, enum table table, enum view_attack attack)
{
    struct row row;
    char what[96];
    char expected[64];

    begin(tamper);
    enum err err = table_seek(tamper->txn, table, (struct bytes){0}, &row);
    if (err == ERR_OK) {
        alter_row(tamper, table, attack, &row);
    }
    end(tamper);
    if (err == ERR_ABSENT) {
        return; /* this journal has no such rows */
    }
    must(err, table_name(table));
    (void)snprintf(what, sizeof what, "view %s: %s", table_name(table), view_attack_name(attack));
    (void)snprintf(expected, sizeof expected, "%s: row ", table_name(table));
    judge_views(tamper, what, expected);
}

static void attack_views(struct tamper *tamper)
{
    for (int table = TABLE_JOURNAL + 1; table < TABLE_COUNT; table++) {
        attack_view(tamper, (enum table)table, VIEW_VALUE_ALTERED);
        attack_view(tamper, (enum table)table, VIEW_ROW_REMOVED);
        attack_view(tamper, (enum table)table, VIEW_ROW_ADDED);
    }
}

/* ---- all of it ---- */

static void attack_entry(struct tamper *tamper, uint64_t seq, enum entry_kind kind)
{
    flip_everywhere(tamper, seq);
    remove_entry(tamper, seq);
    swap_entries(tamper, seq, false);
    swap_entries(tamper, seq, true);
    repeat_at_end(tamper, seq);
    insert_again(tamper, seq);
    alter_fields(tamper, seq, kind);
}

/* Chooses entries of @kind to attack: the first, one in the middle, the last. */
static size_t choose(struct tamper *tamper, enum entry_kind kind, uint64_t targets[TARGETS_OF_KIND])
{
    uint64_t *found = calloc(tamper->last, sizeof *found);
    size_t count = 0;
    size_t chosen = 0;

    require(found != NULL);
    begin(tamper);
    for (uint64_t seq = 1; seq <= tamper->last; seq++) {
        if (kind_of(take(tamper, seq)) == kind) {
            found[count++] = seq;
        }
        arena_clear(&tamper->arena);
    }
    end(tamper);
    for (size_t i = 0; i < TARGETS_OF_KIND && count > 0; i++) {
        uint64_t seq = found[(count - 1) * i / (TARGETS_OF_KIND - 1)];

        if (chosen == 0 || targets[chosen - 1] != seq) {
            targets[chosen++] = seq;
        }
    }
    free(found);
    return chosen;
}

static void read_pristine(struct tamper *tamper, const char *name, const char *file,
                          struct bytes *out)
{
    char path[PATH_BYTES];

    (void)snprintf(path, sizeof path, "%s/%s/%s", tamper->work, name, file);
    must(file_read(path, FILE_BYTES_MAX, &tamper->files, out), path);
}

static void prepare(struct tamper *tamper, const char *folder)
{
    struct failure failure = {{0}};
    char pristine[96];

    (void)snprintf(tamper->work, sizeof tamper->work, "/tmp/huishen-tamper-XXXXXX");
    if (mkdtemp(tamper->work) == NULL) {
        die(tamper->work, "cannot be made");
    }
    (void)snprintf(pristine, sizeof pristine, "%s/pristine", tamper->work);
    (void)snprintf(tamper->altered, sizeof tamper->altered, "%s/altered", tamper->work);
    (void)snprintf(tamper->scratch, sizeof tamper->scratch, "%s/scratch", tamper->work);
    if (journal_copy(folder, pristine, &failure) != ERR_OK) {
        die(folder, failure.text);
    }
    must(folder_make(tamper->altered, 0700), tamper->altered);
    arena_init(&tamper->files, (size_t)FILE_BYTES_MAX + (1 << 20));
    arena_init(&tamper->arena, ENTRY_ARENA_BYTES);
    read_pristine(tamper, "pristine", "data.mdb", &tamper->data);
    read_pristine(tamper, "pristine", "head", &tamper->head);
    begin(tamper);
    must(journal_last_seq(tamper->txn, &tamper->last), "journal");
    end(tamper);
    if (tamper->last == 0) {
        die(folder, "the journal is empty");
    }
}

int main(int argc, char **argv)
{
    static const enum entry_kind kinds[] = {ENTRY_RECEIVED, ENTRY_EVENT, ENTRY_HEAD};
    struct tamper tamper = {0};

    if (argc != 2) {
        (void)fprintf(stderr, "usage: tamper JOURNAL_FOLDER\n");
        return 2;
    }
    prepare(&tamper, argv[1]);
    restore(&tamper);
    judge(&tamper, "untouched", (struct expected){0, 0});
    judge_views(&tamper, "untouched, views", NULL);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        uint64_t targets[TARGETS_OF_KIND];
        size_t count = choose(&tamper, kinds[i], targets);

        for (size_t j = 0; j < count; j++) {
            attack_entry(&tamper, targets[j], kinds[i]);
        }
    }
    attack_end(&tamper);
    attack_head_file(&tamper);
    attack_views(&tamper);
    (void)folder_remove(tamper.work); /* ours; what remains of it harms nobody */
    arena_release(&tamper.arena);
    arena_release(&tamper.files);
    (void)printf("%u passed, %u failed\n", tamper.passed, tamper.failed);
    return tamper.failed == 0 ? 0 : 1;
}
