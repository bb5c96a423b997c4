/* SPDX-License-Identifier: Apache-2.0 */
/* environment.h - what an LMDB environment must be before its pages are touched.
 *
 * LMDB maps its file and believes it: whoever touches a page that is not there is ended by a
 * signal. Codes are LMDB's or errno's, as those of its own calls.
 */
#ifndef STORE_ENVIRONMENT_H
#define STORE_ENVIRONMENT_H

#include <lmdb.h>

/* Looks for the file of an environment in @folder before it is opened, where none is to be made:
 * LMDB takes an empty file for a new environment.
 *
 * Errors: ENOENT, or another of stat(); MDB_INVALID if the file is empty. */
int environment_find(const char *folder);

/* Opens @env in @folder as mdb_env_open() does. If it fails where there was no file before, what it
 * left of one is removed: LMDB refuses a file with half of its first pages for ever. */
int environment_open(MDB_env *env, const char *folder, unsigned int flags, mdb_mode_t mode);

/* Checks that the file of @env, just opened, has its pages. One that lacks a few at the end is
 * made as long as it should be: a page that was given back in the commit that took it is never
 * written.
 *
 * Errors: MDB_PAGE_NOTFOUND if pages are missing, and those of making the file longer. */
int environment_check(MDB_env *env);

#endif
