/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of proto/text/yaml: what is read, what is refused and where, and hostile texts. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text/message_tree.h"
#include "proto/text/yaml.h"

enum { ARENA_BYTES = 64 * 1024 * 1024, NODES_MAX = 60000, HOSTILE_BYTES = 1024 * 1024 };

struct fixture {
    struct arena arena;
    struct text_errors errors;
};

static int set_up(void **state)
{
    static struct fixture fixture;

    arena_init(&fixture.arena, ARENA_BYTES);
    text_errors_init(&fixture.errors, TEXT_EN);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    arena_release(&((struct fixture *)*state)->arena);
    return 0;
}

static struct tree *read_bytes(struct fixture *f, struct bytes bytes, size_t nodes_max)
{
    struct tree *tree = NULL;

    text_errors_init(&f->errors, TEXT_EN);
    enum err err = yaml_read(bytes, nodes_max, &f->arena, &tree, &f->errors);
    assert_true((err == ERR_OK) == (tree != NULL));
    assert_true((err == ERR_OK) == (f->errors.total == 0));
    return tree;
}

static struct tree *read(struct fixture *f, const char *text)
{
    return read_bytes(f, bytes_of_text(text), NODES_MAX);
}

/* Writes @tree at @out as kind and text, to compare it whole. Recursion is bounded by the tree. */
static size_t show(const struct tree *tree, char *out, size_t room)
{
    static const char kinds[] = {
        [TREE_NULL] = '0',  [TREE_BOOL] = 'b', [TREE_NUMBER] = 'n', [TREE_TEXT] = '\'',
        [TREE_PLAIN] = '=', [TREE_LIST] = '[', [TREE_OBJECT] = '{'};
    size_t size = (size_t)snprintf(out, room, "%s%c", tree->name == NULL ? "" : tree->name,
                                   kinds[tree->kind]);

    if (tree->text.size > 0) {
        size += (size_t)snprintf(out + size, room - size, "%s", (const char *)tree->text.data);
    }
    for (const struct tree *child = tree->first; child != NULL; child = child->next) {
        size += show(child, out + size, room - size);
        size += (size_t)snprintf(out + size, room - size, "%s", child->next == NULL ? "" : " ");
    }
    if (tree->kind == TREE_LIST || tree->kind == TREE_OBJECT) {
        size +=
            (size_t)snprintf(out + size, room - size, "%c", tree->kind == TREE_LIST ? ']' : '}');
    }
    return size;
}

static void what_is_said_is_read(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text;
        const char *tree;
    } rows[] = {
        {"", "0"},
        {"# nothing\n", "0"},
        {"a: 1\nb: [x, 'y', {c: 2}]\n", "{a=1 b[=x 'y {c=2}]}"},
        {"---\na: 1\n...\n", "{a=1}"},
        {"\xEF\xBB\xBF"
         "a: 1\n",
         "{a=1}"},
        {"a: no\nb: on\nc: 0123\nd: 1.50\ne: true\nf: 2026-03-10\n",
         "{a=no b=on c=0123 d=1.50 e=true f=2026-03-10}"},
        {"a: ~\nb: null\nc:\nd: ''\ne: 'null'\nf: \"~\"\ng: NULL\n",
         "{a0~ b0null c0 d' e'null f'~ g=NULL}"},
        {"a: |\n  two\n  lines\nb: >-\n  folded\n  text\n", "{a'two\nlines\n b'folded text}"},
        {"a: \"\\u6d88\\t\"\n", "{a'\xE6\xB6\x88\t}"},
        {"- 1\n- - 2\n  - 3\n- a: 4\n", "[=1 [=2 =3] {a=4}]"},
        {"消防: 是\r\n\"quoted name\": 1\r\n", "{消防=是 quoted name=1}"},
        {"{\"json\": [true, null, 1.5e3, \"a\\nb\"]}", "{json[=true 0null =1.5e3 'a\nb]}"},
        {"null: 1\n", "{null=1}"},
        {"a: {}\nb: []\n", "{a{} b[]}"},
        {"a: http://x:1/y#z\nb: x # comment\n", "{a=http://x:1/y#z b=x}"},
    };

    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char shown[1024];
        struct tree *tree = read(f, rows[i].text);

        if (tree == NULL) {
            fail_msg("%s: %s", rows[i].text, f->errors.rows[0].reason);
        }
        (void)show(tree, shown, sizeof shown);
        assert_string_equal(shown, rows[i].tree);
    }
}

static void every_value_knows_its_line(void **state)
{
    struct fixture *f = *state;
    struct tree *tree = read(f, "a: 1\nb:\n  - x\n\n  - c: |\n      long\n    d:\n      2\n");
    char path[TREE_PATH_BYTES];

    assert_int_equal(tree_nearest(tree, "a")->line, 1);
    assert_int_equal(tree_nearest(tree, "b")->line, 2);
    assert_int_equal(tree_nearest(tree, "b[0]")->line, 3);
    assert_int_equal(tree_nearest(tree, "b[1].c")->line, 5);
    assert_int_equal(tree_nearest(tree, "b[1].d")->line, 7);
    tree_path(tree_nearest(tree, "b[1].d"), path);
    assert_string_equal(path, "b[1].d");
    tree_path(tree_nearest(tree, "b[1].e.f"), path); /* what is above it */
    assert_string_equal(path, "b[1]");
    tree_path(tree_nearest(tree, "b[7].e"), path);
    assert_string_equal(path, "b");
}

static void a_path_finds_names_in_both_styles(void **state)
{
    struct tree *tree = read(*state, "on_fail: 1\nonPass: 2\n");

    assert_int_equal(tree_nearest(tree, "onFail")->line, 1);
    assert_int_equal(tree_nearest(tree, "on_pass")->line, 2);
    assert_false(tree_names_agree("on_fail", "onfail"));
    assert_false(tree_names_agree("on_fail", "onFails"));
}

static void what_is_refused_is_refused_with_its_line(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text;
        const char *error;
    } rows[] = {
        {"a: 1\nb: 2\na: 3\n", "f:3: a: this is given twice"},
        {"x:\n  - {a: 1, b: 2, a: 3}\n", "f:2: x[0].a: this is given twice"},
        {"'a': 1\na: 1\n", "f:2: a: this is given twice"},
        {"a: &x 1\n", "f:1:4: anchors (&) are not allowed"},
        {"a: &x {b: 1}\n", "f:1:4: anchors (&) are not allowed"},
        {"a: &x [1]\n", "f:1:4: anchors (&) are not allowed"},
        {"a: 1\nb: *x\n", "f:2:4: aliases (*) are not allowed"},
        {"*x : 1\n", "f:1:1: aliases (*) are not allowed"},
        {"a: !!str 1\n", "f:1:4: tags (!) are not allowed"},
        {"a: !x {b: 1}\n", "f:1:4: tags (!) are not allowed"},
        {"a: ! [1]\n", "f:1:4: tags (!) are not allowed"},
        {"%YAML 1.1\n---\na: 1\n", "f:1:1: directives (%) are not allowed"},
        {"%TAG ! tag:x,2000:\n---\na: 1\n", "f:1:1: directives (%) are not allowed"},
        {"a: 1\n---\nb: 2\n", "f:2:1: a file holds one document only"},
        {"? [a]\n: 1\n", "f:1:3: a name is needed here"},
        {"? {a: 1}\n: 1\n", "f:1:3: a name is needed here"},
        {": 1\n", "f:1:1: no valid YAML: did not find expected key"},
        {"?\n: 1\n", "f:1:2: a name is needed here"},
        {"'': 1\n", "f:1:1: a name is needed here"},
        {"a: 1\n\tb: 2\n", "f:2:1: indent with spaces, not with tabs"},
        {"a: \"\\0\"\n", "f:1:4: a text cannot hold U+0000"},
        {"\"a\\0\": 1\n", "f:1:1: a text cannot hold U+0000"},
        {"a: 1\nb: \xFF\n", "f:2: this is not UTF-8"},
        {"a: \xED\xA0\x80\n", "f:1: this is not UTF-8"},
        {"\xEF\xBB\xBF\n\xC0\x80\n", "f:2: this is not UTF-8"},
        {"a: 1\nb: \x07\n", "f:2: control characters are not allowed"},
        {"a: b: c\n", "f:1:5: no valid YAML: mapping values are not allowed in this context"},
        {"a: [1\n", "f:2:1: no valid YAML: did not find expected ',' or ']'"},
        {"a: 'x\n", "f:2:1: no valid YAML: found unexpected end of stream"},
        {"a: @x\n", "f:1:4: no valid YAML: found character that cannot start any token"},
        {"a:\n  - 1\n b: 2\n", "f:3:2: no valid YAML: did not find expected key"},
    };
    size_t wrong = 0;

    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct tree *tree = read(f, rows[i].text);
        const char *error =
            tree != NULL ? "nothing" : text_error_line(&f->errors.rows[0], "f", &f->arena);

        if (strcmp(error, rows[i].error) != 0) {
            print_error("%s\n  found  %s\n  wanted %s\n", rows[i].text, error, rows[i].error);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void a_zero_byte_is_refused(void **state)
{
    static const char text[] = "a: 1\nb: \0\n";

    assert_null(
        read_bytes(*state, (struct bytes){(const uint8_t *)text, sizeof text - 1}, NODES_MAX));
}

static void the_schema_says_what_a_scalar_is(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const ProtobufCMessageDescriptor *type;
        const char *text;
        const char *error;
    } rows[] = {
        {&hs__words__descriptor, "zh: no\nen: 0123\n", ""},
        {&hs__words__descriptor, "zh: true\nen: 1.50\n", ""},
        {&hs__words__descriptor, "zh:\nen: ~\n", ""},
        {&hs__words__descriptor, "zh: [x]\n", "f:1: zh: a text is needed here"},
        {&hs__department__descriptor, "id: fire\nsafety_critical: true\nanswer: rules\n", ""},
        {&hs__department__descriptor, "safetyCritical: false\n", ""},
        {&hs__department__descriptor, "safety_critical: yes\n",
         "f:1: safety_critical: true or false is needed here"},
        {&hs__department__descriptor, "safety_critical: 'true'\n",
         "f:1: safety_critical: true or false is needed here"},
        {&hs__department__descriptor, "safety_criticl: true\n",
         "f:1: safety_criticl: there is no such field; did you mean safety_critical?"},
        {&hs__department__descriptor, "answer: ruels\n",
         "f:1: answer: one of these is needed here: person, rules; did you mean rules?"},
        {&hs__department__descriptor, "owners:\n- id: a\n- titel: {zh: b}\n",
         "f:3: owners[1].titel: there is no such field; did you mean title?"},
        {&hs__limit__descriptor, "hours: 72\nminutes: 5\n",
         "f:2: minutes: only one of them can be given; there is hours"},
        {&hs__limit__descriptor, "hours: 7_2\n", "f:1: hours: a whole number is needed here"},
        {&hs__limit__descriptor, "hours: -1\n", "f:1: hours: out of range: -1"},
        {&hs__limit__descriptor, "hours: 0x10\n", "f:1: hours: a whole number is needed here"},
        {&hs__setting__descriptor, "number: 2/3\n", ""},
        {&hs__receipt__descriptor, "received_at: 2026-03-10T09:00:00+08:00\n", ""},
        {&hs__receipt__descriptor, "received_at: 2026-03-10\n",
         "f:1: received_at: an instant with its offset is needed here, as in "
         "2026-03-10T09:00:00+08:00"},
        {&hs__words__descriptor, "just text\n", "f:1: fields are needed here (name: value)"},
    };
    size_t wrong = 0;

    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        ProtobufCMessage *message = NULL;
        struct tree *tree = read(f, rows[i].text);

        assert_non_null(tree);
        (void)message_from_tree(tree, rows[i].type, &f->arena, &message, &f->errors);
        const char *error =
            f->errors.total == 0 ? "" : text_error_line(&f->errors.rows[0], "f", &f->arena);
        if (strcmp(error, rows[i].error) != 0) {
            print_error("%s\n  found  %s\n  wanted %s\n", rows[i].text, error, rows[i].error);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void errors_speak_chinese_too(void **state)
{
    struct fixture *f = *state;
    struct tree *tree = NULL;
    ProtobufCMessage *message = NULL;

    assert_int_equal(yaml_read(bytes_of_text("anwser: rules\n"), 100, &f->arena, &tree, &f->errors),
                     ERR_OK);
    f->errors.language = TEXT_ZH;
    (void)message_from_tree(tree, &hs__department__descriptor, &f->arena, &message, &f->errors);
    assert_string_equal(text_error_line(&f->errors.rows[0], "f", &f->arena),
                        "f:1: anwser: 没有这个字段；是否应为 answer");
}

/* ---- hostile ---- */

/* Reads @text, which it frees, and returns the first reason; "" if it is let pass. */
static const char *reason_of(struct fixture *f, char *text, size_t size)
{
    (void)read_bytes(f, (struct bytes){(uint8_t *)text, size}, NODES_MAX);
    free(text);
    return f->errors.total == 0 ? "" : f->errors.rows[0].reason;
}

static char *repeated(const char *piece, size_t *size)
{
    size_t length = strlen(piece);
    char *text = malloc(HOSTILE_BYTES);

    assert_non_null(text);
    for (*size = 0; *size + length <= HOSTILE_BYTES; *size += length) {
        memcpy(text + *size, piece, length);
    }
    return text;
}

static void deep_nesting_is_refused(void **state)
{
    struct fixture *f = *state;
    size_t size = 0;
    char *text = repeated("[", &size);

    assert_string_equal(reason_of(f, text, size), "this is nested deeper than 24 levels");
    text = repeated("{a: ", &size);
    assert_string_equal(reason_of(f, text, size), "this is nested deeper than 24 levels");
    text = repeated("- ", &size);
    assert_string_equal(reason_of(f, text, size), "this is nested deeper than 24 levels");
    text = repeated("? ", &size);
    assert_int_not_equal(reason_of(f, text, size)[0], '\0');
}

static void twenty_four_levels_are_let_pass(void **state)
{
    struct fixture *f = *state;
    char text[64] = "";

    memset(text, '[', TREE_DEPTH_MAX);
    memset(text + TREE_DEPTH_MAX, ']', TREE_DEPTH_MAX);
    text[2 * TREE_DEPTH_MAX] = '\0';
    assert_non_null(read(f, text));
}

static void billion_laughs_are_refused(void **state)
{
    assert_null(read(*state, "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"));
    assert_null(read(*state, "a: &a {b: 1}\nc:\n  <<: *a\n"));
}

static void too_many_values_are_refused(void **state)
{
    struct fixture *f = *state;
    struct tree *tree = read_bytes(f, bytes_of_text("[1, 2, 3]"), 4);

    assert_non_null(tree);
    assert_null(read_bytes(f, bytes_of_text("[1, 2, 3, 4]"), 4));
    assert_string_equal(text_error_line(&f->errors.rows[0], "f", &f->arena),
                        "f:1:11: there is too much of it: more than 4 values");
}

static void fifty_thousand_names_are_read_and_a_repeat_is_found(void **state)
{
    struct fixture *f = *state;
    enum { NAMES = 50000 };
    char *text = malloc(HOSTILE_BYTES);
    size_t size = 0;

    assert_non_null(text);
    for (int i = 0; i < NAMES; i++) {
        size += (size_t)snprintf(text + size, HOSTILE_BYTES - size, "name_%d: 1\n", i);
    }
    assert_non_null(read_bytes(f, (struct bytes){(uint8_t *)text, size}, NODES_MAX));
    size += (size_t)snprintf(text + size, HOSTILE_BYTES - size, "name_7: 1\n");
    assert_string_equal(reason_of(f, text, size), "this is given twice");
    assert_int_equal(f->errors.rows[0].line, NAMES + 1);
}

static void long_names_are_refused(void **state)
{
    struct fixture *f = *state;
    char text[TREE_NAME_BYTES_MAX + 8];

    memset(text, 'x', TREE_NAME_BYTES_MAX + 1);
    (void)snprintf(text + TREE_NAME_BYTES_MAX + 1, 5, ": 1\n");
    assert_null(read(f, text));
    assert_string_equal(f->errors.rows[0].reason, "the name is too long");
    assert_non_null(read(f, text + 1));
}

static void a_text_that_does_not_fit_is_refused_at_every_size(void **state)
{
    struct fixture *f = *state;
    struct tree *tree = NULL;

    for (size_t bytes = 0; tree == NULL; bytes += 16) {
        struct arena small;

        arena_init(&small, bytes);
        text_errors_init(&f->errors, TEXT_EN);
        enum err err =
            yaml_read(bytes_of_text("a: [1, {b: c}]\nd: e\n"), 100, &small, &tree, &f->errors);
        assert_true(err == ERR_OK || (err == ERR_FULL && f->errors.total > 0));
        arena_release(&small);
        assert_true(bytes < 64 * 1024);
    }
}

static void random_texts_are_read_or_refused(void **state)
{
    struct fixture *f = *state;
    static const char *const pieces[] = {
        "a: ",  "- ", "\n",  "  ",           "[",   "]",     "{",
        "}",    ",",  "'",   "\"",           "|\n", "#",     "x",
        "? ",   ": ", "&a ", "*a",           "!t ", "---\n", "...\n",
        "%Y\n", "\t", "\\",  "\xE6\xB6\x88", "0"};
    uint32_t seed = 42;

    print_message("seed %u\n", (unsigned)seed);
    for (int round = 0; round < 20000; round++) {
        char text[256] = "";
        size_t size = 0;

        for (int i = 0; i < 24; i++) {
            seed = seed * 1664525u + 1013904223u;
            size += (size_t)snprintf(text + size, sizeof text - size, "%s",
                                     pieces[(seed >> 8) % ARRAY_COUNT(pieces)]);
        }
        (void)read(f, text); /* must only not crash, and say why it refuses */
        arena_clear(&f->arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_said_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_value_knows_its_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_path_finds_names_in_both_styles, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_refused_is_refused_with_its_line, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_zero_byte_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_schema_says_what_a_scalar_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(errors_speak_chinese_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(deep_nesting_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(twenty_four_levels_are_let_pass, set_up, tear_down),
        cmocka_unit_test_setup_teardown(billion_laughs_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_many_values_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fifty_thousand_names_are_read_and_a_repeat_is_found, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(long_names_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_text_that_does_not_fit_is_refused_at_every_size, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(random_texts_are_read_or_refused, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
