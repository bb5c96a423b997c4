/* SPDX-License-Identifier: Apache-2.0 */
/* mending.h - commands that were made by choices, put right where chance seldom is: who signs,
 * which review, what a result needs, which hash was read. Not always: what is wrong must be
 * refused. */
#ifndef TESTS_FUZZ_MENDING_H
#define TESTS_FUZZ_MENDING_H

#include "tests/fuzz/world.h"

/* True if of a command of kind @body everything that matters is put right: the rest may be empty.
 */
bool mend_is_whole(unsigned body);

/* Puts @command right for the proposal @record. */
void mend_command(const struct world *world, const Hs__Proposal *record, struct choices *choices,
                  Hs__Command *command);

/* Returns who is likely to give @command, or anybody. */
const Hs__Principal *mend_signer(const struct world *world, struct choices *choices,
                                 const Hs__Command *command);

#endif
