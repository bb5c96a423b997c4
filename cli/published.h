/* SPDX-License-Identifier: Apache-2.0 */
/* published.h - the definitions in force in an office, asked of its broker. */
#ifndef CLI_PUBLISHED_H
#define CLI_PUBLISHED_H

#include "cli/session.h"
#include "proto/dictionary.h"

/* Sets @out to the dictionary of @process (empty: the office's default). Returns an exit status:
 * STATUS_REFUSED with UNKNOWN_PROCESS or UNKNOWN_DEFINITION if the office has no such thing. */
int published_dictionary(struct cli *cli, struct session *session, const char *process,
                         const struct dictionary **out);

/* Sets @out to the pack @id in force, to NULL if there is none. Returns an exit status. */
int published_pack(struct cli *cli, struct session *session, const char *id, const Hs__Pack **out);

#endif
