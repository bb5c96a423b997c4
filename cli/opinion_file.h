/* SPDX-License-Identifier: Apache-2.0 */
/* opinion_file.h - an opinion in a YAML or JSON file, and what is wrong with it, line by line. */
#ifndef CLI_OPINION_FILE_H
#define CLI_OPINION_FILE_H

#include "cli/message_text.h"
#include "cli/review_ref.h"

struct opinion_file {
    struct text_file text; /* where its lines are */
    Hs__Opinion *opinion;
};

/* Reads the opinion at @path. Returns STATUS_DONE, or STATUS_INVALID after saying every
 * "file:line: path: reason". */
int opinion_file_load(const struct cli *cli, const char *path, struct opinion_file *out);

/* Says on err every rule of the sheet that the opinion breaks as the answer of @target, a line
 * each: "file:line: path: reason". For after the broker refused it; says nothing if the opinion is
 * sound, or if the round's definitions cannot be had. */
void opinion_file_explain(struct cli *cli, struct session *session, const struct opinion_file *file,
                          const struct review_target *target);

#endif
