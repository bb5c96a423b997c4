/* SPDX-License-Identifier: Apache-2.0 */
/* office.h - an office founded for one run: its home, its principals and their keys.
 *
 * Its keys never leave this program but for the broker's own, which stand in the home.
 */
#ifndef BENCH_OFFICE_H
#define BENCH_OFFICE_H

#include <stdint.h>

#include "bench/definitions.h"
#include "bench/options.h"
#include "lib/err.h"
#include "net/keys.h"
#include "os/files.h"

#define OFFICE_ID "bench"

enum { PRINCIPAL_NAME_BYTES = 64 };

/* Who connects, and as whom. */
struct bench_principal {
    char name[PRINCIPAL_NAME_BYTES];
    struct keys keys;
};

struct bench_office {
    char home[FILES_PATH_BYTES_MAX];
    char journal[FILES_PATH_BYTES_MAX + 16];
    struct keys broker;
    struct bench_principal overseer; /* person:office, who may see everything */
    struct bench_principal agents[BENCH_DEPARTMENTS];
    struct bench_principal submitters[SUBMITTERS_MAX];
    uint32_t submitter_count;
};

/* Founds the office in the new folder @home, with @submitter_count applicants. What goes wrong is
 * said on standard error.
 *
 * Errors: those of os/files.h and broker/found.h; what was made stays. */
enum err office_found(struct bench_office *office, const char *home, uint32_t submitter_count);

/* Overwrites the keys. */
void office_wipe(struct bench_office *office);

#endif
