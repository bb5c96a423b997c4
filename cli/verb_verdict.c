/* SPDX-License-Identifier: Apache-2.0 */
/* huishen verdict: the consolidated document. */
#include <errno.h>
#include <string.h>

#include "cli/message_text.h"
#include "cli/session.h"
#include "cli/sheet.h"
#include "cli/verbs.h"

enum { ROUNDS_MAX = 1000 };

/* A verdict, and what is needed to show it. */
struct shown {
    const Hs__VerdictDocument *document;
    const Hs__Office *office;
    int offset_minutes;
};

static void write_document(const struct cli *cli, const struct arguments *arguments,
                           const struct shown *shown, FILE *file)
{
    const char *format = arguments_value(arguments, "format");
    bool is_json = format == NULL ? cli->is_json : strcmp(format, "json") == 0;

    if (is_json) {
        struct cli to_file = *cli;

        to_file.out = file;
        cli_json(&to_file, message_json(shown->document, shown->offset_minutes));
    } else {
        sheet_print(cli, shown->office, shown->document, shown->offset_minutes, file);
    }
}

/* Writes the document to the file of -o, or to out. */
static int deliver(const struct cli *cli, const struct arguments *arguments,
                   const struct shown *shown)
{
    const char *path = arguments_value(arguments, "output");

    if (path == NULL) {
        write_document(cli, arguments, shown, cli->out);
        return STATUS_DONE;
    }

    FILE *file = fopen(path, "w");
    if (file == NULL) {
        return cli_fail(cli, STATUS_ENVIRONMENT, "%s: %s", path, strerror(errno));
    }
    write_document(cli, arguments, shown, file);
    bool is_written = ferror(file) == 0;
    is_written = fclose(file) == 0 && is_written;
    return is_written ? STATUS_DONE
                      : cli_fail(cli, STATUS_ENVIRONMENT,
                                 cli_text(cli, "%s：未能写完", "%s: could not be written"), path);
}

/* A document whose recomputation gives another hash is no verdict, but it is shown. */
static int judge(const struct cli *cli, const Hs__VerdictDocument *document, bool is_recomputed)
{
    if (!is_recomputed || document->preview) {
        return STATUS_DONE;
    }
    if (strcmp(document->recomputed_hash, document->verdict_hash) != 0) {
        (void)fprintf(cli->err, "refused: VERDICT_DIFFERS: %s\n",
                      cli_text(cli, "重新计算的结论与记录不一致",
                               "recomputing gives another verdict than the one on record"));
        return STATUS_REFUSED;
    }
    (void)fprintf(cli->err, "%s\n",
                  cli_text(cli, "重新计算：与记录一致", "recomputed: the same bytes"));
    return STATUS_DONE;
}

static int ask(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    Hs__Query__GetVerdict get = HS__QUERY__GET_VERDICT__INIT;
    Hs__Query query = HS__QUERY__INIT;
    Hs__Answer *answer = NULL;
    Hs__Office *office = NULL;
    uint64_t round = 0;

    if (!arguments_number(cli, arguments, "round", ROUNDS_MAX, &round)) {
        return STATUS_INVALID;
    }
    get.proposal = arguments->words[0];
    get.round = (uint32_t)round;
    get.recompute = arguments_have(arguments, "recompute");
    query.body_case = HS__QUERY__BODY_VERDICT;
    query.verdict = &get;
    int status = session_query(session, &query, &answer);
    if (status == STATUS_DONE) {
        status = session_office(session, &office);
    }
    if (status == STATUS_DONE) {
        const struct shown shown = {answer->verdict, office, session_offset_minutes(session)};

        status = deliver(cli, arguments, &shown);
    }
    return status == STATUS_DONE ? judge(cli, answer->verdict, get.recompute) : status;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    return session_do(cli, arguments, ask);
}

static const struct option options[] = {
    {.name = "round",
     .value = "N",
     .help = {"轮次；缺省为最近一轮", "the round; the last one by default"}},
    {.name = "recompute",
     .help = {"由台账重新计算，并与记录比较", "compute it anew from the journal and compare"}},
    {.name = "format",
     .value = "text|json",
     .help = {"格式；缺省 text，加 --json 时为 json", "text by default, json with --json"}},
    {.name = "output", .letter = 'o', .value = "FILE", .help = {"写入文件", "write it to a file"}},
};

const struct verb verb_verdict = {
    .name = "verdict",
    .words = "ID",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"会审结论文书", "the consolidated verdict"},
    .manual =
        {"印出会审结论：谁说了什么、必须改什么及其依据、办公室事项、结论规则、各项哈希，以及\n"
         "任何人如何重新计算。尚无结论：refused: NO_VERDICT_YET；不会有结论：NO_VERDICT。\n"
         "--recompute 由台账重新计算并比较；不一致：refused: VERDICT_DIFFERS，以 1 退出。\n"
         "--json 输出 proposalId、round、packetHash、process、outcome、opinions[]、\n"
         "officeItems[]、conflicts[]、waivers[] 等。",
         "Prints the consolidated verdict: who said what, what must change and on which\n"
         "basis, the items of the office, the rule, the hashes, and how anyone recomputes\n"
         "it. Refused with NO_VERDICT_YET while there is none, with NO_VERDICT where there\n"
         "will be none. --recompute computes it from the journal and compares: if it\n"
         "differs, refused: VERDICT_DIFFERS and exit 1. With --json: proposalId, round,\n"
         "packetHash, process, outcome, opinions[], officeItems[], conflicts[], waivers[]\n"
         "and more."},
    .example = "huishen verdict LJHS-2026-0007 --recompute\n"
               "huishen verdict 7 --format json -o verdict.json",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
