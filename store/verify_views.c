/* SPDX-License-Identifier: Apache-2.0 */
/* The views made anew, and compared with what is stored: row by row, in the order of the keys. */
#include <stdio.h>
#include <string.h>

#include "os/files.h"
#include "store/replay.h"
#include "store/state_hash.h"
#include "store/verifier.h"

/* The rows of one table in both environments. */
struct comparison {
    struct verifier *verifier;
    enum table table;
    struct transaction *stored;
    struct transaction *made;
};

static void report_row(const struct comparison *comparison, struct bytes key, const char *what)
{
    char hex[2 * 64 + 1]; /* of the beginning of a long key */
    char detail[VERIFY_DETAIL_BYTES];
    struct bytes shown = {key.data, key.size < 64 ? key.size : 64};

    bytes_to_hex(shown, hex);
    (void)snprintf(detail, sizeof detail, "%s: row %s: %s", table_name(comparison->table), hex,
                   what);
    verifier_report(comparison->verifier, 0, NULL, VERIFY_VIEW, detail);
}

/* Orders keys as LMDB does. */
static int compare_keys(struct bytes a, struct bytes b)
{
    size_t shorter = a.size < b.size ? a.size : b.size;
    int order = memcmp(a.data, b.data, shorter);

    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

/* Which of two rows comes first: -1 stored, 1 made, 0 both; a table at its end comes last. */
static int which_first(enum err stored_err, const struct row *stored, enum err made_err,
                       const struct row *made)
{
    if (stored_err != ERR_OK || made_err != ERR_OK) {
        return stored_err == ERR_OK ? -1 : 1;
    }

    int order = compare_keys(stored->key, made->key);
    return (order > 0) - (order < 0);
}

static enum err compare_table(const struct comparison *comparison)
{
    enum table table = comparison->table;
    struct row stored;
    struct row made;
    enum err stored_err = table_seek(comparison->stored, table, (struct bytes){0}, &stored);
    enum err made_err = table_seek(comparison->made, table, (struct bytes){0}, &made);

    while (stored_err == ERR_OK || made_err == ERR_OK) {
        int first = which_first(stored_err, &stored, made_err, &made);

        if (first < 0) {
            report_row(comparison, stored.key, "is stored and should not be");
        } else if (first > 0) {
            report_row(comparison, made.key, "is not stored and should be");
        } else if (!bytes_equal(stored.value, made.value)) {
            report_row(comparison, stored.key, "has another value");
        }
        if (first <= 0) {
            stored_err = table_next(comparison->stored, table, &stored);
        }
        if (first >= 0) {
            made_err = table_next(comparison->made, table, &made);
        }
    }
    return stored_err != ERR_ABSENT ? stored_err : (made_err != ERR_ABSENT ? made_err : ERR_OK);
}

static enum err compare_tables(struct verifier *verifier, struct database *made)
{
    struct comparison comparison = {.verifier = verifier, .stored = verifier->txn};
    enum err err = transaction_begin(made, false, &comparison.made);

    for (int table = TABLE_JOURNAL + 1; table < TABLE_COUNT && err == ERR_OK; table++) {
        comparison.table = (enum table)table;
        err = compare_table(&comparison);
    }
    transaction_abort(comparison.made);
    return err;
}

/* Makes the views in @made; an entry that cannot be applied is a fault. */
static enum err make_views(struct verifier *verifier, struct database *made)
{
    enum err err = replay_into(verifier->txn, made, NULL);

    if (err == ERR_CORRUPT) {
        const char *source = database_failure(transaction_database(verifier->txn))->text;
        const char *target = database_failure(made)->text;

        verifier_report(verifier, 0, NULL, VERIFY_EVENT, target[0] != '\0' ? target : source);
        return ERR_OK;
    }
    return err == ERR_OK ? compare_tables(verifier, made) : err;
}

static enum err run(struct verifier *verifier, const char *scratch, struct failure *failure)
{
    struct database_options options = {
        .folder = scratch,
        .map_bytes = verifier->options->map_bytes,
        .create = true,
    };
    struct database *made = NULL;
    enum err err = database_open(&options, &made, failure);

    if (err == ERR_OK) {
        err = make_views(verifier, made);
        if (err != ERR_OK) {
            failure_set(failure, "%s", database_failure(made)->text);
        }
    }
    database_close(made);
    return err;
}

enum err verify_views(const struct verify_options *options, const char *scratch,
                      struct verify_report *out, struct failure *failure)
{
    struct journal_options journal_options = {
        .folder = options->folder,
        .map_bytes = options->map_bytes,
        .read_only = true,
        .unchecked = true,
    };
    struct verifier verifier = {.options = options};
    struct journal *journal = NULL;
    enum err err = file_exists(scratch) ? ERR_EXISTS : ERR_OK;

    if (err != ERR_OK) {
        failure_set(failure, "%s: %s", scratch, err_text(err));
        return err;
    }
    err = journal_open(&journal_options, &journal, failure);
    if (err == ERR_OK) {
        err = journal_read_begin(journal, &verifier.txn);
    }
    if (err == ERR_OK) {
        err = state_hash(verifier.txn, &verifier.report.state);
        if (err != ERR_OK) {
            failure_set(failure, "%s", database_failure(journal_database(journal))->text);
        }
    }
    if (err == ERR_OK) {
        err = run(&verifier, scratch, failure);
        (void)folder_remove(scratch); /* ours; what remains of it harms nobody */
        *out = verifier.report;
    }
    journal_read_end(verifier.txn);
    journal_close(journal);
    return err;
}
