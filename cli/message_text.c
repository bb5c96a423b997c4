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

const char *file_problem(const struct cli *cli, enum err err, const char *limit)
{
    switch (err) {
    case ERR_ABSENT:
        return cli_text(cli, "没有此文件", "there is no such file");
    case ERR_INVALID:
        return cli_text(cli, "这是文件夹或不是普通文件", "this is a folder or no plain file");
    case ERR_FULL:
        return cli_format(cli, cli_text(cli, "文件超过 %s", "the file is larger than %s"), limit);
    case ERR_OK:
    case ERR_TIMEOUT:
    case ERR_DENIED:
    case ERR_CORRUPT:
    case ERR_EXISTS:
    case ERR_NO_SPACE:
    case ERR_IO:
        break;
    }
    return cli_text(cli, "文件无法读取", "the file cannot be read");
}

int file_status(enum err err)
{
    return err == ERR_IO || err == ERR_NO_SPACE ? STATUS_ENVIRONMENT : STATUS_INVALID;
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

    enum err err = load_message(&file, type, &message);

    if (err != ERR_OK) {
        message_file_tell(cli, &file);
        return file_status(err);
    }
    *out = message;
    return STATUS_DONE;
}
