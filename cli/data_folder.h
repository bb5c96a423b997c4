/* SPDX-License-Identifier: Apache-2.0 */
/* data_folder.h - where the definitions that come with the program lie: configs/ and the packs of
 * the departments, agents/ID/rules.yaml. */
#ifndef CLI_DATA_FOLDER_H
#define CLI_DATA_FOLDER_H

#include "cli/cli.h"

/* Returns the folder: the environment's HUISHEN_DATADIR, else the one above the executable's (a
 * build tree), else the one the program was installed with. NULL, with the reason said on err, if
 * none of them holds configs/dictionary.yaml. */
const char *data_folder_find(const struct cli *cli);

#endif
