/* SPDX-License-Identifier: Apache-2.0 */
#include "store/failure.h"

#include <stdarg.h>
#include <stdio.h>

void failure_set(struct failure *failure, const char *format, ...)
{
    va_list arguments;

    if (failure == NULL) {
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(failure->text, sizeof failure->text, format, arguments); /* cut if too long */
    va_end(arguments);
}
