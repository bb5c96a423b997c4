/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/check.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void check_failed(const char *expr, const char *file, int line)
{
    fprintf(stderr, "bug: %s:%d: require(%s)\n", file, line, expr);
    abort();
}
