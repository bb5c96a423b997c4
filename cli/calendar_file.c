/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/calendar_file.h"

#include "cli/data_folder.h"
#include "cli/message_text.h"
#include "core/lint.h"
#include "os/files.h"

static const char calendar_file[] = "configs/calendars/working_days.yaml";

static const char *installed_file(const struct cli *cli)
{
    if (cli->home != NULL) {
        const char *own = cli_format(cli, "%s/%s", cli->home, calendar_file);

        if (file_exists(own)) {
            return own;
        }
    }

    const char *folder = data_folder_find(cli);
    return folder == NULL ? NULL : cli_format(cli, "%s/%s", folder, calendar_file);
}

int calendar_load(const struct cli *cli, const char *path, struct calendar **out)
{
    struct text_file file = message_file(cli, path);
    ProtobufCMessage *message = NULL;
    enum err err = load_message(&file, &hs__calendar__descriptor, &message);

    if (err != ERR_OK) {
        message_file_tell(cli, &file);
        return err == ERR_INVALID || err == ERR_FULL ? STATUS_INVALID : STATUS_ENVIRONMENT;
    }

    struct defects *defects = cli_memory(arena_alloc(cli->arena, sizeof *defects));
    defects_init(defects, cli->arena);
    lint_calendar((const Hs__Calendar *)message, defects);
    for (size_t i = 0; i < defects->count; i++) {
        (void)fprintf(cli->err, "%s:%u: %s: %s\n", path, load_line(&file, defects->rows[i].path),
                      defects->rows[i].path,
                      cli_text(cli, defects->rows[i].zh, defects->rows[i].en));
    }
    if (defects->total > 0) {
        return STATUS_INVALID;
    }
    *out = cli_memory(calendar_build((const Hs__Calendar *)message, cli->arena));
    return STATUS_DONE;
}

int calendar_load_installed(const struct cli *cli, struct calendar **out)
{
    const char *path = installed_file(cli);

    return path == NULL ? STATUS_ENVIRONMENT : calendar_load(cli, path, out);
}
