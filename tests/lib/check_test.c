/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/check.h"

#include "tests/lib/test.h"

#include <stdlib.h>

/* Takes the place of lib/check.c in test programs, so expect_assert_failure() sees require(). */
_Noreturn void check_failed(const char *expr, const char *file, int line)
{
    mock_assert(0, expr, file, line);
    abort();
}
