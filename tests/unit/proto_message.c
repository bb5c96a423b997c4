/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of proto/message: canonical bytes pass, whatever else a peer may send is refused. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/message.h"

enum { ARENA_BYTES = 16 * 1024 * 1024, HOSTILE_BYTES = 1024 * 1024, RANDOM_ROUNDS = 200000 };

static enum err parse(const ProtobufCMessageDescriptor *type, const char *data, size_t size)
{
    struct arena arena;
    ProtobufCMessage *message = NULL;

    arena_init(&arena, ARENA_BYTES);
    enum err err =
        message_parse(type, (struct bytes){(const uint8_t *)data, size}, &arena, &message);
    assert_true((err == ERR_OK) == (message != NULL));
    arena_release(&arena);
    return err;
}

/* Parses a string literal, which may hold zero bytes. */
#define PARSE(type, literal) parse(&(type), literal, sizeof(literal) - 1)

static void what_was_packed_is_parsed(void **state)
{
    struct arena arena;
    Hs__Withdraw withdraw = HS__WITHDRAW__INIT;
    ProtobufCMessage *message = NULL;

    (void)state;
    arena_init(&arena, ARENA_BYTES);
    withdraw.proposal = 300;
    withdraw.reason = "不再实施";

    struct bytes bytes = message_pack(&withdraw, &arena);
    assert_int_equal(message_parse(&hs__withdraw__descriptor, bytes, &arena, &message), ERR_OK);

    assert_int_equal(((Hs__Withdraw *)message)->proposal, 300);
    assert_string_equal(((Hs__Withdraw *)message)->reason, "不再实施");
    assert_true(bytes_equal(bytes, message_pack(message, &arena)));
    arena_release(&arena);
}

static void a_copy_is_deep_and_has_the_same_bytes(void **state)
{
    struct arena arena;
    struct arena other;
    char text[] = "before";
    Hs__Withdraw withdraw = HS__WITHDRAW__INIT;

    (void)state;
    arena_init(&arena, ARENA_BYTES);
    arena_init(&other, ARENA_BYTES);
    withdraw.reason = text;

    Hs__Withdraw *copy = message_copy(&withdraw, &other);
    text[0] = 'X';

    assert_non_null(copy);
    assert_string_equal(copy->reason, "before");
    arena_release(&arena);
    arena_release(&other);
}

static void an_empty_message_has_no_bytes(void **state)
{
    (void)state;
    assert_int_equal(PARSE(hs__packet__descriptor, ""), ERR_OK);
    assert_int_equal(PARSE(hs__event__descriptor, ""), ERR_OK);
}

static void a_scalar_given_twice_is_refused(void **state)
{
    (void)state;
    assert_int_equal(PARSE(hs__withdraw__descriptor, "\x08\x01"), ERR_OK);
    assert_int_equal(PARSE(hs__withdraw__descriptor, "\x08\x01\x08\x02"), ERR_INVALID);
    assert_int_equal(PARSE(hs__withdraw__descriptor, "\x12\x01y\x12\x01x"), ERR_INVALID);
}

static void a_message_given_twice_is_refused(void **state)
{
    (void)state;
    assert_int_equal(PARSE(hs__receive_review__descriptor, "\x0A\x02\x08\x01"), ERR_OK);
    assert_int_equal(PARSE(hs__receive_review__descriptor, "\x0A\x02\x08\x01\x0A\x02\x10\x01"),
                     ERR_INVALID);
}

static void two_members_of_a_oneof_are_refused(void **state)
{
    (void)state;
    assert_int_equal(PARSE(hs__field__descriptor, "\x10\x01"), ERR_OK);
    assert_int_equal(PARSE(hs__field__descriptor, "\x10\x01\x28\x01"), ERR_INVALID);
    assert_int_equal(PARSE(hs__field__descriptor, "\x10\x00"), ERR_OK); /* a member may be false */
}

static void a_default_that_was_sent_is_refused(void **state)
{
    (void)state;
    assert_int_equal(PARSE(hs__withdraw__descriptor, "\x08\x00"), ERR_INVALID);
    assert_int_equal(PARSE(hs__withdraw__descriptor, "\x12\x00"), ERR_INVALID);
}

static void fields_out_of_their_order_are_refused(void **state)
{
    (void)state;
    assert_int_equal(PARSE(hs__withdraw__descriptor, "\x08\x01\x12\x01x"), ERR_OK);
    assert_int_equal(PARSE(hs__withdraw__descriptor, "\x12\x01x\x08\x01"), ERR_INVALID);
}

static void an_integer_of_more_bits_than_its_field_is_refused(void **state)
{
    (void)state;
    assert_int_equal(PARSE(hs__review_ref__descriptor, "\x10\xFF\xFF\xFF\xFF\x0F"), ERR_OK);
    assert_int_equal(PARSE(hs__review_ref__descriptor, "\x10\xFF\xFF\xFF\xFF\x1F"), ERR_INVALID);
}

static void what_does_not_fit_is_never_called_malformed(void **state)
{
    struct arena arena;
    ProtobufCMessage *message = NULL;
    (void)state;

    for (size_t room = 0; room < 4096; room += 16) {
        Hs__Codes codes = HS__CODES__INIT;
        const char *words[64];
        uint8_t bytes[sizeof words];

        for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
            words[i] = "";
        }
        codes.n_codes = ARRAY_COUNT(words);
        codes.codes = words;
        size_t size = protobuf_c_message_pack(&codes.base, bytes);

        arena_init(&arena, room);
        enum err err =
            message_parse(&hs__codes__descriptor, (struct bytes){bytes, size}, &arena, &message);
        assert_true(err == ERR_OK || err == ERR_FULL);
        arena_release(&arena);
    }
}

static void an_integer_that_is_too_long_is_refused(void **state)
{
    (void)state;
    assert_int_equal(PARSE(hs__withdraw__descriptor, "\x08\x81\x00"), ERR_INVALID);
    assert_int_equal(PARSE(hs__withdraw__descriptor, "\x88\x00\x01"), ERR_INVALID);
}

static void an_unknown_field_is_refused(void **state)
{
    (void)state;
    assert_int_equal(PARSE(hs__withdraw__descriptor, "\x08\x01\x78\x01"), ERR_INVALID);
    assert_int_equal(PARSE(hs__receive_review__descriptor, "\x0A\x02\x78\x01"), ERR_INVALID);
}

static void a_text_with_a_zero_byte_is_refused(void **state)
{
    (void)state;
    assert_int_equal(PARSE(hs__withdraw__descriptor, "\x12\x03"
                                                     "a\0b"),
                     ERR_INVALID);
    assert_int_equal(PARSE(hs__codes__descriptor, "\x0A\x01\0"), ERR_INVALID);
}

static void a_text_that_is_not_utf8_is_refused(void **state)
{
    (void)state;
    assert_int_equal(PARSE(hs__withdraw__descriptor, "\x12\x01\xFF"), ERR_INVALID);
    assert_int_equal(PARSE(hs__codes__descriptor, "\x0A\x03\xED\xA0\x80"), ERR_INVALID);
}

static void a_word_that_the_schema_lacks_is_refused(void **state)
{
    (void)state;
    assert_int_equal(PARSE(hs__opinion__descriptor, "\x08\x07"), ERR_OK);
    assert_int_equal(PARSE(hs__opinion__descriptor, "\x08\x08"), ERR_INVALID);
}

static void a_truth_is_one_or_zero(void **state)
{
    (void)state;
    assert_int_equal(PARSE(hs__watch__descriptor, "\x10\x01"), ERR_OK);
    assert_int_equal(PARSE(hs__watch__descriptor, "\x10\x81\x00"), ERR_INVALID);
}

static void bytes_that_end_too_early_are_refused(void **state)
{
    static const char whole[] = "\x0A\x06\x08\x01\x1A\x02"
                                "ab";

    (void)state;
    assert_int_equal(parse(&hs__receive_review__descriptor, whole, sizeof whole - 1), ERR_OK);
    for (size_t size = 1; size < sizeof whole - 1; size++) {
        assert_int_equal(parse(&hs__receive_review__descriptor, whole, size), ERR_INVALID);
    }
}

static void what_is_blown_up_by_empty_messages_is_bounded_by_the_arena(void **state)
{
    struct arena arena;
    ProtobufCMessage *message = NULL;
    uint8_t *bytes = malloc(HOSTILE_BYTES);

    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < HOSTILE_BYTES; i += 2) { /* half a million empty fields */
        bytes[i] = 0x0A;
        bytes[i + 1] = 0;
    }
    arena_init(&arena, ARENA_BYTES);

    assert_int_equal(message_parse(&hs__packet__descriptor, (struct bytes){bytes, HOSTILE_BYTES},
                                   &arena, &message),
                     ERR_FULL);

    assert_true(arena.used_bytes <= ARENA_BYTES);
    arena_release(&arena);
    free(bytes);
}

/* A fixed sequence, so that a failure can be repeated. */
static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void random_bytes_parse_to_themselves_or_not_at_all(void **state)
{
    static const ProtobufCMessageDescriptor *const types[] = {
        &hs__client_message__descriptor, &hs__envelope__descriptor, &hs__command__descriptor,
        &hs__event__descriptor,          &hs__packet__descriptor,   &hs__bundle__descriptor};
    struct arena arena;
    uint32_t seed = 20260310;
    size_t parsed = 0;

    (void)state;
    print_message("seed %u\n", (unsigned)seed);
    arena_init(&arena, ARENA_BYTES);
    for (size_t round = 0; round < RANDOM_ROUNDS; round++) {
        uint8_t bytes[24];
        size_t size = next_random(&seed) % sizeof bytes;
        ProtobufCMessage *message = NULL;

        for (size_t i = 0; i < size; i++) {
            bytes[i] = (uint8_t)(next_random(&seed) % (i % 2 == 0 ? 128 : 16));
        }
        const ProtobufCMessageDescriptor *type = types[next_random(&seed) % ARRAY_COUNT(types)];
        if (message_parse(type, (struct bytes){bytes, size}, &arena, &message) == ERR_OK) {
            parsed++;
            assert_int_equal(message_pack(message, &arena).size, size);
        }
        arena_clear(&arena);
    }
    assert_true(parsed > 100);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_packed_is_parsed),
        cmocka_unit_test(a_copy_is_deep_and_has_the_same_bytes),
        cmocka_unit_test(an_empty_message_has_no_bytes),
        cmocka_unit_test(a_scalar_given_twice_is_refused),
        cmocka_unit_test(a_message_given_twice_is_refused),
        cmocka_unit_test(two_members_of_a_oneof_are_refused),
        cmocka_unit_test(a_default_that_was_sent_is_refused),
        cmocka_unit_test(fields_out_of_their_order_are_refused),
        cmocka_unit_test(an_integer_of_more_bits_than_its_field_is_refused),
        cmocka_unit_test(what_does_not_fit_is_never_called_malformed),
        cmocka_unit_test(an_integer_that_is_too_long_is_refused),
        cmocka_unit_test(an_unknown_field_is_refused),
        cmocka_unit_test(a_text_with_a_zero_byte_is_refused),
        cmocka_unit_test(a_text_that_is_not_utf8_is_refused),
        cmocka_unit_test(a_word_that_the_schema_lacks_is_refused),
        cmocka_unit_test(a_truth_is_one_or_zero),
        cmocka_unit_test(bytes_that_end_too_early_are_refused),
        cmocka_unit_test(what_is_blown_up_by_empty_messages_is_bounded_by_the_arena),
        cmocka_unit_test(random_bytes_parse_to_themselves_or_not_at_all),
    };

    return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
