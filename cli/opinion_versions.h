/* SPDX-License-Identifier: Apache-2.0 */
/* opinion_versions.h - what a department wrote about a review besides the opinion that counts: its
 * draft, and what was rectified since. */
#ifndef CLI_OPINION_VERSIONS_H
#define CLI_OPINION_VERSIONS_H

#include "cli/review_ref.h"

/* The first two are the caller's. */
struct opinion_versions {
    const struct review_target *target;
    const Hs__Review *review; /* as the account may read it */
    Hs__Opinion *draft;       /* NULL: none, or not for this account */
    Hs__Opinion **rows;       /* the first given first; none unless they were asked for */
    size_t count;
};

/* Asks for the draft, if there is one that the account may read. Returns an exit status. */
int opinion_versions_ask_draft(struct session *session, struct opinion_versions *versions);

/* Asks for every version of the opinion that was given. Returns an exit status: refused with
 * OPINION_NOT_GIVEN or OPINION_SEALED where there is none to read. */
int opinion_versions_ask(struct cli *cli, struct session *session,
                         struct opinion_versions *versions);

/* Prints them, each under what became of it, in the office's time. */
void opinion_versions_print(const struct cli *cli, const Hs__Office *office,
                            const struct opinion_versions *versions);

/* Adds "draft" and "versions" to @json, where they were asked for. */
void opinion_versions_to_json(const struct opinion_versions *versions, int offset_minutes,
                              json_t *json);

#endif
