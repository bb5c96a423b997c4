/* SPDX-License-Identifier: Apache-2.0 */
/* scenario.h - what is tortured: a deed that is done with one call failing, and a judge that looks
 * afterwards, in another process and with nothing failing, at what is left.
 *
 * Both run in a folder of their own, a copy of the prepared one. What they share is a struct run.
 */
#ifndef TESTS_TORTURE_SCENARIO_H
#define TESTS_TORTURE_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/hash.h"
#include "tests/torture/calls.h"

enum {
    SCENARIOS_MAX = 512,
    SCENARIO_NAME_BYTES = 128,
    RUN_TEXT_BYTES = 512,
};

struct run;

struct scenario {
    const char *group;
    char name[SCENARIO_NAME_BYTES];
    char prepared[256];             /* a folder, copied for each run; empty: none */
    void (*deed)(struct run *run);  /* says in run what it came to */
    void (*judge)(struct run *run); /* says with run_fault() what is wrong */
    const void *data;               /* of the two */
    bool is_library_ending;         /* libzmq may end the process by an assertion of its own */
};

/* One run of a scenario, in memory that its processes share. */
struct run {
    struct tally tally;
    const struct scenario *scenario;
    bool is_done;         /* the deed came to its end */
    enum err err;         /* and to this */
    bool is_acknowledged; /* what it did was told to somebody */
    int64_t number;       /* whatever deed and judge have to tell each other */
    struct hash hash;
    struct hash left; /* of what the judge found: the same after each run of the scenario */
    char words[RUN_TEXT_BYTES]; /* what an operator would read of err */
    char fault[RUN_TEXT_BYTES]; /* what must not be; empty: nothing */
    int files[2];               /* open before the deed, and after it */
    int64_t blocks[2];          /* the same of memory */
};

/* Says what is wrong; the first that is said stays. */
void run_fault(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says that @is_so is false with @words, if it is. */
void run_expect(struct run *run, bool is_so, const char *words);

/* True while the scenario runs for the first time, with nothing failing: the judge then looks at
 * everything, and later at whether it is the same. */
bool run_is_first(const struct run *run);

/* Sets what the deed came to, with @words for the operator where it failed. */
void run_end(struct run *run, enum err err, const char *words);

struct scenarios {
    struct scenario rows[SCENARIOS_MAX];
    size_t count;
};

/* Adds @scenario. */
void scenarios_add(struct scenarios *all, const struct scenario *scenario);

/* Where the material for scenarios is. */
struct material {
    const char *samples; /* a folder of journals, one a sample (tests/torture/samples.py) */
    const char *scratch; /* for prepared folders */
    const char *memory;  /* for what is done, where a sync costs nothing if there is such a place */
    const char *root;    /* of the sources */
};

/* Each adds the scenarios of one area. */
void turns_add(struct scenarios *all, const struct material *material);
void stores_add(struct scenarios *all, const struct material *material);
void agents_add(struct scenarios *all, const struct material *material);
void files_add(struct scenarios *all, const struct material *material);
void texts_add(struct scenarios *all, const struct material *material);
void verbs_add(struct scenarios *all, const struct material *material);

/* Sets run->left to all rows of all tables of the journal in @folder; the first time the record and
 * its views are checked too. Its broker's map is that of tests/torture/premises.h. */
void record_judge(struct run *run, const char *folder);

/* Copies the folder @from, with the folders in it, to @to, which is made. Ends the program if that
 * fails. */
void tree_copy(const char *from, const char *to);

/* Prints the words and ends the program: the machine does not allow the test. */
_Noreturn void torture_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
