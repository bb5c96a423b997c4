/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/principals.h"

#include <sodium.h>
#include <string.h>

enum { KEY_BASE64_BYTES = 64 };

const char *principal_folder(const struct cli *cli, const struct home *home, const char *principal)
{
    return home_path(cli, home, cli_format(cli, "keys/%s", principal));
}

int principal_make_keys(struct cli *cli, const struct home *home, const char *principal,
                        struct public_keys *out)
{
    struct keys keys;
    char reason[KEYS_REASON_BYTES] = "";

    keys_generate(&keys);
    enum err err = keys_save(&keys, principal_folder(cli, home, principal), reason);
    keys_public(&keys, out);
    keys_wipe(&keys);
    if (err == ERR_EXISTS) {
        return cli_refused(cli, "KEYS_EXIST", reason);
    }
    return err == ERR_OK ? STATUS_DONE : cli_fail(cli, STATUS_ENVIRONMENT, "%s", reason);
}

int principal_load_keys(struct cli *cli, const struct home *home, const char *principal,
                        struct keys *out)
{
    char reason[KEYS_REASON_BYTES] = "";
    enum err err = keys_load(principal_folder(cli, home, principal), out, reason);

    if (err == ERR_ABSENT) {
        return cli_fail(cli, STATUS_ENVIRONMENT,
                        cli_text(cli, "本目录没有 %s 的密钥：%s", "no keys of %s here: %s"),
                        principal, reason);
    }
    return err == ERR_OK ? STATUS_DONE : cli_fail(cli, STATUS_ENVIRONMENT, "%s", reason);
}

int principal_read_keys(struct cli *cli, const struct home *home, const char *principal,
                        struct public_keys *out)
{
    struct keys keys;
    int status = principal_load_keys(cli, home, principal, &keys);

    if (status == STATUS_DONE) {
        keys_public(&keys, out);
        keys_wipe(&keys);
    }
    return status;
}

/* agent:fire/1 is of fire; others are of none. */
static const char *department_of(const struct cli *cli, const char *name)
{
    const char *department = name + strlen("agent:");

    if (strncmp(name, "agent:", strlen("agent:")) != 0) {
        return "";
    }
    return cli_format(cli, "%.*s", (int)strcspn(department, "/"), department);
}

Hs__Principal *principal_new(const struct cli *cli, const char *name,
                             const struct public_keys *keys)
{
    Hs__Principal *principal = cli_memory(message_new(&hs__principal__descriptor, cli->arena));
    struct bytes curve = {keys->curve, sizeof keys->curve};
    struct bytes sign = {keys->sign, sizeof keys->sign};

    principal->name = name;
    principal->department = department_of(cli, name);
    principal->curve_key.data = cli_memory(arena_copy(cli->arena, curve));
    principal->curve_key.len = curve.size;
    principal->sign_key.data = cli_memory(arena_copy(cli->arena, sign));
    principal->sign_key.len = sign.size;
    return principal;
}

static const char *base64(const struct cli *cli, const uint8_t *key)
{
    char text[KEY_BASE64_BYTES];

    return cli_format(
        cli, "%s", sodium_bin2base64(text, sizeof text, key, 32, sodium_base64_VARIANT_ORIGINAL));
}

void principal_print(const struct cli *cli, const char *name, const struct public_keys *keys)
{
    char fingerprint[FINGERPRINT_TEXT_BYTES];
    const char *department = department_of(cli, name);

    keys_fingerprint(keys, fingerprint);
    if (cli->is_json) {
        cli_json(cli, json_pack("{s:s, s:s, s:s, s:s}", "name", name, "curveKey",
                                base64(cli, keys->curve), "signKey", base64(cli, keys->sign),
                                "fingerprint", fingerprint));
        return;
    }
    (void)fprintf(cli->out, "# %s\n# %s\nname: %s\n", /* shows when out is flushed */
                  cli_text(cli, "指纹（请当面或电话核对）", "fingerprint, to be compared by voice"),
                  fingerprint, name);
    if (department[0] != '\0') {
        (void)fprintf(cli->out, "roles: [agent]\ndepartment: %s\n", department);
    }
    (void)fprintf(cli->out, "curve_key: %s\nsign_key: %s\n", base64(cli, keys->curve),
                  base64(cli, keys->sign));
}
