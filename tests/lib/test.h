/* SPDX-License-Identifier: Apache-2.0 */
/* test.h - cmocka with the headers it needs before it, in the order it needs them. */
#ifndef TESTS_LIB_TEST_H
#define TESTS_LIB_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ARRAY_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
