/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the schema itself: what proto/README.md promises and what readers of messages rely on.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "proto/message.h"

enum {
    TYPES_MAX = 512,
    DEPTH_MAX = 12,      /* messages within one another; every reader of trees takes twice that */
    NAME_BYTES_MAX = 63, /* the text forms of names are made in buffers of this size */
    FIELDS_MAX = 64,
    LINE_BYTES = 512,
};

/* Every message that nothing else holds; the others are reached from these. */
static const ProtobufCMessageDescriptor *const roots[] = {
    &hs__agent_config__descriptor,    &hs__bundle__descriptor,
    &hs__client_message__descriptor,  &hs__command__descriptor,
    &hs__department_list__descriptor, &hs__dictionary__descriptor,
    &hs__envelope__descriptor,        &hs__event_entry__descriptor,
    &hs__office_config__descriptor,   &hs__pack__descriptor,
    &hs__process__descriptor,         &hs__reply__descriptor,
    &hs__verdict__descriptor,
};

/* The messages of the schema, each once. */
struct types {
    const ProtobufCMessageDescriptor *rows[TYPES_MAX];
    size_t count;
};

static bool holds(const struct types *types, const ProtobufCMessageDescriptor *type)
{
    for (size_t i = 0; i < types->count; i++) {
        if (types->rows[i] == type) {
            return true;
        }
    }
    return false;
}

static void add_type(struct types *types, const ProtobufCMessageDescriptor *type)
{
    if (!holds(types, type)) {
        assert_true(types->count < TYPES_MAX);
        types->rows[types->count++] = type;
    }
}

static int set_up(void **state)
{
    static struct types types;

    types.count = 0;
    for (size_t i = 0; i < ARRAY_COUNT(roots); i++) {
        add_type(&types, roots[i]);
    }
    for (size_t i = 0; i < types.count; i++) { /* grows while it is walked */
        for (unsigned j = 0; j < types.rows[i]->n_fields; j++) {
            if (types.rows[i]->fields[j].type == PROTOBUF_C_TYPE_MESSAGE) {
                add_type(&types, types.rows[i]->fields[j].descriptor);
            }
        }
    }
    *state = &types;
    return 0;
}

/* Calls @check for every field of every message. */
static void each_field(const struct types *types,
                       void (*check)(const ProtobufCMessageDescriptor *type,
                                     const ProtobufCFieldDescriptor *field))
{
    for (size_t i = 0; i < types->count; i++) {
        for (unsigned j = 0; j < types->rows[i]->n_fields; j++) {
            check(types->rows[i], &types->rows[i]->fields[j]);
        }
    }
}

/* ---- tests ---- */

/* Returns how many levels @type has. Recursion ends because a cycle fails the test at DEPTH_MAX. */
static size_t depth_of(const ProtobufCMessageDescriptor *type, size_t above)
{
    size_t deepest = 0;

    if (above == DEPTH_MAX) {
        fail_msg("%s: nested deeper than %d, or in itself", type->name, DEPTH_MAX);
    }
    for (unsigned i = 0; i < type->n_fields; i++) {
        if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE) {
            size_t depth = depth_of(type->fields[i].descriptor, above + 1);

            deepest = depth > deepest ? depth : deepest;
        }
    }
    return deepest + 1;
}

static void no_message_contains_itself(void **state)
{
    const struct types *types = *state;

    for (size_t i = 0; i < types->count; i++) {
        assert_true(depth_of(types->rows[i], 0) <= DEPTH_MAX);
    }
}

static void check_no_floating_point(const ProtobufCMessageDescriptor *type,
                                    const ProtobufCFieldDescriptor *field)
{
    if (field->type == PROTOBUF_C_TYPE_FLOAT || field->type == PROTOBUF_C_TYPE_DOUBLE) {
        fail_msg("%s.%s: numbers are exact", type->name, field->name);
    }
}

static void no_field_is_floating_point(void **state)
{
    each_field(*state, check_no_floating_point);
}

static void check_instant(const ProtobufCMessageDescriptor *type,
                          const ProtobufCFieldDescriptor *field)
{
    size_t size = strlen(field->name);
    bool is_named_so =
        strcmp(field->name, "at") == 0 || (size > 3 && strcmp(field->name + size - 3, "_at") == 0);

    /* A text may be named so: it names a stage at which something is due. */
    if (is_named_so && field->type != PROTOBUF_C_TYPE_INT64 &&
        field->type != PROTOBUF_C_TYPE_STRING) {
        fail_msg("%s.%s: an instant is int64 milliseconds", type->name, field->name);
    }
    if (!is_named_so && field->type == PROTOBUF_C_TYPE_INT64) {
        fail_msg("%s.%s: int64 is for instants, which are named ..._at", type->name, field->name);
    }
}

static void instants_are_int64_and_named_so(void **state)
{
    each_field(*state, check_instant);
}

static void field_numbers_run_from_one_without_a_gap(void **state)
{
    const struct types *types = *state;

    for (size_t i = 0; i < types->count; i++) {
        for (unsigned j = 0; j < types->rows[i]->n_fields; j++) {
            if (types->rows[i]->fields[j].id != j + 1) {
                fail_msg("%s.%s has number %u, not %u", types->rows[i]->name,
                         types->rows[i]->fields[j].name, types->rows[i]->fields[j].id, j + 1);
            }
        }
    }
}

static void check_label(const ProtobufCMessageDescriptor *type,
                        const ProtobufCFieldDescriptor *field)
{
    if (field->label != PROTOBUF_C_LABEL_NONE && field->label != PROTOBUF_C_LABEL_REPEATED) {
        bool is_member = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;

        if (!is_member && field->type != PROTOBUF_C_TYPE_MESSAGE) {
            fail_msg("%s.%s is optional or required", type->name, field->name);
        }
    }
}

static void no_scalar_is_optional_or_required(void **state)
{
    each_field(*state, check_label);
}

static void check_enum(const ProtobufCMessageDescriptor *type,
                       const ProtobufCFieldDescriptor *field)
{
    const ProtobufCEnumDescriptor *words = field->descriptor;

    if (field->type != PROTOBUF_C_TYPE_ENUM) {
        return;
    }
    if (words->n_values > FIELDS_MAX || words->values[0].value != 0 ||
        words->n_values != words->n_value_names) {
        fail_msg("%s.%s: an enum begins at 0, without aliases", type->name, field->name);
    }
    for (unsigned i = 0; i < words->n_values; i++) {
        assert_true(strlen(words->values[i].name) <= NAME_BYTES_MAX);
    }
}

static void enums_begin_at_zero_and_have_no_aliases(void **state)
{
    each_field(*state, check_enum);
}

static void names_and_messages_are_bounded(void **state)
{
    const struct types *types = *state;

    for (size_t i = 0; i < types->count; i++) {
        assert_true(types->rows[i]->n_fields <= FIELDS_MAX);
        for (unsigned j = 0; j < types->rows[i]->n_fields; j++) {
            const char *name = types->rows[i]->fields[j].name;

            assert_true(strlen(name) <= NAME_BYTES_MAX);
            assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(name));
        }
    }
}

/* Returns how many messages the schema file @name defines; each must be among @types. */
static size_t count_messages(const struct types *types, const char *name)
{
    char path[LINE_BYTES];
    char line[LINE_BYTES];
    size_t count = 0;

    (void)snprintf(path, sizeof path, "proto/huishen/v1/%s.proto", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        char message[LINE_BYTES];
        bool is_found = false;

        if (strstr(line, "map<") != NULL || strstr(line, "optional ") == line + 2) {
            fail_msg("%s: %s", path, line);
        }
        if (sscanf(line, " message %511[A-Za-z] {", message) != 1) {
            continue;
        }
        count++;
        for (size_t i = 0; i < types->count && !is_found; i++) {
            is_found = strcmp(types->rows[i]->short_name, message) == 0;
        }
        if (!is_found) {
            fail_msg("%s: %s is not reached from the roots of this test", path, message);
        }
    }
    (void)fclose(file);
    return count;
}

static void every_message_of_every_file_was_looked_at(void **state)
{
    static const char *const files[] = {"command", "config", "definition", "event", "journal",
                                        "opinion", "packet", "record",     "wire"};
    const struct types *types = *state;
    size_t count = 0;

    for (size_t i = 0; i < ARRAY_COUNT(files); i++) {
        count += count_messages(types, files[i]);
    }
    assert_int_equal(count, types->count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(no_message_contains_itself, set_up),
        cmocka_unit_test_setup(no_field_is_floating_point, set_up),
        cmocka_unit_test_setup(instants_are_int64_and_named_so, set_up),
        cmocka_unit_test_setup(field_numbers_run_from_one_without_a_gap, set_up),
        cmocka_unit_test_setup(no_scalar_is_optional_or_required, set_up),
        cmocka_unit_test_setup(enums_begin_at_zero_and_have_no_aliases, set_up),
        cmocka_unit_test_setup(names_and_messages_are_bounded, set_up),
        cmocka_unit_test_setup(every_message_of_every_file_was_looked_at, set_up),
    };

    return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
