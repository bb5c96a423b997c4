/* SPDX-License-Identifier: Apache-2.0 */
/* huishen lint: what is wrong with definitions, before they count. */
#include <string.h>

#include "cli/definitions.h"
#include "cli/message_text.h"
#include "cli/verbs.h"
#include "core/lint.h"
#include "core/names.h"

enum { FILES_MAX = ARGUMENT_WORDS_MAX };

/* A kind of file, known by the name that only it has. */
struct kind {
    const char *name;
    const char *mark;
    const ProtobufCMessageDescriptor *type;
};

static const struct kind kinds[] = {
    {"dictionary", "fields", &hs__dictionary__descriptor},
    {"pack", "rules", &hs__pack__descriptor},
    {"process", "stages", &hs__process__descriptor},
    {"departments", "departments", &hs__department_list__descriptor},
    {"calendar", "years", &hs__calendar__descriptor},
};

/* A file that was given. message is NULL if it is not even a message of its kind. */
struct linted {
    struct text_file file;
    const struct kind *kind;
    void *message;
};

/* One run. Those not given as files come from the home or from what the program came with, as far
 * as they are there. */
struct lint {
    struct cli *cli;
    struct definitions definitions;
    bool has_definitions;
    bool is_demo;
    struct linted files[FILES_MAX];
    size_t count;
    const Hs__Dictionary *dictionary;
    const Hs__DepartmentList *departments;
    const Hs__Process *process; /* what packs are held against */
    size_t error_count;
    json_t *told;
};

/* ---- reading ---- */

static const struct kind *kind_of(const struct tree *tree)
{
    for (size_t i = 0; tree->kind == TREE_OBJECT && i < sizeof kinds / sizeof *kinds; i++) {
        if (tree_get(tree, kinds[i].mark) != NULL) {
            return &kinds[i];
        }
    }
    return NULL;
}

/* Reads the file at @path; what is wrong is in its errors. */
static void read_file(struct lint *lint, const char *path)
{
    struct linted *linted = &lint->files[lint->count++];
    ProtobufCMessage *message = NULL;

    linted->file = message_file(lint->cli, path);
    if (load_tree(&linted->file, TREE_NODES_MAX) != ERR_OK) {
        return;
    }
    linted->kind = kind_of(linted->file.tree);
    if (linted->kind != NULL &&
        load_message(&linted->file, linted->kind->type, &message) == ERR_OK) {
        linted->message = message;
    }
}

static void *find_file(const struct lint *lint, const ProtobufCMessageDescriptor *type,
                       const char *id)
{
    for (size_t i = 0; i < lint->count; i++) {
        const struct linted *linted = &lint->files[i];

        if (linted->message == NULL || linted->kind->type != type) {
            continue;
        }
        if (id == NULL || (type == &hs__pack__descriptor &&
                           strcmp(((const Hs__Pack *)linted->message)->id, id) == 0)) {
            return linted->message;
        }
    }
    return NULL;
}

/* Reads a definition that was not given, without a word if it is not there or not sound: it is not
 * what was asked about. */
static void *read_quietly(const struct lint *lint, const char *path,
                          const ProtobufCMessageDescriptor *type)
{
    struct text_file file = message_file(lint->cli, path);
    ProtobufCMessage *message = NULL;

    return load_message(&file, type, &message) == ERR_OK ? message : NULL;
}

static void *find_or_read(const struct lint *lint, const ProtobufCMessageDescriptor *type,
                          const char *name)
{
    void *found = find_file(lint, type, NULL);

    if (found != NULL || !lint->has_definitions) {
        return found;
    }
    return read_quietly(
        lint, cli_format(lint->cli, "%s/configs/%s", lint->definitions.folder, name), type);
}

static const Hs__Pack *find_pack(const struct lint *lint, const char *id)
{
    const Hs__Pack *pack = find_file(lint, &hs__pack__descriptor, id);
    const char *path =
        lint->has_definitions ? definitions_pack_file(lint->cli, &lint->definitions, id) : NULL;

    return pack != NULL || path == NULL ? pack : read_quietly(lint, path, &hs__pack__descriptor);
}

static void read_context(struct lint *lint)
{
    struct cli quiet = *lint->cli;
    FILE *nowhere = fopen("/dev/null", "w");

    quiet.err = nowhere == NULL ? lint->cli->err : nowhere;
    lint->has_definitions = definitions_find(&quiet, &lint->definitions) == STATUS_DONE;
    if (nowhere != NULL) {
        (void)fclose(nowhere); /* whatever was written is not wanted */
    }
    lint->dictionary = find_or_read(lint, &hs__dictionary__descriptor, "dictionary.yaml");
    lint->departments = find_or_read(lint, &hs__department_list__descriptor, "departments.yaml");
    lint->process = find_or_read(lint, &hs__process__descriptor,
                                 "processes/" DEFINITIONS_DEFAULT_PROCESS ".yaml");
    if (lint->cli->home != NULL) {
        const Hs__OfficeConfig *office =
            read_quietly(lint, cli_format(lint->cli, "%s/office.yaml", lint->cli->home),
                         &hs__office_config__descriptor);

        lint->is_demo = office != NULL && office->demo;
    }
}

/* ---- checks ---- */

static void check_department(const struct lint *lint, const Hs__DepartmentList *list, size_t index,
                             struct defects *defects)
{
    const Hs__Department *department = list->departments[index];
    const char *path = cli_format(lint->cli, "departments[%zu]", index);

    if (!name_is_plain(department->id)) {
        defects_add(defects, cli_format(lint->cli, "%s.id", path),
                    "只用小写字母、数字、_、-，以字母开头",
                    "an id is of a-z, 0-9, _ and -, beginning with a letter");
    }
    if (department->title == NULL || department->title->zh[0] == '\0') {
        defects_add(defects, cli_format(lint->cli, "%s.title", path), "缺少中文名称",
                    "the Chinese title is missing");
    }
    if (department->safety_critical && department->answer == HS__DEPARTMENT__ANSWER__RULES &&
        !lint->is_demo) {
        defects_add(defects, cli_format(lint->cli, "%s.answer", path),
                    "安全类部门的意见须由人员出具（演示除外）",
                    "of a safety-critical department a person answers, but in a demonstration");
    }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(list->departments[i]->id, department->id) == 0) {
            defects_add(defects, cli_format(lint->cli, "%s.id", path), "重复",
                        "this department is there already");
        }
    }
}

/* Settings are looked at only where every pack that could read them is at hand. */
static void check_settings(const struct lint *lint, const Hs__Process *process,
                           struct defects *defects)
{
    const Hs__Pack *packs[DEFINITIONS_PACKS_MAX];
    const Hs__Stage *stage = process_review_stage(process);
    size_t count = 0;
    bool is_whole = true;

    for (size_t i = 0; stage != NULL && i < stage->n_seats && count + 2 < DEFINITIONS_PACKS_MAX;
         i++) {
        const Hs__Department *of_owner =
            lint->departments == NULL
                ? NULL
                : department_of_owner(lint->departments, stage->seats[i]->department);
        const Hs__Pack *own = find_pack(lint, stage->seats[i]->department);

        packs[count] = own == NULL && of_owner != NULL ? find_pack(lint, of_owner->id) : own;
        is_whole = packs[count] != NULL && is_whole;
        count++;
    }
    if (process->gate[0] != '\0') {
        packs[count] = find_pack(lint, process->gate);
        is_whole = packs[count++] != NULL && is_whole;
    }
    if (process->lead[0] != '\0') {
        packs[count] = find_pack(lint, process->lead);
        is_whole = packs[count++] != NULL && is_whole;
    }
    if (is_whole) {
        lint_settings(process, packs, count, defects);
        lint_pair_rules(process, packs, count, defects);
    }
}

/* An office of these departments and nothing else. */
static Hs__Office office_of(const Hs__DepartmentList *departments)
{
    Hs__Office office = HS__OFFICE__INIT;

    office.n_departments = departments->n_departments;
    office.departments = departments->departments;
    return office;
}

static void check_process(const struct lint *lint, const Hs__Process *process,
                          struct defects *defects)
{
    if (lint->departments == NULL) {
        lint_process(process, lint->dictionary, NULL, defects);
    } else {
        const Hs__Office office = office_of(lint->departments);

        lint_process(process, lint->dictionary, &office, defects);
    }
    check_settings(lint, process, defects);
}

static void check_pack(const struct lint *lint, const Hs__Pack *pack, struct defects *defects)
{
    bool is_gate = lint->process != NULL && strcmp(lint->process->gate, pack->id) == 0;

    lint_pack(pack, lint->dictionary, lint->process, is_gate, defects);
    if (lint->departments != NULL) {
        const Hs__Office office = office_of(lint->departments);

        lint_owners(pack, &office, defects);
    }
}

static void check(const struct lint *lint, const struct linted *linted, struct defects *defects)
{
    const ProtobufCMessageDescriptor *type = linted->kind->type;

    if (type == &hs__dictionary__descriptor) {
        lint_dictionary(linted->message, defects);
    } else if (type == &hs__process__descriptor) {
        check_process(lint, linted->message, defects);
    } else if (type == &hs__pack__descriptor) {
        check_pack(lint, linted->message, defects);
    } else if (type == &hs__calendar__descriptor) {
        lint_calendar(linted->message, defects);
    } else {
        const Hs__DepartmentList *list = linted->message;

        for (size_t i = 0; i < list->n_departments; i++) {
            check_department(lint, list, i, defects);
        }
    }
}

/* ---- telling ---- */

static void append_error(json_t *errors, unsigned line, const char *path, const char *reason)
{
    json_t *error = json_pack("{s:i, s:s, s:s}", "line", (int)line, "path", path, "reason", reason);

    cli_memory(json_array_append_new(errors, error) == 0 ? errors : NULL);
}

static void tell_defects(struct lint *lint, const struct linted *linted,
                         const struct defects *defects, json_t *errors)
{
    const struct cli *cli = lint->cli;

    for (size_t i = 0; i < defects->count; i++) {
        const struct defect *defect = &defects->rows[i];
        unsigned line = load_line(&linted->file, defect->path);
        const char *reason = cli_text(cli, defect->zh, defect->en);
        const char *place = line == 0 ? "" : cli_format(cli, ":%u", line);

        (void)fprintf(cli->err, "%s%s: %s%s%s\n", linted->file.path, place, defect->path,
                      defect->path[0] == '\0' ? "" : ": ", reason);
        append_error(errors, line, defect->path, reason);
    }
    if (defects->total > defects->count) {
        (void)fprintf(cli->err, cli_text(cli, "%s：另有 %zu 处\n", "%s: and %zu more\n"),
                      linted->file.path, defects->total - defects->count);
    }
    lint->error_count += defects->total;
}

static void tell_text_errors(struct lint *lint, const struct linted *linted, json_t *errors)
{
    const struct text_errors *found = linted->file.errors;

    message_file_tell(lint->cli, &linted->file);
    for (size_t i = 0; i < found->count; i++) {
        append_error(errors, found->rows[i].line, found->rows[i].path, found->rows[i].reason);
    }
    lint->error_count += found->total;
}

static void tell_file(struct lint *lint, const struct linted *linted)
{
    const struct cli *cli = lint->cli;
    struct defects *defects = cli_memory(arena_alloc(cli->arena, sizeof *defects));
    json_t *errors = cli_memory(json_array());
    size_t before = lint->error_count;

    defects_init(defects, cli->arena);
    if (linted->message != NULL) {
        check(lint, linted, defects);
    } else if (linted->kind == NULL && linted->file.errors->total == 0) {
        defects_add(defects, "", "不是字典、规则包、流程、部门清单或工作日历",
                    "no dictionary, pack, process, list of departments or calendar");
    }
    tell_text_errors(lint, linted, errors);
    tell_defects(lint, linted, defects, errors);
    if (!cli->is_json && lint->error_count == before) {
        (void)fprintf(cli->out, cli_text(cli, "%s：无误\n", "%s: sound\n"), linted->file.path);
    }
    json_t *file = json_pack("{s:s, s:s, s:o}", "file", linted->file.path, "kind",
                             linted->kind == NULL ? "" : linted->kind->name, "errors", errors);
    cli_memory(json_array_append_new(lint->told, file) == 0 ? lint->told : NULL);
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    struct lint *lint = cli_memory(arena_alloc(cli->arena, sizeof *lint));

    lint->cli = cli;
    lint->told = cli_memory(json_array());
    for (size_t i = 0; i < arguments->word_count; i++) {
        read_file(lint, arguments->words[i]);
    }
    read_context(lint);
    for (size_t i = 0; i < lint->count; i++) {
        tell_file(lint, &lint->files[i]);
    }
    if (cli->is_json) {
        cli_json(cli, json_pack("{s:b, s:O}", "ok", lint->error_count == 0 ? 1 : 0, "files",
                                lint->told));
    }
    json_decref(lint->told);
    return lint->error_count == 0 ? STATUS_DONE : STATUS_INVALID;
}

const struct verb verb_lint = {
    .name = "lint",
    .words = "FILE...",
    .words_min = 1,
    .words_max = FILES_MAX,
    .summary = {"检查字典、规则包、流程、部门清单",
                "check a dictionary, packs, processes, departments"},
    .manual =
        {"检查定义文件：字典（有 fields）、规则包（有 rules）、流程（有 stages）、部门清单（有\n"
         "departments）。每个表达式都编译并对照字典核对类型；没有规则读取的设置、不可豁免却标为\n"
         "可豁免的准入条件、安全类部门的视为同意、流程未列出的事项、部门没有的权属单位等\n"
         "也是错误。未给出的字典和流程取自 --home，\n"
         "否则取自随程序提供的定义。有误以 2 退出，错误输出每处一行：文件:行: 路径: 理由。\n"
         "--json 输出 {\"ok\", \"files\": [{file, kind, errors: [{line, path, reason}]}]}。",
         "Checks definitions: a dictionary (which has fields), a pack (rules), a process\n"
         "(stages), a list of departments (departments). Every expression is compiled and its\n"
         "types are held against the dictionary; a setting that no rule reads, a gate marked\n"
         "waivable that may not be, silence as consent where it must not be, a matter that the\n"
         "process does not list, an owner that the department does not have, are errors too. A\n"
         "dictionary or process that is not given comes from --home, else from what came with\n"
         "the program. Exits 2 if anything is wrong, with a line for each on standard error:\n"
         "file:line: path: reason. With --json: {\"ok\", \"files\": [{file, kind,\n"
         "errors: [{line, path, reason}]}]}."},
    .example = "huishen lint agents/fire/rules.yaml\nhuishen lint configs/dictionary.yaml "
               "configs/processes/*.yaml",
    .run = run,
};
