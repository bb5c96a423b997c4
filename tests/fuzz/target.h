/* SPDX-License-Identifier: Apache-2.0 */
/* target.h - what is fuzzed: functions that take any bytes and must come to their end.
 *
 * A target reads its input as what a peer or a file may bring, or as the choices by which it makes
 * a case (choices.h), and says with require() what must hold. Under libFuzzer each is a program of
 * its own (libfuzzer.c); the kept corpus of all is run by one program in any build (main.c).
 */
#ifndef TESTS_FUZZ_TARGET_H
#define TESTS_FUZZ_TARGET_H

#include "lib/bytes.h"

/* Name of the target; the longest input worth making of it, in bytes (what is kept may be longer);
 * its share of all executions, in thousandths: what is cheap has more. The slowest come
 * first. */
#define FUZZ_TARGETS(X)    \
    X(core, 1024, 3)       \
    X(loader, 2048, 2)     \
    X(rules, 512, 10)      \
    X(store, 1200, 3)      \
    X(ledger, 1024, 6)     \
    X(zap, 512, 3)         \
    X(message, 1024, 6)    \
    X(number, 96, 255)     \
    X(text, 256, 100)      \
    X(envelope, 2048, 312) \
    X(civil, 32, 300)

struct fuzz_target {
    const char *name;
    size_t bytes_max;
    unsigned share;
    void (*run)(struct bytes input);
};

#define FUZZ_DECLARATION(name, bytes_max, share) void fuzz_##name(struct bytes input);
FUZZ_TARGETS(FUZZ_DECLARATION)
#undef FUZZ_DECLARATION

#endif
