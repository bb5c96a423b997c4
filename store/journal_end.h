/* SPDX-License-Identifier: Apache-2.0 */
/* journal_end.h - the check of a journal's end, for journal_open().
 *
 * Reads the last entry, the number of entries, the head file, and the entry that the head file
 * knows; nothing else.
 */
#ifndef STORE_JOURNAL_END_H
#define STORE_JOURNAL_END_H

#include "store/journal.h"

/* Sets @head to the last head, seq 0 if there is none, and opens @file, which then agrees with it.
 * Errors: those of journal_open(). @file is then not open. */
enum err journal_end_check(struct transaction *txn, const struct journal_options *options,
                           struct head_record *head, struct head_file *file,
                           struct failure *failure);

/* Holds what the head file knows, @known, against the journal, whose last head is @head.
 * Errors: ERR_CORRUPT, with the words. */
enum err journal_end_compare(struct transaction *txn, const struct head_record *head,
                             const struct head_record *known, struct failure *failure);

/* Reads @entry, a head entry, into @out. False if its bytes are no signed head. */
bool head_record_of(const struct entry *entry, struct head_record *out);

#endif
