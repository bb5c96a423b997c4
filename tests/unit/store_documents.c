/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of store/documents: uploads in pieces, resumed, refused, swept. */
#include "tests/lib/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "os/files.h"
#include "store/documents.h"

enum { DOCUMENT_SIZE = 3 * DOCUMENT_CHUNK_BYTES + 1000 };

struct fixture {
    char folder[64];
    char path[96];
    struct documents documents;
    uint8_t *bytes; /* DOCUMENT_SIZE of them */
    struct hash hash;
    struct arena arena;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    struct fixture *f = &fixture;

    *f = (struct fixture){.folder = "/tmp/huishen-documents-XXXXXX"};
    assert_non_null(mkdtemp(f->folder));
    (void)snprintf(f->path, sizeof f->path, "%.60s/documents", f->folder);
    assert_int_equal(documents_open(f->path, &f->documents), ERR_OK);
    f->bytes = malloc(DOCUMENT_SIZE);
    for (size_t i = 0; i < DOCUMENT_SIZE; i++) {
        f->bytes[i] = (uint8_t)(i * 31 + i / 4096);
    }
    f->hash = hash_of((struct bytes){f->bytes, DOCUMENT_SIZE});
    arena_init(&f->arena, 8 << 20);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    free(f->bytes);
    arena_release(&f->arena);
    assert_int_equal(folder_remove(f->folder), ERR_OK);
    return 0;
}

/* Puts the @size bytes at @offset. */
static enum err put(struct fixture *f, uint64_t offset, size_t size, struct document_state *out)
{
    struct document_chunk chunk = {.hash = f->hash,
                                   .size = DOCUMENT_SIZE,
                                   .offset = offset,
                                   .bytes = {f->bytes + offset, size}};

    return document_put(&f->documents, &chunk, out);
}

static void put_all(struct fixture *f)
{
    struct document_state state = {0};

    while (!state.is_complete) {
        uint64_t left = DOCUMENT_SIZE - state.stored;
        size_t size = left < DOCUMENT_CHUNK_BYTES ? (size_t)left : DOCUMENT_CHUNK_BYTES;

        assert_int_equal(put(f, state.stored, size, &state), ERR_OK);
    }
    assert_int_equal(state.stored, DOCUMENT_SIZE);
}

static void a_document_comes_back_as_it_went_in(void **state)
{
    struct fixture *f = *state;
    struct document_chunk chunk = {.hash = f->hash};

    assert_false(document_exists(&f->documents, &f->hash));
    put_all(f);

    assert_true(document_exists(&f->documents, &f->hash));
    assert_int_equal(document_check(&f->documents, &f->hash), ERR_OK);
    do {
        assert_int_equal(document_get(&f->documents, &f->arena, &chunk), ERR_OK);
        assert_int_equal(chunk.size, DOCUMENT_SIZE);
        if (chunk.bytes.size > 0) {
            assert_memory_equal(chunk.bytes.data, f->bytes + chunk.offset, chunk.bytes.size);
        }
        chunk.offset += chunk.bytes.size;
    } while (chunk.bytes.size > 0);
    assert_int_equal(chunk.offset, DOCUMENT_SIZE);
    chunk.offset++;
    assert_int_equal(document_get(&f->documents, &f->arena, &chunk), ERR_INVALID);
}

static void an_upload_goes_on_where_it_stopped(void **state)
{
    struct fixture *f = *state;
    struct document_state stored;

    assert_int_equal(put(f, 0, 1000, &stored), ERR_OK);
    assert_int_equal(documents_open(f->path, &f->documents), ERR_OK); /* another start */

    assert_int_equal(put(f, 0, 0, &stored), ERR_OK); /* asks */
    assert_int_equal(stored.stored, 1000);
    assert_int_equal(put(f, 0, 1000, &stored), ERR_EXISTS);
    assert_int_equal(stored.stored, 1000);
    assert_int_equal(put(f, 2000, 10, &stored), ERR_EXISTS);
    assert_int_equal(put(f, 1000, 10, &stored), ERR_OK);
    assert_int_equal(stored.stored, 1010);
    assert_false(stored.is_complete);
}

static void a_complete_document_is_told_and_not_written_again(void **state)
{
    struct fixture *f = *state;
    struct document_state stored;

    put_all(f);
    f->bytes[5] ^= 1;

    assert_int_equal(put(f, 0, 1000, &stored), ERR_OK);
    assert_true(stored.is_complete);
    assert_int_equal(document_check(&f->documents, &f->hash), ERR_OK);
}

static void bytes_of_another_hash_are_thrown_away(void **state)
{
    struct fixture *f = *state;
    struct document_state stored = {0};
    enum err err = ERR_OK;

    f->bytes[70000] ^= 1;
    while (err == ERR_OK) {
        uint64_t left = DOCUMENT_SIZE - stored.stored;
        size_t size = left < DOCUMENT_CHUNK_BYTES ? (size_t)left : DOCUMENT_CHUNK_BYTES;

        err = put(f, stored.stored, size, &stored);
    }

    assert_int_equal(err, ERR_INVALID);
    assert_int_equal(stored.stored, 0);
    assert_false(document_exists(&f->documents, &f->hash));
    f->bytes[70000] ^= 1;
    put_all(f);
}

static void limits_are_kept(void **state)
{
    struct fixture *f = *state;
    struct document_state stored;
    struct document_chunk chunk = {.hash = f->hash, .size = DOCUMENT_BYTES_MAX + 1};

    assert_int_equal(document_put(&f->documents, &chunk, &stored), ERR_FULL);
    assert_int_equal(put(f, 0, DOCUMENT_CHUNK_BYTES + 1, &stored), ERR_FULL);
    chunk.size = 10;
    chunk.bytes = (struct bytes){f->bytes, 11};
    assert_int_equal(document_put(&f->documents, &chunk, &stored), ERR_INVALID);
}

static void an_empty_document_is_one(void **state)
{
    struct fixture *f = *state;
    struct document_chunk chunk = {.hash = hash_of((struct bytes){0})};
    struct document_state stored;

    assert_int_equal(document_put(&f->documents, &chunk, &stored), ERR_OK);
    assert_true(stored.is_complete);
    assert_int_equal(document_get(&f->documents, &f->arena, &chunk), ERR_OK);
    assert_int_equal(chunk.size, 0);
}

static void a_document_that_rotted_is_found(void **state)
{
    struct fixture *f = *state;
    char hex[2 * HASH_BYTES + 1];
    char path[512];

    put_all(f);
    bytes_to_hex((struct bytes){f->hash.bytes, HASH_BYTES}, hex);
    (void)snprintf(path, sizeof path, "%s/%.2s/%s", f->path, hex, hex + 2);
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "x", 1, 12345), 1);
    assert_int_equal(close(fd), 0);

    assert_int_equal(document_check(&f->documents, &f->hash), ERR_CORRUPT);
    struct hash other = hash_of((struct bytes){f->bytes, 1});
    assert_int_equal(document_check(&f->documents, &other), ERR_ABSENT);
}

static bool is_the_one(void *self, const struct hash *hash)
{
    return hash_equal(((struct fixture *)self)->hash, *hash);
}

static void note_hold(void *self)
{
    (void)self; /* there is one thread */
}

static bool is_nobody(void *self, const struct hash *hash)
{
    (void)self;
    (void)hash;
    return false;
}

static void a_document_is_claimed_by_its_size_and_is_then_young(void **state)
{
    struct fixture *f = *state;
    struct document_names none = {is_nobody, note_hold, note_hold, NULL};
    struct timespec old[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    char path[512];
    char hex[2 * HASH_BYTES + 1];
    int64_t now_ms = (int64_t)time(NULL) * 1000;
    uint64_t removed = 0;

    put_all(f);
    bytes_to_hex((struct bytes){f->hash.bytes, HASH_BYTES}, hex);
    (void)snprintf(path, sizeof path, "%s/%.2s/%s", f->documents.folder, hex, hex + 2);
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);

    assert_false(document_claim(&f->documents, &f->hash, 1));
    assert_true(document_claim(&f->documents, &f->hash, DOCUMENT_SIZE));
    assert_int_equal(documents_sweep(&f->documents, &none, now_ms - DOCUMENT_UNNAMED_MS, &removed),
                     ERR_OK);
    assert_int_equal(removed, 0);
}

static void a_sweep_takes_what_is_old_and_unnamed(void **state)
{
    struct fixture *f = *state;
    struct document_names one = {is_the_one, note_hold, note_hold, f};
    struct document_names none = {is_nobody, note_hold, note_hold, NULL};
    struct document_chunk partial = {
        .hash = hash_of((struct bytes){f->bytes, 7}), .size = 7, .bytes = {f->bytes, 3}};
    struct document_state stored;
    int64_t now_ms = (int64_t)time(NULL) * 1000;
    uint64_t removed = 0;

    put_all(f);
    assert_int_equal(document_put(&f->documents, &partial, &stored), ERR_OK);

    assert_int_equal(documents_sweep(&f->documents, &none, now_ms - DOCUMENT_UNNAMED_MS, &removed),
                     ERR_OK);
    assert_int_equal(removed, 0);
    assert_int_equal(documents_sweep(&f->documents, &one, now_ms + 60000, &removed), ERR_OK);
    assert_int_equal(removed, 1);
    assert_true(document_exists(&f->documents, &f->hash));
    assert_int_equal(documents_sweep(&f->documents, &none, now_ms + 60000, &removed), ERR_OK);
    assert_int_equal(removed, 1);
    assert_false(document_exists(&f->documents, &f->hash));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_document_comes_back_as_it_went_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_upload_goes_on_where_it_stopped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_complete_document_is_told_and_not_written_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(bytes_of_another_hash_are_thrown_away, set_up, tear_down),
        cmocka_unit_test_setup_teardown(limits_are_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_document_is_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_document_that_rotted_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_document_is_claimed_by_its_size_and_is_then_young, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_sweep_takes_what_is_old_and_unnamed, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("documents", tests, NULL, NULL);
}
