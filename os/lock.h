/* SPDX-License-Identifier: Apache-2.0 */
/* lock.h - one process at a time: a lock that ends with the process, however it ends. */
#ifndef OS_LOCK_H
#define OS_LOCK_H

#include "lib/err.h"

/* Takes the lock that the file @path stands for, made if it is missing, and sets @out to what
 * lock_release() wants.
 *
 * Errors (nothing is taken): ERR_EXISTS if another process, or this one, holds it; those of
 * os/files.h. */
enum err lock_take(const char *path, int *out);

/* Gives it back. Below 0 is accepted: nothing was taken. */
void lock_release(int lock);

#endif
