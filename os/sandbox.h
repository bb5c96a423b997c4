/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox.h - what a daemon gives up once it has what it needs, so that whoever takes it over has
 * little: the layer behind the service manager's, there also where no manager is.
 *
 * Nothing here can be taken back. In this order: sandbox_process() first; sandbox_files() before
 * the threads that it is to hold are started (of threads that run already the kernel knows nothing
 * here); sandbox_calls() when all is set up, for every thread there is and will be.
 *
 * A kernel may lack the means. The work goes on without, and the caller says so in the log.
 */
#ifndef OS_SANDBOX_H
#define OS_SANDBOX_H

#include <stddef.h>

#include "lib/err.h"
#include "os/log.h"

/* No new privileges by running anything, no core dump, no debugger but root's.
 *
 * Errors: ERR_IO; what could be given up is given up. */
enum err sandbox_process(void);

/* From now on this thread, and those it starts, open files below the @count folders @writable only,
 * without those that do not exist, and below the system's own (configuration, libraries, /proc,
 * /sys) for reading. Files that are open stay so.
 *
 * Errors (nothing is restricted): ERR_ABSENT if the kernel has no Landlock; ERR_IO. */
enum err sandbox_files(const char *const *writable, size_t count);

/* From now on all threads may use the system calls of os/sandbox_calls.c and no others: those fail
 * with EPERM, and with EAFNOSUPPORT for a socket that is neither of the Internet nor local.
 *
 * Errors (nothing is restricted): ERR_ABSENT if the kernel has no filters, ERR_IO. */
enum err sandbox_calls(void);

/* Writes to @log whether @part ("process", "files", "calls") is given up, or why not. */
void sandbox_tell(const struct log *log, const char *part, enum err err);

#endif
