/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/data_folder.h"

#include <stdlib.h>

#include "os/files.h"

const char *data_folder_find(const struct cli *cli)
{
    const char *named = getenv("HUISHEN_DATADIR");
    const char *candidates[] = {
        named,
        cli_format(cli, "%s/..", cli->folder),
        cli_format(cli, "%s/../share/huishen", cli->folder),
        HUISHEN_DATADIR,
    };
    bool is_named = named != NULL && named[0] != '\0';
    size_t first = is_named ? 0 : 1;
    size_t last = is_named ? 1 : sizeof candidates / sizeof *candidates;

    for (size_t i = first; i < last; i++) {
        if (file_exists(cli_format(cli, "%s/configs/dictionary.yaml", candidates[i]))) {
            return candidates[i];
        }
    }
    cli_fail(
        cli, STATUS_ENVIRONMENT,
        cli_text(cli, "找不到随程序提供的定义（configs/dictionary.yaml），请设置 HUISHEN_DATADIR",
                 "the definitions that come with the program (configs/dictionary.yaml) are not "
                 "found; set HUISHEN_DATADIR"));
    return NULL;
}
