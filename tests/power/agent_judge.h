/* SPDX-License-Identifier: Apache-2.0 */
/* agent_judge.h - starts on the store that an agent has after a power loss, as the agent does.
 *
 * The store must open, hold exactly what one of its commits left, and take the next one. An agent
 * sends nothing but what stands in its outbox: so whatever command it handed to the network must
 * have been in the outbox by then, and the commit that found is at least the one that put it there.
 */
#ifndef TESTS_POWER_AGENT_JUDGE_H
#define TESTS_POWER_AGENT_JUDGE_H

#include "tests/power/subject.h"

struct agent_truth;

/* Returns the truth of an agent whose tape has @step_count records, its folder being @store on the
 * disk, borrowed. Shared with child processes. */
struct agent_truth *agent_truth_new(const char *store, size_t step_count);

/* Returns how many commands were heard that must be in the outbox. */
uint64_t agent_truth_heard(const struct agent_truth *truth);

/* Returns the agent of @truth, borrowed, as a subject. */
struct subject agent_subject(struct agent_truth *truth);

#endif
