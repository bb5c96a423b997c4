/* SPDX-License-Identifier: Apache-2.0 */
/* delta.h - what changed between two versions of a proposal's packet, asked of the broker: all of
 * it, or what one department is asked about again. */
#ifndef CLI_DELTA_H
#define CLI_DELTA_H

#include "cli/session.h"
#include "core/comparison.h"
#include "proto/dictionary.h"

struct delta {
    uint32_t from_version; /* 0: there was no packet before; nothing is compared */
    uint32_t to_version;
    struct comparison changes;
    const struct dictionary *dictionary;
};

/* Compares the packet of @proposal as it is now with that of the round before; in a first round
 * with the version before. Returns an exit status. */
int delta_load(struct cli *cli, struct session *session, const Hs__Proposal *proposal,
               struct delta *out);

/* Compares the packet that @review, of @proposal's present round, is about with the one that its
 * department was asked about in the round before, and keeps what the department looks at. Returns
 * an exit status. */
int delta_load_review(struct cli *cli, struct session *session, const Hs__Proposal *proposal,
                      const Hs__Review *review, struct delta *out);

/* Returns {"fromVersion", "toVersion", "fields", "documents"}, for the caller to release. */
json_t *delta_to_json(const struct delta *delta);

/* Prints it on out. */
void delta_print(const struct cli *cli, const struct delta *delta);

#endif
