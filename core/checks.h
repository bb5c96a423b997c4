/* SPDX-License-Identifier: Apache-2.0 */
/* checks.h - everything the machine checks say about one packet before it is reviewed: the gates,
 * the lead's own, who is involved, and what is missing for whom. */
#ifndef CORE_CHECKS_H
#define CORE_CHECKS_H

#include <stdbool.h>

#include "core/facts.h"
#include "core/findings.h"
#include "core/limits.h"
#include "core/missing.h"
#include "core/rulebook.h"

/* Seats are those of the rulebook's stage. */
struct checks {
    const struct rulebook *rulebook;
    struct facts facts;
    struct findings gate;
    struct findings lead;
    bool is_involved[LIMIT_SEATS]; /* by seat */
    bool must_open[LIMIT_SEATS];   /* by seat: a must-rule of the department failed or is unknown */
    const Hs__LimitClass *limit_class; /* of the packet; NULL: none is true of it, or none asked */

    /* What stands in the way of all: the gates', the lead's, the seats' and the classes' `when`;
     * where the process's completeness is of all, also what the departments' must-rules lack. */
    struct missing_list missing;

    /* By seat: what that department's must-rules alone lack, where completeness is each
     * department's own. */
    struct missing_list gaps[LIMIT_SEATS];
};

/* Runs every check of @rulebook over @packet. Returns false if @arena is too small. */
bool checks_run(const struct rulebook *rulebook, const Hs__Packet *packet, struct arena *arena,
                struct checks *out);

/* Marks what failed of the gate rule @rule_id as waived. */
void checks_waive(struct checks *checks, const char *rule_id);

#endif
