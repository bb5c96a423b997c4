/* SPDX-License-Identifier: Apache-2.0 */
/* founding_orders.h - what is put on record before an office serves for the first time: genesis,
 * the administrators, the departments, the dictionary, the processes and the office's own packs; in
 * a demonstration also its people and agents.
 *
 * Each is an ordinary signed command of the one whose it is.
 */
#ifndef CLI_FOUNDING_ORDERS_H
#define CLI_FOUNDING_ORDERS_H

#include "cli/new_home.h"

/* Makes the keys of all who are enrolled, founds the journal of @new_home, whose files are there,
 * and gives the orders. Sets @broker to the broker's public keys. Returns an exit status. */
int founding_orders(struct new_home *new_home, struct public_keys *broker);

/* Makes all of @new_home, whose folder is absent or empty: files, keys, journal, agents. Sets
 * @broker to the broker's public keys. Returns an exit status; leaves nothing behind if it fails.
 */
int new_home_make(struct new_home *new_home, struct public_keys *broker);

/* True if @folder is absent, or an empty folder. */
bool new_home_is_free(const struct cli *cli, const char *folder);

#endif
