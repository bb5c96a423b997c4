/* SPDX-License-Identifier: Apache-2.0 */
/* fail.h - between the files of libtorture.so: whether this call is the one to fail. */
#ifndef TESTS_TORTURE_FAIL_H
#define TESTS_TORTURE_FAIL_H

#include <stddef.h>

#include "tests/torture/calls.h"

enum outcome { OUTCOME_GO_ON, OUTCOME_FAIL, OUTCOME_SHORT };

/* Counts a call of the function @name. After OUTCOME_FAIL errno is set. */
enum outcome outcome_of(enum calls calls, const char *name);

/* The same for a function that cannot do half of its work. */
bool is_failed(enum calls calls, const char *name);

/* The same for one that moves @size bytes of @fd: halves @size if it is to come short. */
bool is_cut(enum calls calls, const char *name, int fd, size_t *size);

#endif
