/* SPDX-License-Identifier: Apache-2.0 */
/* packet_input.h - a packet as its applicant hands it in: a file of fields, and documents. */
#ifndef CLI_PACKET_INPUT_H
#define CLI_PACKET_INPUT_H

#include "cli/arguments.h"
#include "cli/session.h"
#include "proto/dictionary.h"

enum { PACKET_TITLE_BYTES_MAX = 512 };

/* Sets @out to the packet in the proposal file @path, read by @dictionary, and @title to its
 * project's name (empty if it has none). Returns STATUS_DONE, or STATUS_INVALID after saying every
 * "file:line: path: reason". */
int packet_input_load(const struct cli *cli, const char *path, const struct dictionary *dictionary,
                      Hs__Packet **out, const char **title);

/* Stores the files given as --document CODE=PATH with the broker and puts them into @packet.
 * Returns an exit status. */
int packet_input_documents(struct cli *cli, struct session *session,
                           const struct arguments *arguments, Hs__Packet *packet);

#endif
