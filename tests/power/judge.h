/* SPDX-License-Identifier: Apache-2.0 */
/* judge.h - starts a broker on what a power loss left, as the daemon does, and says what came of
 * it.
 *
 * The start is broker_open_home(), all that broker_open() does on the disk: the home's lock, the
 * keys, the journal with the check of its end and of the head file, the views, the office, the
 * directory, the documents. Then everything in the store is read and held against the truth, and a
 * turn is made: the broker must be able to go on with the next number.
 */
#ifndef TESTS_POWER_JUDGE_H
#define TESTS_POWER_JUDGE_H

#include "tests/power/subject.h"
#include "tests/power/truth.h"

/* Returns the broker of @truth, borrowed, as a subject. Learning, its views are taken for true once
 * the verifier has found nothing in the journal and has made the same views from it. */
struct subject judge_subject(struct truth *truth);

#endif
