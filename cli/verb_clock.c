/* SPDX-License-Identifier: Apache-2.0 */
/* huishen clock: the broker's clock, and the operator's word that it is right. */
#include <string.h>

#include "cli/session.h"
#include "cli/stamp.h"
#include "cli/verbs.h"
#include "cli/words.h"
#include "proto/text/instant.h"

static void show_text(const struct cli *cli, const struct session *session,
                      const Hs__Welcome *welcome)
{
    int offset_minutes = session_offset_minutes(session);
    bool is_suspect = welcome->time->suspicion != HS__TRUSTED_TIME__SUSPICION__NONE;
    char stamp[STAMP_BYTES];

    (void)fprintf(cli->out, "%s  %s\n", cli_text(cli, "状态", "state  "),
                  is_suspect ? cli_text(cli, "存疑", "suspect") : cli_text(cli, "可信", "trusted"));
    if (is_suspect) {
        stamp_write(welcome->time->since_at, offset_minutes, stamp);
        (void)fprintf(cli->out, "%s  %s\n", cli_text(cli, "原因", "reason "),
                      word_of_suspicion(cli, welcome->time->suspicion));
        (void)fprintf(cli->out, "%s  %s\n", cli_text(cli, "始于", "since  "), stamp);
    }
    stamp_write(welcome->wall_at, offset_minutes, stamp);
    (void)fprintf(cli->out, "%s  %s\n", cli_text(cli, "时钟", "clock  "), stamp);
    stamp_write(welcome->now_at, offset_minutes, stamp);
    (void)fprintf(cli->out, "%s  %s\n", cli_text(cli, "台账", "journal"), stamp);
    (void)fprintf(cli->out, "%s  %s\n", cli_text(cli, "启动", "boot id"), welcome->boot_id);
}

/* Null for an instant that never was. */
static json_t *instant_json(int64_t at_ms, int offset_minutes)
{
    char text[INSTANT_BYTES];

    return at_ms != 0 && instant_to_text(at_ms, offset_minutes, text) ? json_string(text)
                                                                      : json_null();
}

static int show(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    const Hs__Welcome *welcome = session_welcome(session);
    bool is_suspect = welcome->time->suspicion != HS__TRUSTED_TIME__SUSPICION__NONE;
    int offset_minutes = session_offset_minutes(session);

    (void)arguments; /* nothing more is asked */
    if (!cli->is_json) {
        show_text(cli, session, welcome);
        return STATUS_DONE;
    }
    cli_json(cli,
             json_pack("{s:s, s:s, s:o, s:o, s:o, s:s}", "state",
                       is_suspect ? "suspect" : "trusted", "suspicion",
                       word_in_schema(cli, &hs__trusted_time__suspicion__descriptor,
                                      (int)welcome->time->suspicion),
                       "sinceAt", instant_json(welcome->time->since_at, offset_minutes), "wallAt",
                       instant_json(welcome->wall_at, offset_minutes), "nowAt",
                       instant_json(welcome->now_at, offset_minutes), "bootId", welcome->boot_id));
    return STATUS_DONE;
}

static int confirm(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    const char *reason = arguments_value(arguments, "reason");
    Hs__ConfirmClock body = HS__CONFIRM_CLOCK__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__Receipt *receipt = NULL;
    char stamp[STAMP_BYTES];

    body.reason = reason == NULL ? "" : reason;
    command.body_case = HS__COMMAND__BODY_CONFIRM_CLOCK;
    command.confirm_clock = &body;
    int status = session_command(session, &command, &receipt);
    if (status != STATUS_DONE) {
        return status;
    }
    stamp_write(session_welcome(session)->wall_at, session_offset_minutes(session), stamp);
    if (cli->is_json) {
        cli_json(cli, json_pack("{s:s}", "state", receipt == NULL ? "unchanged" : "confirmed"));
    } else if (receipt == NULL) {
        (void)fprintf(cli->out, "%s\n", cli_text(cli, "时钟并无疑问", "the clock was not suspect"));
    } else {
        (void)fprintf(cli->out, cli_text(cli, "时钟已确认：%s\n", "the clock is confirmed: %s\n"),
                      stamp);
    }
    return STATUS_DONE;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    const char *what = arguments->words[0];

    cli->action = what;
    if (strcmp(what, "show") == 0) {
        return session_do(cli, arguments, show);
    }
    if (strcmp(what, "confirm") == 0) {
        return session_do(cli, arguments, confirm);
    }
    return cli_fail(cli, STATUS_INVALID,
                    cli_text(cli, "用法：clock show | confirm", "clock show | confirm"));
}

static const struct option options[] = {
    {.name = "reason",
     .value = "TEXT",
     .help = {"confirm：依据，记入台账", "confirm: how you know, put on record"}},
};

const struct verb verb_clock = {
    .name = "clock",
    .words = "show | confirm [--reason TEXT]",
    .words_min = 1,
    .words_max = 1,
    .needs_home = true,
    .summary = {"会审服务的时钟：查看、确认", "the broker's clock: show it, confirm it"},
    .manual =
        {"时钟与机器的启动计时相差超过两秒，或重启后无法证实时，即为存疑：时限不触发，命令\n"
         "照常受理，所记时间依启动计时前进。核对时钟无误后，由办公室或系统管理员以 confirm\n"
         "确认，时限恢复触发。clock show 的 --json 输出 {\"state\", \"suspicion\", \"sinceAt\",\n"
         "\"wallAt\", \"nowAt\", \"bootId\"}；confirm 输出 {\"state\"}。",
         "A clock that left the machine's boot clock by more than two seconds, or that nothing\n"
         "vouches for after a reboot, is suspect: no deadline fires, commands are taken, and\n"
         "their time goes on by the boot clock. Once the clock is right, confirm ends it; the\n"
         "office's, or the system administrator's. With --json, show prints {\"state\",\n"
         "\"suspicion\", \"sinceAt\", \"wallAt\", \"nowAt\", \"bootId\"}, confirm {\"state\"}."},
    .example = "huishen clock show\nhuishen clock confirm --reason 'compared with the time signal'",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
