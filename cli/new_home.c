/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/new_home.h"

#include <string.h>

#include "cli/message_text.h"
#include "lib/text.h"
#include "os/files.h"

enum {
    FOLDER_MODE = 0750,
    SECRET_FOLDER_MODE = 0700,
    FILE_MODE = 0640,
    FILE_BYTES_MAX = 1024 * 1024, /* as of any configuration file */
    AGENT_CREDIT = 64,
    KEY_HEX_BYTES = 2 * SIGN_PUBLIC_BYTES + 1,
};

static int fail(const struct new_home *new_home, const char *path, enum err err)
{
    return err == ERR_OK
               ? STATUS_DONE
               : cli_fail(new_home->cli, STATUS_ENVIRONMENT, "%s: %s", path, err_text(err));
}

static int write_text(const struct new_home *new_home, const char *name, const char *text)
{
    const char *path = home_path(new_home->cli, &new_home->home, name);

    return fail(new_home, path, file_write(path, bytes_of_text(text), FILE_MODE));
}

/* Copies the data folder's file @from to the home's @to. */
static int copy(const struct new_home *new_home, const char *from, const char *to)
{
    const struct cli *cli = new_home->cli;
    const char *source = cli_format(cli, "%s/%s", new_home->data, from);
    struct bytes text = {0};
    int status = fail(new_home, source, file_read(source, FILE_BYTES_MAX, cli->arena, &text));

    return status == STATUS_DONE ? write_text(new_home, to, (const char *)text.data) : status;
}

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text);
    size_t end_size = strlen(end);

    return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

/* Copies the .yaml files of the data folder's @folder into the home's folder of the same name. */
static int copy_folder(const struct new_home *new_home, const char *folder)
{
    const struct cli *cli = new_home->cli;
    const char *source = cli_format(cli, "%s/%s", new_home->data, folder);
    const char *const *names = NULL;
    size_t count = 0;
    int status = fail(new_home, source, folder_list(source, cli->arena, &names, &count));

    for (size_t i = 0; i < count && status == STATUS_DONE; i++) {
        const char *name = cli_format(cli, "%s/%s", folder, names[i]);

        if (ends_with(name, ".yaml")) {
            status = copy(new_home, name, name);
        }
    }
    return status;
}

/* Copies agents/ID/rules.yaml to rules/ID.yaml, of all that have one. */
static int copy_packs(const struct new_home *new_home)
{
    const struct cli *cli = new_home->cli;
    const char *source = cli_format(cli, "%s/agents", new_home->data);
    const char *const *names = NULL;
    size_t count = 0;
    int status = fail(new_home, source, folder_list(source, cli->arena, &names, &count));

    for (size_t i = 0; i < count && status == STATUS_DONE; i++) {
        const char *name = cli_format(cli, "agents/%s/rules.yaml", names[i]);

        if (file_exists(cli_format(cli, "%s/%s", new_home->data, name))) {
            status = copy(new_home, name, cli_format(cli, "rules/%s.yaml", names[i]));
        }
    }
    return status;
}

/* Writes the departments with `answer: rules` in place of `answer: person`: the file's own words
 * and comments stay as they are. */
static int write_demo_departments(const struct new_home *new_home)
{
    static const char person[] = "answer: person";
    const struct cli *cli = new_home->cli;
    const char *source = cli_format(cli, "%s/configs/departments.yaml", new_home->data);
    struct bytes text = {0};
    struct text_builder out;
    int status = fail(new_home, source, file_read(source, FILE_BYTES_MAX, cli->arena, &text));

    if (status != STATUS_DONE) {
        return status;
    }
    text_builder_init(&out, cli->arena, (size_t)2 * FILE_BYTES_MAX);
    for (const char *rest = (const char *)text.data; *rest != '\0';) {
        const char *found = strstr(rest, person);
        size_t size = found == NULL ? strlen(rest) : (size_t)(found - rest);

        text_builder_add_bytes(&out, (struct bytes){(const uint8_t *)rest, size});
        text_builder_add(&out, found == NULL ? "" : "answer: rules");
        rest += size + (found == NULL ? 0 : sizeof person - 1);
    }
    const char *written = text_builder_finish(&out);
    return written == NULL ? fail(new_home, source, ERR_FULL)
                           : write_text(new_home, "configs/departments.yaml", written);
}

/* Loads the departments; in a demonstration each must answer by its rules. */
static int load_departments(struct new_home *new_home)
{
    const struct cli *cli = new_home->cli;
    const struct definitions definitions = {.folder = new_home->home.folder, .is_home = true};
    int status = definitions_departments(cli, &definitions, &new_home->departments);

    for (size_t i = 0;
         status == STATUS_DONE && new_home->is_demo && i < new_home->departments->n_departments;
         i++) {
        const Hs__Department *department = new_home->departments->departments[i];

        if (department->answer != HS__DEPARTMENT__ANSWER__RULES) {
            status = cli_fail(cli, STATUS_ENVIRONMENT,
                              cli_text(cli, "departments.yaml 中 %s 没有写明 answer: person",
                                       "departments.yaml does not say answer: person of %s"),
                              department->id);
        }
    }
    return status;
}

static int write_office(const struct new_home *new_home)
{
    static const char demo_accounts[] = "accounts:\n"
                                        "- {verb: '', account: office}\n"
                                        "- {verb: submit, account: street}\n"
                                        "- {verb: revise, account: street}\n"
                                        "- {verb: withdraw, account: street}\n";
    static const char accounts[] = "accounts:\n"
                                   "- {verb: '', account: admin}\n";

    return write_text(
        new_home, "office.yaml",
        cli_format(new_home->cli,
                   "# 辖区配置。The office's configuration.\n"
                   "id: %s\n"
                   "prefix: %s\n"
                   "utc_offset_minutes: %d\n"
                   "listen: %s\n"
                   "demo: %s\n"
                   "# 重启后是否相信时钟。Whether the clock is believed after a reboot.\n"
                   "after_reboot: %s\n"
                   "# 没有 --as 时由谁办理。Who acts where --as is not given.\n"
                   "%s"
                   "- {verb: account, account: security}\n"
                   "- {verb: department enrol, account: security}\n"
                   "- {verb: department define, account: admin}\n",
                   new_home->office, new_home->prefix, NEW_HOME_UTC_OFFSET_MINUTES, NEW_HOME_LISTEN,
                   new_home->is_demo ? "true" : "false",
                   new_home->is_demo ? "believe" : "synchronised",
                   new_home->is_demo ? demo_accounts : accounts));
}

static int make_folders(const struct new_home *new_home)
{
    static const char *const names[] = {"configs/calendars",
                                        "configs/processes/packs",
                                        "configs/agents",
                                        "rules",
                                        "documents",
                                        "agents",
                                        "run"};
    const char *folder = new_home->home.folder;
    int status = fail(new_home, folder, folder_make(folder, FOLDER_MODE));

    for (size_t i = 0; i < sizeof names / sizeof *names && status == STATUS_DONE; i++) {
        const char *path = home_path(new_home->cli, &new_home->home, names[i]);

        status = fail(new_home, path, folder_make(path, FOLDER_MODE));
    }
    if (status == STATUS_DONE) {
        const char *path = home_path(new_home->cli, &new_home->home, "keys");

        status = fail(new_home, path, folder_make(path, SECRET_FOLDER_MODE));
    }
    return status;
}

int new_home_files(struct new_home *new_home)
{
    int status = make_folders(new_home);

    if (status == STATUS_DONE) {
        status = copy(new_home, "configs/dictionary.yaml", "configs/dictionary.yaml");
    }
    if (status == STATUS_DONE) {
        status = copy_folder(new_home, "configs/calendars");
    }
    if (status == STATUS_DONE) {
        status = copy_folder(new_home, "configs/processes");
    }
    if (status == STATUS_DONE) {
        status = copy_folder(new_home, "configs/processes/packs");
    }
    if (status == STATUS_DONE) {
        status = copy_packs(new_home);
    }
    if (status == STATUS_DONE) {
        status = new_home->is_demo
                     ? write_demo_departments(new_home)
                     : copy(new_home, "configs/departments.yaml", "configs/departments.yaml");
    }
    if (status == STATUS_DONE) {
        status = write_office(new_home);
    }
    return status == STATUS_DONE ? load_departments(new_home) : status;
}

/* Sets @file to the pack that @department's agent publishes, relative to the home, and @owner to
 * whose rules of it (empty: all). False if there is none. */
static bool find_pack(const struct new_home *new_home, const char *department, const char **file,
                      const char **owner)
{
    const struct definitions definitions = {.folder = new_home->home.folder, .is_home = true};
    const Hs__Department *of_owner = department_of_owner(new_home->departments, department);
    const char *path = definitions_pack_file(new_home->cli, &definitions, department);

    *owner = "";
    if (path == NULL && of_owner != NULL) {
        path = definitions_pack_file(new_home->cli, &definitions, of_owner->id);
        *owner = department;
    }
    if (path == NULL) {
        return false;
    }
    *file = path + strlen(new_home->home.folder) + 1;
    return true;
}

int new_home_agents(const struct new_home *new_home, const struct public_keys *broker)
{
    const struct cli *cli = new_home->cli;
    char curve[CURVE_TEXT_BYTES];
    char sign[KEY_HEX_BYTES];
    int status = STATUS_DONE;

    curve_key_to_text(broker->curve, curve);
    bytes_to_hex((struct bytes){broker->sign, sizeof broker->sign}, sign);
    for (size_t i = 0; i < new_home->departments->n_departments && status == STATUS_DONE; i++) {
        const char *id = new_home->departments->departments[i]->id;
        const char *file = NULL;
        const char *owner = NULL;

        if (!find_pack(new_home, id, &file, &owner)) {
            continue;
        }
        status = write_text(new_home, cli_format(cli, "configs/agents/%s.yaml", id),
                            cli_format(cli,
                                       "# 路径自辖区目录算起。Paths begin at the home.\n"
                                       "principal: agent:%s/1\n"
                                       "department: %s\n"
                                       "office: %s\n"
                                       "broker: %s\n"
                                       "broker_curve_key: '%s'\n"
                                       "broker_sign_key: %s\n"
                                       "handler: rules\n"
                                       "rules: %s\n"
                                       "%s%s%s"
                                       "keys: keys/agent:%s/1\n"
                                       "data: agents/%s-1\n"
                                       "credit: %d\n",
                                       id, id, new_home->office, NEW_HOME_LISTEN, curve, sign, file,
                                       owner[0] == '\0' ? "" : "owner: ", owner,
                                       owner[0] == '\0' ? "" : "\n", id, id, AGENT_CREDIT));
    }
    return status;
}

void new_home_accounts(const struct new_home *new_home,
                       struct new_account out[NEW_HOME_ACCOUNTS_MAX], size_t *count)
{
    static const struct new_account people[] = {
        {"person:street", "", HS__PRINCIPAL__ROLE__APPLICANT},
        {"person:office", "", HS__PRINCIPAL__ROLE__OFFICE},
        {"person:approver", "", HS__PRINCIPAL__ROLE__APPROVER},
        {"person:supervisor", "", HS__PRINCIPAL__ROLE__SUPERVISOR},
    };
    const struct cli *cli = new_home->cli;
    size_t made = sizeof people / sizeof *people;

    memcpy(out, people, sizeof people);
    for (size_t i = 0;
         i < new_home->departments->n_departments && made + 3 <= NEW_HOME_ACCOUNTS_MAX; i++) {
        const char *id = new_home->departments->departments[i]->id;

        out[made++] = (struct new_account){cli_format(cli, "person:%s", id), id,
                                           HS__PRINCIPAL__ROLE__REVIEWER};
        out[made++] = (struct new_account){cli_format(cli, "person:head-%s", id), id,
                                           HS__PRINCIPAL__ROLE__HEAD};
        out[made++] =
            (struct new_account){cli_format(cli, "agent:%s/1", id), id, HS__PRINCIPAL__ROLE__AGENT};
    }
    *count = made;
}
