/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/process.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/check.h"

/* In front of each piece of memory that statically linked code allocates. Aligned as malloc's. */
struct allocation {
    struct allocation *next;
    struct allocation *previous;
    struct process *owner; /* NULL: the world */
    uint64_t mark;
};

#define MARK UINT64_C(0x6875697368656e21)

static struct process *current;

void *__real_malloc(size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);
char *__wrap_strdup(const char *text);

/* ---- memory ---- */

static void own(struct allocation *allocation)
{
    allocation->owner = current;
    allocation->mark = MARK;
    allocation->previous = NULL;
    allocation->next = current == NULL ? NULL : current->allocations;
    if (allocation->next != NULL) {
        allocation->next->previous = allocation;
    }
    if (current != NULL) {
        current->allocations = allocation;
    }
}

static void disown(struct allocation *allocation)
{
    if (allocation->previous != NULL) {
        allocation->previous->next = allocation->next;
    } else if (allocation->owner != NULL) {
        allocation->owner->allocations = allocation->next;
    }
    if (allocation->next != NULL) {
        allocation->next->previous = allocation->previous;
    }
    allocation->mark = 0;
}

void *__wrap_malloc(size_t size)
{
    struct allocation *allocation = __real_malloc(sizeof *allocation + size);

    if (allocation == NULL) {
        return NULL;
    }
    own(allocation);
    return allocation + 1;
}

void *__wrap_calloc(size_t count, size_t size)
{
    require(size == 0 || count <= SIZE_MAX / size);

    void *memory = __wrap_malloc(count * size);
    if (memory != NULL) {
        memset(memory, 0, count * size);
    }
    return memory;
}

/* Returns what stands before @memory; NULL: a library's own, which has no mark. */
static struct allocation *allocation_of(void *memory)
{
    if (memory == NULL) {
        return NULL;
    }
    struct allocation *allocation = (struct allocation *)memory - 1;
    return allocation->mark == MARK ? allocation : NULL;
}

void __wrap_free(void *memory)
{
    struct allocation *allocation = allocation_of(memory);

    if (allocation == NULL) {
        __real_free(memory);
        return;
    }
    disown(allocation);
    __real_free(allocation);
}

static void *move(void *memory, struct allocation *allocation, size_t size)
{
    struct process *kept = current;

    current = allocation->owner;
    struct allocation *moved = __real_malloc(sizeof *moved + size);
    if (moved != NULL) {
        own(moved);
        size_t had = malloc_usable_size(allocation) - sizeof *allocation;
        memcpy(moved + 1, memory, had < size ? had : size);
        __wrap_free(memory);
    }
    current = kept;
    return moved == NULL ? NULL : moved + 1;
}

void *__wrap_realloc(void *memory, size_t size)
{
    struct allocation *allocation = allocation_of(memory);

    if (memory == NULL) {
        return __wrap_malloc(size);
    }
    require(allocation != NULL); /* nobody here grows what a library gave */
    return move(memory, allocation, size);
}

char *__wrap_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = __wrap_malloc(size);

    return copy == NULL ? NULL : memcpy(copy, text, size);
}

/* ---- maps ---- */

/* These take the place of libc's for LMDB as well, which is a library of its own. */
/* NOLINTNEXTLINE(readability-function-size): its parameters are POSIX's. */
void *mmap(void *at, size_t bytes, int protection, int flags, int fd, off_t offset)
{
    long mapped = syscall(SYS_mmap, at, bytes, protection, flags, fd, offset);

    if (current == NULL || mapped == -1 || fd < 0) {
        return (void *)mapped;
    }
    for (size_t i = 0; i < PROCESS_MAPS_MAX; i++) {
        if (current->maps[i].at == NULL) {
            current->maps[i] = (struct process_map){(void *)mapped, bytes};
            return (void *)mapped;
        }
    }
    require(false); /* more files than a process here maps */
    return NULL;
}

int munmap(void *at, size_t bytes)
{
    for (size_t i = 0; current != NULL && i < PROCESS_MAPS_MAX; i++) {
        if (current->maps[i].at == at) {
            current->maps[i].at = NULL;
        }
    }
    return (int)syscall(SYS_munmap, at, bytes);
}

/* There is one thread, and a process that was killed unlocks nothing. */
int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    (void)mutex;
    return 0;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    (void)mutex;
    return 0;
}

/* ---- life ---- */

struct process *process_current(void)
{
    return current;
}

bool process_run(struct process *process, process_fn run, void *self)
{
    require(current == NULL);
    current = process;
    if (setjmp(process->jump) != 0) {
        current = NULL;
        return false;
    }
    run(self);
    current = NULL;
    return true;
}

void process_effect(void)
{
    if (current == NULL || current->kill_in == 0) {
        return;
    }
    if (--current->kill_in == 0) {
        longjmp(current->jump, 1);
    }
}

struct process *process_pause(void)
{
    struct process *process = current;

    current = NULL;
    return process;
}

void process_resume(struct process *process)
{
    current = process;
}

void process_opened(struct process *process, int fd)
{
    require(process->file_count < PROCESS_FILES_MAX);
    process->files[process->file_count++] = fd;
}

void process_closed(struct process *process, int fd)
{
    for (size_t i = 0; i < process->file_count; i++) {
        if (process->files[i] == fd) {
            process->files[i] = process->files[--process->file_count];
            return;
        }
    }
}

void process_end(struct process *process)
{
    require(current == NULL);
    while (process->allocations != NULL) {
        __wrap_free(process->allocations + 1);
    }
    for (size_t i = 0; i < PROCESS_MAPS_MAX; i++) {
        if (process->maps[i].at != NULL) {
            (void)syscall(SYS_munmap, process->maps[i].at, process->maps[i].bytes);
        }
    }
    current = process; /* so that they are noted as closed */
    while (process->file_count > 0) {
        (void)close(process->files[0]);
    }
    current = NULL;
    *process = (struct process){.file_count = 0};
}
