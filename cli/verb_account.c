/* SPDX-License-Identifier: Apache-2.0 */
/* huishen account: people and programs that may act in the office. */
#include <string.h>

#include "cli/message_text.h"
#include "cli/principals.h"
#include "cli/session.h"
#include "cli/stamp.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "cli/words.h"
#include "core/names.h"
#include "lib/civil.h"
#include "lib/text.h"
#include "os/files.h"

enum { ROLES_MAX = 8, ROLES_BYTES_MAX = 256, MINUTE_MS = 60000 };

static const char *roles_text(const struct cli *cli, const Hs__Principal *principal)
{
    struct text_builder list;

    text_builder_init(&list, cli->arena, ROLES_BYTES_MAX);
    for (size_t i = 0; i < principal->n_roles; i++) {
        text_builder_add(&list, i > 0 ? " " : "");
        text_builder_add(
            &list, word_in_schema(cli, &hs__principal__role__descriptor, (int)principal->roles[i]));
    }
    const char *text = text_builder_finish(&list);
    return text == NULL ? "" : text;
}

static void print_principals(const struct cli *cli, const Hs__Answer__Principals *principals,
                             int offset_minutes)
{
    static const struct table_column columns[] = {
        {.title = {"主体", "principal"}},  {.title = {"角色", "roles"}},
        {.title = {"部门", "department"}}, {.title = {"状态", "state"}},
        {.title = {"有效期至", "until"}},
    };
    struct table table;

    table_init(&table, cli, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < principals->n_principals; i++) {
        const Hs__Principal *principal = principals->principals[i];
        char until[STAMP_BYTES];

        stamp_write(principal->expires_at, offset_minutes, until);
        table_add(&table, (const char *const[]){
                              principal->name, roles_text(cli, principal), principal->department,
                              principal->disabled ? cli_text(cli, "停用", "disabled")
                                                  : cli_text(cli, "有效", "active"),
                              until});
    }
    table_print(&table);
}

static int ask_principals(struct session *session, Hs__Answer **out)
{
    Hs__Query__GetPrincipals get = HS__QUERY__GET_PRINCIPALS__INIT;
    Hs__Query query = HS__QUERY__INIT;

    query.body_case = HS__QUERY__BODY_PRINCIPALS;
    query.principals = &get;
    return session_query(session, &query, out);
}

static int list(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    Hs__Answer *answer = NULL;
    int offset_minutes = session_offset_minutes(session);
    int status = ask_principals(session, &answer);

    (void)arguments; /* nothing more is asked */
    if (status != STATUS_DONE) {
        return status;
    }
    if (cli->is_json) {
        cli_json(cli, message_json(answer->principals, offset_minutes));
    } else {
        print_principals(cli, answer->principals, offset_minutes);
    }
    return STATUS_DONE;
}

/* Sets @at_ms to the end of the day @text in the office's local time: the account works through it.
 */
static int read_until(const struct cli *cli, struct session *session, const char *text,
                      int64_t *at_ms)
{
    int32_t date = 0;

    if (!date_from_text(bytes_of_text(text), &date)) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "--until：%s 不是日期，应写作 2026-12-31",
                                 "--until: %s is no day; write 2026-12-31"),
                        text);
    }
    *at_ms = ((int64_t)civil_day(date) + 1) * CIVIL_DAY_MS -
             (int64_t)session_offset_minutes(session) * MINUTE_MS;
    return STATUS_DONE;
}

/* Sets the roles given as --role. */
static int take_roles(struct cli *cli, const struct arguments *arguments, Hs__Principal *principal)
{
    principal->roles = cli_memory(arena_array(cli->arena, ROLES_MAX, sizeof *principal->roles));
    for (size_t i = 0; i < arguments->option_count; i++) {
        const struct option_given *given = &arguments->options[i];
        int value = 0;

        if (strcmp(given->option->name, "role") != 0) {
            continue;
        }
        if (principal->n_roles == ROLES_MAX ||
            !word_to_value(cli, &hs__principal__role__descriptor, "--role", given->value, &value)) {
            return STATUS_INVALID;
        }
        principal->roles[principal->n_roles++] = (Hs__Principal__Role)value;
    }
    return principal->n_roles > 0
               ? STATUS_DONE
               : cli_fail(cli, STATUS_INVALID,
                          cli_text(cli, "请至少给出一个 --role", "give at least one --role"));
}

static int enrol(struct cli *cli, struct session *session, Hs__Principal *principal)
{
    Hs__Enrol body = HS__ENROL__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    Hs__Receipt *receipt = NULL;

    body.principal = principal;
    command.body_case = HS__COMMAND__BODY_ENROL;
    command.enrol = &body;
    int status = session_command(session, &command, &receipt);
    if (status == STATUS_DONE && cli->is_json) {
        cli_json(cli, json_pack("{s:s, s:s}", "name", principal->name, "state", "enrolled"));
    } else if (status == STATUS_DONE) {
        (void)fprintf(cli->out, cli_text(cli, "%s 已登记\n", "%s enrolled\n"), principal->name);
    }
    return status;
}

static bool needs_department(const Hs__Principal *principal)
{
    for (size_t i = 0; i < principal->n_roles; i++) {
        if (principal->roles[i] == HS__PRINCIPAL__ROLE__REVIEWER ||
            principal->roles[i] == HS__PRINCIPAL__ROLE__HEAD) {
            return true;
        }
    }
    return false;
}

/* Takes the roles; what cannot be enrolled gets no keys. */
static int check_new(struct cli *cli, const struct arguments *arguments, const char *name,
                     Hs__Principal *out)
{
    int status = take_roles(cli, arguments, out);

    if (status != STATUS_DONE) {
        return status;
    }
    if (!principal_name_is_valid(name)) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "%s 不是主体名", "%s is no name of a principal"), name);
    }
    if (needs_department(out) && !arguments_have(arguments, "department")) {
        return cli_fail(cli, STATUS_INVALID,
                        cli_text(cli, "reviewer 和 head 须以 --department 给出部门",
                                 "a reviewer or head needs a --department"));
    }
    return STATUS_DONE;
}

/* Keys that are there from an earlier, refused attempt are used again. */
static int add(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    const char *name = home_principal(cli, arguments->words[1]);
    const char *department = arguments_value(arguments, "department");
    const char *title = arguments_value(arguments, "title");
    const char *until = arguments_value(arguments, "until");
    const struct home home = {.folder = cli->home};
    Hs__Principal asked = HS__PRINCIPAL__INIT;
    const char *curve_file = cli_format(cli, "%s/curve.key", principal_folder(cli, &home, name));
    struct public_keys keys;

    int status = check_new(cli, arguments, name, &asked);
    if (status != STATUS_DONE) {
        return status;
    }
    status = file_exists(curve_file) ? principal_read_keys(cli, &home, name, &keys)
                                     : principal_make_keys(cli, &home, name, &keys);
    if (status != STATUS_DONE) {
        return status;
    }

    Hs__Principal *principal = principal_new(cli, name, &keys);
    principal->roles = asked.roles;
    principal->n_roles = asked.n_roles;
    principal->department = department == NULL ? principal->department : department;
    if (until != NULL) {
        status = read_until(cli, session, until, &principal->expires_at);
    }
    if (title != NULL) {
        principal->title = cli_memory(message_new(&hs__words__descriptor, cli->arena));
        principal->title->zh = title;
    }
    return status == STATUS_DONE ? enrol(cli, session, principal) : status;
}

/* How a change is told: the word of --json, and the sentence. */
struct told {
    const char *state;
    const char *zh;
    const char *en;
};

static int send_change(struct cli *cli, struct session *session, Hs__ChangePrincipal *body,
                       const struct told *told)
{
    Hs__Command command = HS__COMMAND__INIT;
    Hs__Receipt *receipt = NULL;

    command.body_case = HS__COMMAND__BODY_CHANGE_PRINCIPAL;
    command.change_principal = body;
    int status = session_command(session, &command, &receipt);
    if (status == STATUS_DONE && cli->is_json) {
        cli_json(cli, json_pack("{s:s, s:s}", "name", body->name, "state", told->state));
    } else if (status == STATUS_DONE) {
        (void)fprintf(cli->out, "%s %s\n", body->name, cli_text(cli, told->zh, told->en));
    }
    return status;
}

static int disable(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    static const struct told told = {"disabled", "已停用", "disabled"};
    Hs__ChangePrincipal body = HS__CHANGE_PRINCIPAL__INIT;

    body.name = home_principal(cli, arguments->words[1]);
    body.disabled = true;
    return send_change(cli, session, &body, &told);
}

/* Sets @out to the principal @name as it is on record, NULL if there is none. */
static int find_principal(struct session *session, const char *name, const Hs__Principal **out)
{
    Hs__Answer *answer = NULL;
    int status = ask_principals(session, &answer);

    *out = NULL;
    for (size_t i = 0; status == STATUS_DONE && i < answer->principals->n_principals; i++) {
        if (strcmp(answer->principals->principals[i]->name, name) == 0) {
            *out = answer->principals->principals[i];
        }
    }
    return status;
}

/* A change says anew whether the account is disabled, so it is looked up first. */
static int change(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    static const struct told told = {"changed", "已变更", "changed"};
    Hs__ChangePrincipal body = HS__CHANGE_PRINCIPAL__INIT;
    Hs__Principal asked = HS__PRINCIPAL__INIT;
    const Hs__Principal *recorded = NULL;
    const char *until = arguments_value(arguments, "until");
    int status = STATUS_DONE;

    if (arguments_have(arguments, "role")) {
        status = take_roles(cli, arguments, &asked);
    } else if (until == NULL) {
        status = cli_fail(cli, STATUS_INVALID,
                          cli_text(cli, "请给出 --role 或 --until", "give --role or --until"));
    }
    body.unlimited = until != NULL && strcmp(until, "never") == 0;
    if (status == STATUS_DONE && until != NULL && !body.unlimited) {
        status = read_until(cli, session, until, &body.expires_at);
    }
    body.name = home_principal(cli, arguments->words[1]);
    if (status == STATUS_DONE) {
        status = find_principal(session, body.name, &recorded);
    }
    if (status != STATUS_DONE) {
        return status;
    }
    body.disabled = recorded != NULL && recorded->disabled;
    body.roles = asked.roles;
    body.n_roles = asked.n_roles;
    return send_change(cli, session, &body, &told);
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    const char *what = arguments->words[0];
    bool has_name = arguments->word_count == 2;

    cli->action = what;
    if (strcmp(what, "list") == 0 && !has_name) {
        return session_do(cli, arguments, list);
    }
    if (strcmp(what, "add") == 0 && has_name) {
        return session_do(cli, arguments, add);
    }
    if (strcmp(what, "disable") == 0 && has_name) {
        return session_do(cli, arguments, disable);
    }
    if (strcmp(what, "change") == 0 && has_name) {
        return session_do(cli, arguments, change);
    }
    return cli_fail(cli, STATUS_INVALID,
                    cli_text(cli,
                             "用法：account list | add NAME --role R | change NAME | disable NAME",
                             "account list | add NAME --role R | change NAME | disable NAME"));
}

static const struct option options[] = {
    {.name = "role",
     .value = "ROLE",
     .is_repeatable = true,
     .help =
         {"角色：applicant、reviewer、head、office、approver、supervisor、system_admin、\n"
          "                          security_admin、audit、agent、gateway；可多次给出",
          "applicant, reviewer, head, office, approver, supervisor, system_admin,\n"
          "                          security_admin, audit, agent or gateway; may be repeated"}},
    {.name = "department",
     .value = "ID",
     .help = {"部门；reviewer、head、agent 必填",
              "its department; reviewer, head, agent need one"}},
    {.name = "title", .value = "TEXT", .help = {"称谓", "what it is called"}},
    {.name = "until",
     .value = "DATE",
     .help = {"有效期最后一天，如 2026-12-31；change 时 never 取消期限",
              "its last day, as in 2026-12-31; never (change) lifts the limit"}},
};

const struct verb verb_account = {
    .name = "account",
    .words = "list | add NAME | change NAME | disable NAME",
    .words_min = 1,
    .words_max = 2,
    .needs_home = true,
    .summary = {"账户：列出、登记、变更、停用", "accounts: list, enrol, change, disable"},
    .manual =
        {"account list 列出全部主体。account add 在本机生成密钥并登记一个账户；\n"
         "不含冒号的名字即 person:名字。account disable 停用一个账户，记录保留。\n"
         "--until 给出有效期最后一天，过期后一切请求以 PRINCIPAL_EXPIRED 拒绝；account change "
         "改变\n"
         "角色或有效期。登记、变更和停用须以安全管理员办理；管理员不得兼任审查角色。\n"
         "--json 输出 {\"principals\": [...]}，或 {\"name\", \"state\"}。",
         "account list prints all principals. account add makes keys on this machine and\n"
         "enrols an account; a name without a colon is person:NAME. account disable ends\n"
         "what an account may do; its record stays. --until names its last day: from then on\n"
         "all it asks for is refused with PRINCIPAL_EXPIRED; account change gives it other\n"
         "roles or another last day. All of it is the security administrator's, and who\n"
         "administers cannot give opinions. With --json:\n"
         "{\"principals\": [...]}, or {\"name\", \"state\"}."},
    .example = "huishen --as security account add lihua --role reviewer --department fire\n"
               "huishen account list",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
