/* SPDX-License-Identifier: Apache-2.0 */
/* document_parts.h - the parts of the consolidated document that are made from its opinions, once
 * they stand in it. Each returns false if the arena is too small. */
#ifndef CORE_DOCUMENT_PARTS_H
#define CORE_DOCUMENT_PARTS_H

#include "core/document.h"

/* The conflicts of the round and what settled them. */
bool document_add_conflicts(const struct document_sources *sources, struct arena *arena,
                            Hs__VerdictDocument *document);

/* Items of several departments that say the same: merged by the office, or with matter, place and
 * basis in common. */
bool document_add_duplicates(const struct document_sources *sources, struct arena *arena,
                             Hs__VerdictDocument *document);

/* The register of conditions: those of condition.h, and how each was closed. */
bool document_add_conditions(const struct document_sources *sources, struct arena *arena,
                             Hs__VerdictDocument *document);

/* The gates that the approver waived for the proposal. */
bool document_add_waivers(const struct document_sources *sources, struct arena *arena,
                          Hs__VerdictDocument *document);

/* What each department asks for in each matter. */
bool document_add_matrix(Hs__VerdictDocument *document, struct arena *arena);

#endif
