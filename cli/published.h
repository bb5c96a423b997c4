/* SPDX-License-Identifier: Apache-2.0 */
/* published.h - the definitions in force in an office, asked of its broker. */
#ifndef CLI_PUBLISHED_H
#define CLI_PUBLISHED_H

#include "cli/definitions.h"
#include "cli/session.h"
#include "proto/dictionary.h"

/* Sets @out to the dictionary of @process (empty: the office's default). Returns an exit status:
 * STATUS_REFUSED with UNKNOWN_PROCESS or UNKNOWN_DEFINITION if the office has no such thing. */
int published_dictionary(struct cli *cli, struct session *session, const char *process,
                         const struct dictionary **out);

/* Sets @out to the definitions that @pins (a hash) names, with the departments as the office has
 * them: what a round is held to. Returns an exit status. */
int published_pinned(struct cli *cli, struct session *session, ProtobufCBinaryData pins,
                     struct definition_set *out);

/* Sets @out to the packet of @proposal as it is now, and @dictionary to the one it is read by: that
 * of its round, before the first that of its process in force. Returns an exit status. */
int published_packet(struct cli *cli, struct session *session, const Hs__Proposal *proposal,
                     Hs__Packet **out, const struct dictionary **dictionary);

/* Sets @out to the pack @id in force, to NULL if there is none. Returns an exit status. */
int published_pack(struct cli *cli, struct session *session, const char *id, const Hs__Pack **out);

/* The same of the calendar @id. */
int published_calendar(struct cli *cli, struct session *session, const char *id,
                       const Hs__Calendar **out);

#endif
