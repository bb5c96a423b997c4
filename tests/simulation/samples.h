/* SPDX-License-Identifier: Apache-2.0 */
/* samples.h - the packets that are submitted: those of configs/samples. */
#ifndef TESTS_SIMULATION_SAMPLES_H
#define TESTS_SIMULATION_SAMPLES_H

#include "lib/arena.h"
#include "proto/message.h"

enum { SAMPLES_MAX = 32 };

struct samples {
    struct arena arena;
    Hs__Packet *packets[SAMPLES_MAX];
    const char *titles[SAMPLES_MAX];
    size_t count;
};

/* Reads them, from the working folder. A failure ends the program. */
void samples_load(struct samples *samples);

#endif
