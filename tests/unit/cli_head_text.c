/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of cli/hash_words and cli/head_text: what was printed is read again, and mistypings are
 * found. */
#include "tests/lib/test.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/hash_words.h"
#include "cli/head_text.h"
#include "lib/signature.h"
#include "os/files.h"
#include "proto/tags.h"

#define OFFICE "longjiang"

enum { OUTPUT_BYTES = 4096 };

struct fixture {
    struct arena arena;
    struct cli cli;
    char *out; /* of the streams below, flushed */
    char *err;
    size_t out_size;
    size_t err_size;
    char path[64];
    struct sign_key key;
    struct head_text text;
};

/* A head of entry 7, signed by the broker. */
static void make_head(struct fixture *f)
{
    static const uint8_t seed[SIGN_SEED_BYTES] = {1};
    Hs__Head head = HS__HEAD__INIT;
    Hs__SignedHead signed_head = HS__SIGNED_HEAD__INIT;
    uint8_t signature[SIGNATURE_BYTES];
    uint8_t root[HASH_BYTES] = {5};

    sign_key_from_seed(seed, &f->key);
    f->text = (struct head_text){.office = OFFICE, .at_ms = INT64_C(1800000000000)};
    f->text.head = (struct kept_head){7, hash_of(bytes_of_text("seven"))};
    head.office = OFFICE;
    head.first_seq = 3;
    head.last_seq = 7;
    head.root = (ProtobufCBinaryData){sizeof root, root};
    head.hash = (ProtobufCBinaryData){HASH_BYTES, f->text.head.hash.bytes};
    head.committed_at = f->text.at_ms;
    head.epoch = 1;

    struct bytes bytes = message_pack(&head, &f->arena);
    signature_make(&f->key, TAG_HEAD, OFFICE, bytes, signature);
    signed_head.head = binary_of(bytes);
    signed_head.signature = (ProtobufCBinaryData){sizeof signature, signature};
    f->text.signed_bytes = message_pack(&signed_head, &f->arena);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    arena_init(&f->arena, 16 * 1024 * 1024);
    f->cli = (struct cli){.arena = &f->arena,
                          .out = open_memstream(&f->out, &f->out_size),
                          .err = open_memstream(&f->err, &f->err_size)};
    (void)snprintf(f->path, sizeof f->path, "/tmp/huishen-head-XXXXXX");
    make_head(f);
    *state = f;

    int fd = mkstemp(f->path);
    return fd < 0 || close(fd) != 0 ? -1 : 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    (void)fclose(f->cli.out);
    (void)fclose(f->cli.err);
    free(f->out);
    free(f->err);
    arena_release(&f->arena);
    enum err err = file_remove(f->path);
    free(f);
    return err == ERR_OK ? 0 : -1;
}

/* Reads @text as a file. */
static int read_text(struct fixture *f, const char *text, struct head_text *out)
{
    assert_int_equal(file_write(f->path, bytes_of_text(text), 0600), ERR_OK);
    return head_text_read(&f->cli, f->path, OFFICE, f->key.public_key, out);
}

static const char *printed(struct fixture *f)
{
    head_text_print(&f->cli, &f->text, 480);
    assert_int_equal(fflush(f->cli.out), 0);
    return f->out;
}

static void words_of_known_hashes(void **state)
{
    struct hash hash = {{0x7f, 0x00, 0x00, 0x01}};
    char words[HASH_WORDS_BYTES];

    (void)state;
    hash_to_words(&hash, words);
    assert_memory_equal(words, "lusab babad babab ", 18);
    assert_int_equal(strlen(words), HASH_WORDS_BYTES - 1);
}

static void words_are_read_again_however_they_were_typed(void **state)
{
    char words[HASH_WORDS_BYTES];

    (void)state;
    for (uint8_t i = 0; i < 100; i++) {
        struct hash hash = hash_of((struct bytes){&i, 1});
        struct hash read;

        hash_to_words(&hash, words);
        assert_true(hash_from_words(words, &read));
        assert_true(hash_equal(read, hash));
        for (size_t j = 0; words[j] != '\0'; j++) {
            words[j] = words[j] == ' ' ? '-' : (char)toupper((unsigned char)words[j]);
        }
        assert_true(hash_from_words(words, &read));
        assert_true(hash_equal(read, hash));
    }
}

static void any_single_letter_mistyped_is_found(void **state)
{
    struct hash hash = hash_of(bytes_of_text("a head"));
    struct hash read;
    char words[HASH_WORDS_BYTES];

    (void)state;
    hash_to_words(&hash, words);
    for (size_t i = 0; i < HASH_WORDS_BYTES - 1; i++) {
        const char before = words[i];

        for (const char *c = "abdfghijklmnoprstuvz"; *c != '\0'; c++) {
            words[i] = *c;
            assert_int_equal(hash_from_words(words, &read), *c == before);
        }
        words[i] = before;
    }
    words[HASH_WORDS_BYTES - 2] = '\0';
    assert_false(hash_from_words(words, &read));
}

static void what_is_printed_is_read_again(void **state)
{
    struct fixture *f = *state;
    struct head_text read;

    assert_int_equal(read_text(f, printed(f), &read), STATUS_DONE);

    assert_int_equal(read.head.seq, 7);
    assert_true(hash_equal(read.head.hash, f->text.head.hash));
    assert_int_equal(read.at_ms, f->text.at_ms);
    assert_true(bytes_equal(read.signed_bytes, f->text.signed_bytes));
}

static void a_mail_with_it_is_read_as_it_is(void **state)
{
    struct fixture *f = *state;
    struct head_text read;
    char *text = calloc(1, OUTPUT_BYTES);
    size_t size = (size_t)snprintf(text, OUTPUT_BYTES, "Dear auditor,\r\n\r\n");

    for (const char *line = printed(f); *line != '\0';) {
        size_t length = strcspn(line, "\n");

        size += (size_t)snprintf(text + size, OUTPUT_BYTES - size, "> %.*s\r\n", (int)length, line);
        line += length + 1;
    }
    assert_int_equal(read_text(f, text, &read), STATUS_DONE);

    assert_int_equal(read.head.seq, 7);
    free(text);
}

static void an_entry_and_words_from_paper_are_enough(void **state)
{
    struct fixture *f = *state;
    struct head_text read;
    char words[HASH_WORDS_BYTES];

    hash_to_words(&f->text.head.hash, words);
    int status = read_text(f, arena_format(&f->arena, "entry 7\nwords %s", words), &read);

    assert_int_equal(status, STATUS_DONE);
    assert_int_equal(read.head.seq, 7);
    assert_true(hash_equal(read.head.hash, f->text.head.hash));
    assert_int_equal(read.signed_bytes.size, 0);
}

static void of_several_heads_the_latest_counts(void **state)
{
    struct fixture *f = *state;
    struct head_text read;
    const char *zeros = "0000000000000000000000000000000000000000000000000000000000000000";
    const char *text = arena_format(&f->arena,
                                    "huishen head 1\nentry 9\nhash %s\n"
                                    "huishen head 1\nentry 4\nhash %s\n%s",
                                    zeros, zeros, printed(f));

    assert_int_equal(read_text(f, text, &read), STATUS_DONE);

    assert_int_equal(read.head.seq, 9);
}

static void a_head_that_contradicts_itself_is_invalid(void **state)
{
    struct fixture *f = *state;
    struct head_text read = {.head.seq = 99};
    char words[HASH_WORDS_BYTES];
    const struct hash other = hash_of(bytes_of_text("another"));
    const char *whole = printed(f);

    hash_to_words(&other, words);
    const char *texts[] = {
        "",
        "nothing of the kind\n",
        "entry 7\n",
        "entry seven\nhash 00\n",
        "entry 7\nhash 00\n",
        "entry 7\nwords babab\n",
        "signed %%%\n",
        "entry 0\nhash 0000000000000000000000000000000000000000000000000000000000000000\n",
        arena_format(&f->arena, "%sentry 8\n", whole),
        arena_format(&f->arena, "%shash %064d\n", whole, 0),
        arena_format(&f->arena, "entry 7\nhash %064d\nwords %s\n", 0, words),
    };

    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        assert_int_equal(read_text(f, texts[i], &read), STATUS_INVALID);
    }
    assert_int_equal(read.head.seq, 99);
}

static void another_office_or_signature_is_refused(void **state)
{
    struct fixture *f = *state;
    struct head_text read;
    static const uint8_t seed[SIGN_SEED_BYTES] = {2};
    const char *text = printed(f);

    assert_int_equal(read_text(f, arena_format(&f->arena, "%soffice other\n", text), &read),
                     STATUS_REFUSED);
    assert_int_equal(head_text_read(&f->cli, f->path, "other", f->key.public_key, &read),
                     STATUS_REFUSED);
    (void)read_text(f, text, &read);
    sign_key_from_seed(seed, &f->key);
    assert_int_equal(read_text(f, text, &read), STATUS_REFUSED);
    assert_int_equal(head_text_read(&f->cli, f->path, OFFICE, NULL, &read), STATUS_DONE);
    assert_int_equal(fflush(f->cli.err), 0);
    assert_non_null(strstr(f->err, "refused: HEAD_INVALID: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_known_hashes),
        cmocka_unit_test(words_are_read_again_however_they_were_typed),
        cmocka_unit_test(any_single_letter_mistyped_is_found),
        cmocka_unit_test_setup_teardown(what_is_printed_is_read_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_mail_with_it_is_read_as_it_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_entry_and_words_from_paper_are_enough, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(of_several_heads_the_latest_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_head_that_contradicts_itself_is_invalid, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(another_office_or_signature_is_refused, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("cli_head_text", tests, NULL, NULL);
}
