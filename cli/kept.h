/* SPDX-License-Identifier: Apache-2.0 */
/* kept.h - a command that was sent and is not answered yet, kept in the home over the end of the
 * program: whoever types it again sends the same command, which is recorded once.
 *
 *   pending/PRINCIPAL/HASH.SLOT   the bytes of a Command; HASH is that of the same without its id
 *   pending/PRINCIPAL/SLOT.lock   held by the program that waits for the answer to a command of
 *                                 this slot, so that two that run at a time are never taken for one
 */
#ifndef CLI_KEPT_H
#define CLI_KEPT_H

#include "cli/home.h"
#include "proto/message.h"

enum {
    KEPT_SLOTS_MAX = 64,     /* programs of one principal that wait at a time */
    KEPT_DAYS_MAX = 30,      /* the broker takes no command id older than that */
    KEPT_NAME_BYTES_MAX = 64 /* of a hash, in hex */
};

struct kept {
    const char *path; /* of the file; NULL: nothing is kept */
    int lock;         /* of its slot; -1: none */
};

/* Sets the id of @command, which has none, and keeps it in @folder, on disk when this returns: the
 * id it was kept with by a program that ended without an answer less than KEPT_DAYS_MAX ago, else a
 * new one made at @now_ms (Unix). A command too large to be sent is not kept. Returns an exit
 * status; with STATUS_DONE the caller releases @out. */
int kept_take(const struct cli *cli, const char *folder, int64_t now_ms, Hs__Command *command,
              struct kept *out);

/* Returns the folder in @home for what @principal sends. */
const char *kept_folder(const struct cli *cli, const struct home *home, const char *principal);

/* Ends the keeping: the command @is_answered, with a receipt or a refusal; else the file stays. */
void kept_release(struct kept *kept, bool is_answered);

#endif
