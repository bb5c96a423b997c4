/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/head_text.h"

#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "cli/hash_words.h"
#include "cli/message_text.h"
#include "cli/record_check.h"
#include "cli/stamp.h"
#include "os/files.h"
#include "store/head_file.h"
#include "store/receipt.h"

enum {
    FILE_BYTES_MAX = 1024 * 1024,
    WORDS_OF_LINE = 6,
    SIGNED_OF_LINE = 64, /* letters */
    NUMBER_BASE = 10,
};

#define TITLE "huishen head"

/* ---- printing ---- */

/* Prints @text in lines of @size letters, each behind @key, without a blank at its end. */
static void print_lines(const struct cli *cli, const char *key, const char *text, size_t size)
{
    for (size_t left = strlen(text); left > 0;) {
        size_t taken = left < size ? left : size;
        size_t shown = text[taken - 1] == ' ' ? taken - 1 : taken;

        (void)fprintf(cli->out, "%s %.*s\n", key, (int)shown, text); /* shows at the end */
        text += taken;
        left -= taken;
    }
}

void head_text_print(const struct cli *cli, const struct head_text *text, int offset_minutes)
{
    char words[HASH_WORDS_BYTES];
    char stamp[STAMP_BYTES];
    char encoded[sodium_base64_ENCODED_LEN(HEAD_BYTES_MAX, sodium_base64_VARIANT_ORIGINAL)];
    int minutes = abs(offset_minutes);

    hash_to_words(&text->head.hash, words);
    stamp_write(text->at_ms, offset_minutes, stamp);
    (void)sodium_bin2base64(encoded, sizeof encoded, text->signed_bytes.data,
                            text->signed_bytes.size, sodium_base64_VARIANT_ORIGINAL);
    /* A failed write shows when out is flushed. */
    (void)fprintf(cli->out, TITLE " 1\noffice %s\nentry %llu\nhash %s\n", text->office,
                  (unsigned long long)text->head.seq, hash_text(cli, &text->head.hash));
    print_lines(cli, "words", words, (size_t)WORDS_OF_LINE * (HASH_WORD_LETTERS + 1));
    (void)fprintf(cli->out, "time %s %c%02d%02d\n", stamp, offset_minutes < 0 ? '-' : '+',
                  minutes / 60, minutes % 60);
    print_lines(cli, "signed", encoded, SIGNED_OF_LINE);
}

/* ---- reading ---- */

/* One head being read. Texts are those of its lines; NULL or empty: not there. */
struct block {
    const char *office;
    const char *entry;
    const char *hash;
    const char *words;
    const char *signed_text;
};

struct reading {
    const struct cli *cli;
    const char *path;
    const char *office;
    const uint8_t *sign_key;
    struct head_text *latest; /* seq 0: none yet */
};

static int invalid(const struct reading *reading, const char *zh, const char *en)
{
    const struct cli *cli = reading->cli;

    return cli_fail(cli, STATUS_INVALID, "%s: %s", reading->path,
                    cli->language == LANGUAGE_ZH ? zh : en);
}

static int refuse(const struct reading *reading, const char *zh, const char *en)
{
    const struct cli *cli = reading->cli;

    return cli_refused(
        cli, "HEAD_INVALID",
        cli_format(cli, "%s: %s", reading->path, cli->language == LANGUAGE_ZH ? zh : en));
}

/* Takes @hash as that of @head; false if it has another already. */
static bool take_hash(struct kept_head *head, const struct hash *hash, bool *has_hash)
{
    if (*has_hash && !hash_equal(head->hash, *hash)) {
        return false;
    }
    head->hash = *hash;
    *has_hash = true;
    return true;
}

/* Reads the signed head of @block into @out. */
static int take_signed(const struct reading *reading, const struct block *block,
                       struct head_text *out, bool *has_hash)
{
    struct arena *arena = reading->cli->arena;
    uint8_t *bytes = cli_memory(arena_alloc(arena, HEAD_BYTES_MAX));
    size_t size = 0;
    ProtobufCMessage *outer = NULL;
    ProtobufCMessage *inner = NULL;

    if (sodium_base642bin(bytes, HEAD_BYTES_MAX, block->signed_text, strlen(block->signed_text),
                          NULL, &size, NULL, sodium_base64_VARIANT_ORIGINAL) != 0 ||
        message_parse(&hs__signed_head__descriptor, (struct bytes){bytes, size}, arena, &outer) !=
            ERR_OK ||
        message_parse(&hs__head__descriptor, bytes_of(((Hs__SignedHead *)outer)->head), arena,
                      &inner) != ERR_OK) {
        return invalid(reading, "signed 一行无法读取", "its line signed cannot be read");
    }
    const Hs__Head *head = (const Hs__Head *)inner;
    struct hash hash;

    if (strcmp(head->office, reading->office) != 0) {
        return refuse(reading, "是另一辖区的头", "it is another office's");
    }
    if (reading->sign_key != NULL && signed_head_open((Hs__SignedHead *)outer, reading->sign_key,
                                                      reading->office, arena) == NULL) {
        return refuse(reading, "签名不是本辖区的", "its signature is not this office's");
    }
    if (head->hash.len != HASH_BYTES || (out->head.seq != 0 && out->head.seq != head->last_seq)) {
        return invalid(reading, "各行互相矛盾", "its lines contradict each other");
    }
    memcpy(hash.bytes, head->hash.data, sizeof hash.bytes);
    out->head.seq = head->last_seq;
    out->at_ms = head->committed_at;
    out->signed_bytes = (struct bytes){bytes, size};
    return take_hash(&out->head, &hash, has_hash)
               ? STATUS_DONE
               : invalid(reading, "各行互相矛盾", "its lines contradict each other");
}

/* Takes what @block says; the latest head wins. */
static int take_block(struct reading *reading, const struct block *block)
{
    struct head_text text = {.office = reading->office};
    struct hash hash;
    bool has_hash = false;

    if (block->entry == NULL && block->signed_text[0] == '\0') {
        return STATUS_DONE; /* no head at all */
    }
    if (block->office != NULL && strcmp(block->office, reading->office) != 0) {
        return refuse(reading, "是另一辖区的头", "it is another office's");
    }
    if (block->entry != NULL) {
        char *end = NULL;

        text.head.seq = strtoull(block->entry, &end, NUMBER_BASE);
        if (*end != '\0' || text.head.seq == 0 || !isdigit((unsigned char)block->entry[0])) {
            return invalid(reading, "entry 须是条的序号", "its line entry is no number");
        }
    }
    if (block->hash != NULL && (!bytes_from_hex(block->hash, hash.bytes, sizeof hash.bytes) ||
                                !take_hash(&text.head, &hash, &has_hash))) {
        return invalid(reading, "hash 须是 64 位十六进制数", "its line hash is not 64 hex digits");
    }
    if (block->words[0] != '\0' &&
        (!hash_from_words(block->words, &hash) || !take_hash(&text.head, &hash, &has_hash))) {
        return invalid(reading, "words 有误，请逐词核对", "its words are mistyped: compare each");
    }
    if (block->signed_text[0] != '\0') {
        int status = take_signed(reading, block, &text, &has_hash);

        if (status != STATUS_DONE) {
            return status;
        }
    }
    if (!has_hash) {
        return invalid(reading, "缺少 hash、words 或 signed",
                       "it has neither hash nor words nor signed");
    }
    if (text.head.seq > reading->latest->head.seq) {
        *reading->latest = text;
    }
    return STATUS_DONE;
}

/* Returns what stands behind @key in @line, or NULL if it does not begin with it. */
static const char *value_of(const char *line, const char *key)
{
    size_t size = strlen(key);

    if (strncmp(line, key, size) != 0 || line[size] != ' ') {
        return NULL;
    }
    return line + size + strspn(line + size, " ");
}

static void take_line(const struct cli *cli, const char *line, struct block *block)
{
    const char *office = value_of(line, "office");
    const char *entry = value_of(line, "entry");
    const char *hash = value_of(line, "hash");
    const char *words = value_of(line, "words");
    const char *signed_text = value_of(line, "signed");

    block->office = office != NULL ? office : block->office;
    block->entry = entry != NULL ? entry : block->entry;
    block->hash = hash != NULL ? hash : block->hash;
    if (words != NULL) {
        block->words = cli_format(cli, "%s %s", block->words, words);
    }
    if (signed_text != NULL) {
        block->signed_text = cli_format(cli, "%s%s", block->signed_text, signed_text);
    }
}

/* Cuts the next line off @rest: without blanks at its ends and the signs of a quotation. */
static char *next_line(char **rest)
{
    char *line = *rest + strspn(*rest, " \t>");
    size_t size = strcspn(line, "\n");

    *rest = line + size + (line[size] == '\n' ? 1 : 0);
    while (size > 0 && isspace((unsigned char)line[size - 1])) {
        size--;
    }
    line[size] = '\0';
    return line;
}

int head_text_read(const struct cli *cli, const char *path, const char *office,
                   const uint8_t *sign_key, struct head_text *out)
{
    static const struct block empty = {.words = "", .signed_text = ""};
    struct head_text latest = {.office = office};
    struct reading reading = {cli, path, office, sign_key, &latest};
    struct block block = empty;
    struct bytes bytes;
    enum err err = file_read(path, FILE_BYTES_MAX, cli->arena, &bytes);
    int status = STATUS_DONE;

    if (err != ERR_OK) {
        return cli_fail(cli, STATUS_INVALID, "%s: %s", path, file_problem(cli, err, "1 MiB"));
    }
    char *rest = cli_format(cli, "%s", (const char *)bytes.data);
    while (*rest != '\0' && status == STATUS_DONE) {
        const char *line = next_line(&rest);

        if (strncmp(line, TITLE, strlen(TITLE)) == 0) {
            status = take_block(&reading, &block);
            block = empty;
        } else {
            take_line(cli, line, &block);
        }
    }
    if (status == STATUS_DONE) {
        status = take_block(&reading, &block);
    }
    if (status == STATUS_DONE && latest.head.seq == 0) {
        status = invalid(&reading, "里面没有头", "there is no head in it");
    }
    if (status == STATUS_DONE) {
        *out = latest;
    }
    return status;
}
