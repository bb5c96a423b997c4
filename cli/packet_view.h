/* SPDX-License-Identifier: Apache-2.0 */
/* packet_view.h - a packet as people and scripts see it: the tree of its dictionary, as in the file
 * that was submitted, and its documents. */
#ifndef CLI_PACKET_VIEW_H
#define CLI_PACKET_VIEW_H

#include "cli/cli.h"
#include "proto/dictionary.h"
#include "proto/message.h"

/* Prints @packet, of @proposal, on out; with --json as {"proposalId", "version", "packetHash",
 * "packet", "documents"}. Returns an exit status: STATUS_ENVIRONMENT if @dictionary does not know
 * its fields. */
int packet_show(const struct cli *cli, const Hs__Proposal *proposal, const Hs__Packet *packet,
                const struct dictionary *dictionary);

#endif
