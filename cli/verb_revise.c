/* SPDX-License-Identifier: Apache-2.0 */
/* huishen revise: a new packet for a proposal that failed a gate, lacks something, or was returned.
 */
#include <string.h>

#include "cli/intake_view.h"
#include "cli/message_text.h"
#include "cli/packet_input.h"
#include "cli/published.h"
#include "cli/rounds_view.h"
#include "cli/verbs.h"
#include "lib/text.h"
#include "os/files.h"

enum { REPLY_BYTES_MAX = 64 * 1024 };

/* A file that answers item by item; any other is a text. */
static bool is_sheet(const char *path)
{
    const char *dot = strrchr(path, '.');

    return dot != NULL &&
           (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0 || strcmp(dot, ".json") == 0);
}

/* Sets @out to the reply in the file that was named; it is empty if none was. */
static int read_reply(const struct cli *cli, const struct arguments *arguments, Hs__Reply **out)
{
    const char *path = arguments_value(arguments, "reply");
    struct bytes text = {0};
    void *loaded = NULL;

    *out = cli_memory(message_new(&hs__reply__descriptor, cli->arena));
    if (path == NULL) {
        return STATUS_DONE;
    }
    if (is_sheet(path)) {
        int status = message_load(cli, path, &hs__reply__descriptor, &loaded);

        *out = loaded;
        return status;
    }
    enum err err = file_read(path, REPLY_BYTES_MAX, cli->arena, &text);
    if (err != ERR_OK) {
        return cli_fail(cli, file_status(err), "%s: %s", path, file_problem(cli, err, "64 KiB"));
    }
    if (!text_is_utf8(text) || memchr(text.data, 0, text.size) != NULL) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "%s：不是 UTF-8 文本", "%s: this is no UTF-8 text"), path);
    }
    (*out)->text = (const char *)text.data;
    return STATUS_DONE;
}

static int send(struct session *session, uint64_t proposal, Hs__Packet *packet,
                const Hs__Reply *reply)
{
    Hs__Revise revise = HS__REVISE__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__Receipt *receipt = NULL;

    revise.proposal = proposal;
    revise.packet = packet;
    revise.reply = reply->text;
    revise.n_items = reply->n_items;
    revise.items = reply->items;
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
    Hs__Reply *reply = NULL;
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
    if (status != STATUS_DONE) {
        return status;
    }
    status = intake_tell(cli, session, proposal);
    unread_print(cli, proposal, cli->err);
    return status;
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
     .help = {"对各条意见的答复：.yaml、.json 逐条答复，其他为文本",
              "the answer to what was asked for: item by item in .yaml or .json, else a text"}},
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
    .summary = {"补正或退回修改后重新报送", "hand in a new packet for a proposal"},
    .manual =
        {"以 FILE 中的新材料答复补正通知或未过的准入条件。新材料是完整的一版，\n"
         "不是差别。输出与退出码同 submit。\n"
         "结论为退回修改的，须以 --reply 逐条答复上一轮的强制性意见，缺漏会一次列出：\n"
         "  items:\n"
         "  - {item: 'LJHS-2026-0007/1/fire#1', answer: adopted}\n"
         "  - {item: 'LJHS-2026-0007/1/fire#2', answer: not_adopted, reason: 无法拓宽}\n"
         "answer 为 adopted、partly 或 not_adopted，后两者须写 reason。只有提出过强制性意见或\n"
         "其输入被改动触及的部门再审，其余沿用原意见；没有部门看的改动列在 stderr。",
         "Answers a correction or a failed gate with the new packet in FILE. It is a whole\n"
         "packet, not a difference. What is printed, and the exit status, are those\n"
         "of `submit`. After a verdict `returned`, --reply answers every must-item of\n"
         "the last round, or is refused with the list of those left open:\n"
         "  items:\n"
         "  - {item: 'LJHS-2026-0007/1/fire#1', answer: adopted}\n"
         "  - {item: 'LJHS-2026-0007/1/fire#2', answer: not_adopted, reason: no room}\n"
         "answer is adopted, partly or not_adopted; the last two need a reason. Departments\n"
         "that raised a must-item are asked again, and those that look at something that\n"
         "changed; the others' opinions are carried forward. Changes that nobody looks at\n"
         "are listed on stderr."},
    .example = "huishen --as street revise LJHS-2026-0007 proposal.yaml --reply reply.yaml",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
