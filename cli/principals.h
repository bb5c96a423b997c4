/* SPDX-License-Identifier: Apache-2.0 */
/* principals.h - principals as they are enrolled: their keys in a home, and their enrolment text.
 *
 * The enrolment text is what travels from the machine that holds the keys to the office: a
 * Principal as YAML, public keys in it only, with the fingerprint as a comment for two people to
 * compare.
 */
#ifndef CLI_PRINCIPALS_H
#define CLI_PRINCIPALS_H

#include "cli/home.h"
#include "net/keys.h"

/* Returns the folder of @principal's keys: HOME/keys/@principal. */
const char *principal_folder(const struct cli *cli, const struct home *home, const char *principal);

/* Makes new keys for @principal in its folder and sets @out to their public halves. Returns an exit
 * status: STATUS_REFUSED (KEYS_EXIST) if there are some already. */
int principal_make_keys(struct cli *cli, const struct home *home, const char *principal,
                        struct public_keys *out);

/* Sets @out to the public halves of @principal's keys. Returns an exit status. */
int principal_read_keys(struct cli *cli, const struct home *home, const char *principal,
                        struct public_keys *out);

/* Sets @out to the keys of @principal, for the caller to wipe. Returns an exit status. */
int principal_load_keys(struct cli *cli, const struct home *home, const char *principal,
                        struct keys *out);

/* Returns a principal of this name with copies of these keys, without roles; an agent's department
 * is taken from its name. */
Hs__Principal *principal_new(const struct cli *cli, const char *name,
                             const struct public_keys *keys);

/* Prints the enrolment text, or with --json {"name", "curveKey", "signKey", "fingerprint"}. */
void principal_print(const struct cli *cli, const char *name, const struct public_keys *keys);

#endif
