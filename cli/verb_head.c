/* SPDX-License-Identifier: Apache-2.0 */
/* huishen head: the last head of the record, to be kept where this machine's masters cannot reach.
 */
#include <string.h>

#include "cli/hash_words.h"
#include "cli/head_text.h"
#include "cli/principals.h"
#include "cli/record_check.h"
#include "cli/stamp.h"
#include "cli/verbs.h"
#include "lib/check.h"
#include "store/head_file.h"
#include "store/receipt.h"

/* Sets @out to what the head file of @home holds: written after each commit, so it needs no broker.
 */
static int read_record(const struct cli *cli, const struct home *home, struct head_record *out)
{
    const char *path = home_path(cli, home, "journal/head");
    struct head_file file = {.fd = -1};
    enum err err = head_file_open(path, true, &file);

    if (err != ERR_OK) {
        return cli_fail(cli, STATUS_ENVIRONMENT, "%s: %s", path, err_text(err));
    }
    *out = file.last;
    head_file_close(&file);
    if (out->seq == 0) {
        return cli_refused(cli, "JOURNAL_BROKEN",
                           cli_format(cli, cli_text(cli, "%s 里没有头", "%s holds no head"), path));
    }
    return STATUS_DONE;
}

/* Sets @out to the last head; one that the broker did not sign is no witness. */
static int read_head(struct cli *cli, const struct home *home, struct head_text *out)
{
    struct public_keys broker;
    struct head_record *record = cli_memory(arena_alloc(cli->arena, sizeof *record));
    int status = principal_read_keys(cli, home, "office", &broker);

    if (status == STATUS_DONE) {
        status = read_record(cli, home, record);
    }
    if (status != STATUS_DONE) {
        return status;
    }
    struct bytes bytes = {record->bytes, record->size};
    const Hs__SignedHead *signed_head =
        message_read(&hs__signed_head__descriptor, bytes, cli->arena);
    const Hs__Head *head = signed_head == NULL ? NULL
                                               : signed_head_open(signed_head, broker.sign,
                                                                  home->office->id, cli->arena);

    if (head == NULL) {
        return cli_refused(cli, "JOURNAL_BROKEN",
                           cli_text(cli, "head 文件中的头没有本辖区的签名",
                                    "the head in the head file is not signed by this office"));
    }
    *out = (struct head_text){.office = home->office->id,
                              .head.seq = head->last_seq,
                              .at_ms = head->committed_at,
                              .signed_bytes = bytes};
    memcpy(out->head.hash.bytes, head->hash.data, HASH_BYTES); /* checked by signed_head_open() */
    return STATUS_DONE;
}

static void print_json(const struct cli *cli, const struct head_text *text, int offset_minutes)
{
    char words[HASH_WORDS_BYTES];
    char hex[2 * HEAD_BYTES_MAX + 1];
    char stamp[STAMP_BYTES];

    hash_to_words(&text->head.hash, words);
    stamp_write(text->at_ms, offset_minutes, stamp);
    require(text->signed_bytes.size <= HEAD_BYTES_MAX);
    bytes_to_hex(text->signed_bytes, hex);
    cli_json(cli, json_pack("{s:s, s:I, s:s, s:s, s:s, s:s}", "office", text->office, "entry",
                            (json_int_t)text->head.seq, "hash", hash_text(cli, &text->head.hash),
                            "words", words, "time", stamp, "signed", hex));
}

/* The sheet that is printed and filed: what it is for, the head, and who keeps it. */
static void print_sheet(const struct cli *cli, const struct head_text *text, int offset_minutes)
{
    /* Failed writes show when out is flushed. */
    (void)fputs(
        cli_text(cli,
                 "台账头单\n"
                 "========================================================================\n"
                 "下列的头证明：台账到 entry 一项所列的条为止，内容恰为 hash（words\n"
                 "是同一数值的拼读形式）。此后若有人更改、删除、倒退或重写其中任何一条，\n"
                 "凭本单即可查出：\n\n"
                 "    huishen verify --head 本单文件\n\n"
                 "只有纸质单时，把 entry 和 words 各行照录入一个文本文件即可。\n"
                 "请保存在办公室的机器之外。\n\n",
                 "Head sheet of the record\n"
                 "========================================================================\n"
                 "The head below proves that the record, up to the entry named, is exactly\n"
                 "what the hash says (words: the same figure, to be read out). Whoever\n"
                 "changes, removes, rolls back or rewrites any of it later is found out by\n"
                 "this sheet:\n\n"
                 "    huishen verify --head FILE\n\n"
                 "Of a printed sheet, type the lines entry and words into a text file.\n"
                 "Keep it away from the office's machines.\n\n"),
        cli->out);
    head_text_print(cli, text, offset_minutes);
    (void)fputs(
        cli_text(cli,
                 "\n------------------------------------------------------------------------\n"
                 "打印人                    收存人                    日期\n",
                 "\n------------------------------------------------------------------------\n"
                 "printed by                kept by                   date\n"),
        cli->out);
}

static int run(struct cli *cli, const struct arguments *arguments)
{
    struct home home;
    struct head_text text = {0};
    int status = home_open(cli, &home);

    if (status == STATUS_DONE) {
        status = read_head(cli, &home, &text);
    }
    if (status != STATUS_DONE) {
        return status;
    }
    if (cli->is_json) {
        print_json(cli, &text, home.office->utc_offset_minutes);
    } else if (arguments_have(arguments, "sheet")) {
        print_sheet(cli, &text, home.office->utc_offset_minutes);
    } else {
        head_text_print(cli, &text, home.office->utc_offset_minutes);
    }
    return STATUS_DONE;
}

static const struct option options[] = {
    {.name = "sheet",
     .help = {"印成一页，供打印、签收、存档", "as a page to be printed, signed for and filed"}},
};

const struct verb verb_head = {
    .name = "head",
    .words = "",
    .needs_home = true,
    .summary = {"台账的头，供外部保存", "the record's head, to be kept outside"},
    .manual =
        {"印出台账最后一个头：条的序号、链值、同一链值的拼读形式、时间、办公室的签名。每天保存\n"
         "一份到办公室的机器之外（邮件、打印、另一台主机）；以后凭它可查出台账被截断、倒退或整体\n"
         "重写：huishen verify --head FILE。会审服务运行与否均可。\n"
         "--json 输出 {\"office\", \"entry\", \"hash\", \"words\", \"time\", \"signed\"}。",
         "Prints the last head of the record: the entry, the chain's hash, the same hash in\n"
         "words, the time, and the office's signature. Keep one a day away from the office's\n"
         "machines (mail, print, another host): with it, huishen verify --head FILE finds a\n"
         "record that was cut, rolled back or written anew. The broker may be up or down.\n"
         "With --json: {\"office\", \"entry\", \"hash\", \"words\", \"time\", \"signed\"}."},
    .example = "huishen head | mail -s 'head' auditor@example.org\nhuishen head --sheet | lp",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
