/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "proto/text/bindings.h"

/* Returns the open file, or NULL with the reason said. */
static FILE *open_file(const struct cli *cli, const char *path)
{
    struct stat status;
    FILE *file = fopen(path, "r");

    if (file == NULL || fstat(fileno(file), &status) != 0) {
        cli_fail(cli, STATUS_INVALID, "%s: %s", path, strerror(errno));
    } else if (S_ISDIR(status.st_mode)) {
        cli_fail(cli, STATUS_INVALID, cli_text(cli, "%s：是文件夹", "%s: is a folder"), path);
    } else if (status.st_size > JSON_FILE_BYTES_MAX) {
        cli_fail(cli, STATUS_INVALID, cli_text(cli, "%s：大于 16 MiB", "%s: larger than 16 MiB"),
                 path);
    } else {
        return file;
    }
    if (file != NULL) {
        (void)fclose(file); /* it was only read */
    }
    return NULL;
}

json_t *json_file_read(const struct cli *cli, const char *path)
{
    json_error_t error;
    FILE *file = open_file(cli, path);

    if (file == NULL) {
        return NULL;
    }
    json_t *json = json_loadf(file, BINDINGS_JSON_FLAGS, &error);
    (void)fclose(file); /* it was only read */
    if (json == NULL) {
        cli_fail(cli, STATUS_INVALID, "%s:%d: %s", path, error.line, error.text);
    }
    return json;
}
