/* SPDX-License-Identifier: Apache-2.0 */
/* check.h - assertions that stay on in release builds: a broker that is wrong must stop. */
#ifndef LIB_CHECK_H
#define LIB_CHECK_H

/* Aborts with a message naming @expr unless it holds. For bugs only, never for bad input. */
#define require(expr) ((expr) ? (void)0 : check_failed(#expr, __FILE__, __LINE__))

/* Unit tests link their own definition, so a failed require() becomes an expected check. */
_Noreturn void check_failed(const char *expr, const char *file, int line);

#endif
