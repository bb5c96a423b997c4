/* SPDX-License-Identifier: Apache-2.0 */
/* message_text.h - messages as JSON on out, and from files, with the errors said on err. */
#ifndef CLI_MESSAGE_TEXT_H
#define CLI_MESSAGE_TEXT_H

#include "cli/cli.h"
#include "proto/message.h"

/* Returns @message as canonical JSON, its times in the local time UTC + @offset_minutes; the caller
 * releases it. */
json_t *message_json(const struct cli *cli, const void *message, int offset_minutes);

/* Sets @out to the message of type @type in the YAML or JSON file @path. Returns STATUS_DONE, or
 * STATUS_INVALID after saying "file:line: path: reason" for each error of the file. */
int message_load(const struct cli *cli, const char *path, const ProtobufCMessageDescriptor *type,
                 void **out);

#endif
