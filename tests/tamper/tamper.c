/* SPDX-License-Identifier: Apache-2.0 */
/* tamper JOURNAL_FOLDER OFFICE_KEYS [THEFTS] [SEED] - alters copies of a real journal in every way
 * there is, and asks the verifier. Each alteration must be found, and the right entry named; the
 * untouched copy must pass. Then THEFTS (60) histories are written anew by one who holds the
 * office's key, drawn from SEED: a table says which of them are seen without a head kept outside.
 * One line each; at the end `N passed, N failed`; exits with 1 if any failed. Nothing is written to
 * JOURNAL_FOLDER.
 *
 * tamper JOURNAL_FOLDER OFFICE_KEYS as FORMAT VIEWS_VERSION - makes the journal itself one that
 * another release wrote.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "store/row.h"
#include "tests/tamper/tamper.h"

enum {
    TARGETS_OF_KIND = 3, /* the first, one in the middle, the last */
    FLIPS_OF_ENTRY = 24, /* spread over the entry's bytes */
    THEFTS = 60,
    NUMBER_BASE = 10,
};

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

    tamper_begin(tamper);
    struct bytes value = tamper_take(tamper, seq);
    uint64_t to = make_right ? tamper_head_of(tamper, seq) : seq;
    uint8_t *bytes = (uint8_t *)(uintptr_t)value.data;

    (void)snprintf(what, sizeof what, "%s %" PRIu64 ": %s, byte %zu altered%s",
                   entry_kind_name(tamper_kind_of(value)), seq, region_of(offset), offset,
                   make_right ? ", checksum made right" : "");
    bytes[offset] ^= 1;
    if (make_right) {
        tamper_put_checked(tamper, seq, value);
    } else {
        tamper_put(tamper, seq, value);
    }
    tamper_end(tamper);
    tamper_judge(tamper, what, (struct expected){seq, to});
}

static size_t size_of(struct tamper *tamper, uint64_t seq)
{
    tamper_begin(tamper);
    size_t size = tamper_take(tamper, seq).size;
    tamper_end(tamper);
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

    tamper_begin(tamper);
    struct bytes value = tamper_take(tamper, seq);
    struct bytes body = {value.data + ENTRY_PREFIX_BYTES, value.size - ENTRY_PREFIX_BYTES};
    uint64_t to = tamper_head_of(tamper, seq);
    Hs__SignedHead *outer = NULL;
    if (shape->is_inner) {
        outer = message_read(&hs__signed_head__descriptor, body, &tamper->arena);
        require(outer != NULL && outer->head.len > 0);
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
    tamper_put_checked(tamper, seq, (struct bytes){stored, ENTRY_PREFIX_BYTES + body.size});
    tamper_end(tamper);
    (void)snprintf(what, sizeof what, "%s %" PRIu64 ": %s altered, checksum made right",
                   shape->type->short_name, seq, shape->type->fields[index].name);
    tamper_judge(tamper, what, (struct expected){seq, to});
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
    uint64_t from = seq == tamper->last ? tamper_head_before_last(tamper) + 1 : seq;
    char what[64];

    tamper_begin(tamper);
    tamper_drop(tamper, seq);
    tamper_end(tamper);
    (void)snprintf(what, sizeof what, "entry %" PRIu64 " removed", seq);
    tamper_judge(tamper, what, (struct expected){from, seq});
}

static void swap_entries(struct tamper *tamper, uint64_t seq, bool make_right)
{
    char what[96];

    if (seq == tamper->last) {
        return;
    }
    tamper_begin(tamper);
    struct bytes first = tamper_take(tamper, seq);
    struct bytes second = tamper_take(tamper, seq + 1);
    uint64_t to = make_right ? tamper_head_of(tamper, seq + 1) : seq;

    if (bytes_equal(
            (struct bytes){first.data + ENTRY_PREFIX_BYTES, first.size - ENTRY_PREFIX_BYTES},
            (struct bytes){second.data + ENTRY_PREFIX_BYTES, second.size - ENTRY_PREFIX_BYTES}) &&
        tamper_kind_of(first) == tamper_kind_of(second)) {
        tamper_end(tamper); /* they say the same: a swap changes nothing but checksums */
        return;
    }
    if (make_right) {
        tamper_put_checked(tamper, seq, second);
        tamper_put_checked(tamper, seq + 1, first);
    } else {
        tamper_put(tamper, seq, second);
        tamper_put(tamper, seq + 1, first);
    }
    tamper_end(tamper);
    (void)snprintf(what, sizeof what, "entries %" PRIu64 " and %" PRIu64 " swapped%s", seq, seq + 1,
                   make_right ? ", checksums made right" : "");
    tamper_judge(tamper, what, (struct expected){seq, to});
}

/* Repeats entry @seq at the end. */
static void repeat_at_end(struct tamper *tamper, uint64_t seq)
{
    char what[96];

    tamper_begin(tamper);
    tamper_put_checked(tamper, tamper->last + 1, tamper_take(tamper, seq));
    tamper_end(tamper);
    (void)snprintf(what, sizeof what, "entry %" PRIu64 " repeated at the end", seq);
    tamper_judge(tamper, what, (struct expected){tamper->last + 1, tamper->last + 1});
}

/* Repeats entry @seq in its place: all later entries get the next number, with right checksums. */
static void insert_again(struct tamper *tamper, uint64_t seq)
{
    char what[96];

    tamper_begin(tamper);
    uint64_t to = tamper_head_of(tamper, seq) + 1;
    for (uint64_t from = tamper->last; from >= seq; from--) {
        tamper_put_checked(tamper, from + 1, tamper_take(tamper, from));
    }
    tamper_end(tamper);
    (void)snprintf(what, sizeof what, "entry %" PRIu64 " inserted again, the others moved", seq);
    tamper_judge(tamper, what, (struct expected){seq, to});
}

/* ---- the end ---- */

/* Removes the entries from @first on. */
static void cut(struct tamper *tamper, uint64_t first)
{
    tamper_begin(tamper);
    for (uint64_t seq = first; seq <= tamper->last; seq++) {
        tamper_drop(tamper, seq);
    }
    tamper_end(tamper);
}

/* Cuts the last commit off, and makes a head file to fit: only a head kept outside can tell. */
static void cut_with_head_file(struct tamper *tamper, uint64_t first,
                               const struct kept_head *witness)
{
    cut(tamper, first);
    tamper_adopt_head(tamper);
    tamper_judge(tamper, "tail cut, head file made to fit: not seen without a head kept outside",
                 (struct expected){0, 0});
    tamper_judge_with(tamper, "tail cut, head file made to fit, with a head kept outside",
                      (struct expected){first, first}, witness);
}

static void attack_end(struct tamper *tamper)
{
    uint64_t before = tamper_head_before_last(tamper);

    cut(tamper, tamper->last);
    tamper_judge(tamper, "the last head cut off", (struct expected){before + 1, tamper->last});
    if (before == 0) {
        return;
    }
    cut(tamper, before + 1);
    tamper_judge(tamper, "the last commit cut off", (struct expected){before + 1, before + 1});

    tamper_restore(tamper);
    struct kept_head kept = tamper_last_head(tamper);
    tamper_judge_with(tamper, "untouched, with a head kept outside", (struct expected){0, 0},
                      &kept);
    cut_with_head_file(tamper, before + 1, &kept);
}

static void attack_head_file(struct tamper *tamper)
{
    uint8_t zeros[HEAD_FILE_SLOTS * HEAD_FILE_SLOT_BYTES] = {0};
    char path[FILES_PATH_BYTES_MAX];

    tamper_restore(tamper);
    (void)snprintf(path, sizeof path, "%s/head", tamper->altered);
    tamper_must(file_remove(path), path);
    tamper_judge(tamper, "head file removed", (struct expected){tamper->last, tamper->last});
    if (tamper_head_before_last(tamper) > 0) {
        tamper_restore(tamper);
        tamper_write(tamper, "head", (struct bytes){zeros, sizeof zeros});
        tamper_judge(tamper, "head file emptied", (struct expected){tamper->last, tamper->last});
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
        tamper_must(table_delete(tamper->txn, table, key), "delete");
    } else if (attack == VIEW_ROW_ADDED) {
        uint8_t *other = arena_alloc(&tamper->arena, key.size + 1);

        memcpy(other, key.data, key.size);
        other[key.size] = 1;
        tamper_must(row_put(tamper->txn, table, (struct bytes){other, key.size + 1},
                            (struct bytes){value, size}),
                    "put");
    } else {
        value[size / 2] ^= 1; /* an empty value becomes one of one byte */
        tamper_must(row_put(tamper->txn, table, key, (struct bytes){value, size == 0 ? 1 : size}),
                    "put");
    }
}

static void attack_view(struct tamper *tamper, enum table table, enum view_attack attack)
{
    struct row row;
    char what[96];
    char expected[64];

    tamper_begin(tamper);
    enum err err = table_seek(tamper->txn, table, (struct bytes){0}, &row);
    if (err == ERR_OK) {
        alter_row(tamper, table, attack, &row);
    }
    tamper_end(tamper);
    if (err == ERR_ABSENT) {
        return; /* this journal has no such rows */
    }
    tamper_must(err, table_name(table));
    (void)snprintf(what, sizeof what, "view %s: %s", table_name(table), view_attack_name(attack));
    (void)snprintf(expected, sizeof expected, "%s: row ", table_name(table));
    tamper_judge_views(tamper, what, expected);
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
    tamper_begin(tamper);
    for (uint64_t seq = 1; seq <= tamper->last; seq++) {
        if (tamper_kind_of(tamper_take(tamper, seq)) == kind) {
            found[count++] = seq;
        }
        arena_clear(&tamper->arena);
    }
    tamper_end(tamper);
    for (size_t i = 0; i < TARGETS_OF_KIND && count > 0; i++) {
        uint64_t seq = found[(count - 1) * i / (TARGETS_OF_KIND - 1)];

        if (chosen == 0 || targets[chosen - 1] != seq) {
            targets[chosen++] = seq;
        }
    }
    free(found);
    return chosen;
}

static void attack_all(struct tamper *tamper)
{
    static const enum entry_kind kinds[] = {ENTRY_RECEIVED, ENTRY_EVENT, ENTRY_HEAD};

    tamper_restore(tamper);
    tamper_judge(tamper, "untouched", (struct expected){0, 0});
    tamper_judge_views(tamper, "untouched, views", NULL);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        uint64_t targets[TARGETS_OF_KIND];
        size_t count = choose(tamper, kinds[i], targets);

        for (size_t j = 0; j < count; j++) {
            attack_entry(tamper, targets[j], kinds[i]);
        }
    }
    attack_end(tamper);
    attack_head_file(tamper);
    attack_views(tamper);
}

/* tamper JOURNAL_FOLDER OFFICE_KEYS as FORMAT VIEWS_VERSION */
static int make_other(char **argv)
{
    struct tamper tamper = {0};
    const struct other_release release = {argv[4], strtoull(argv[5], NULL, NUMBER_BASE)};

    tamper_init(&tamper, argv[1]);
    thief_make_other(&tamper, argv[2], argv[1], &release);
    tamper_release(&tamper);
    return 0;
}

int main(int argc, char **argv)
{
    struct tamper tamper = {0};

    if (argc == 6 && strcmp(argv[3], "as") == 0) {
        return make_other(argv);
    }
    if (argc < 3 || argc > 5) {
        (void)fprintf(stderr, "usage: tamper JOURNAL_FOLDER OFFICE_KEYS [THEFTS] [SEED]\n");
        return 2;
    }
    tamper_init(&tamper, argv[1]);
    attack_all(&tamper);
    thief_attacks(&tamper, argv[2],
                  argc > 3 ? (unsigned)strtoul(argv[3], NULL, NUMBER_BASE) : THEFTS,
                  argc > 4 ? strtoull(argv[4], NULL, NUMBER_BASE) : (uint64_t)tamper.last);
    tamper_release(&tamper);
    (void)printf("%u passed, %u failed\n", tamper.passed, tamper.failed);
    return tamper.failed == 0 ? 0 : 1;
}
