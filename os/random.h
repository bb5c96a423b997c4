/* SPDX-License-Identifier: Apache-2.0 */
/* random.h - random bytes from the kernel. */
#ifndef OS_RANDOM_H
#define OS_RANDOM_H

#include <stddef.h>

/* Fills @size bytes at @out with random bytes fit for keys. */
void random_bytes(void *out, size_t size);

/* Seeds rand() from the kernel. libzmq draws routing ids from rand(): call this before the first
 * socket, or two runs of a program give their peers the same ids. */
void random_seed_libc(void);

#endif
