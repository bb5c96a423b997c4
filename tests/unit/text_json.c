/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of proto/text/json: every message of the schema with random content goes to JSON and comes
 * back to the same bytes; what JSON says wrongly is refused with its place. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text/json.h"
#include "proto/text/json_tree.h"
#include "proto/text/message_tree.h"
#include "proto/text/schema_text.h"

enum { ARENA_BYTES = 64 * 1024 * 1024, ROUNDS = 40, OFFSET_MINUTES = 480 };

struct fixture {
    struct arena arena;
    struct text_errors errors;
    uint32_t seed;
};

static int set_up(void **state)
{
    static struct fixture fixture;

    arena_init(&fixture.arena, ARENA_BYTES);
    text_errors_init(&fixture.errors, TEXT_EN);
    fixture.seed = 20260310;
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    arena_release(&((struct fixture *)*state)->arena);
    return 0;
}

/* ---- random messages ---- */

static uint32_t next_random(struct fixture *f, uint32_t below)
{
    f->seed = f->seed * 1664525u + 1013904223u;
    return (f->seed >> 8) % below;
}

static uint64_t random_u64(struct fixture *f)
{
    static const uint64_t edges[] = {0, 1, 127, 128, INT32_MAX, UINT32_MAX, INT64_MAX, UINT64_MAX};
    uint64_t value = (uint64_t)next_random(f, 1 << 24) << 40 | next_random(f, 1 << 24);

    return next_random(f, 2) == 0 ? edges[next_random(f, ARRAY_COUNT(edges))] : value;
}

static const char *random_text(struct fixture *f)
{
    static const char *const texts[] = {"",
                                        "x",
                                        "消防车道净宽不应小于4.0m",
                                        "true",
                                        "null",
                                        "0123",
                                        "a\"b\\c\n\t/",
                                        "\xF0\x9F\x9A\x92",
                                        "{}",
                                        "\x7F\x1B"};

    return texts[next_random(f, ARRAY_COUNT(texts))];
}

static void fill(struct fixture *f, ProtobufCMessage *message);

/* Puts a random value of @field to @out. */
static void fill_value(struct fixture *f, const ProtobufCFieldDescriptor *field, void *out)
{
    const ProtobufCEnumDescriptor *words = field->descriptor;
    uint64_t number = random_u64(f);
    ProtobufCBinaryData *bytes = out;

    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        *(uint32_t *)out = (uint32_t)number;
        return;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        *(uint64_t *)out = number;
        return;
    case PROTOBUF_C_TYPE_BOOL:
        *(protobuf_c_boolean *)out = (int)(number % 2);
        return;
    case PROTOBUF_C_TYPE_ENUM:
        *(int *)out = words->values[next_random(f, words->n_values)].value;
        return;
    case PROTOBUF_C_TYPE_STRING:
        *(const char **)out = random_text(f);
        return;
    case PROTOBUF_C_TYPE_BYTES:
        bytes->len = next_random(f, 40);
        bytes->data = arena_alloc(&f->arena, bytes->len);
        for (size_t i = 0; i < bytes->len; i++) {
            bytes->data[i] = (uint8_t)next_random(f, 256);
        }
        return;
    case PROTOBUF_C_TYPE_MESSAGE:
        *(ProtobufCMessage **)out = message_new(field->descriptor, &f->arena);
        fill(f, *(ProtobufCMessage **)out);
        return;
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
        break;
    }
    fail_msg("%s: a type that the schema does not have", field->name);
}

/* Fills about two thirds of the fields. Recursion is bounded by the schema. */
static void fill(struct fixture *f, ProtobufCMessage *message)
{
    uint8_t *base = (uint8_t *)message;

    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        uint8_t *out = base + field->offset;

        if (next_random(f, 3) == 0) {
            continue;
        }
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            size_t count = next_random(f, 3);
            uint8_t *values = arena_array(&f->arena, count, schema_value_size(field));

            assert_non_null(values);
            for (size_t j = 0; j < count; j++) {
                fill_value(f, field, values + j * schema_value_size(field));
            }
            *(size_t *)(void *)(base + field->quantifier_offset) = count;
            *(uint8_t **)(void *)out = values;
            continue;
        }
        if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
            uint32_t *chosen = (uint32_t *)(void *)(base + field->quantifier_offset);

            if (*chosen != 0) {
                continue;
            }
            *chosen = field->id;
        }
        fill_value(f, field, out);
    }
}

static const ProtobufCMessageDescriptor *const types[] = {
    &hs__agent_config__descriptor,
    &hs__bundle__descriptor,
    &hs__client_message__descriptor,
    &hs__command__descriptor,
    &hs__department_list__descriptor,
    &hs__dictionary__descriptor,
    &hs__envelope__descriptor,
    &hs__event_entry__descriptor,
    &hs__event__descriptor,
    &hs__office_config__descriptor,
    &hs__office__descriptor,
    &hs__opinion__descriptor,
    &hs__pack__descriptor,
    &hs__packet__descriptor,
    &hs__process__descriptor,
    &hs__proposal__descriptor,
    &hs__received__descriptor,
    &hs__verdict__descriptor,
    &hs__verdict_document__descriptor,
};

static void any_message_comes_back_from_its_json(void **state)
{
    struct fixture *f = *state;

    print_message("seed %u\n", (unsigned)f->seed);
    for (size_t round = 0; round < ROUNDS * ARRAY_COUNT(types); round++) {
        const ProtobufCMessageDescriptor *type = types[round % ARRAY_COUNT(types)];
        ProtobufCMessage *message = message_new(type, &f->arena);
        ProtobufCMessage *again = NULL;
        struct tree *tree = NULL;

        fill(f, message);
        json_t *json = message_to_json(message, OFFSET_MINUTES);
        assert_non_null(json);
        char *text = json_dumps(json, JSON_COMPACT);
        enum err err =
            json_tree_read(bytes_of_text(text), TREE_NODES_MAX, &f->arena, &tree, &f->errors);

        assert_int_equal(err, ERR_OK);
        err = message_from_tree(tree, type, &f->arena, &again, &f->errors);
        if (err != ERR_OK) {
            fail_msg("%s: %s: %s\n%s", type->name, f->errors.rows[0].path, f->errors.rows[0].reason,
                     text);
        }
        if (!bytes_equal(message_pack(message, &f->arena), message_pack(again, &f->arena))) {
            fail_msg("%s: %s", type->name, text);
        }
        again = NULL;
        assert_int_equal(message_from_json(json, type, &f->arena, &again, &f->errors), ERR_OK);
        assert_true(bytes_equal(message_pack(message, &f->arena), message_pack(again, &f->arena)));
        json_decref(json);
        free(text);
        arena_clear(&f->arena);
    }
}

/* ---- the form ---- */

static void assert_json(const void *message, const char *expected)
{
    json_t *json = message_to_json(message, OFFSET_MINUTES);
    char *text = json_dumps(json, JSON_COMPACT);

    assert_string_equal(text, expected);
    free(text);
    json_decref(json);
}

static void defaults_are_printed_and_what_is_unset_is_not(void **state)
{
    Hs__ReviewTask task = HS__REVIEW_TASK__INIT;
    Hs__Field field = HS__FIELD__INIT;
    Hs__Citation citation = HS__CITATION__INIT;
    Hs__Citation *citations[] = {&citation};
    Hs__Rule rule = HS__RULE__INIT;

    (void)state;
    assert_json(&task, "{\"reviewId\":\"\",\"dispatchedAt\":null,\"dueAt\":null,\"pins\":\"\","
                       "\"packetHash\":\"\",\"packet\":\"\",\"openItems\":[]}");
    assert_json(&field, "{\"path\":\"\"}");
    field.value_case = HS__FIELD__VALUE_FLAG;
    assert_json(&field, "{\"path\":\"\",\"flag\":false}");
    rule.severity = HS__RULE__SEVERITY__MUST;
    rule.n_citations = 1;
    rule.citations = citations;
    assert_json(
        &rule,
        "{\"id\":\"\",\"severity\":\"must\",\"onFail\":\"none\",\"each\":\"\",\"applies\":\"\","
        "\"condition\":\"\",\"citations\":[{\"source\":\"\",\"clause\":\"\","
        "\"confidence\":\"unspecified\"}],\"owner\":\"\",\"safetyCritical\":false,"
        "\"matter\":\"\",\"waivable\":false}");
}

static void scalars_have_their_canonical_form(void **state)
{
    Hs__Head head = HS__HEAD__INIT;
    uint8_t root[] = {0, 1, 2, 0xFF};

    (void)state;
    head.office = "一区";
    head.first_seq = UINT64_MAX;
    head.root = (ProtobufCBinaryData){sizeof root, root};
    head.committed_at = INT64_C(1773109230123);
    head.epoch = UINT32_MAX;
    assert_json(&head, "{\"office\":\"一区\",\"firstSeq\":\"18446744073709551615\",\"lastSeq\":"
                       "\"0\",\"root\":\"AAEC/w==\",\"hash\":\"\",\"committedAt\":"
                       "\"2026-03-10T10:20:30.123+08:00\",\"epoch\":4294967295}");
    head.committed_at = INT64_MAX; /* no date */
    head.root.len = 0;
    assert_json(&head, "{\"office\":\"一区\",\"firstSeq\":\"18446744073709551615\",\"lastSeq\":"
                       "\"0\",\"root\":\"\",\"hash\":\"\",\"committedAt\":"
                       "\"9223372036854775807\",\"epoch\":4294967295}");
}

static void a_text_that_is_not_utf8_gives_no_json(void **state)
{
    Hs__Words words = HS__WORDS__INIT;

    (void)state;
    words.zh = "\xFF";
    assert_null(message_to_json(&words, 0));
}

/* ---- reading ---- */

/* Reads @text as a message of @type; returns its first error as "line: path: reason", or "". */
static const char *read(struct fixture *f, const char *text, const ProtobufCMessageDescriptor *type,
                        ProtobufCMessage **out)
{
    struct tree *tree = NULL;

    text_errors_init(&f->errors, TEXT_EN);
    enum err err = json_tree_read(bytes_of_text(text), 1000, &f->arena, &tree, &f->errors);
    if (err == ERR_OK) {
        err = message_from_tree(tree, type, &f->arena, out, &f->errors);
    }
    assert_true((err == ERR_OK) == (f->errors.total == 0));
    return f->errors.total == 0 ? "" : text_error_line(&f->errors.rows[0], "f", &f->arena);
}

static void both_styles_of_names_and_words_are_read(void **state)
{
    struct fixture *f = *state;
    ProtobufCMessage *message = NULL;
    static const char *const texts[] = {
        "{\"by_rules\": true, \"result\": \"not_competent\"}",
        "\xEF\xBB\xBF{\"byRules\": true, \"result\": \"NOT_COMPETENT\", \"reason\": null}",
        "{\"items\": [], \"parts\": null, \"byRules\": true, \"result\": \"not_competent\"}",
    };

    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        assert_string_equal(read(f, texts[i], &hs__opinion__descriptor, &message), "");
        assert_int_equal(((Hs__Opinion *)message)->result, HS__OPINION__RESULT__NOT_COMPETENT);
        assert_true(((Hs__Opinion *)message)->by_rules);
    }
}

static void integers_and_instants_are_read_in_every_form(void **state)
{
    struct fixture *f = *state;
    ProtobufCMessage *message = NULL;

    assert_string_equal(
        read(f,
             "{\"firstSeq\": 7, \"lastSeq\": \"18446744073709551615\", \"epoch\": "
             "\"3\", \"committedAt\": \"2026-03-10T02:20:30Z\", \"root\": \"AP8=\"}",
             &hs__head__descriptor, &message),
        "");
    const Hs__Head *head = (const Hs__Head *)message;
    assert_int_equal(head->first_seq, 7);
    assert_true(head->last_seq == UINT64_MAX);
    assert_int_equal(head->epoch, 3);
    assert_int_equal(head->committed_at, INT64_C(1773109230000));
    assert_int_equal(head->root.len, 2);
}

/* What is wrong, and how it is said. */
static const struct {
    const ProtobufCMessageDescriptor *type;
    const char *text;
    const char *error;
} wrong_messages[] = {
    {&hs__opinion__descriptor, "[]", "f:1: fields are needed here (name: value)"},
    {&hs__opinion__descriptor, "{\n \"resutl\": \"agree\"}",
     "f:2: resutl: there is no such field; did you mean result?"},
    {&hs__opinion__descriptor, "{\"byRule\": true}",
     "f:1: byRule: there is no such field; did you mean byRules?"},
    {&hs__opinion__descriptor, "{\"result\":\n \"agre\"}",
     "f:1: result: one of these is needed here: agree, conditional, disagree, not_involved, "
     "not_competent, tacit, overdue; did you mean agree?"},
    {&hs__opinion__descriptor, "{\"result\": 1}",
     "f:1: result: one of these is needed here: agree, conditional, disagree, not_involved, "
     "not_competent, tacit, overdue"},
    {&hs__opinion__descriptor, "{\"byRules\": \"true\"}",
     "f:1: byRules: true or false is needed here"},
    {&hs__opinion__descriptor, "{\"by_rules\": true, \"byRules\": true}",
     "f:1: byRules: this is given twice"},
    {&hs__opinion__descriptor, "{\"reason\": \"a\",\n\"reason\": \"b\"}",
     "f:2:8: this is given twice"},
    {&hs__opinion__descriptor, "{\"reason\": 5}", "f:1: reason: a text is needed here"},
    {&hs__opinion__descriptor, "{\"reason\": {}}", "f:1: reason: a text is needed here"},
    {&hs__opinion__descriptor, "{\"items\": {}}", "f:1: items: a list is needed here"},
    {&hs__opinion__descriptor, "{\"items\": [{},\n null]}",
     "f:2: items[1]: an element of a list cannot be empty"},
    {&hs__opinion__descriptor, "{\"items\": [[]]}",
     "f:1: items[0]: fields are needed here (name: value)"},
    {&hs__opinion__descriptor, "{\"items\": [{\n\"id\": [\"x\"]}]}",
     "f:2: items[0].id: a text is needed here"},
    {&hs__opinion__descriptor, "{\"pack\": \"A\"}", "f:1: pack: base64 is needed here"},
    {&hs__opinion__descriptor, "{\"pack\": \"AP8\"}", "f:1: pack: base64 is needed here"},
    {&hs__head__descriptor, "{\"epoch\": 4294967296}", "f:1: epoch: out of range: 4294967296"},
    {&hs__head__descriptor, "{\"epoch\": -1}", "f:1: epoch: out of range: -1"},
    {&hs__head__descriptor, "{\"epoch\": 1.5}", "f:1: epoch: a whole number is needed here"},
    {&hs__head__descriptor, "{\"epoch\": \"01\"}", "f:1: epoch: a whole number is needed here"},
    {&hs__head__descriptor, "{\"epoch\": \"\"}", "f:1: epoch: a whole number is needed here"},
    {&hs__head__descriptor, "{\"epoch\": \"-\"}", "f:1: epoch: a whole number is needed here"},
    {&hs__head__descriptor, "{\"firstSeq\": \"18446744073709551616\"}",
     "f:1: firstSeq: out of range: 18446744073709551616"},
    {&hs__head__descriptor, "{\"committedAt\": \"2026-02-30T00:00:00Z\"}",
     "f:1: committedAt: an instant with its offset is needed here, as in "
     "2026-03-10T09:00:00+08:00"},
    {&hs__number__descriptor, "{\"units\": \"-9223372036854775809\"}",
     "f:1: units: out of range: -9223372036854775809"},
    {&hs__field__descriptor, "{\"path\": \"a\", \"flag\": true, \"text\": \"b\"}",
     "f:1: text: only one of them can be given; there is flag"},
    {&hs__field__descriptor, "{\"date\": 2147483648}", "f:1: date: out of range: 2147483648"},
    {&hs__principal__descriptor, "{\"roles\": [\"sytem_admin\"]}",
     "f:1: roles[0]: one of these is needed here: none, applicant, reviewer, head, office, "
     "approver, supervisor, system_admin, security_admin, audit, agent, gateway; did you mean "
     "system_admin?"},
    {&hs__words__descriptor, "{\"zh\": \"a\\u0000b\"}", "f:1:17: a text cannot hold U+0000"},
    {&hs__words__descriptor, "{\"zh\": \"\xFF\"}", "f:1: this is not UTF-8"},
    {&hs__words__descriptor, "{\"zh\":\n\n tru}", "f:3:4: no valid JSON: invalid token near 'tru'"},
    {&hs__words__descriptor, "{\"zh\": 1e999}",
     "f:1:12: a number has at most 15 digits, 6 of them after the point"},
    {&hs__words__descriptor, "{\"\": 1}", "f:1:2: a name is needed here"},
    {&hs__words__descriptor, "{} {}", "f:1:4: no valid JSON: end of file expected near '{'"},
    {&hs__words__descriptor, "null", "f:1: fields are needed here (name: value)"},
};

static void what_is_wrong_is_said_with_its_place(void **state)
{
    struct fixture *f = *state;

    size_t wrong = 0;

    for (size_t i = 0; i < ARRAY_COUNT(wrong_messages); i++) {
        ProtobufCMessage *message = NULL;
        const char *error = read(f, wrong_messages[i].text, wrong_messages[i].type, &message);

        if (strcmp(error, wrong_messages[i].error) != 0) {
            print_error("%s\n  found  %s\n  wanted %s\n", wrong_messages[i].text, error,
                        wrong_messages[i].error);
            wrong++;
        }
        assert_null(message);
    }
    assert_int_equal(wrong, 0);
}

static void every_error_is_reported_up_to_twenty(void **state)
{
    struct fixture *f = *state;
    ProtobufCMessage *message = NULL;
    char text[4096] = "{\"items\": [{}";
    size_t size = strlen(text);

    for (int i = 0; i < 30; i++) {
        size += (size_t)snprintf(text + size, sizeof text - size, ",\n{\"x\": 1}");
    }
    (void)snprintf(text + size, sizeof text - size, "]}");
    assert_string_equal(read(f, text, &hs__opinion__descriptor, &message),
                        "f:2: items[1].x: there is no such field");
    assert_int_equal(f->errors.count, TEXT_ERRORS_MAX);
    assert_int_equal(f->errors.total, 30);
    assert_int_equal(f->errors.rows[19].line, 21);
}

static void depth_and_values_are_bounded(void **state)
{
    struct fixture *f = *state;
    ProtobufCMessage *message = NULL;
    enum { SIZE = 100000 };
    char *text = malloc(SIZE + 1);

    assert_non_null(text);
    memset(text, '[', SIZE);
    text[SIZE] = '\0';
    (void)read(f, text, &hs__words__descriptor, &message);
    assert_string_equal(f->errors.rows[0].reason, "this is nested deeper than 24 levels");
    memset(text + 30, ']', 30);
    text[60] = '\0';
    (void)read(f, text, &hs__words__descriptor, &message);
    assert_string_equal(f->errors.rows[0].reason, "this is nested deeper than 24 levels");
    memset(text, ',', SIZE);
    for (size_t i = 1; i < 2001; i += 2) {
        text[i] = '1';
    }
    text[0] = '[';
    text[2000] = ']';
    text[2001] = '\0';
    (void)read(f, text, &hs__words__descriptor, &message);
    assert_string_equal(f->errors.rows[0].reason, "there is too much of it: more than 1000 values");
    free(text);
}

static void a_message_that_does_not_fit_is_refused_at_every_size(void **state)
{
    struct fixture *f = *state;
    struct tree *tree = NULL;
    ProtobufCMessage *message = NULL;
    static const char text[] =
        "{\"items\": [{\"id\": \"a\"}], \"pack\": \"AP8=\", \"parts\": [{}]}";

    assert_int_equal(json_tree_read(bytes_of_text(text), 100, &f->arena, &tree, &f->errors),
                     ERR_OK);
    for (size_t bytes = 0; message == NULL; bytes += 16) {
        struct arena small;

        arena_init(&small, bytes);
        text_errors_init(&f->errors, TEXT_EN);
        enum err err =
            message_from_tree(tree, &hs__opinion__descriptor, &small, &message, &f->errors);
        assert_true(err == ERR_OK || (err == ERR_FULL && f->errors.total > 0));
        arena_release(&small);
        assert_true(bytes < 64 * 1024);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_message_comes_back_from_its_json, set_up, tear_down),
        cmocka_unit_test(defaults_are_printed_and_what_is_unset_is_not),
        cmocka_unit_test(scalars_have_their_canonical_form),
        cmocka_unit_test(a_text_that_is_not_utf8_gives_no_json),
        cmocka_unit_test_setup_teardown(both_styles_of_names_and_words_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(integers_and_instants_are_read_in_every_form, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_said_with_its_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_error_is_reported_up_to_twenty, set_up, tear_down),
        cmocka_unit_test_setup_teardown(depth_and_values_are_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_message_that_does_not_fit_is_refused_at_every_size,
                                        set_up, tear_down),
    };

    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
