/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of lib/hash against published vectors, and of the incremental form against the other. */
#include "tests/lib/test.h"

#include "lib/hash.h"

static void assert_hex(struct bytes bytes, const char *expected)
{
    char hex[2 * HASH_BYTES + 1];

    bytes_to_hex(bytes, hex);
    assert_string_equal(hex, expected);
}

static void known_texts_have_their_published_hash(void **state)
{
    (void)state;

    struct hash empty = hash_of((struct bytes){0});
    struct hash abc = hash_of(bytes_of_text("abc"));

    assert_hex((struct bytes){empty.bytes, sizeof empty.bytes},
               "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    assert_hex((struct bytes){abc.bytes, sizeof abc.bytes},
               "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

static void pieces_hash_like_the_whole(void **state)
{
    static uint8_t data[1000];
    struct hasher hasher;

    (void)state;
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)(i * 7);
    }

    hasher_init(&hasher);
    for (size_t at = 0; at < sizeof data; at += 125) {
        hasher_add(&hasher, (struct bytes){data + at, 125});
        hasher_add(&hasher, (struct bytes){0});
    }

    assert_true(hash_equal(hasher_finish(&hasher), hash_of((struct bytes){data, sizeof data})));
}

static void a_hasher_finished_twice_is_a_bug(void **state)
{
    struct hasher hasher;

    (void)state;
    hasher_init(&hasher);
    (void)hasher_finish(&hasher);

    expect_assert_failure((void)hasher_finish(&hasher));
}

static void every_flipped_bit_changes_the_checksum(void **state)
{
    uint8_t data[64] = {1, 2, 3};

    (void)state;
    uint64_t whole = checksum_of((struct bytes){data, sizeof data});

    for (size_t bit = 0; bit < 8 * sizeof data; bit++) {
        data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_int_not_equal(checksum_of((struct bytes){data, sizeof data}), whole);
        data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    assert_int_equal(checksum_of((struct bytes){data, sizeof data}), whole);
}

/* What is on disk must stay readable: these values never change. */
static void checksums_are_the_same_for_ever(void **state)
{
    (void)state;

    assert_int_equal(checksum_of((struct bytes){0}), UINT64_C(0xb71fa7ec9f8d3343));
    assert_int_equal(checksum_of(bytes_of_text("huishen")), UINT64_C(0xebea243cc7a68059));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_texts_have_their_published_hash),
        cmocka_unit_test(pieces_hash_like_the_whole),
        cmocka_unit_test(a_hasher_finished_twice_is_a_bug),
        cmocka_unit_test(every_flipped_bit_changes_the_checksum),
        cmocka_unit_test(checksums_are_the_same_for_ever),
    };

    return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
