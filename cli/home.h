/* SPDX-License-Identifier: Apache-2.0 */
/* home.h - the folder of one office on this machine: where what lies, and who acts.
 *
 *   office.yaml     the office's configuration (OfficeConfig)
 *   journal/        the record; the broker's alone
 *   documents/      files named by hash; the broker's alone
 *   keys/NAME/      a principal's keys; keys/office/ the broker's
 *   configs/        departments.yaml, dictionary.yaml, processes/, processes/packs/, agents/
 *   rules/ID.yaml   the departments' packs
 *   agents/ID-1/    an agent's own store
 *   pending/NAME/   commands of the principal NAME that wait for their answer (kept.h)
 *   run/            the endpoint in use (broker), logs, scratch
 */
#ifndef CLI_HOME_H
#define CLI_HOME_H

#include "cli/cli.h"
#include "proto/message.h"

struct home {
    const char *folder;
    const Hs__OfficeConfig *office;
};

/* Reads the configuration of the home that @cli was given. Returns STATUS_DONE, or an exit status
 * after saying why: there is no home, or its office.yaml is not valid. */
int home_open(struct cli *cli, struct home *out);

/* Returns FOLDER/@name in the arena. */
const char *home_path(const struct cli *cli, const struct home *home, const char *name);

/* Returns the full name of the account @name: person:@name if it has no colon. */
const char *home_principal(const struct cli *cli, const char *name);

/* Returns the principal that acts for the present verb: --as; else the configuration's account for
 * its action ("account add") or the verb; else the verb's own idea; else the configuration's
 * account for every verb (""). NULL if there is none. */
const char *home_account(const struct cli *cli, const struct home *home);

/* Returns the endpoint of the home's broker: the one in use, else the one configured. */
const char *home_endpoint(const struct cli *cli, const struct home *home);

#endif
