/* SPDX-License-Identifier: Apache-2.0 */
/* comparison_view.h - what changed from one packet to the next, as people and scripts see it. */
#ifndef CLI_COMPARISON_VIEW_H
#define CLI_COMPARISON_VIEW_H

#include "cli/cli.h"
#include "core/comparison.h"
#include "proto/dictionary.h"

/* Returns {"fields": [{path, zh, en, change, before, after}], "documents": [{code, change}]}, for
 * the caller to release; before and after are null where there is none. The words come from
 * @dictionary. */
json_t *comparison_to_json(const struct comparison *comparison,
                           const struct dictionary *dictionary);

/* Prints a line for each field and document that changed, or one that says nothing did. */
void comparison_print(const struct cli *cli, const struct comparison *comparison,
                      const struct dictionary *dictionary);

#endif
