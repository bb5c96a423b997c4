/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the stored form: messages written down in JSON, one for each thing that is stored or
 * signed, against their exact bytes, as hex, in tests/data/golden/.
 *
 * A difference means that bytes which exist in journals and under signatures would be read as
 * something else, or that the same content would get another hash. A new field does not change
 * them: it is left out where it is not set. To add a message, add it to messages.json, run this
 * test with GOLDEN_PRINT=NAME in the environment and put what it prints into NAME.hex; never change
 * a file that was part of a release.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/files.h"
#include "proto/text/json.h"

enum {
    ARENA_BYTES = 16 * 1024 * 1024,
    FILE_BYTES_MAX = 1024 * 1024,
    MESSAGES_MIN = 45,
    LINE_DIGITS = 96
};

static const char folder[] = "tests/data/golden";

/* The types that are stored or signed, by the name the schema gives them. */
static const ProtobufCMessageDescriptor *const types[] = {
    &hs__command__descriptor,     &hs__department__descriptor, &hs__dictionary__descriptor,
    &hs__envelope__descriptor,    &hs__event__descriptor,      &hs__event_entry__descriptor,
    &hs__head__descriptor,        &hs__office__descriptor,     &hs__opinion__descriptor,
    &hs__pack__descriptor,        &hs__packet__descriptor,     &hs__pins__descriptor,
    &hs__principal__descriptor,   &hs__process__descriptor,    &hs__proposal__descriptor,
    &hs__receipt__descriptor,     &hs__received__descriptor,   &hs__signed_envelope__descriptor,
    &hs__signed_head__descriptor, &hs__verdict__descriptor,
};

struct fixture {
    struct arena arena;
    json_t *messages;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    char path[256];

    arena_init(&fixture.arena, ARENA_BYTES);
    (void)snprintf(path, sizeof path, "%s/messages.json", folder);
    fixture.messages = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    *state = &fixture;
    return fixture.messages == NULL;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    json_decref(f->messages);
    arena_release(&f->arena);
    return 0;
}

static const char *text_at(const json_t *entry, const char *name)
{
    const char *text = json_string_value(json_object_get(entry, name));

    assert_non_null(text);
    return text;
}

static const ProtobufCMessageDescriptor *type_of(const json_t *entry)
{
    const char *name = text_at(entry, "type");

    for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
        if (strcmp(types[i]->short_name, name) == 0) {
            return types[i];
        }
    }
    fail_msg("%s is no type of this test", name);
    return NULL;
}

static ProtobufCMessage *read_entry(struct fixture *f, const json_t *entry)
{
    struct text_errors errors;
    ProtobufCMessage *message = NULL;

    text_errors_init(&errors, TEXT_EN);
    if (message_from_json(json_object_get(entry, "message"), type_of(entry), &f->arena, &message,
                          &errors) != ERR_OK) {
        fail_msg("%s: %s: %s", text_at(entry, "name"), errors.rows[0].path, errors.rows[0].reason);
    }
    return message;
}

/* Returns the hex digits of the golden file of @entry, without its line breaks. */
static const char *read_golden(struct fixture *f, const json_t *entry)
{
    const char *path = arena_format(&f->arena, "%s/%s.hex", folder, text_at(entry, "name"));
    struct bytes bytes;
    size_t size = 0;

    if (file_read(path, FILE_BYTES_MAX, &f->arena, &bytes) != ERR_OK) {
        fail_msg("%s cannot be read", path);
    }

    char *hex = arena_copy(&f->arena, bytes);
    assert_non_null(hex);
    for (size_t i = 0; i < bytes.size; i++) {
        if (hex[i] != '\n') {
            hex[size++] = hex[i];
        }
    }
    hex[size] = '\0';
    return hex;
}

static const char *to_hex(struct fixture *f, const ProtobufCMessage *message)
{
    struct bytes bytes = message_pack(message, &f->arena);
    char *hex = arena_alloc(&f->arena, 2 * bytes.size + 1);

    assert_non_null(hex);
    bytes_to_hex(bytes, hex);
    return hex;
}

/* Prints @hex as a golden file holds it. print_message() would cut it at 1,024 characters. */
static void print_golden(const char *hex)
{
    for (size_t i = 0; i < strlen(hex); i += LINE_DIGITS) {
        (void)printf("%.*s\n", LINE_DIGITS, hex + i);
    }
}

static void every_message_still_has_its_bytes(void **state)
{
    struct fixture *f = *state;
    const char *printed = getenv("GOLDEN_PRINT");
    size_t index = 0;
    const json_t *entry = NULL;
    size_t wrong = 0;

    json_array_foreach(f->messages, index, entry)
    {
        const char *name = text_at(entry, "name");
        const char *hex = to_hex(f, read_entry(f, entry));

        if (printed != NULL) {
            if (strcmp(printed, name) == 0) {
                print_golden(hex);
            }
            continue;
        }
        if (strcmp(hex, read_golden(f, entry)) != 0) {
            print_error("%s: the bytes have changed: journals and signatures made before could no "
                        "longer be read as what they were (proto/README.md)\n",
                        name);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void every_golden_file_is_canonical(void **state)
{
    struct fixture *f = *state;
    size_t index = 0;
    const json_t *entry = NULL;

    json_array_foreach(f->messages, index, entry)
    {
        const char *hex = read_golden(f, entry);
        size_t size = strlen(hex) / 2;
        uint8_t *data = arena_alloc(&f->arena, size);
        ProtobufCMessage *message = NULL;

        assert_non_null(data);
        assert_true(bytes_from_hex(hex, data, size));
        if (message_parse(type_of(entry), (struct bytes){data, size}, &f->arena, &message) !=
            ERR_OK) {
            fail_msg("%s is refused", text_at(entry, "name"));
        }
        assert_string_equal(to_hex(f, message), hex);
    }
}

/* True if an entry of @type has the member of its oneof that is called @body. */
static bool has_body(const struct fixture *f, const char *type, const char *body)
{
    size_t index = 0;
    const json_t *entry = NULL;

    json_array_foreach(f->messages, index, entry)
    {
        if (strcmp(text_at(entry, "type"), type) == 0 &&
            json_object_get(json_object_get(entry, "message"), body) != NULL) {
            return true;
        }
    }
    return false;
}

static void assert_every_body(const struct fixture *f, const ProtobufCMessageDescriptor *type)
{
    for (unsigned i = 0; i < type->n_fields; i++) {
        if ((type->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
            !has_body(f, type->short_name, type->fields[i].name)) {
            fail_msg("there is no golden %s with %s", type->short_name, type->fields[i].name);
        }
    }
}

static void every_stored_kind_has_a_golden_message(void **state)
{
    struct fixture *f = *state;

    assert_true(json_array_size(f->messages) >= MESSAGES_MIN);
    assert_every_body(f, &hs__event__descriptor);
    assert_every_body(f, &hs__command__descriptor);
    for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
        size_t index = 0;
        const json_t *entry = NULL;
        bool is_found = false;

        json_array_foreach(f->messages, index, entry)
        {
            is_found = is_found || type_of(entry) == types[i];
        }
        if (!is_found) {
            fail_msg("there is no golden %s", types[i]->short_name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_message_still_has_its_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_golden_file_is_canonical, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_stored_kind_has_a_golden_message, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("golden", tests, NULL, NULL);
}
