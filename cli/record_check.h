/* SPDX-License-Identifier: Apache-2.0 */
/* record_check.h - a copy of the record checked, its faults kept and told: what verify, backup and
 * restore have in common.
 */
#ifndef CLI_RECORD_CHECK_H
#define CLI_RECORD_CHECK_H

#include <stdatomic.h>

#include "cli/home.h"
#include "cli/progress.h"
#include "lib/signature.h"
#include "store/verify.h"

/* One check. Fill the first part, zero the second. */
struct record_check {
    struct cli *cli;
    const Hs__OfficeConfig *office;
    const char *journal; /* the copy's folder */
    const char *scratch; /* a folder to make the views anew in; NULL: they are not looked at */
    const char *keys;    /* the office's folder of keys; without any, genesis says whose count */
    struct kept_head witness; /* seq 0: none */
    struct progress *progress;
    atomic_ullong *seen; /* the last entry looked at, for another process; NULL: nobody asks */

    uint8_t sign_key[SIGN_PUBLIC_BYTES];
    struct verify_report report; /* with that of the views */
    json_t *faults;              /* in the order in which they were found; released by the caller */
    const char *first;           /* what is said of the first fault */
    const char *following;       /* and of the others, a line each */
};

/* Checks everything. Returns STATUS_DONE when that could be done, whatever was found; otherwise it
 * has said why: a journal that cannot even be read is refused as JOURNAL_BROKEN. */
int record_check_run(struct record_check *check);

/* Adds what is to be said where the store ended who looked at it by the signal @number: there its
 * pages are not what they say. */
void record_check_ended(struct record_check *check, int number);

/* Returns STATUS_DONE if nothing was found, or says "refused: JOURNAL_BROKEN" with every fault
 * below it. */
int record_check_judge(const struct record_check *check);

/* Returns @hash in hex, in the arena. */
const char *hash_text(const struct cli *cli, const struct hash *hash);

#endif
