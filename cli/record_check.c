/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/record_check.h"

#include <string.h>

#include "net/keys.h"

const char *hash_text(const struct cli *cli, const struct hash *hash)
{
    char hex[2 * HASH_BYTES + 1];

    bytes_to_hex((struct bytes){hash->bytes, sizeof hash->bytes}, hex);
    return cli_format(cli, "%s", hex);
}

static const char *fault_text(const struct cli *cli, const struct verify_fault *fault)
{
    const char *place = fault->seq == 0 ? ""
                                        : cli_format(cli, cli_text(cli, "第 %llu 条", "entry %llu"),
                                                     (unsigned long long)fault->seq);

    return cli_format(cli, "%s%s%s: %s%s%s%s", place, fault->seq == 0 ? "" : ": ", fault->name,
                      cli_text(cli, fault->zh, fault->en), fault->detail[0] == '\0' ? "" : " (",
                      fault->detail, fault->detail[0] == '\0' ? "" : ")");
}

static void on_fault(void *self, const struct verify_fault *fault)
{
    struct record_check *check = self;
    const struct cli *cli = check->cli;
    const char *text = fault_text(cli, fault);
    json_t *json = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s}", "seq", (json_int_t)fault->seq,
                             "code", fault->name, "kind", fault->kind, "zh", fault->zh, "en",
                             fault->en, "detail", fault->detail);

    cli_memory(json_array_append_new(check->faults, json) == 0 ? check->faults : NULL);
    if (check->first == NULL) {
        check->first = text;
    } else {
        check->following = cli_format(cli, "%s  %s\n", check->following, text);
    }
}

static void on_entry(void *self, uint64_t seq)
{
    struct record_check *check = self;

    if (check->seen != NULL) {
        atomic_store(check->seen, seq);
    }
    progress_tell(check->progress, cli_text(check->cli, "核对台账", "checking the record"), seq);
}

/* The office's own key if it is there; without it, genesis says whose signatures count. */
static bool read_key(struct record_check *check)
{
    struct keys keys;
    char reason[KEYS_REASON_BYTES];

    if (keys_load(check->keys, &keys, reason) != ERR_OK) {
        return false;
    }
    memcpy(check->sign_key, keys.sign.public_key, sizeof check->sign_key);
    keys_wipe(&keys);
    return true;
}

/* A journal that cannot even be read is broken too. */
static int fail(const struct record_check *check, enum err err, const struct failure *failure)
{
    if (err == ERR_CORRUPT) {
        return cli_refused(check->cli, "JOURNAL_BROKEN", failure->text);
    }
    return cli_fail(check->cli, STATUS_ENVIRONMENT, "%s: %s", err_text(err), failure->text);
}

static enum err check_views(struct record_check *check, const struct verify_options *options,
                            struct failure *failure)
{
    struct verify_report views = {0};

    progress_clear(check->progress);
    progress_tell(check->progress, cli_text(check->cli, "重建视图", "making the views anew"), 0);
    enum err err = verify_views(options, check->scratch, &views, failure);
    check->report.faults += views.faults;
    check->report.state = views.state;
    return err;
}

int record_check_run(struct record_check *check)
{
    bool has_key = read_key(check);
    struct failure failure = {{0}};
    const struct verify_options options = {
        .folder = check->journal,
        .map_bytes = (size_t)check->office->map_bytes,
        .office = check->office->id,
        .sign_key = has_key ? check->sign_key : NULL,
        .witness = check->witness,
        .report = on_fault,
        .progress = on_entry,
        .self = check,
    };

    check->faults = cli_memory(json_array());
    check->following = "";
    enum err err = verify_journal(&options, &check->report, &failure);
    if (err == ERR_OK && check->scratch != NULL && check->report.faults == 0) {
        err = check_views(check, &options, &failure);
    }
    progress_clear(check->progress);
    return err == ERR_OK ? STATUS_DONE : fail(check, err, &failure);
}

void record_check_ended(struct record_check *check, int number)
{
    const struct verify_fault fault = {
        .seq = (uint64_t)atomic_load(check->seen) + 1,
        .code = VERIFY_STORE,
        .name = "STORE",
        .kind = "",
        .zh = "存储页损坏",
        .en = "the pages of the store are damaged",
        .detail = cli_format(check->cli, "signal %d", number),
    };

    check->faults = cli_memory(json_array());
    check->following = "";
    check->report.faults = 1;
    check->report.last_seq = fault.seq - 1;
    on_fault(check, &fault);
}

int record_check_judge(const struct record_check *check)
{
    if (check->report.faults == 0) {
        return STATUS_DONE;
    }
    (void)fprintf(check->cli->err, "refused: JOURNAL_BROKEN: %s\n%s", /* as in cli_fail() */
                  check->first == NULL ? "" : check->first, check->following);
    return STATUS_REFUSED;
}
