/* SPDX-License-Identifier: Apache-2.0 */
/* What a journal and its views hold. */
#include <inttypes.h>

#include "store/database.h"
#include "store/verify.h"
#include "tests/torture/premises.h"
#include "tests/torture/scenario.h"

static void told(void *self, const struct verify_fault *fault)
{
    run_fault(self, "the record: entry %" PRIu64 ": %s: %s", fault->seq, fault->name,
              fault->detail);
}

static void verify(struct run *run, const char *folder)
{
    struct verify_options options = {
        .folder = folder, .map_bytes = PREMISES_MAP_BYTES, .report = told, .self = run};
    struct verify_report report;
    struct failure failure = {{0}};

    if (verify_journal(&options, &report, &failure) != ERR_OK ||
        verify_views(&options, "scratch", &report, &failure) != ERR_OK) {
        run_fault(run, "the record cannot be checked: %s", failure.text);
    }
}

static struct hash hash_of_rows(struct transaction *txn)
{
    struct hasher hasher;
    struct row row;

    hasher_init(&hasher);
    for (enum table table = 0; table < TABLE_COUNT; table++) {
        enum err err = table_seek(txn, table, (struct bytes){0}, &row);

        while (err == ERR_OK) {
            hasher_add(&hasher, row.key);
            hasher_add(&hasher, row.value);
            err = table_next(txn, table, &row);
        }
    }
    return hasher_finish(&hasher);
}

void record_judge(struct run *run, const char *folder)
{
    const struct database_options options = {
        .folder = folder, .map_bytes = PREMISES_MAP_BYTES, .read_only = true};
    struct database *database = NULL;
    struct transaction *txn = NULL;
    struct failure failure = {{0}};

    if (run_is_first(run)) {
        verify(run, folder);
    }
    if (database_open(&options, &database, &failure) != ERR_OK ||
        transaction_begin(database, false, &txn) != ERR_OK) {
        run_fault(run, "%s: %s", folder, failure.text);
        return;
    }
    run->left = hash_of_rows(txn);
    transaction_abort(txn);
    database_close(database);
}
