/* SPDX-License-Identifier: Apache-2.0 */
/* calls.h - libtorture.so: the calls of a process into the system, counted, and the N-th failed.
 *
 * Linked before libc, or loaded before it (LD_PRELOAD), it stands in front of what our code, LMDB,
 * libzmq, libuv, libyaml, jansson, protobuf-c and libsodium ask of the system. What glibc does
 * inside (stdio) and close() never fail. What is counted and failed is said in a struct tally,
 * which a test shares with the process under test: a program that was only preloaded maps the file
 * that TORTURE_TALLY names. Without one everything goes through. What a process says on its
 * standard output and error (descriptors up to 2) is neither counted nor failed: it is judged. Nor
 * is what it reads from and writes to events and pipes, which do not fail.
 */
#ifndef TESTS_TORTURE_CALLS_H
#define TESTS_TORTURE_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#define CALLS_LIST(X)                                            \
    X(MEMORY, "memory")   /* malloc and its kin */               \
    X(READ, "read")       /* read */                             \
    X(PREAD, "pread")     /* pread: of a file, so never short */ \
    X(WRITE, "write")     /* write, pwrite, writev, pwritev */   \
    X(SYNC, "sync")       /* fsync, fdatasync */                 \
    X(OPEN, "open")       /* open, openat, opendir */            \
    X(NAME, "name")       /* rename, mkdir, unlink, fchmod */    \
    X(SIZE, "size")       /* ftruncate, fallocate, fstat */      \
    X(MAP, "map")         /* mmap */                             \
    X(NETWORK, "network") /* sockets, epoll, eventfd */          \
    X(RANDOM, "random")   /* getrandom */

#define CALLS_ENUM(name, text) CALLS_##name,
enum calls { CALLS_LIST(CALLS_ENUM) CALLS_COUNT };
#undef CALLS_ENUM

/* An error that is none: half of the bytes are read or written. */
enum { TALLY_SHORT = -1 };

/* What is to fail, and what was counted. Its layout is known to tests/torture/programs.py. */
struct tally {
    uint32_t is_armed;   /* counting and failing; what comes before is not seen */
    uint32_t calls;      /* which class fails */
    uint64_t first;      /* its first call to fail, from 1; 0: none */
    uint32_t is_lasting; /* all later calls of the class fail too */
    int32_t error;       /* errno, or TALLY_SHORT */
    uint64_t counts[CALLS_COUNT];
    uint64_t failed; /* how many calls were failed */
    int64_t blocks;  /* of memory that are held, counted armed or not */
    char call[32];   /* the name of the first that was failed */
};

/* Takes what is to fail from @tally, which lives as long as the process; NULL: nothing fails. */
void torture_attach(struct tally *tally);

/* Returns how many blocks of memory this process holds. */
int64_t torture_blocks(void);

#endif
