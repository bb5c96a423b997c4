/* SPDX-License-Identifier: Apache-2.0 */
/* json_file.h - a JSON file as it is, for the rule language's own formats. */
#ifndef CLI_JSON_FILE_H
#define CLI_JSON_FILE_H

#include <jansson.h>

#include "cli/cli.h"

enum { JSON_FILE_BYTES_MAX = 16 * 1024 * 1024 };

/* Returns what the file at @path holds, read with the flags of proto/text/bindings.h; the caller
 * releases it. Returns NULL, with the reason said on @cli's err as "file:line: reason", if it
 * cannot be read, is larger than JSON_FILE_BYTES_MAX, or is no JSON. */
json_t *json_file_read(const struct cli *cli, const char *path);

#endif
