/* SPDX-License-Identifier: Apache-2.0 */
/* export.h - a journal as text that a program in another language reads: one line of JSON an entry.
 *
 *     {"seq": 7, "kind": "received", "at": "...", "signer": "person:street", "commands": [{...}]}
 *     {"seq": 8, "kind": "event", "at": "...", "received": 7, "index": 0, "event": {...}}
 *     {"seq": 9, "kind": "head", "at": "..."}
 *
 * "at" is milliseconds since the Unix epoch; commands and events are as proto/text/ has them. What
 * was published stands in its command as bytes, of which "definitions" has the meaning: the
 * definition of each Publish, null for every other command.
 */
#ifndef TESTS_SIMULATION_EXPORT_H
#define TESTS_SIMULATION_EXPORT_H

#include <stdio.h>

/* Writes the journal in @folder, which nobody has open, to @file. A failure ends the program. */
void export_journal(const char *folder, FILE *file);

#endif
