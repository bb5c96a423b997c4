/* SPDX-License-Identifier: Apache-2.0 */
/* reel.h - a tape wound once to its end: what was true after each of its records. */
#ifndef TESTS_POWER_REEL_H
#define TESTS_POWER_REEL_H

#include "tests/power/disk.h"
#include "tests/power/subject.h"

/* A record of the tape, and what was true once it was played. */
struct step {
    const struct tape_record *record;
    struct bytes payload;
    struct promise promise;
    bool is_moment; /* the disk or the promise is another than before */
    bool is_commit;
    bool is_head;        /* the head file was written */
    bool is_synchronous; /* a write through O_DSYNC is on its way */
    size_t open;
};

struct reel {
    struct bytes tape; /* mapped */
    struct step *steps;
    size_t step_count;
    size_t founded;   /* the position at which `init` had ended; 0: it is not on the tape */
    size_t uncertain; /* names that `init` made and a power loss may take back */
};

/* Reads the tape at @path. Ends the process, with words, if there is none. */
void reel_open(struct reel *reel, const char *path);

/* Plays the tape of @subject on a disk, which @is_lying or not, and fills in what was true after
 * each step, but for promises. Prints the names that were not certain when `init` had ended. */
void reel_wind(struct reel *reel, const struct subject *subject, bool is_lying);

/* Fills in what was promised after each step: all that @subject hears, and at least @founding once
 * `init` had ended. */
void reel_hear(struct reel *reel, const struct subject *subject, uint64_t founding);

/* Ends the process, with words, if a file in @home is not what the tape says: then something wrote
 * that the recorder did not see. */
void reel_check(const struct reel *reel, const char *home);

void reel_release(struct reel *reel);

#endif
