/* SPDX-License-Identifier: Apache-2.0 */
/* document.h - the consolidated document of a round: the verdict with all it rests on.
 *
 * Pure: a function of the records and the opinions, so that anyone who has the journal makes the
 * same one. It is a message for people and scripts; what is signed and hashed is the verdict.
 */
#ifndef CORE_DOCUMENT_H
#define CORE_DOCUMENT_H

#include "core/calendar.h"
#include "lib/arena.h"
#include "proto/message.h"

/* What a document is made of; all borrowed. */
struct document_sources {
    const Hs__Office *office;
    const Hs__Proposal *proposal;
    const Hs__Process *process;         /* the pinned one */
    const uint8_t *process_hash;        /* 32 bytes */
    const struct calendar *calendar;    /* the process's in force; NULL: every day counts */
    const Hs__Opinion *const *opinions; /* one for each review of the proposal; NULL: none given */
    /* For each review, those that its record lists as earlier; NULL: they are not at hand. */
    const Hs__Opinion *const *const *earlier;
};

/* Returns the document in @arena, borrowing from the sources; NULL if it does not fit. Without a
 * verdict it is marked as a preview. */
Hs__VerdictDocument *document_build(const struct document_sources *sources, struct arena *arena);

#endif
