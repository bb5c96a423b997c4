/* SPDX-License-Identifier: Apache-2.0 */
/* completion.h - the completion of a shell, made from the verbs themselves, so that it offers what
 * there is. */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "cli/cli.h"

/* Prints on out what bash is to read. */
void completion_print_bash(const struct cli *cli);

#endif
