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

#include "tests/power/truth.h"

/* OUTCOME_DIED is what is left where the judge itself did not come back. */
#define OUTCOME_LIST(X) \
    X(WHOLE, whole) X(REFUSED, refused) X(LOST, lost) X(WRONG, wrong) X(DIED, died)
#define OUTCOME_ENUM(name, text) OUTCOME_##name,
enum outcome { OUTCOME_LIST(OUTCOME_ENUM) OUTCOME_COUNT };
#undef OUTCOME_ENUM

enum { JUDGE_WORDS_BYTES = 512 };

/* Serving, the broker listens too, by the whole of broker_open(). Learning, the state is what the
 * programs saw: its views are taken for true once the verifier has found nothing in the journal and
 * has made the same views from it. */
enum judge_task { JUDGE_CHECK, JUDGE_SERVE, JUDGE_LEARN };

struct judged {
    uint64_t seq; /* of the last entry; 0 if the broker did not start */
    char words[JUDGE_WORDS_BYTES];
};

/* Returns the word for @outcome. */
const char *outcome_text(enum outcome outcome);

/* Judges the home @home, of which @promise was given. */
enum outcome judge_home(const char *home, const struct truth *truth, const struct promise *promise,
                        enum judge_task task, struct judged *out);

#endif
