/* SPDX-License-Identifier: Apache-2.0 */
/* huishen revise: a new packet for a proposal that failed a gate or lacks something. */
#include <string.h>

#include "cli/intake_view.h"
#include "cli/message_text.h"
#include "cli/packet_input.h"
#include "cli/published.h"
#include "cli/verbs.h"
#include "lib/text.h"
#include "os/files.h"

enum { REPLY_BYTES_MAX = 64 * 1024 };

/* Sets @out to the text of the reply, empty if none is given. */
static int read_reply(const struct cli *cli, const struct arguments *arguments, const char **out)
{
    const char *path = arguments_value(arguments, "reply");
    struct bytes text = {0};

    *out = "";
    if (path == NULL) {
        return STATUS_DONE;
    }
    enum err err = file_read(path, REPLY_BYTES_MAX, cli->arena, &text);
    if (err != ERR_OK) {
        return cli_fail(cli, STATUS_INVALID, "%s: %s", path, file_problem(cli, err, "64 KiB"));
    }
    if (!text_is_utf8(text) || memchr(text.data, 0, text.size) != NULL) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "%s：不是 UTF-8 文本", "%s: this is no UTF-8 text"), path);
    }
    *out = (const char *)text.data;
    return STATUS_DONE;
}

static int send(struct session *session, uint64_t proposal, Hs__Packet *packet, const char *reply)
{
    Hs__Revise revise = HS__REVISE__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__Receipt *receipt = NULL;

    revise.proposal = proposal;
    revise.packet = packet;
    revise.reply = reply;
    command.body_case = HS__COMMAND__BODY_REVISE;
    command.revise = &revise;
    return session_command(session, &command, &receipt);
}

static int revise_with(struct cli *cli, struct session *session, const struct arguments *arguments,
                       Hs__Proposal *proposal)
{
    const struct dictionary *dictionary = NULL;
    Hs__Packet *packet = NULL;
    const char *title = "";
    const char *reply = "";
    int status = published_dictionary(cli, session, proposal->process, &dictionary);

    if (status == STATUS_DONE) {
        status = packet_input_load(cli, arguments->words[1], dictionary, &packet, &title);
    }
    if (status == STATUS_DONE) {
        status = read_reply(cli, arguments, &reply);
    }
    if (status == STATUS_DONE) {
        status = packet_input_documents(cli, session, arguments, packet);
    }
    if (status == STATUS_DONE) {
        status = send(session, proposal->id, packet, reply);
    }
    if (status == STATUS_DONE) {
        status = session_show(session, proposal->number, &proposal);
    }
    return status == STATUS_DONE ? intake_tell(cli, session, proposal) : status;
}

static int revise(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    Hs__Proposal *proposal = NULL;
    int status = session_show(session, arguments->words[0], &proposal);

    return status == STATUS_DONE ? revise_with(cli, session, arguments, proposal) : status;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    return session_do(cli, arguments, revise);
}

static const struct option options[] = {
    {.name = "reply",
     .value = "FILE",
     .help = {"对各条意见的答复（文本）", "the answer to what was asked for, as a text"}},
    {.name = "document",
     .value = "CODE=PATH",
     .is_repeatable = true,
     .help = {"随附文件及其材料代码，可多次给出", "a document and what it is; may be repeated"}},
};

const struct verb verb_revise = {
    .name = "revise",
    .words = "ID FILE",
    .words_min = 2,
    .words_max = 2,
    .needs_home = true,
    .summary = {"补正后重新报送", "hand in a new packet for a proposal"},
    .manual = {"以 FILE 中的新材料答复补正通知或未过的准入条件。新材料是完整的一版，\n"
               "不是差别。输出与退出码同 submit。",
               "Answers a correction or a failed gate with the new packet in FILE. It is a whole\n"
               "packet, not a difference. What is printed, and the exit status, are those\n"
               "of `submit`."},
    .example = "huishen --as street revise LJHS-2026-0007 proposal.yaml --reply reply.txt",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
