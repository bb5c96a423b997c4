/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/packet_input.h"

#include <stdlib.h>
#include <string.h>

#include "cli/message_text.h"
#include "proto/text/packet_text.h"

int packet_input_load(const struct cli *cli, const char *path, const struct dictionary *dictionary,
                      Hs__Packet **out, const char **title)
{
    struct text_file file = message_file(cli, path);
    enum err err = load_packet(&file, dictionary, out);

    if (err != ERR_OK) {
        message_file_tell(cli, &file);
        return file_status(err);
    }
    *title = packet_text_at(*out, "project.name");
    return STATUS_DONE;
}

/* Puts the document given as CODE=PATH into @out. */
static int take_document(struct cli *cli, struct session *session, const char *given,
                         Hs__Document **out)
{
    const char *equals = strchr(given, '=');

    if (equals == NULL || equals == given || equals[1] == '\0') {
        return cli_fail(
            cli, STATUS_INVALID,
            cli_text(cli, "--document 应为 CODE=PATH，不是 %s", "--document is CODE=PATH, not %s"),
            given);
    }

    Hs__Document *document = cli_memory(message_new(&hs__document__descriptor, cli->arena));
    document->code = cli_format(cli, "%.*s", (int)(equals - given), given);
    *out = document;
    return session_put_document(session, equals + 1, document);
}

/* By code, then hash: the order that a packet has them in. */
static int compare(const void *left, const void *right)
{
    const Hs__Document *const *a = left;
    const Hs__Document *const *b = right;
    int order = strcmp((*a)->code, (*b)->code);

    return order != 0 ? order : memcmp((*a)->hash.data, (*b)->hash.data, (*a)->hash.len);
}

/* Of two that are the same, one would do, so neither can be meant. */
static int check_once(const struct cli *cli, const Hs__Packet *packet)
{
    for (size_t i = 1; i < packet->n_documents; i++) {
        if (compare(&packet->documents[i - 1], &packet->documents[i]) == 0) {
            return cli_fail(
                cli, STATUS_INVALID,
                cli_text(cli, "%s=%s：同一文件给了两次", "%s=%s: this document is given twice"),
                packet->documents[i]->code, packet->documents[i]->name);
        }
    }
    return STATUS_DONE;
}

int packet_input_documents(struct cli *cli, struct session *session,
                           const struct arguments *arguments, Hs__Packet *packet)
{
    int status = STATUS_DONE;

    packet->documents =
        cli_memory(arena_array(cli->arena, ARGUMENT_OPTIONS_MAX, sizeof(Hs__Document *)));
    for (size_t i = 0; i < arguments->option_count && status == STATUS_DONE; i++) {
        const struct option_given *given = &arguments->options[i];

        if (strcmp(given->option->name, "document") == 0) {
            status = take_document(cli, session, given->value,
                                   &packet->documents[packet->n_documents++]);
        }
    }
    if (status == STATUS_DONE) {
        qsort(packet->documents, packet->n_documents, sizeof(Hs__Document *), compare);
        status = check_once(cli, packet);
    }
    return status;
}
