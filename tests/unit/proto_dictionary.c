/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of proto/dictionary: which dictionaries are refused, and how paths are found. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "proto/dictionary.h"

enum { ARENA_BYTES = 16 * 1024 * 1024 };

struct fixture {
    struct arena arena;
    struct dictionary_fault fault;
};

static int set_up(void **state)
{
    static struct fixture fixture;

    arena_init(&fixture.arena, ARENA_BYTES);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    arena_release(&((struct fixture *)*state)->arena);
    return 0;
}

/* Makes a dictionary of @count texts at @paths and one derived field at @derived, if any. */
static Hs__Dictionary *dictionary_of(struct fixture *f, const char *const *paths, size_t count,
                                     const char *derived)
{
    Hs__Dictionary *made = message_new(&hs__dictionary__descriptor, &f->arena);

    assert_non_null(made);
    made->n_fields = count;
    made->fields = arena_array(&f->arena, count, sizeof(Hs__FieldDefinition *));
    made->derived = arena_array(&f->arena, 1, sizeof(Hs__DerivedField *));
    assert_non_null(made->fields);
    assert_non_null(made->derived);
    for (size_t i = 0; i < count; i++) {
        made->fields[i] = message_new(&hs__field_definition__descriptor, &f->arena);
        assert_non_null(made->fields[i]);
        made->fields[i]->path = paths[i];
        made->fields[i]->type = HS__FIELD_DEFINITION__TYPE__TEXT;
    }
    if (derived != NULL) {
        made->n_derived = 1;
        made->derived[0] = message_new(&hs__derived_field__descriptor, &f->arena);
        assert_non_null(made->derived[0]);
        made->derived[0]->path = derived;
    }
    return made;
}

static const char *const good[] = {
    "scope",         "rows[].width",   "rows[].id", "a.b.c", "a.b.d",          "a0",
    "fire.x[].name", "fire.x[].y[].z", "fire.lane", "A_1.b", "rows_total.sum",
};

static struct dictionary *good_dictionary(struct fixture *f)
{
    struct dictionary *dictionary = dictionary_index(
        dictionary_of(f, good, ARRAY_COUNT(good), "derived.ratio"), &f->arena, &f->fault);

    assert_non_null(dictionary);
    return dictionary;
}

static void every_path_is_found_with_its_kind(void **state)
{
    struct fixture *f = *state;
    struct dictionary *d = good_dictionary(f);

    for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
        const struct dictionary_node *node = dictionary_find(d, bytes_of_text(good[i]));

        assert_non_null(node);
        assert_int_equal(node->kind, DICTIONARY_FIELD);
        assert_string_equal(node->field->path, good[i]);
    }
    assert_int_equal(dictionary_find(d, bytes_of_text("derived.ratio"))->kind, DICTIONARY_DERIVED);
    assert_int_equal(dictionary_find(d, bytes_of_text("a.b"))->kind, DICTIONARY_OBJECT);
    assert_int_equal(dictionary_find(d, bytes_of_text("rows"))->kind, DICTIONARY_LIST);
    assert_int_equal(dictionary_find(d, bytes_of_text("rows[]"))->kind, DICTIONARY_LIST);
    assert_int_equal(dictionary_find(d, bytes_of_text("fire.x[].y[]"))->kind, DICTIONARY_LIST);
    assert_ptr_equal(dictionary_find(d, bytes_of_text("")), dictionary_root(d));
}

static void a_list_knows_the_field_that_names_its_elements(void **state)
{
    struct dictionary *d = good_dictionary(*state);

    assert_string_equal(dictionary_find(d, bytes_of_text("rows"))->id->name, "id");
    assert_null(dictionary_find(d, bytes_of_text("fire.x"))->id);
}

static void children_are_sorted_by_name(void **state)
{
    const struct dictionary_node *root = dictionary_root(good_dictionary(*state));

    assert_int_equal(root->child_count, 8);
    for (size_t i = 1; i < root->child_count; i++) {
        assert_true(strcmp(root->names[i - 1], root->names[i]) < 0);
        assert_string_equal(root->names[i], root->children[i].name);
    }
}

static void a_path_of_a_packet_finds_its_node(void **state)
{
    struct dictionary *d = good_dictionary(*state);
    const struct {
        const char *path;
        const char *found; /* NULL: nothing */
    } rows[] = {
        {"rows[L2].width", "rows[].width"},
        {"rows[L.2 北].width", "rows[].width"},
        {"rows[0].width", "rows[].width"},
        {"fire.x[0].y[12].z", "fire.x[].y[].z"},
        {"fire.x[4095].name", "fire.x[].name"},
        {"fire.x[4096].name", NULL},
        {"fire.x[00].name", NULL},
        {"fire.x[L2].name", NULL},
        {"fire.x[-1].name", NULL},
        {"fire.x[].name", NULL},
        {"rows.width", NULL},
        {"rows[L2]width", NULL},
        {"rows[L2].", NULL},
        {"rows[L2", NULL},
        {"rows[[].width", NULL},
        {"rows[].width", NULL},
        {"rows[a\x01"
         "b].width",
         NULL},
        {"rows[\xC2\x85].width", NULL},
        {"rows[\xFF].width", NULL},
        {"rows[\xC2].width", NULL},
        {"a.b.c.d", NULL},
        {".a", NULL},
        {"a..b", NULL},
        {"a.", NULL},
        {"a[0].b", NULL},
        {"scope[0]", NULL},
        {"A", NULL},
    };

    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct dictionary_node *node =
            dictionary_find_concrete(d, bytes_of_text(rows[i].path));
        const char *found = node == NULL || node->field == NULL ? NULL : node->field->path;

        if ((found == NULL) != (rows[i].found == NULL) ||
            (found != NULL && strcmp(found, rows[i].found) != 0)) {
            fail_msg("%s: %s", rows[i].path, found == NULL ? "nothing" : found);
        }
    }
}

static void an_id_has_its_limits(void **state)
{
    const struct dictionary_node *rows =
        dictionary_find(good_dictionary(*state), bytes_of_text("rows"));
    char id[PACKET_ELEMENT_ID_BYTES_MAX + 2];

    memset(id, 'x', sizeof id);
    assert_true(dictionary_label_is_valid(
        rows, (struct bytes){(uint8_t *)id, PACKET_ELEMENT_ID_BYTES_MAX}));
    assert_false(dictionary_label_is_valid(
        rows, (struct bytes){(uint8_t *)id, PACKET_ELEMENT_ID_BYTES_MAX + 1}));
    assert_false(dictionary_label_is_valid(rows, (struct bytes){(uint8_t *)id, 0}));
}

static void the_nearest_name_is_offered(void **state)
{
    const struct dictionary_node *rows =
        dictionary_find(good_dictionary(*state), bytes_of_text("rows"));

    assert_string_equal(dictionary_nearest(rows, "widht"), "width");
    assert_null(dictionary_nearest(rows, "completely_different"));
}

static void bad_dictionaries_are_refused_with_the_place(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *paths[3];
        const char *derived;
        const char *path; /* of the fault */
        const char *en;   /* a part of it */
    } rows[] = {
        {{"a", "b", "a"}, NULL, "fields[2].path", "given twice"},
        {{"a", "a.b", "c"}, NULL, "fields[1].path", "used otherwise"},
        {{"a.b", "x", "a[].c"}, NULL, "fields[2].path", "used otherwise"},
        {{"a[].b", "a", "x"}, NULL, "fields[0].path", "used otherwise"},
        {{"a", "b", "c"}, "b", "derived[0].path", ""},
        {{"a", "b[].c", "c"}, "b[].x", "derived[0].path", "cannot lie in a list"},
        {{"", "b", "c"}, NULL, "fields[0].path", "names between dots"},
        {{"a", ".b", "c"}, NULL, "fields[1].path", "names between dots"},
        {{"a", "b.", "c"}, NULL, "fields[1].path", "names between dots"},
        {{"a", "b..c", "c"}, NULL, "fields[1].path", "names between dots"},
        {{"a", "b[]", "c"}, NULL, "fields[1].path", "names between dots"},
        {{"a", "b[].[].c", "c"}, NULL, "fields[1].path", "names between dots"},
        {{"a", "b[][].c", "c"}, NULL, "fields[1].path", "names between dots"},
        {{"a", "b[0].c", "c"}, NULL, "fields[1].path", "names between dots"},
        {{"a", "b c", "c"}, NULL, "fields[1].path", "names between dots"},
        {{"a", "1b", "c"}, NULL, "fields[1].path", "names between dots"},
        {{"a", "\xE5\x8C\x97", "c"}, NULL, "fields[1].path", "names between dots"},
        {{"a", "cfg", "c"}, NULL, "fields[1].path", "settings"},
        {{"a", "cfg.x", "c"}, NULL, "fields[1].path", "settings"},
        {{"a", "cfg[].x", "c"}, NULL, "fields[1].path", "settings"},
        {{"a.b.c.d.e.f.g.h.i.j.k", "b", "c"}, NULL, "fields[0].path", "too many names"},
        {{"a", "r[].id.x", "c"}, NULL, "fields[1].path", "id of a list"},
    };

    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        Hs__Dictionary *source = dictionary_of(f, rows[i].paths, 3, rows[i].derived);

        if (dictionary_index(source, &f->arena, &f->fault) != NULL) {
            fail_msg("row %zu is let pass", i);
        }
        if (strcmp(f->fault.path, rows[i].path) != 0 || strstr(f->fault.en, rows[i].en) == NULL ||
            f->fault.zh[0] == '\0') {
            fail_msg("row %zu: %s: %s", i, f->fault.path, f->fault.en);
        }
    }
}

static void an_id_must_be_a_text_or_a_code(void **state)
{
    struct fixture *f = *state;
    const char *paths[] = {"r[].id"};
    Hs__Dictionary *source = dictionary_of(f, paths, 1, NULL);

    source->fields[0]->type = HS__FIELD_DEFINITION__TYPE__CODE;
    assert_non_null(dictionary_index(source, &f->arena, &f->fault));
    source->fields[0]->type = HS__FIELD_DEFINITION__TYPE__INTEGER;
    assert_null(dictionary_index(source, &f->arena, &f->fault));
}

static void a_dictionary_that_does_not_fit_is_refused_at_every_size(void **state)
{
    struct fixture *f = *state;
    Hs__Dictionary *source = dictionary_of(f, good, ARRAY_COUNT(good), "derived.ratio");
    struct arena small;
    bool is_made = false;

    for (size_t bytes = 0; !is_made; bytes += 16) {
        arena_init(&small, bytes);
        is_made = dictionary_index(source, &small, &f->fault) != NULL;
        if (!is_made) {
            assert_string_equal(f->fault.en, "the dictionary is too large");
        }
        arena_release(&small);
        assert_true(bytes < 64 * 1024);
    }
}

static void too_many_fields_are_refused(void **state)
{
    struct fixture *f = *state;
    const char **paths = arena_array(&f->arena, DICTIONARY_FIELDS_MAX + 1, sizeof *paths);

    assert_non_null(paths);
    for (size_t i = 0; i <= DICTIONARY_FIELDS_MAX; i++) {
        paths[i] = arena_format(&f->arena, "f%zu", i);
    }
    assert_non_null(dictionary_index(dictionary_of(f, paths, DICTIONARY_FIELDS_MAX, NULL),
                                     &f->arena, &f->fault));
    assert_null(dictionary_index(dictionary_of(f, paths, DICTIONARY_FIELDS_MAX + 1, NULL),
                                 &f->arena, &f->fault));
    assert_null(dictionary_index(dictionary_of(f, paths, DICTIONARY_FIELDS_MAX, "d"), &f->arena,
                                 &f->fault));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_path_is_found_with_its_kind, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_list_knows_the_field_that_names_its_elements, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(children_are_sorted_by_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_path_of_a_packet_finds_its_node, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_id_has_its_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_nearest_name_is_offered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bad_dictionaries_are_refused_with_the_place, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_id_must_be_a_text_or_a_code, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_dictionary_that_does_not_fit_is_refused_at_every_size,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_many_fields_are_refused, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("dictionary", tests, NULL, NULL);
}
