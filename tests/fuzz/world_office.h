/* SPDX-License-Identifier: Apache-2.0 */
/* world_office.h - the definitions that the offices of world.h go by. */
#ifndef TESTS_FUZZ_WORLD_OFFICE_H
#define TESTS_FUZZ_WORLD_OFFICE_H

#include "core/calendar.h"
#include "tests/fuzz/world.h"

struct kept_office {
    struct small_office small;
    const struct calendar *calendar; /* of the process; NULL: it names none */
};

/* Returns the office of @kind, below WORLD_KINDS, which is made once and never changed. */
const struct kept_office *kept_office(unsigned kind);

#endif
