/* SPDX-License-Identifier: Apache-2.0 */
/* new_home.h - the folders and files of a home that is being made: configuration, definitions,
 * keys.
 *
 * The journal is founded afterwards (founding_orders.h). Every function returns an exit status and
 * has said why on err where it is not STATUS_DONE.
 */
#ifndef CLI_NEW_HOME_H
#define CLI_NEW_HOME_H

#include <stdbool.h>

#include "cli/definitions.h"
#include "cli/home.h"
#include "net/keys.h"
#include "os/virtual_clock.h"

#define NEW_HOME_LISTEN "tcp://127.0.0.1:7700"

enum { NEW_HOME_UTC_OFFSET_MINUTES = 480, NEW_HOME_ACCOUNTS_MAX = 64 };

/* A home being made. */
struct new_home {
    struct cli *cli;
    struct home home; /* office is NULL: it is not open yet */
    const char *data; /* the folder that definitions are copied from */
    const char *office;
    const char *prefix;
    bool is_demo;
    const struct virtual_clock *clock;     /* NULL: the machine's */
    const Hs__DepartmentList *departments; /* as they stand in the home */
};

/* Someone to be enrolled. */
struct new_account {
    const char *name;       /* person:street */
    const char *department; /* empty: none */
    Hs__Principal__Role role;
};

/* Makes the folders, copies the definitions, writes office.yaml, and loads the departments. In a
 * demonstration every department answers by its rules. */
int new_home_files(struct new_home *new_home);

/* Writes configs/agents/ID.yaml for every department, all of whose agents know the broker by these
 * keys. */
int new_home_agents(const struct new_home *new_home, const struct public_keys *broker);

/* Sets @out[0..@count) to those who act in a demonstration beside the administrators: people, and
 * for each department an account of its name, one of its head (head-fire) and an agent. */
void new_home_accounts(const struct new_home *new_home,
                       struct new_account out[NEW_HOME_ACCOUNTS_MAX], size_t *count);

#endif
