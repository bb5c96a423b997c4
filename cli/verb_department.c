/* SPDX-License-Identifier: Apache-2.0 */
/* huishen department: the departments of an office, and the agents that speak for them. */
#include <string.h>

#include "cli/message_text.h"
#include "cli/session.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "cli/words.h"

static json_t *departments_to_json(const Hs__Office *office, int offset_minutes)
{
    json_t *whole = message_json(office, offset_minutes);
    json_t *departments = cli_memory(json_object_get(whole, "departments"));
    json_t *out = json_pack("{s:O}", "departments", departments);

    json_decref(whole);
    return out;
}

static void print_departments(const struct cli *cli, const Hs__Office *office)
{
    static const struct table_column columns[] = {
        {.title = {"部门", "department"}}, {.title = {"名称", "title"}},
        {.title = {"安全类", "safety"}},   {.title = {"意见由", "answers"}},
        {.title = {"规则包", "pack"}},
    };
    struct table table;

    table_init(&table, cli, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < office->n_departments; i++) {
        const Hs__Department *department = office->departments[i];
        bool by_rules = department->answer == HS__DEPARTMENT__ANSWER__RULES;
        bool head_signs = department->sign_off == HS__DEPARTMENT__SIGN_OFF__HEAD;
        const char *pack = "-";

        for (size_t k = 0; k < office->n_packs; k++) {
            if (strcmp(office->packs[k]->id, department->id) == 0) {
                pack = cli_format(cli, "v%u", office->packs[k]->version);
            }
        }
        table_add(&table,
                  (const char *const[]){
                      department->id, word_of(cli, department->title),
                      department->safety_critical ? cli_text(cli, "是", "yes") : "-",
                      by_rules     ? cli_text(cli, "机审", "rules")
                      : head_signs ? cli_text(cli, "人员，负责人签发", "person, the head signs")
                                   : cli_text(cli, "人员", "person"),
                      pack});
    }
    table_print(&table);
}

static int list(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    Hs__Office *office = NULL;
    int status = session_office(session, &office);

    (void)arguments; /* nothing more is asked */
    if (status != STATUS_DONE) {
        return status;
    }
    if (cli->is_json) {
        cli_json(cli, departments_to_json(office, session_offset_minutes(session)));
    } else {
        print_departments(cli, office);
    }
    return STATUS_DONE;
}

static int send(struct cli *cli, struct session *session, Hs__Command *command, const char *name)
{
    Hs__Receipt *receipt = NULL;
    int status = session_command(session, command, &receipt);

    if (status != STATUS_DONE) {
        return status;
    }
    const char *state = receipt == NULL ? "unchanged" : "recorded";
    if (cli->is_json) {
        cli_json(cli, json_pack("{s:s, s:s}", "name", name, "state", state));
    } else {
        (void)fprintf(cli->out, "%s  %s\n", name,
                      receipt == NULL ? cli_text(cli, "未变", "unchanged")
                                      : cli_text(cli, "已记入台账", "on record"));
    }
    return STATUS_DONE;
}

static int enrol(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    void *principal = NULL;
    Hs__Enrol body = HS__ENROL__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    int status = message_load(cli, arguments->words[1], &hs__principal__descriptor, &principal);

    if (status != STATUS_DONE) {
        return status;
    }
    body.principal = principal;
    command.body_case = HS__COMMAND__BODY_ENROL;
    command.enrol = &body;
    return send(cli, session, &command, body.principal->name);
}

static int define(struct cli *cli, struct session *session, const struct arguments *arguments)
{
    void *loaded = NULL;
    int status = message_load(cli, arguments->words[1], &hs__department_list__descriptor, &loaded);
    const Hs__DepartmentList *departments = loaded;

    for (size_t i = 0; status == STATUS_DONE && i < departments->n_departments; i++) {
        Hs__DefineDepartment body = HS__DEFINE_DEPARTMENT__INIT;
        Hs__Command command = HS__COMMAND__INIT;

        body.department = departments->departments[i];
        command.body_case = HS__COMMAND__BODY_DEFINE_DEPARTMENT;
        command.define_department = &body;
        status = send(cli, session, &command, body.department->id);
    }
    return status;
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    const char *what = arguments->words[0];
    bool has_file = arguments->word_count == 2;

    cli->action = what;
    if (strcmp(what, "list") == 0 && !has_file) {
        return session_do(cli, arguments, list);
    }
    if (strcmp(what, "enrol") == 0 && has_file) {
        return session_do(cli, arguments, enrol);
    }
    if (strcmp(what, "define") == 0 && has_file) {
        return session_do(cli, arguments, define);
    }
    return cli_fail(cli, STATUS_INVALID,
                    cli_text(cli, "用法：department list | enrol FILE | define FILE",
                             "department list | enrol FILE | define FILE"));
}

const struct verb verb_department = {
    .name = "department",
    .words = "list | enrol FILE | define FILE",
    .words_min = 1,
    .words_max = 2,
    .needs_home = true,
    .summary = {"部门：列出、登记其代理、定义", "departments: list, enrol an agent, define"},
    .manual =
        {"department list 列出各部门及其现行规则包。department define 记入 FILE\n"
         "（同 configs/departments.yaml）中的各部门，须以系统管理员办理；--json 每个部门一行。\n"
         "department enrol 登记 FILE 中的主体，即 key new 印出的文本，须以安全管理员办理；\n"
         "登记前请当面或电话核对指纹。",
         "department list prints the departments and the packs in force. department define\n"
         "records those in FILE, written like configs/departments.yaml; the system\n"
         "administrator's; with --json one line for each. department enrol records the\n"
         "principal in FILE, the text that key new prints; the security administrator's.\n"
         "Compare the fingerprint by voice before you do."},
    .example = "huishen department list\nhuishen --as security department enrol fire.yaml",
    .run = run,
};
