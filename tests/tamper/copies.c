/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/tamper/tamper.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/check.h"

enum { FILE_BYTES_MAX = 1 << 30, ENTRY_ARENA_BYTES = 64 << 20 };

void tamper_die(const char *what, const char *why)
{
    (void)fprintf(stderr, "tamper: %s: %s\n", what, why);
    exit(4);
}

void tamper_must(enum err err, const char *what)
{
    if (err != ERR_OK) {
        tamper_die(what, err_text(err));
    }
}

/* ---- copies ---- */

/* Nothing here need outlive the machine: no copy is waited for until it is on disk. */
void tamper_write(const struct tamper *tamper, const char *name, struct bytes bytes)
{
    char path[FILES_PATH_BYTES_MAX];

    (void)snprintf(path, sizeof path, "%s/%s", tamper->altered, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes.data, 1, bytes.size, file) != bytes.size ||
        fclose(file) != 0) {
        tamper_die(path, "cannot be written");
    }
}

void tamper_adopt_head(const struct tamper *tamper)
{
    struct journal_options options = {
        .folder = tamper->altered, .map_bytes = TAMPER_MAP_BYTES, .adopt_head = true};
    struct journal *journal = NULL;
    struct failure failure = {{0}};
    char path[FILES_PATH_BYTES_MAX];

    (void)snprintf(path, sizeof path, "%s/head", tamper->altered);
    tamper_must(file_remove(path), path);
    if (journal_open(&options, &journal, &failure) != ERR_OK) {
        tamper_die(path, failure.text);
    }
    journal_close(journal);
}

void tamper_restore(struct tamper *tamper)
{
    tamper_write(tamper, "data.mdb", tamper->data);
    tamper_write(tamper, "head", tamper->head);
    arena_clear(&tamper->arena);
}

void tamper_reopen(struct tamper *tamper)
{
    struct database_options options = {.folder = tamper->altered, .map_bytes = TAMPER_MAP_BYTES};
    struct failure failure = {{0}};

    if (database_open(&options, &tamper->database, &failure) != ERR_OK) {
        tamper_die(tamper->altered, failure.text);
    }
    tamper_must(transaction_begin(tamper->database, true, &tamper->txn), "begin");
}

void tamper_begin(struct tamper *tamper)
{
    tamper_restore(tamper);
    tamper_reopen(tamper);
}

void tamper_end(struct tamper *tamper)
{
    tamper_must(transaction_commit(tamper->txn), "commit");
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

void tamper_verdict(struct tamper *tamper, bool is_right, const char *what,
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

uint64_t tamper_verify(const struct tamper *tamper, const struct kept_head *kept,
                       const uint8_t *sign_key, struct found *out)
{
    struct verify_options options = {.folder = tamper->altered,
                                     .map_bytes = TAMPER_MAP_BYTES,
                                     .sign_key = sign_key,
                                     .report = note_fault,
                                     .self = out};
    struct verify_report report;
    struct failure failure = {{0}};

    *out = (struct found){0};
    if (kept != NULL) {
        options.witness = *kept;
    }
    if (verify_journal(&options, &report, &failure) != ERR_OK) {
        tamper_die(tamper->altered, failure.text);
    }
    return report.faults;
}

void tamper_judge_with(struct tamper *tamper, const char *what, struct expected expected,
                       const struct kept_head *witness)
{
    struct found found;
    uint64_t count = tamper_verify(tamper, witness, NULL, &found);
    bool is_inside = found.seq >= expected.from && found.seq <= expected.to;

    tamper_verdict(tamper, expected.from == 0 ? count == 0 : count > 0 && is_inside, what, &found);
}

void tamper_judge(struct tamper *tamper, const char *what, struct expected expected)
{
    tamper_judge_with(tamper, what, expected, NULL);
}

void tamper_judge_views(struct tamper *tamper, const char *what, const char *expected)
{
    struct found found = {0};
    struct verify_options options = {.folder = tamper->altered,
                                     .map_bytes = TAMPER_MAP_BYTES,
                                     .report = note_fault,
                                     .self = &found};
    struct verify_report report;
    struct failure failure = {{0}};

    if (verify_views(&options, tamper->scratch, &report, &failure) != ERR_OK) {
        tamper_die(what, failure.text);
    }
    tamper_verdict(tamper,
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

struct bytes tamper_take(struct tamper *tamper, uint64_t seq)
{
    uint8_t key[ENTRY_KEY_BYTES];
    struct bytes value;

    tamper_must(table_get(tamper->txn, TABLE_JOURNAL, key_of(seq, key), &value), "get");
    return (struct bytes){arena_copy(&tamper->arena, value), value.size};
}

void tamper_put(struct tamper *tamper, uint64_t seq, struct bytes value)
{
    uint8_t key[ENTRY_KEY_BYTES];
    uint8_t *stored = NULL;

    tamper_must(table_reserve(tamper->txn, TABLE_JOURNAL, key_of(seq, key), value.size, &stored),
                "put");
    memcpy(stored, value.data, value.size);
}

void tamper_put_checked(struct tamper *tamper, uint64_t seq, struct bytes value)
{
    struct entry entry;
    uint8_t *stored = arena_alloc(&tamper->arena, value.size);

    require(stored != NULL && entry_split(seq, value, &entry));
    entry_encode(&entry, stored);
    tamper_put(tamper, seq, (struct bytes){stored, value.size});
}

void tamper_drop(struct tamper *tamper, uint64_t seq)
{
    uint8_t key[ENTRY_KEY_BYTES];

    tamper_must(table_delete(tamper->txn, TABLE_JOURNAL, key_of(seq, key)), "delete");
}

enum entry_kind tamper_kind_of(struct bytes value)
{
    return (enum entry_kind)value.data[0];
}

uint64_t tamper_head_of(struct tamper *tamper, uint64_t seq)
{
    while (tamper_kind_of(tamper_take(tamper, seq)) != ENTRY_HEAD) {
        seq++;
    }
    return seq;
}

struct kept_head tamper_last_head(struct tamper *tamper)
{
    struct kept_head kept = {0};

    tamper_begin(tamper);
    struct bytes value = tamper_take(tamper, tamper->last);
    struct bytes body = {value.data + ENTRY_PREFIX_BYTES, value.size - ENTRY_PREFIX_BYTES};
    const Hs__SignedHead *outer = message_read(&hs__signed_head__descriptor, body, &tamper->arena);
    require(outer != NULL);
    const Hs__Head *head =
        message_read(&hs__head__descriptor, bytes_of(outer->head), &tamper->arena);
    require(head != NULL && head->hash.len == HASH_BYTES);
    kept.seq = head->last_seq;
    memcpy(kept.hash.bytes, head->hash.data, HASH_BYTES);
    tamper_end(tamper);
    return kept;
}

uint64_t tamper_head_before_last(struct tamper *tamper)
{
    uint64_t seq = tamper->last - 1;

    tamper_begin(tamper);
    while (seq > 0 && tamper_kind_of(tamper_take(tamper, seq)) != ENTRY_HEAD) {
        seq--;
    }
    tamper_end(tamper);
    return seq;
}

static void read_work(struct tamper *tamper, const char *name, const char *file, struct bytes *out)
{
    char path[FILES_PATH_BYTES_MAX];

    (void)snprintf(path, sizeof path, "%s/%s/%s", tamper->work, name, file);
    tamper_must(file_read(path, FILE_BYTES_MAX, &tamper->files, out), path);
}

void tamper_init(struct tamper *tamper, const char *folder)
{
    struct failure failure = {{0}};
    char pristine[96];

    /* Where the memory is a folder, nothing waits for a disk. */
    (void)snprintf(tamper->work, sizeof tamper->work, "%s/huishen-tamper-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (mkdtemp(tamper->work) == NULL) {
        tamper_die(tamper->work, "cannot be made");
    }
    (void)snprintf(pristine, sizeof pristine, "%s/pristine", tamper->work);
    (void)snprintf(tamper->altered, sizeof tamper->altered, "%s/altered", tamper->work);
    (void)snprintf(tamper->scratch, sizeof tamper->scratch, "%s/scratch", tamper->work);
    if (journal_copy(folder, pristine, &failure) != ERR_OK) {
        tamper_die(folder, failure.text);
    }
    tamper_must(folder_make(tamper->altered, 0700), tamper->altered);
    arena_init(&tamper->files, (size_t)FILE_BYTES_MAX + (1 << 20));
    arena_init(&tamper->arena, ENTRY_ARENA_BYTES);
    read_work(tamper, "pristine", "data.mdb", &tamper->data);
    read_work(tamper, "pristine", "head", &tamper->head);
    tamper_begin(tamper);
    tamper_must(journal_last_seq(tamper->txn, &tamper->last), "journal");
    tamper_end(tamper);
    if (tamper->last == 0) {
        tamper_die(folder, "the journal is empty");
    }
}

void tamper_release(struct tamper *tamper)
{
    (void)folder_remove(tamper->work); /* ours; what remains of it harms nobody */
    arena_release(&tamper->arena);
    arena_release(&tamper->files);
}

void tamper_give_back(struct tamper *tamper, const char *folder)
{
    static const char *const names[] = {"data.mdb", "head"};
    char path[FILES_PATH_BYTES_MAX];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct bytes bytes;

        read_work(tamper, "altered", names[i], &bytes);
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        tamper_must(file_write(path, bytes, 0600), path);
    }
}
