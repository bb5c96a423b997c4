/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/err.h"

#include <stddef.h>

const char *err_text(enum err code)
{
#define ERR_TEXT(name, text) text,
    static const char *const texts[] = {ERR_LIST(ERR_TEXT)};
#undef ERR_TEXT

    return (size_t)code < sizeof texts / sizeof texts[0] ? texts[code] : "unknown error";
}
