/* SPDX-License-Identifier: Apache-2.0 */
/* head_text.h - a head of the journal as text, to be kept outside: mailed, printed, typed again.
 *
 *     huishen head 1
 *     office liangjiang
 *     entry 1234                       the last entry that it covers
 *     hash 5f2c...                     of the chain up to that entry, 64 hex digits
 *     words babad ...                  the same hash in words (hash_words.h); lines of them
 *     time 2026-11-24 18:00:01 +0800
 *     signed CpIB...                   the SignedHead in base64, with the broker's signature
 *
 * Whoever reads it needs `entry` and one of hash, words, signed; what is given must agree. Other
 * lines are ignored, so a whole sheet, or a mail with it, is read as it is. Of several heads in one
 * file the latest counts: it covers what the others do.
 */
#ifndef CLI_HEAD_TEXT_H
#define CLI_HEAD_TEXT_H

#include "cli/home.h"
#include "proto/message.h"
#include "store/verify.h"

/* A head as it is shown. */
struct head_text {
    const char *office;
    struct kept_head head;
    int64_t at_ms;             /* 0: not said */
    struct bytes signed_bytes; /* of a SignedHead; empty: not said */
};

/* Prints @text; its time in the local time UTC + @offset_minutes. */
void head_text_print(const struct cli *cli, const struct head_text *text, int offset_minutes);

/* Sets @out to the head in the file @path, which is @office's. With @sign_key, which may be NULL, a
 * signature that is given must be the broker's. Returns an exit status: STATUS_INVALID if the file
 * holds no head, or one that contradicts itself; STATUS_REFUSED (HEAD_INVALID) if it is another
 * office's or its signature does not fit. */
int head_text_read(const struct cli *cli, const char *path, const char *office,
                   const uint8_t *sign_key, struct head_text *out);

#endif
