/* SPDX-License-Identifier: Apache-2.0 */
/* subject.h - whose disk it is: the broker's home, or the store of an agent. */
#ifndef TESTS_POWER_SUBJECT_H
#define TESTS_POWER_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"

/* OUTCOME_DIED is what is left where the judge itself did not come back. */
#define OUTCOME_LIST(X) \
    X(WHOLE, whole) X(REFUSED, refused) X(LOST, lost) X(WRONG, wrong) X(DIED, died)
#define OUTCOME_ENUM(name, text) OUTCOME_##name,
enum outcome { OUTCOME_LIST(OUTCOME_ENUM) OUTCOME_COUNT };
#undef OUTCOME_ENUM

enum { JUDGE_WORDS_BYTES = 512 };

/* What had been promised at a moment. Of the broker: the entries up to seq, and the first documents
 * of those it said were complete. Of an agent: seq is the position of the commit that put what it
 * sent into its outbox. */
struct promise {
    uint64_t seq;
    size_t documents;
};

/* Serving, a broker listens too. Learning, the state is what the programs saw at a commit: it is
 * taken for true. */
enum judge_task { JUDGE_CHECK, JUDGE_SERVE, JUDGE_LEARN };

/* When the power went. */
struct moment {
    size_t position;
    struct promise promise;
    enum judge_task task;
};

struct judged {
    uint64_t seq; /* of the last entry of a journal; 0 if nothing started */
    char words[JUDGE_WORDS_BYTES];
};

struct subject {
    void *self;
    const char *store; /* its LMDB's folder, as a path on the disk */
    bool
        has_founding; /* the tape begins with `init`, before the end of which nothing is promised */

    /* What a start makes where it is not there, contents first; ends with NULL. It is removed
     * before the next state, which may not have it. */
    const char *const *made;

    /* True if a start looks at @path, or at what is below it. */
    bool (*is_wanted)(void *self, const char *path);

    /* Takes into @promise what @message promises, which was handed to the network. Called once all
     * commits were learned. */
    void (*hear)(void *self, struct bytes message, struct promise *promise);

    /* Starts on the files in @folder as the program does, and says what came of it. */
    enum outcome (*judge)(void *self, const char *folder, const struct moment *moment,
                          struct judged *out);
};

#endif
