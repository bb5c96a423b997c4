/* SPDX-License-Identifier: Apache-2.0 */
/* measures.h - what a review's limit is measured by: the working days of the calendar that its
 * process names, in the version that is in force, or elapsed time. Definitions are asked for
 * once. */
#ifndef CLI_MEASURES_H
#define CLI_MEASURES_H

#include "cli/cli.h"
#include "cli/session.h"
#include "core/lamp.h"
#include "lib/hash.h"
#include "proto/message.h"

enum { MEASURES_PINS_MAX = 64 }; /* sets of definitions known at once; beyond them asked again */

/* A process as a round is held to it. */
struct measured_process {
    uint8_t pins[HASH_BYTES];
    const Hs__Process *process; /* NULL: it cannot be read */
};

struct measures {
    struct cli *cli;
    struct session *session;
    const struct calendar *calendar; /* the last that was needed; NULL: none was */
    uint8_t calendar_hash[HASH_BYTES];
    struct measured_process known[MEASURES_PINS_MAX];
    size_t known_count;
};

/* Begins with nothing known. Both outlive @measures. */
void measures_init(struct measures *measures, struct cli *cli, struct session *session);

/* Sets @out[i] to what the review i of @row is measured by. @office says which calendars are in
 * force. Returns an exit status, after saying why where it is not STATUS_DONE. */
int measures_of(struct measures *measures, const Hs__Office *office, const Hs__BoardRow *row,
                struct lamp_measure *out);

#endif
