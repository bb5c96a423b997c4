/* SPDX-License-Identifier: Apache-2.0 */
/* office.h - the broker's machine in a simulated world: its process, its disk, its clocks, and the
 * operator who starts it again. The broker is broker/broker.c as it is.
 */
#ifndef TESTS_SIMULATION_OFFICE_H
#define TESTS_SIMULATION_OFFICE_H

#include "os/log.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/loop.h"
#include "tests/simulation/network.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/process.h"

struct broker;

struct office {
    struct world *world;
    struct network *network;
    struct oracle *oracle;
    struct process process;
    struct disk disk;
    struct loop loop;
    struct broker *broker; /* NULL: it does not run */
    struct log log;
    char home[DISK_PATH_BYTES];
    char spare[DISK_PATH_BYTES];  /* where the right image is while an old backup is tried */
    char backup[DISK_PATH_BYTES]; /* an old copy of the store; made now and then */
    bool has_backup;
    uint64_t boots;          /* of the machine */
    int64_t booted_ms;       /* world's time */
    int64_t wall_offset_ms;  /* of the office's clock from the right time */
    int64_t frozen_until_ms; /* suspended */
    int64_t opened_ms;       /* when the broker began to run */
    bool is_power;           /* the crash to come takes the machine too */
    bool is_pumping;         /* a pump is asked for */
    uint64_t pumps;          /* the number of the last one asked for */
    bool has_lost_synced;    /* the disk lost what it had said was synced */
    bool is_refused;         /* the broker refuses what it found: it is not started any more */
    unsigned failed_starts;
};

/* Makes the machine, whose home is in @home, and starts the broker. */
void office_init(struct office *office, struct world *world, struct network *network,
                 const char *home);
void office_release(struct office *office);

/* Ends the broker, which runs, in good order; before, all acknowledgements are looked at. */
void office_stop(struct office *office);

/* True if the broker runs and its machine is awake. */
bool office_is_up(const struct office *office);

/* True if the broker believes its clock. */
bool office_trusts_clock(const struct office *office);

/* Begins reading what the broker has committed; NULL: it does not run. journal_read_end() it. */
struct transaction *office_read(struct office *office);

/* The faults of a minute: the clock, the machine, the disk. */
void office_suffer(struct office *office);

/* Sets the clock right. */
void office_set_clock(struct office *office);

/* I8: no deadline lies behind while the broker runs and believes its clock. */
void office_check_deadlines(struct office *office);

#endif
