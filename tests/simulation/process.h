/* SPDX-License-Identifier: Apache-2.0 */
/* process.h - a simulated process: program code that can be killed at any effect it has.
 *
 * While a process runs, what it allocates, opens and maps is noted as its own. A kill leaves its
 * code by a jump, wherever that is, and process_end() then takes everything back, as the kernel
 * does. Program code runs nowhere else.
 *
 * The only globals of the simulation are in process.c and disk.c: which process runs, and what its
 * descriptors stand for. libc's functions, which they replace, have nowhere else to look.
 */
#ifndef TESTS_SIMULATION_PROCESS_H
#define TESTS_SIMULATION_PROCESS_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct allocation;

enum { PROCESS_MAPS_MAX = 16, PROCESS_FILES_MAX = 64 };

struct process {
    struct allocation *allocations;
    struct process_map {
        void *at;
        size_t bytes;
    } maps[PROCESS_MAPS_MAX];
    int files[PROCESS_FILES_MAX]; /* descriptors, file_count of them */
    size_t file_count;
    uint64_t kill_in; /* after so many effects; 0: it lives */
    jmp_buf jump;
};

typedef void (*process_fn)(void *self);

/* Lets @run run in @process. False: it was killed there; process_end() it. */
bool process_run(struct process *process, process_fn run, void *self);

/* Returns the process that runs, or NULL. */
struct process *process_current(void);

/* An effect is about to leave the process, or just left: here it may be killed. */
void process_effect(void);

/* Takes back what @process holds. */
void process_end(struct process *process);

/* Makes what follows the world's own, until process_resume() of what is returned. */
struct process *process_pause(void);
void process_resume(struct process *process);

/* For disk.c: a descriptor is @process's own, or no longer. */
void process_opened(struct process *process, int fd);
void process_closed(struct process *process, int fd);

#endif
