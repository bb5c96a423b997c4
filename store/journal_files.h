/* SPDX-License-Identifier: Apache-2.0 */
/* journal_files.h - the files of a journal's folder, for the files of store/. */
#ifndef STORE_JOURNAL_FILES_H
#define STORE_JOURNAL_FILES_H

#include "store/database.h"

/* Returns the path of the head file in @folder; the caller frees it. */
char *journal_head_path(const char *folder);

/* Copies @database, open from the folder @from, and the head file beside it into the folder @to. */
enum err journal_copy_files(struct database *database, const char *from, const char *to,
                            struct failure *failure);

#endif
