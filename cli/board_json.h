/* SPDX-License-Identifier: Apache-2.0 */
/* board_json.h - the board for scripts. */
#ifndef CLI_BOARD_JSON_H
#define CLI_BOARD_JSON_H

#include "cli/board.h"
#include "cli/cli.h"

/* Returns {"nowAt", "complete", "rows": [...]}: the rows that are shown, the most urgent first,
 * each with its reviews and their lamps. The caller releases it. */
json_t *board_to_json(const struct cli *cli, const struct board *board);

#endif
