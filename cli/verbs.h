/* SPDX-License-Identifier: Apache-2.0 */
/* verbs.h - the list of verbs, in the order in which the help shows them. */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include "cli/verb.h"

#define VERB_LIST(X) \
    X(init)          \
    X(up)            \
    X(demo)          \
    X(submit)        \
    X(revise)        \
    X(withdraw)      \
    X(wait)          \
    X(show)          \
    X(list)          \
    X(watch)         \
    X(reviews)       \
    X(accept)        \
    X(opine)         \
    X(ask)           \
    X(hold)          \
    X(resume)        \
    X(extend)        \
    X(remind)        \
    X(escalate)      \
    X(deliver)       \
    X(reopen)        \
    X(conflicts)     \
    X(rule)          \
    X(grant)         \
    X(waive)         \
    X(verdict)       \
    X(conditions)    \
    X(decide)        \
    X(journal)       \
    X(verify)        \
    X(head)          \
    X(backup)        \
    X(restore)       \
    X(export)        \
    X(upgrade)       \
    X(lint)          \
    X(check)         \
    X(eval)          \
    X(calendar)      \
    X(clock)         \
    X(key)           \
    X(account)       \
    X(department)    \
    X(help)

#define VERB_DECLARE(name) extern const struct verb verb_##name;
VERB_LIST(VERB_DECLARE)
#undef VERB_DECLARE

#define VERB_POINTER(name) &verb_##name,

#endif
