/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of lib/signature: what a signature holds for, and that it holds for nothing else. */
#include "tests/lib/test.h"

#include <sodium.h>
#include <string.h>

#include "lib/hash.h"
#include "lib/signature.h"

static const char tag[] = "huishen.v1 test";

static struct sign_key key_of(uint8_t first)
{
    uint8_t seed[SIGN_SEED_BYTES] = {first};
    struct sign_key key;

    sign_key_from_seed(seed, &key);
    return key;
}

static void a_signature_holds_for_what_was_signed(void **state)
{
    struct sign_key key = key_of(1);
    uint8_t signature[SIGNATURE_BYTES];

    (void)state;
    signature_make(&key, tag, "LJHS", bytes_of_text("opinion"), signature);

    assert_true(signature_verify(key.public_key, tag, "LJHS", bytes_of_text("opinion"), signature));
}

static void it_holds_for_no_other_bytes_office_tag_or_key(void **state)
{
    struct sign_key key = key_of(1);
    struct sign_key other = key_of(2);
    struct bytes bytes = bytes_of_text("opinion");
    uint8_t signature[SIGNATURE_BYTES];

    (void)state;
    signature_make(&key, tag, "LJHS", bytes, signature);

    assert_false(
        signature_verify(key.public_key, tag, "LJHS", bytes_of_text("opinioN"), signature));
    assert_false(signature_verify(key.public_key, tag, "LJHT", bytes, signature));
    assert_false(signature_verify(key.public_key, "huishen.v1 tesT", "LJHS", bytes, signature));
    assert_false(signature_verify(other.public_key, tag, "LJHS", bytes, signature));
}

static void letters_moved_between_the_parts_break_it(void **state)
{
    struct sign_key key = key_of(1);
    uint8_t signature[SIGNATURE_BYTES];

    (void)state;
    signature_make(&key, "ab", "cd", bytes_of_text("ef"), signature);

    assert_false(signature_verify(key.public_key, "abc", "d", bytes_of_text("ef"), signature));
    assert_false(signature_verify(key.public_key, "ab", "cde", bytes_of_text("f"), signature));
    assert_false(signature_verify(key.public_key, "ab", "c", bytes_of_text("def"), signature));
    assert_false(signature_verify(key.public_key, "", "abcd", bytes_of_text("ef"), signature));
}

static void every_flipped_bit_of_a_signature_breaks_it(void **state)
{
    struct sign_key key = key_of(1);
    uint8_t signature[SIGNATURE_BYTES];

    (void)state;
    signature_make(&key, tag, "LJHS", (struct bytes){0}, signature);

    for (size_t bit = 0; bit < 8 * sizeof signature; bit++) {
        signature[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_false(signature_verify(key.public_key, tag, "LJHS", (struct bytes){0}, signature));
        signature[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

static void a_public_key_of_small_order_verifies_nothing(void **state)
{
    const uint8_t public_key[SIGN_PUBLIC_BYTES] = {1}; /* the neutral point */
    const uint8_t signature[SIGNATURE_BYTES] = {1};

    (void)state;

    assert_false(signature_verify(public_key, tag, "LJHS", bytes_of_text("any"), signature));
}

/* The text is written down here byte by byte: another program must be able to check it. */
static void what_is_signed_is_sizes_and_parts(void **state)
{
    static const char text[] = "\0\0\0\2ab\0\0\0\3cde"
                               "fg";
    struct sign_key key = key_of(1);
    uint8_t signature[SIGNATURE_BYTES];
    uint8_t expected[SIGNATURE_BYTES];

    (void)state;
    signature_make(&key, "ab", "cde", bytes_of_text("fg"), signature);
    crypto_sign_detached(expected, NULL, (const uint8_t *)text, sizeof text - 1, key.secret);

    assert_memory_equal(signature, expected, sizeof signature);
}

static void a_seed_gives_the_published_key(void **state)
{
    /* RFC 8032, section 7.1, test 1. */
    uint8_t seed[SIGN_SEED_BYTES];
    uint8_t again[SIGN_SEED_BYTES];
    char hex[2 * SIGN_PUBLIC_BYTES + 1];
    struct sign_key key;

    (void)state;
    assert_true(bytes_from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                               seed, sizeof seed));
    sign_key_from_seed(seed, &key);
    sign_key_seed(&key, again);
    bytes_to_hex((struct bytes){key.public_key, sizeof key.public_key}, hex);

    assert_string_equal(hex, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    assert_memory_equal(seed, again, sizeof seed);
}

static void a_key_id_begins_the_hash_of_the_public_key(void **state)
{
    struct sign_key key = key_of(3);
    struct hash hash = hash_of((struct bytes){key.public_key, sizeof key.public_key});
    uint8_t id[SIGN_KEY_ID_BYTES];

    (void)state;
    sign_key_id(key.public_key, id);

    assert_memory_equal(id, hash.bytes, sizeof id);
}

static void a_wiped_key_is_zero(void **state)
{
    static const struct sign_key zero;
    struct sign_key key = key_of(4);

    (void)state;
    sign_key_wipe(&key);

    assert_memory_equal(&key, &zero, sizeof key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signature_holds_for_what_was_signed),
        cmocka_unit_test(it_holds_for_no_other_bytes_office_tag_or_key),
        cmocka_unit_test(letters_moved_between_the_parts_break_it),
        cmocka_unit_test(every_flipped_bit_of_a_signature_breaks_it),
        cmocka_unit_test(a_public_key_of_small_order_verifies_nothing),
        cmocka_unit_test(what_is_signed_is_sizes_and_parts),
        cmocka_unit_test(a_seed_gives_the_published_key),
        cmocka_unit_test(a_key_id_begins_the_hash_of_the_public_key),
        cmocka_unit_test(a_wiped_key_is_zero),
    };

    return cmocka_run_group_tests_name("signature", tests, NULL, NULL);
}
