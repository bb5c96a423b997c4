/* SPDX-License-Identifier: Apache-2.0 */
/* office_clock.h - whose time a command line takes: the machine's, or a demonstration's own.
 *
 * A broker that runs with a virtual clock says so in HOME/run/clock; commands of this machine's
 * clients must have their time from the same one, or it takes them for too old.
 */
#ifndef CLI_OFFICE_CLOCK_H
#define CLI_OFFICE_CLOCK_H

#include "cli/arguments.h"
#include "cli/home.h"
#include "os/virtual_clock.h"

/* Returns the clock of @home's broker. */
struct clock office_clock(const struct cli *cli, const struct home *home);

/* Sets @out to the clock that @arguments ask `up` for, NULL if to none. Returns an exit status,
 * having said why it is none that @home can have: it is no demonstration, its journal is later. */
int office_clock_wanted(const struct cli *cli, const struct arguments *arguments,
                        const struct home *home, const struct virtual_clock **out);

/* The same for `init`, whose clock stands: at what --clock-from says, local to a zone that is
 * @offset_minutes ahead of UTC. */
int office_clock_founding(const struct cli *cli, const struct arguments *arguments,
                          int offset_minutes, const struct virtual_clock **out);

#endif
