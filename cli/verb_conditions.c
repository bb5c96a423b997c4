/* SPDX-License-Identifier: Apache-2.0 */
/* huishen conditions: what must be done under a verdict, and that it was done. */
#include <string.h>

#include "cli/message_text.h"
#include "cli/session.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "lib/civil.h"
#include "lib/text.h"

enum { DEMAND_COLUMNS_MAX = 40, CLOSING_COLUMNS_MAX = 20 };

/* ---- the register ---- */

/* @today is a civil day of the office; a date lasts to its end. */
static const char *state_of(const struct cli *cli, const Hs__VerdictDocument__Condition *row,
                            int32_t today)
{
    int32_t date = 0;

    if (row->closed_at != 0) {
        return cli_text(cli, "已闭合", "closed");
    }
    if (date_from_text(bytes_of_text(row->close_by), &date) && civil_day(date) < today) {
        return cli_text(cli, "逾期未落实", "overdue");
    }
    return cli_text(cli, "待落实", "open");
}

static void print_list(const struct cli *cli, const Hs__VerdictDocument *document, int32_t today)
{
    static const struct table_column columns[] = {
        {.title = {"条件", "condition"}},
        {.title = {"状态", "state"}},
        {.title = {"确认单位", "closed by"}},
        {.title = {"要求", "demand"}, DEMAND_COLUMNS_MAX},
        {.title = {"销项", "how"}, CLOSING_COLUMNS_MAX},
        {.title = {"时限", "by"}},
    };
    struct table table;

    table_init(&table, cli, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < document->n_conditions; i++) {
        const Hs__VerdictDocument__Condition *row = document->conditions[i];

        table_add(&table, (const char *const[]){row->name, state_of(cli, row, today),
                                                row->department[0] == '\0'
                                                    ? cli_text(cli, "办公室", "the office")
                                                    : row->department,
                                                row->demand, row->closing, row->close_by});
    }
    table_print_or(&table, (struct phrase){"没有条件", "there are no conditions"});
}

static int list(struct cli *cli, struct session *session, const char *proposal)
{
    Hs__Query__GetVerdict get = HS__QUERY__GET_VERDICT__INIT;
    Hs__Query query = HS__QUERY__INIT;
    Hs__Answer *answer = NULL;

    get.proposal = proposal;
    query.body_case = HS__QUERY__BODY_VERDICT;
    query.verdict = &get;
    int status = session_query(session, &query, &answer);
    if (status != STATUS_DONE) {
        return status;
    }
    if (!cli->is_json) {
        print_list(cli, answer->verdict,
                   civil_day_at(session_office_ms(session), session_offset_minutes(session)));
        return STATUS_DONE;
    }

    json_t *document = message_json(answer->verdict, session_offset_minutes(session));
    cli_json(cli, json_pack("{s:s, s:O}", "proposalId", answer->verdict->proposal_id, "conditions",
                            json_object_get(document, "conditions")));
    json_decref(document);
    return STATUS_DONE;
}

/* ---- the steps ---- */

/* Reads RULE or RULE[ELEMENT]. */
static void read_rule(const struct cli *cli, const char *word, Hs__SetAside *out)
{
    size_t size = strcspn(word, "[");
    size_t rest = strlen(word + size);

    out->rule_id = cli_format(cli, "%.*s", (int)size, word);
    out->element = rest < 2 ? "" : cli_format(cli, "%.*s", (int)(rest - 2), word + size + 1);
}

static int send(struct cli *cli, struct session *session, Hs__Command *command, const char *done)
{
    Hs__Receipt *receipt = NULL;
    int status = session_command(session, command, &receipt);

    if (status == STATUS_DONE && cli->is_json) {
        cli_json(cli, json_pack("{s:s}", "done", done));
    } else if (status == STATUS_DONE) {
        (void)fprintf(cli->out, "%s\n", done);
    }
    return status;
}

static int conditions(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    const char *closed = arguments_value(arguments, "close");
    const char *set_aside = arguments_value(arguments, "set-aside");
    const char *evidence = arguments_value(arguments, "evidence");
    const char *reason = arguments_value(arguments, "reason");
    Hs__CloseCondition close = HS__CLOSE_CONDITION__INIT;
    Hs__SetAside aside = HS__SET_ASIDE__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__Proposal *proposal = NULL;

    if (closed == NULL && set_aside == NULL) {
        return list(cli, session, arguments->words[0]);
    }
    int status = session_show(session, arguments->words[0], &proposal);
    if (status != STATUS_DONE) {
        return status;
    }
    if (closed != NULL) {
        close.proposal = proposal->id;
        close.condition = closed;
        close.evidence = evidence == NULL ? "" : evidence;
        command.body_case = HS__COMMAND__BODY_CLOSE_CONDITION;
        command.close_condition = &close;
        return send(cli, session, &command, closed);
    }
    aside.proposal = proposal->id;
    aside.reason = reason == NULL ? "" : reason;
    read_rule(cli, set_aside, &aside);
    command.body_case = HS__COMMAND__BODY_SET_ASIDE;
    command.set_aside = &aside;
    return send(cli, session, &command, set_aside);
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    if (arguments_have(arguments, "close") && arguments_have(arguments, "set-aside")) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "--close 与 --set-aside 只能给出一个",
                                 "give --close or --set-aside, not both"));
    }
    return session_do(cli, arguments, conditions);
}

static const struct option options[] = {
    {.name = "close",
     .value = "CONDITION",
     .help = {"闭合该条件（如 fire#2），由提出部门或办公室办理", "it is met (fire#2)"}},
    {.name = "evidence",
     .value = "TEXT",
     .help = {"闭合的凭据，记入台账", "what shows it, put on record"}},
    {.name = "set-aside",
     .value = "RULE",
     .help = {"办公室不计入自己的一项核查，须说明理由",
              "the office sets a check of its own aside, with a reason"}},
    {.name = "reason", .value = "TEXT", .help = {"理由，记入台账", "the reason, put on record"}},
};

const struct verb verb_conditions = {
    .name = "conditions",
    .words = "ID [--close CONDITION --evidence TEXT | --set-aside RULE --reason TEXT]",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"须落实事项：查看与闭合", "the conditions of a verdict"},
    .manual =
        {"列出结论的须落实事项：哪一条、要求、依据、由谁确认。条件的名称：fire#2 为部门的强制\n"
         "性条目，ruling#1 为裁定的要求，CO-01 为办公室事项，部门名为代逾期部门审定的事项。\n"
         "--close 由提出的部门闭合，办公室可闭合任何一条，须有凭据。--set-aside 在作出结论前由\n"
         "办公室不计入自己的一项，文书中如实印出。\n"
         "--json 输出 {\"proposalId\", \"conditions\": [...]}。",
         "Lists what must be done under a verdict: the item, the demand, its basis, and who\n"
         "closes it. A condition is called fire#2 (an item of severity must), ruling#1 (the\n"
         "demand of a ruling), CO-01 (a check of the office), or by the department that was\n"
         "decided for. Who set it closes it, with evidence; the office may close any.\n"
         "--set-aside, before the verdict, leaves a check of the office's own out of it; the\n"
         "document prints that. With --json: {\"proposalId\", \"conditions\": [...]}."},
    .example = "huishen conditions LJHS-2026-0014\n"
               "huishen --as fire conditions 14 --close fire#1 --evidence '竣工图 A03 v2'",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
