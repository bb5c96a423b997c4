/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/message_text.h"

#include "proto/text/json.h"

json_t *message_json(const void *message, int offset_minutes)
{
    json_t *json = message_to_json(message, offset_minutes);

    return cli_memory(json);
}

struct text_file message_file(const struct cli *cli, const char *path)
{
    struct text_errors *errors = cli_memory(arena_alloc(cli->arena, sizeof *errors));

    text_errors_init(errors, cli->language == LANGUAGE_ZH ? TEXT_ZH : TEXT_EN);
    return (struct text_file){.path = path, .arena = cli->arena, .errors = errors};
}

void message_file_tell(const struct cli *cli, const struct text_file *file)
{
    for (size_t i = 0; i < file->errors->count; i++) {
        const char *line = text_error_line(&file->errors->rows[i], file->path, cli->arena);

        /* A closed err cannot be reported. */
        (void)fprintf(cli->err, "%s\n", (const char *)cli_memory((void *)(uintptr_t)line));
    }
    if (file->errors->total > file->errors->count) {
        (void)fprintf(cli->err, cli_text(cli, "%s：另有 %zu 处\n", "%s: and %zu more\n"),
                      file->path, file->errors->total - file->errors->count);
    }
}

int message_load(const struct cli *cli, const char *path, const ProtobufCMessageDescriptor *type,
                 void **out)
{
    struct text_file file = message_file(cli, path);
    ProtobufCMessage *message = NULL;

    if (load_message(&file, type, &message) != ERR_OK) {
        message_file_tell(cli, &file);
        return STATUS_INVALID;
    }
    *out = message;
    return STATUS_DONE;
}
