/* SPDX-License-Identifier: Apache-2.0 */
/* verbs.h - the list of verbs, in the order in which the help shows them. */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include "cli/verb.h"

#define VERB_LIST(X) \
    X(eval)          \
    X(help)

#define VERB_DECLARE(name) extern const struct verb verb_##name;
VERB_LIST(VERB_DECLARE)
#undef VERB_DECLARE

#define VERB_POINTER(name) &verb_##name,

#endif
