/* SPDX-License-Identifier: Apache-2.0 */
/* suggestion.h - findings in words: the items they come to, what those rest on, and the opinion
 * that a machine check suggests. */
#ifndef CORE_SUGGESTION_H
#define CORE_SUGGESTION_H

#include "core/findings.h"

/* Returns the suggested opinion as it would be given by rules: result, parts (one for each owner of
 * @department, its result the worst of them), an item for each failed row, in Chinese: what is
 * asked (the rule's words), what is there instead (the values read), the basis with its confidence.
 * @packet_hash: 32 bytes. Returns NULL if @arena is too small. */
Hs__Opinion *findings_suggest(const struct findings *findings, const struct facts *facts,
                              const Hs__Department *department, const uint8_t *packet_hash,
                              struct arena *arena);

enum finding_language { FINDING_ZH, FINDING_EN };

/* Returns what there is instead of what the failed rule of @row asks: the fields that its condition
 * read, by their labels, with their values; NULL if @arena is too small. */
const char *finding_defect(const struct finding_row *row, const struct facts *facts,
                           enum finding_language language, struct arena *arena);

/* Returns the item of a failed row, in Chinese; NULL if @arena is too small. */
Hs__Item *finding_item(const struct findings *findings, const struct finding_row *row,
                       const struct facts *facts, struct arena *arena);

/* True if @citation, of a rule of @pack, has to be checked before legal use: its author is not sure
 * of it, it has no clause, or nobody has seen its source. */
bool citation_needs_checking(const struct compiled_pack *pack, const Hs__Citation *citation);

/* Returns the citations of @rule as one text, each with its source's title and clause, and a
 * warning where it has to be checked before legal use; NULL if @arena is too small. */
const char *rule_basis(const struct compiled_pack *pack, const Hs__Rule *rule, struct arena *arena);

#endif
