/* SPDX-License-Identifier: Apache-2.0 */
/* comparison.h - what differs between two packets, field by field and document by document.
 *
 * Both packets are sorted as packet_check() wants them, so one walk over the two finds everything.
 * A document is the same if its code and its hash are: its name says nothing about it. Where a list
 * of the packet names documents by code (Stage.document_list: drawings[].code), a row of it counts
 * as a document of its code: rows may be moved, only what they say is compared.
 */
#ifndef CORE_COMPARISON_H
#define CORE_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/arena.h"
#include "proto/message.h"

enum change_kind { CHANGE_ADDED, CHANGE_REMOVED, CHANGE_CHANGED };

struct field_change {
    enum change_kind kind;
    const char *path;
    const Hs__Field *before; /* NULL: added */
    const Hs__Field *after;  /* NULL: removed */
    bool is_listed;          /* it belongs to a row that names a document */
};

/* A code of which the files or the rows are others now. */
struct document_change {
    enum change_kind kind; /* added: there was none of the code before */
    const char *code;
};

struct comparison {
    struct field_change *fields; /* sorted by path */
    size_t field_count;
    struct document_change *documents; /* sorted by code, each code once */
    size_t document_count;
};

/* Compares @before with @after in @arena, borrowing from both. @document_list may be empty: no list
 * names documents. Returns false if @arena is too small. */
bool packets_compare(const Hs__Packet *before, const Hs__Packet *after, const char *document_list,
                     struct arena *arena, struct comparison *out);

#endif
