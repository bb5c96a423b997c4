/* SPDX-License-Identifier: Apache-2.0 */
/* rounds_view.h - what a round after the first adds: the rounds before it, what was demanded and
 * answered, and which changes nobody looks at. Writes that fail show when the file is flushed. */
#ifndef CLI_ROUNDS_VIEW_H
#define CLI_ROUNDS_VIEW_H

#include "cli/cli.h"
#include "proto/message.h"

/* Prints all of it about @proposal on out; nothing in a first round. */
void rounds_print(const struct cli *cli, const Hs__Proposal *proposal);

/* Prints the items of the round before with the applicant's answers on @file; nothing if there are
 * none. */
void answered_print(const struct cli *cli, Hs__AnsweredItem *const *rows, size_t count, FILE *file);

/* Prints the changes of @proposal's packet that nobody reads on @file; nothing if there are none.
 */
void unread_print(const struct cli *cli, const Hs__Proposal *proposal, FILE *file);

#endif
