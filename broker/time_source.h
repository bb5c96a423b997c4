/* SPDX-License-Identifier: Apache-2.0 */
/* time_source.h - where a turn's time comes from: the machine's clocks, or a virtual one. */
#ifndef BROKER_TIME_SOURCE_H
#define BROKER_TIME_SOURCE_H

#include <stdbool.h>

#include "core/trusted_time.h"
#include "os/clock.h"
#include "os/virtual_clock.h"
#include "proto/message.h"

struct time_source {
    struct clock clock;
    char boot_id[TIME_BOOT_ID_BYTES];    /* whose clock.boot_ms() is; not empty */
    bool (*is_synchronised)(void *self); /* is given clock.self */
    struct time_rules rules;
    int64_t rate; /* milliseconds of this clock in one of the machine's; at least 1 */
};

/* Returns the machine's clocks. Where the kernel does not tell its boot id, one is drawn: then a
 * restart of the program is as one of the machine. */
struct time_source time_source_machine(void);

/* Returns @virtual_clock, borrowed; its boot id is that of its numbers and the machine's. */
struct time_source time_source_virtual(const struct virtual_clock *virtual_clock);

/* Returns what @config says of the clock after a reboot. */
struct time_rules time_rules_of(const Hs__OfficeConfig *config);

#endif
