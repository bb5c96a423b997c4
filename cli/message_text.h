/* SPDX-License-Identifier: Apache-2.0 */
/* message_text.h - messages as JSON, and from files, with what is wrong with a file said on err. */
#ifndef CLI_MESSAGE_TEXT_H
#define CLI_MESSAGE_TEXT_H

#include "cli/cli.h"
#include "proto/message.h"
#include "proto/text/load.h"

/* Returns @message as canonical JSON, its times in the local time UTC + @offset_minutes; the caller
 * releases it. */
json_t *message_json(const void *message, int offset_minutes);

/* Sets @out to the message of type @type in the YAML or JSON file @path. Returns STATUS_DONE, or
 * STATUS_INVALID after saying every "file:line: path: reason". */
int message_load(const struct cli *cli, const char *path, const ProtobufCMessageDescriptor *type,
                 void **out);

/* Returns a file to be read from @path, whose errors are empty and in @cli's language. */
struct text_file message_file(const struct cli *cli, const char *path);

/* Returns what is wrong with a file that the user named, for a sentence; @limit is its largest size
 * in words. */
const char *file_problem(const struct cli *cli, enum err err, const char *limit);

/* Returns the exit status for a file that the user named and that could not be taken: it is not
 * what it should be, or the machine does not give it. */
int file_status(enum err err);

/* Says the errors of @file on err, a line each. */
void message_file_tell(const struct cli *cli, const struct text_file *file);

#endif
