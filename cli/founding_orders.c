/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/founding_orders.h"

#include <string.h>

#include "broker/found.h"
#include "cli/message_text.h"
#include "cli/principals.h"
#include "os/files.h"

/* Who orders, and where. */
struct orders {
    struct new_home *new_home;
    struct cli *cli;
    struct founding *founding;
    struct keys office;   /* the broker's own */
    struct keys security; /* person:security */
    struct keys admin;    /* person:admin */
};

static const char security_name[] = "person:security";
static const char admin_name[] = "person:admin";

/* Makes the keys of @name and reads them back. */
static int make_keys(struct orders *orders, const char *name, struct keys *out)
{
    struct public_keys made;
    int status = principal_make_keys(orders->cli, &orders->new_home->home, name, &made);

    return status == STATUS_DONE
               ? principal_load_keys(orders->cli, &orders->new_home->home, name, out)
               : status;
}

static int give(struct orders *orders, const char *author, const struct keys *keys,
                Hs__Command *command)
{
    const struct founding_author signer = {.name = author, .key = &keys->sign};
    enum refusal refusal = REFUSAL_NONE;
    struct failure failure = {{0}};
    const struct cli *cli = orders->cli;
    enum err err = founding_order(orders->founding, &signer, command, &refusal, &failure);

    if (err == ERR_DENIED) {
        return cli_refused(cli, refusal_code(refusal),
                           cli_format(cli, "%s: %s",
                                      cli_text(cli, refusal_zh(refusal), refusal_en(refusal)),
                                      failure.text));
    }
    return err == ERR_OK ? STATUS_DONE
                         : cli_fail(cli, STATUS_ENVIRONMENT, "%s: %s", err_text(err), failure.text);
}

static Hs__Principal *principal_of(const struct orders *orders, const struct new_account *account,
                                   const struct public_keys *keys)
{
    Hs__Principal *principal = principal_new(orders->cli, account->name, keys);

    principal->roles = cli_memory(arena_array(orders->cli->arena, 1, sizeof *principal->roles));
    principal->roles[0] = account->role;
    principal->n_roles = 1;
    principal->department = account->department;
    return principal;
}

static int begin(struct orders *orders)
{
    const struct new_account account = {security_name, "", HS__PRINCIPAL__ROLE__SECURITY_ADMIN};
    const struct new_home *new_home = orders->new_home;
    const struct cli *cli = orders->cli;
    struct public_keys security;
    struct public_keys office;
    struct failure failure = {{0}};

    keys_public(&orders->security, &security);
    keys_public(&orders->office, &office);
    const struct founding_settings settings = {
        .journal = home_path(cli, &new_home->home, "journal"),
        .office = new_home->office,
        .prefix = new_home->prefix,
        .utc_offset_minutes = NEW_HOME_UTC_OFFSET_MINUTES,
        .office_key = &orders->office.sign,
        .office_curve_key = office.curve,
        .security_admin = principal_of(orders, &account, &security),
        .time =
            new_home->clock == NULL ? time_source_machine() : time_source_virtual(new_home->clock),
    };
    enum err err = founding_begin(&settings, &orders->founding, &failure);
    return err == ERR_OK ? STATUS_DONE
                         : cli_fail(cli, STATUS_ENVIRONMENT, "%s: %s", err_text(err), failure.text);
}

static int enrol(struct orders *orders, const struct new_account *account, const struct keys *keys)
{
    Hs__Enrol body = HS__ENROL__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    struct public_keys halves;

    keys_public(keys, &halves);
    body.principal = principal_of(orders, account, &halves);
    command.body_case = HS__COMMAND__BODY_ENROL;
    command.enrol = &body;
    return give(orders, security_name, &orders->security, &command);
}

static int enrol_demo(struct orders *orders)
{
    struct new_account accounts[NEW_HOME_ACCOUNTS_MAX];
    size_t count = 0;
    int status = STATUS_DONE;

    new_home_accounts(orders->new_home, accounts, &count);
    for (size_t i = 0; i < count && status == STATUS_DONE; i++) {
        struct keys keys;

        status = make_keys(orders, accounts[i].name, &keys);
        if (status == STATUS_DONE) {
            status = enrol(orders, &accounts[i], &keys);
            keys_wipe(&keys);
        }
    }
    return status;
}

static int define_departments(struct orders *orders)
{
    const Hs__DepartmentList *departments = orders->new_home->departments;
    int status = STATUS_DONE;

    for (size_t i = 0; i < departments->n_departments && status == STATUS_DONE; i++) {
        Hs__DefineDepartment body = HS__DEFINE_DEPARTMENT__INIT;
        Hs__Command command = HS__COMMAND__INIT;

        body.department = departments->departments[i];
        command.body_case = HS__COMMAND__BODY_DEFINE_DEPARTMENT;
        command.define_department = &body;
        status = give(orders, admin_name, &orders->admin, &command);
    }
    return status;
}

/* Publishes the definition in the home's file @name, of type @type, as the office. */
static int publish(struct orders *orders, Hs__Publish__Kind kind,
                   const ProtobufCMessageDescriptor *type, const char *name)
{
    const struct cli *cli = orders->cli;
    Hs__Publish body = HS__PUBLISH__INIT;
    Hs__Command command = HS__COMMAND__INIT;
    void *definition = NULL;
    const char *path = home_path(cli, &orders->new_home->home, name);
    int status = message_load(cli, path, type, &definition);

    if (status != STATUS_DONE) {
        return status;
    }
    struct bytes bytes = message_pack(definition, cli->arena);
    cli_memory((void *)(uintptr_t)bytes.data);
    body.kind = kind;
    body.definition = binary_of(bytes);
    body.set_default =
        kind == HS__PUBLISH__KIND__PROCESS &&
        strcmp(((const Hs__Process *)definition)->id, DEFINITIONS_DEFAULT_PROCESS) == 0;
    command.body_case = HS__COMMAND__BODY_PUBLISH;
    command.publish = &body;
    return give(orders, "office", &orders->office, &command);
}

/* Publishes every .yaml file of the home's @folder. */
static int publish_folder(struct orders *orders, Hs__Publish__Kind kind,
                          const ProtobufCMessageDescriptor *type, const char *folder)
{
    const struct cli *cli = orders->cli;
    const char *const *names = NULL;
    size_t count = 0;
    const char *path = home_path(cli, &orders->new_home->home, folder);
    enum err err = folder_list(path, cli->arena, &names, &count);
    int status = err == ERR_OK ? STATUS_DONE
                               : cli_fail(cli, STATUS_ENVIRONMENT, "%s: %s", path, err_text(err));

    for (size_t i = 0; i < count && status == STATUS_DONE; i++) {
        if (strstr(names[i], ".yaml") != NULL) {
            status = publish(orders, kind, type, cli_format(cli, "%s/%s", folder, names[i]));
        }
    }
    return status;
}

static int publish_all(struct orders *orders)
{
    int status = publish(orders, HS__PUBLISH__KIND__DICTIONARY, &hs__dictionary__descriptor,
                         "configs/dictionary.yaml");

    if (status == STATUS_DONE) {
        status = publish_folder(orders, HS__PUBLISH__KIND__PROCESS, &hs__process__descriptor,
                                "configs/processes");
    }
    if (status == STATUS_DONE) {
        status = publish_folder(orders, HS__PUBLISH__KIND__CALENDAR, &hs__calendar__descriptor,
                                "configs/calendars");
    }
    return status == STATUS_DONE ? publish_folder(orders, HS__PUBLISH__KIND__PACK,
                                                  &hs__pack__descriptor, "configs/processes/packs")
                                 : status;
}

static int order_all(struct orders *orders)
{
    const struct new_account admin = {admin_name, "", HS__PRINCIPAL__ROLE__SYSTEM_ADMIN};
    int status = begin(orders);

    if (status == STATUS_DONE) {
        status = enrol(orders, &admin, &orders->admin);
    }
    if (status == STATUS_DONE) {
        status = define_departments(orders);
    }
    if (status == STATUS_DONE) {
        status = publish_all(orders);
    }
    if (status == STATUS_DONE && orders->new_home->is_demo) {
        status = enrol_demo(orders);
    }
    founding_end(orders->founding);
    return status;
}

int founding_orders(struct new_home *new_home, struct public_keys *broker)
{
    struct orders orders = {.new_home = new_home, .cli = new_home->cli};
    int status = make_keys(&orders, "office", &orders.office);

    if (status == STATUS_DONE) {
        status = make_keys(&orders, security_name, &orders.security);
    }
    if (status == STATUS_DONE) {
        status = make_keys(&orders, admin_name, &orders.admin);
    }
    if (status == STATUS_DONE) {
        keys_public(&orders.office, broker);
        status = order_all(&orders);
    }
    keys_wipe(&orders.office);
    keys_wipe(&orders.security);
    keys_wipe(&orders.admin);
    return status;
}

bool new_home_is_free(const struct cli *cli, const char *folder)
{
    const char *const *names = NULL;
    size_t count = 0;

    if (!file_exists(folder)) {
        return true;
    }
    return folder_list(folder, cli->arena, &names, &count) == ERR_OK && count == 0;
}

int new_home_make(struct new_home *new_home, struct public_keys *broker)
{
    int status = new_home_files(new_home);

    if (status == STATUS_DONE) {
        status = founding_orders(new_home, broker);
    }
    if (status == STATUS_DONE) {
        status = new_home_agents(new_home, broker);
    }
    if (status != STATUS_DONE) {
        (void)folder_remove(new_home->home.folder); /* the failure itself is told already */
    }
    return status;
}
