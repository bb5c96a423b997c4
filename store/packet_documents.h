/* SPDX-License-Identifier: Apache-2.0 */
/* packet_documents.h - the documents of the packets on record: what a backup must hold.
 *
 * Other than those of store/named_documents.h, which keeps what any envelope names from being
 * swept: a packet that was refused for a missing document names it too.
 */
#ifndef STORE_PACKET_DOCUMENTS_H
#define STORE_PACKET_DOCUMENTS_H

#include <stddef.h>

#include "lib/hash.h"
#include "store/database.h"

/* 32 bytes a document: a million take 32 MiB. Invariant: ascending, each once. */
struct packet_documents {
    struct hash *rows;
    size_t count;
    size_t capacity;
};

/* Fills the zeroed @out with the documents of every version of every packet that @txn reads. The
 * caller releases it, also after an error. Errors: those of store/bodies.h. */
enum err packet_documents_read(struct transaction *txn, struct packet_documents *out);

/* Gives the memory back. */
void packet_documents_release(struct packet_documents *documents);

#endif
