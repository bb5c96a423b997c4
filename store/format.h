/* SPDX-License-Identifier: Apache-2.0 */
/* format.h - of which format a journal is: what its genesis says, once for all of its entries.
 *
 * `huishen.v1` is the first and only one so far. Within a format fields and kinds are only added,
 * so a journal of an earlier release is read by every later one; a journal with another number is
 * for another program. The version of the views (VIEWS_VERSION) is another matter: they are made
 * anew.
 */
#ifndef STORE_FORMAT_H
#define STORE_FORMAT_H

#include <stdint.h>

#include "store/database.h"

enum { FORMAT_NUMBER = 1, FORMAT_TEXT_BYTES = 64 };

#define FORMAT_PREFIX  "huishen.v"
#define FORMAT_PRESENT FORMAT_PREFIX "1" /* of FORMAT_NUMBER: what new journals are */

struct format {
    uint32_t number;              /* 0: no number that any release has had */
    char text[FORMAT_TEXT_BYTES]; /* as it stands there, cut if too long */
};

/* Sets @out to the format of the journal that @txn reads. Errors: ERR_CORRUPT if it does not begin
 * with genesis, the words in the database; the codes of store/database.h. */
enum err format_read(struct transaction *txn, struct format *out);

#endif
