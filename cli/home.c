/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/home.h"

#include <string.h>

#include "cli/message_text.h"
#include "os/files.h"

enum { ENDPOINT_BYTES_MAX = 512 };

int home_open(struct cli *cli, struct home *out)
{
    void *office = NULL;
    const struct home home = {.folder = cli->home};
    const char *path = home_path(cli, &home, "office.yaml");

    if (!file_exists(path)) {
        return cli_fail(
            cli, STATUS_ENVIRONMENT,
            cli_text(cli, "%s 不是辖区目录（没有 office.yaml）；新建：huishen init %s",
                     "%s is no home (it has no office.yaml); make one: huishen init %s"),
            cli->home, cli->home);
    }
    int status = message_load(cli, path, &hs__office_config__descriptor, &office);
    if (status == STATUS_DONE) {
        *out = (struct home){.folder = cli->home, .office = office};
    }
    return status;
}

const char *home_path(const struct cli *cli, const struct home *home, const char *name)
{
    return cli_format(cli, "%s/%s", home->folder, name);
}

const char *home_principal(const struct cli *cli, const char *name)
{
    return strchr(name, ':') != NULL ? name : cli_format(cli, "person:%s", name);
}

/* The account that the configuration names for @verb, or NULL. */
static const char *configured(const struct home *home, const char *verb)
{
    for (size_t i = 0; i < home->office->n_accounts; i++) {
        if (strcmp(home->office->accounts[i]->verb, verb) == 0) {
            return home->office->accounts[i]->account;
        }
    }
    return NULL;
}

const char *home_account(const struct cli *cli, const struct home *home)
{
    const char *account = cli->account;

    if (account == NULL && cli->action != NULL) {
        account = configured(home, cli_format(cli, "%s %s", cli->verb, cli->action));
    }
    if (account == NULL) {
        account = configured(home, cli->verb);
    }
    if (account == NULL) {
        account = cli->fallback_account;
    }
    if (account == NULL) {
        account = configured(home, "");
    }
    return account == NULL ? NULL : home_principal(cli, account);
}

const char *home_endpoint(const struct cli *cli, const struct home *home)
{
    struct bytes text = {0};

    if (file_read(home_path(cli, home, "run/broker"), ENDPOINT_BYTES_MAX, cli->arena, &text) ==
            ERR_OK &&
        text.size > 0) {
        return cli_format(cli, "%.*s", (int)strcspn((const char *)text.data, "\n"),
                          (const char *)text.data);
    }
    return home->office->listen;
}
