/* SPDX-License-Identifier: Apache-2.0 */
/* findings.h - the machine check: a pack run over the facts of a packet, and what it suggests.
 *
 * A finding is never an opinion. Of a rule over a list (`each`) there is a finding for every
 * element that failed or is unknown; if there is none, one for the rule.
 *
 * The suggestion, in this order: any failed must-rule with on_fail reject: disagree; any other
 * failed rule with reject or condition: conditional; otherwise agree (advise becomes an item of
 * severity advice); no rule applies: not_involved. A must-rule that is unknown makes it incomplete:
 * nothing is concluded from what is not there.
 */
#ifndef CORE_FINDINGS_H
#define CORE_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/facts.h"
#include "core/fault.h"

/* How many rules of a pack ended how: a rule failed if any element failed, else is unknown if any
 * is, else passed if any passed, else is not applicable. */
struct finding_counts {
    uint32_t passed;
    uint32_t failed;
    uint32_t unknown;
    uint32_t not_applicable;
};

/* A row belongs to rules[rule_index] of the pack. */
struct finding_row {
    Hs__Finding *finding;
    const struct compiled_rule *rule;
    const struct value *element; /* of the rule's list, or NULL */
    enum fault fault;            /* why it is unknown, if not for a missing field */
};

struct findings {
    const struct compiled_pack *pack;
    struct finding_row *rows; /* in the order of the rules */
    size_t count;
};

/* Runs every rule of @pack over @facts. Returns false if @arena is too small. */
bool findings_run(const struct compiled_pack *pack, const struct facts *facts, struct arena *arena,
                  struct findings *out);

/* Counts by rule; those of @owner only, unless it is NULL. */
struct finding_counts findings_count(const struct findings *findings, const char *owner);

/* True if a must-rule (of @owner, unless NULL) is unknown. */
bool findings_incomplete(const struct findings *findings, const char *owner);

/* Returns the suggested result (of @owner's rules, unless NULL). */
Hs__Opinion__Result findings_result(const struct findings *findings, const char *owner);

/* Returns what the failed rule of @row makes of an opinion by itself: disagree, conditional, or
 * agree where it only advises. */
Hs__Opinion__Result finding_result(const struct finding_row *row);

#endif
