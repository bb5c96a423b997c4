/* SPDX-License-Identifier: Apache-2.0 */
/* What the verifier looks at when it has come to the end: the last head, the head file, and the
 * head kept outside. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/journal_end.h"
#include "store/journal_files.h"
#include "store/verifier.h"

/* Holds the head file's @known against the entry that it names. */
static void compare_known(struct verifier *verifier, const struct head_record *known)
{
    uint64_t last = verifier->commit.last_seq;
    struct head_record found;
    struct entry entry;
    char detail[VERIFY_DETAIL_BYTES];

    if (known->seq > last) {
        (void)snprintf(detail, sizeof detail,
                       "the head file knows entry %" PRIu64 ", the journal ends at %" PRIu64,
                       known->seq, last);
        verifier_report(verifier, last + 1, NULL, VERIFY_HEAD_FILE_AHEAD, detail);
        return;
    }
    if (known->seq == 0) {
        if (verifier->report.commits > 1) {
            verifier_report(verifier, last, NULL, VERIFY_HEAD_FILE_DIFFERS, "it is empty");
        }
        return;
    }
    if (journal_peek(verifier->txn, known->seq, &entry) != ERR_OK) {
        return; /* reported when it was walked over */
    }
    if (entry.kind != ENTRY_HEAD || !head_record_of(&entry, &found) ||
        found.at_ms != known->at_ms || !hash_equal(found.hash, known->hash) ||
        !bytes_equal(entry.bytes, (struct bytes){known->bytes, known->size})) {
        verifier_report(verifier, known->seq, &entry, VERIFY_HEAD_FILE_DIFFERS, "");
    }
}

static enum err check_head_file(struct verifier *verifier, struct failure *failure)
{
    char *path = journal_head_path(verifier->options->folder);
    struct head_file file = {.fd = -1};
    enum err err = head_file_open(path, true, &file);

    if (err == ERR_OK) {
        compare_known(verifier, &file.last);
        head_file_close(&file);
    } else if (err == ERR_ABSENT || err == ERR_INVALID) { /* a link is no head file */
        verifier_report(verifier, verifier->commit.last_seq, NULL, VERIFY_HEAD_FILE_MISSING, "");
        err = ERR_OK;
    } else {
        failure_set(failure, "%s: %s", path, err_text(err));
    }
    free(path);
    return err;
}

static void check_witness(struct verifier *verifier)
{
    uint64_t kept = verifier->options->witness.seq;
    uint64_t last = verifier->commit.last_seq;
    char detail[VERIFY_DETAIL_BYTES];

    if (kept > 0 && !verifier->witness_was_seen) {
        (void)snprintf(detail, sizeof detail,
                       "the head kept outside knows entry %" PRIu64
                       ", the journal ends at %" PRIu64,
                       kept, last);
        verifier_report(verifier, last + 1, NULL, VERIFY_WITNESS_AHEAD, detail);
    }
}

enum err verifier_check_end(struct verifier *verifier, struct failure *failure)
{
    if (verifier->commit.tree.leaf_count > 0) {
        verifier_report(verifier, verifier->commit.first_seq, NULL, VERIFY_UNFINISHED, "");
    }
    check_witness(verifier);
    return check_head_file(verifier, failure);
}
