/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of packet_check(): a packet from anyone held against a dictionary. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "proto/dictionary.h"

enum { ARENA_BYTES = 64 * 1024 * 1024, FIELDS_MAX = 64 * 1024 };

struct fixture {
    struct arena arena;
    struct dictionary *dictionary;
    Hs__Packet *packet;
    struct packet_fault fault;
};

static const struct {
    const char *path;
    Hs__FieldDefinition__Type type;
    bool is_coded; /* with the codes "one" and "two" */
} definitions[] = {
    {"bool", HS__FIELD_DEFINITION__TYPE__BOOL, false},
    {"code", HS__FIELD_DEFINITION__TYPE__CODE, true},
    {"codes", HS__FIELD_DEFINITION__TYPE__CODES, true},
    {"date", HS__FIELD_DEFINITION__TYPE__DATE, false},
    {"free", HS__FIELD_DEFINITION__TYPE__CODE, false},
    {"group.x", HS__FIELD_DEFINITION__TYPE__BOOL, false},
    {"integer", HS__FIELD_DEFINITION__TYPE__INTEGER, false},
    {"lanes[].id", HS__FIELD_DEFINITION__TYPE__TEXT, false},
    {"lanes[].ok", HS__FIELD_DEFINITION__TYPE__BOOL, false},
    {"lanes[].spots[].ok", HS__FIELD_DEFINITION__TYPE__BOOL, false},
    {"number", HS__FIELD_DEFINITION__TYPE__NUMBER, false},
    {"rows[].ok", HS__FIELD_DEFINITION__TYPE__BOOL, false},
    {"rows[].x", HS__FIELD_DEFINITION__TYPE__BOOL, false},
    {"text", HS__FIELD_DEFINITION__TYPE__TEXT, false},
    {"texts", HS__FIELD_DEFINITION__TYPE__TEXTS, false},
    {"untyped", HS__FIELD_DEFINITION__TYPE__UNSPECIFIED, false},
};

static void *make(struct fixture *f, const ProtobufCMessageDescriptor *type)
{
    void *message = message_new(type, &f->arena);

    assert_non_null(message);
    return message;
}

static void *array(struct fixture *f, size_t count)
{
    void *made = arena_array(&f->arena, count, sizeof(void *));

    assert_non_null(made);
    return made;
}

static void make_dictionary(struct fixture *f)
{
    Hs__Dictionary *source = make(f, &hs__dictionary__descriptor);
    struct dictionary_fault fault;

    source->n_fields = ARRAY_COUNT(definitions);
    source->fields = array(f, source->n_fields);
    for (size_t i = 0; i < source->n_fields; i++) {
        Hs__FieldDefinition *made = make(f, &hs__field_definition__descriptor);

        made->path = definitions[i].path;
        made->type = definitions[i].type;
        if (definitions[i].is_coded) {
            made->n_codes = 2;
            made->codes = array(f, 2);
            made->codes[0] = make(f, &hs__code__descriptor);
            made->codes[1] = make(f, &hs__code__descriptor);
            made->codes[0]->code = "one";
            made->codes[1]->code = "two";
        }
        source->fields[i] = made;
    }
    source->n_derived = 1;
    source->derived = array(f, 1);
    source->derived[0] = make(f, &hs__derived_field__descriptor);
    source->derived[0]->path = "sum";
    f->dictionary = dictionary_index(source, &f->arena, &fault);
    assert_non_null(f->dictionary);
}

static int set_up(void **state)
{
    static struct fixture fixture;

    arena_init(&fixture.arena, ARENA_BYTES);
    make_dictionary(&fixture);
    fixture.packet = make(&fixture, &hs__packet__descriptor);
    fixture.packet->fields = array(&fixture, FIELDS_MAX);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    arena_release(&((struct fixture *)*state)->arena);
    return 0;
}

/* ---- building ---- */

static Hs__Field *add(struct fixture *f, const char *path)
{
    Hs__Field *field = make(f, &hs__field__descriptor);

    field->path = path;
    f->packet->fields[f->packet->n_fields++] = field;
    return field;
}

static void add_flag(struct fixture *f, const char *path)
{
    Hs__Field *field = add(f, path);

    field->value_case = HS__FIELD__VALUE_FLAG;
    field->flag = true;
}

static void add_count(struct fixture *f, const char *path, uint32_t count)
{
    Hs__Field *field = add(f, path);

    field->value_case = HS__FIELD__VALUE_COUNT;
    field->count = count;
}

static void add_text(struct fixture *f, const char *path, const char *text)
{
    Hs__Field *field = add(f, path);

    field->value_case = HS__FIELD__VALUE_TEXT;
    field->text = text;
}

static void add_number(struct fixture *f, const char *path, int64_t units, uint32_t places)
{
    Hs__Field *field = add(f, path);

    field->value_case = HS__FIELD__VALUE_NUMBER;
    field->number = make(f, &hs__number__descriptor);
    field->number->units = units;
    field->number->places = places;
}

static void add_date(struct fixture *f, const char *path, int32_t date)
{
    Hs__Field *field = add(f, path);

    field->value_case = HS__FIELD__VALUE_DATE;
    field->date = date;
}

static void add_codes(struct fixture *f, const char *path, const char *const *codes, size_t count)
{
    Hs__Field *field = add(f, path);

    field->value_case = HS__FIELD__VALUE_CODES;
    field->codes = make(f, &hs__codes__descriptor);
    field->codes->n_codes = count;
    field->codes->codes = array(f, count);
    for (size_t i = 0; i < count; i++) {
        field->codes->codes[i] = codes[i];
    }
}

static void clear(struct fixture *f)
{
    f->packet->n_fields = 0;
    f->packet->n_documents = 0;
}

static void assert_good(struct fixture *f)
{
    if (!packet_check(f->packet, f->dictionary, &f->fault)) {
        fail_msg("refused: %s: %s", f->fault.path, f->fault.en);
    }
    clear(f);
}

/* The packet is refused at @path with a sentence that has @en in it. */
static void assert_bad(struct fixture *f, const char *path, const char *en)
{
    if (packet_check(f->packet, f->dictionary, &f->fault)) {
        fail_msg("let pass: wanted %s: %s", path, en);
    }
    if (strcmp(f->fault.path, path) != 0 || strstr(f->fault.en, en) == NULL ||
        f->fault.zh[0] == '\0') {
        fail_msg("%s: %s; wanted %s: %s", f->fault.path, f->fault.en, path, en);
    }
    clear(f);
}

/* ---- tests ---- */

static void every_type_takes_its_value(void **state)
{
    struct fixture *f = *state;
    const char *codes[] = {"two", "one"};

    add_flag(f, "bool");
    add_text(f, "code", "one");
    add_codes(f, "codes", codes, 2);
    add_date(f, "date", 20240229);
    add_text(f, "free", "whatever");
    add_flag(f, "group.x");
    add_number(f, "integer", -5, 0);
    add_number(f, "number", PACKET_NUMBER_UNITS_MAX, 6);
    add_text(f, "text", "多行\n文字");
    add_codes(f, "texts", codes, 0);

    assert_good(f);
}

static void an_empty_packet_is_one(void **state)
{
    assert_good(*state);
}

static void lists_have_their_count_and_elements(void **state)
{
    struct fixture *f = *state;

    add_count(f, "lanes", 2);
    add_text(f, "lanes[L 1].id", "L 1");
    add_flag(f, "lanes[L 1].ok");
    add_count(f, "lanes[L 1].spots", 2);
    add_flag(f, "lanes[L 1].spots[0].ok");
    add_flag(f, "lanes[L 1].spots[1].ok");
    add_text(f, "lanes[L 1b].id", "L 1b");
    add_count(f, "lanes[L 1b].spots", 0);
    add_count(f, "rows", 11);
    add_flag(f, "rows[0].ok");
    add_flag(f, "rows[0].x");
    add_flag(f, "rows[10].x");
    for (char digit = '1'; digit <= '9'; digit++) {
        add_flag(f, arena_format(&f->arena, "rows[%c].ok", digit));
    }
    /* Sorted: '1' ']' comes behind '1' '0'. */
    assert_good(f);
}

static void paths_are_in_the_dictionary(void **state)
{
    struct fixture *f = *state;
    static const char *const paths[] = {"unknown", "bool.x",    "group.y", "rows", "",
                                        "group.",  ".bool",     "rows[0]", "[0]",  "rows[0",
                                        "bool[0]", "bool[0].x", "rows.ok", "bool."};

    for (size_t i = 0; i < ARRAY_COUNT(paths); i++) {
        add_flag(f, paths[i]);
        assert_false(packet_check(f->packet, f->dictionary, &f->fault));
        clear(f);
    }
    add_flag(f, "group");
    assert_bad(f, "group", "group of fields");
    add_number(f, "sum", 1, 0);
    assert_bad(f, "sum", "computed");
    add_flag(f, "bool\x1B[31m");
    assert_bad(f, "bool?[31m", "no such field");
    add_flag(f, "untyped");
    assert_bad(f, "untyped", "no type");
}

static void fields_are_sorted_and_each_is_given_once(void **state)
{
    struct fixture *f = *state;

    add_flag(f, "group.x");
    add_flag(f, "bool");
    assert_bad(f, "bool", "not sorted");
    add_flag(f, "bool");
    add_flag(f, "bool");
    assert_bad(f, "bool", "not sorted");
}

static void values_are_of_the_field_s_type(void **state)
{
    struct fixture *f = *state;
    static const char *const paths[] = {"code",    "codes",  "date", "free",
                                        "integer", "number", "text", "texts"};

    for (size_t i = 0; i < ARRAY_COUNT(paths); i++) {
        add_flag(f, paths[i]);
        assert_bad(f, paths[i], "of another type");
    }
    add_text(f, "bool", "true");
    assert_bad(f, "bool", "this field is bool");
    add_count(f, "bool", 0);
    assert_bad(f, "bool", "of another type");
    add_flag(f, "rows");
    assert_bad(f, "rows", "of another type");
    (void)add(f, "bool");
    assert_bad(f, "bool", "of another type");
}

static void numbers_are_canonical(void **state)
{
    struct fixture *f = *state;

    add_number(f, "number", 50, 1);
    assert_bad(f, "number", "shortest");
    add_number(f, "number", 0, 1);
    assert_bad(f, "number", "shortest");
    add_number(f, "number", PACKET_NUMBER_UNITS_MAX + 1, 0);
    assert_bad(f, "number", "15 digits");
    add_number(f, "number", INT64_MIN, 0);
    assert_bad(f, "number", "15 digits");
    add_number(f, "number", 1, 7);
    assert_bad(f, "number", "15 digits");
    add_number(f, "integer", 15, 1);
    assert_bad(f, "integer", "whole");
    add(f, "number")->value_case = HS__FIELD__VALUE_NUMBER;
    assert_bad(f, "number", "15 digits");
}

static void dates_exist(void **state)
{
    struct fixture *f = *state;
    static const int32_t dates[] = {0,        20230229, 20230431,  20231301,  20230100,
                                    20230001, -1,       100000101, INT32_MAX, INT32_MIN};

    for (size_t i = 0; i < ARRAY_COUNT(dates); i++) {
        add_date(f, "date", dates[i]);
        assert_bad(f, "date", "no such day");
    }
}

static void codes_are_the_field_s_own_and_differ(void **state)
{
    struct fixture *f = *state;
    const char *repeated[] = {"one", "one"};
    const char *foreign[] = {"one", "three"};
    const char *many[] = {"one", "two", "one"};

    add_text(f, "code", "three");
    assert_bad(f, "code", "not one of");
    add_text(f, "code", "");
    assert_bad(f, "code", "short text");
    add_codes(f, "codes", repeated, 2);
    assert_bad(f, "codes", "twice");
    add_codes(f, "codes", foreign, 2);
    assert_bad(f, "codes", "not one of");
    add_codes(f, "codes", many, 3);
    assert_bad(f, "codes", "twice");
    add_codes(f, "texts", repeated, 2);
    assert_good(f);
    add(f, "codes")->value_case = HS__FIELD__VALUE_CODES;
    assert_bad(f, "codes", "more elements");
}

static void texts_are_plain_and_bounded(void **state)
{
    struct fixture *f = *state;
    char *text = arena_alloc(&f->arena, PACKET_TEXT_BYTES_MAX + 2);

    assert_non_null(text);
    memset(text, 'x', PACKET_TEXT_BYTES_MAX);
    add_text(f, "text", text);
    assert_good(f);
    text[PACKET_TEXT_BYTES_MAX] = 'x';
    add_text(f, "text", text);
    assert_bad(f, "text", "more bytes");
    add_text(f, "text", "bell\x07");
    assert_bad(f, "text", "control characters");
    add_text(f, "text", "escape\x1B[2J");
    assert_bad(f, "text", "control characters");
    add_text(f, "text",
             "\xC2\x9B"
             "2J");
    assert_bad(f, "text", "control characters");
    add_text(f, "text", "\xFF");
    assert_bad(f, "text", "UTF-8");
}

static void lists_without_their_elements_are_refused(void **state)
{
    struct fixture *f = *state;

    add_flag(f, "rows[0].ok");
    assert_bad(f, "rows[0].ok", "no count");
    add_count(f, "rows", 1);
    assert_bad(f, "rows", "fewer");
    add_count(f, "rows", 2);
    add_flag(f, "rows[0].ok");
    assert_bad(f, "rows", "fewer");
    add_count(f, "rows", 2);
    add_flag(f, "rows[1].ok");
    add_flag(f, "text");
    assert_bad(f, "rows", "fewer");
    add_count(f, "rows", 1);
    add_flag(f, "rows[0].ok");
    add_flag(f, "rows[1].ok");
    assert_bad(f, "rows[1].ok", "more elements");
    add_count(f, "rows", 0);
    add_flag(f, "rows[0].ok");
    assert_bad(f, "rows[0].ok", "more elements");
    add_count(f, "rows", 1);
    add_flag(f, "rows[1].ok");
    assert_bad(f, "rows[1].ok", "more elements");
    add_count(f, "rows", 1);
    add_flag(f, "rows[00].ok");
    assert_bad(f, "rows[00].ok", "position");
    add_count(f, "rows", PACKET_LIST_MAX + 1);
    assert_bad(f, "rows", "more elements than 4096");
    add_count(f, "rows[0]", 1);
    assert_bad(f, "rows[0]", "no count");
}

static void elements_have_the_ids_of_their_paths(void **state)
{
    struct fixture *f = *state;

    add_count(f, "lanes", 1);
    add_flag(f, "lanes[L1].ok");
    assert_bad(f, "lanes[L1]", "no id");
    add_count(f, "lanes", 1);
    add_text(f, "lanes[L1].id", "L2");
    assert_bad(f, "lanes[L1].id", "not the one in the path");
    add_count(f, "lanes", 2);
    add_text(f, "lanes[L1].id", "L1");
    add_flag(f, "lanes[L2].ok");
    add_flag(f, "text");
    assert_bad(f, "lanes[L2]", "no id");
    add_count(f, "lanes", 2);
    add_flag(f, "lanes[L1].ok");
    add_text(f, "lanes[L2].id", "L2");
    assert_bad(f, "lanes[L1]", "no id");
    add_count(f, "lanes", 1);
    add_text(f, "lanes[a[b].id", "a[b");
    assert_bad(f, "lanes[a[b].id", "an id has");
    add_count(f, "lanes", 1);
    add_text(f, "lanes[L1].id", "L1");
    add_count(f, "lanes[L1].spots", 1);
    add_flag(f, "text");
    assert_bad(f, "lanes[L1].spots", "fewer");
    add_count(f, "lanes", 1);
    add_text(f, "lanes[L1].id", "L1");
    add_count(f, "lanes[L1].spots", 2);
    add_flag(f, "lanes[L1].spots[0].ok");
    assert_bad(f, "lanes[L1].spots", "fewer");
}

static void add_document(struct fixture *f, const char *code, size_t hash_bytes, uint8_t first)
{
    Hs__Document *document = make(f, &hs__document__descriptor);

    document->code = code;
    document->name = "scheme.pdf";
    document->hash.len = hash_bytes;
    document->hash.data = arena_alloc(&f->arena, hash_bytes + 1);
    assert_non_null(document->hash.data);
    document->hash.data[0] = first;
    if (f->packet->documents == NULL) {
        f->packet->documents = array(f, PACKET_DOCUMENTS_MAX + 1);
    }
    f->packet->documents[f->packet->n_documents++] = document;
}

static void documents_are_sorted_and_have_a_hash(void **state)
{
    struct fixture *f = *state;

    add_document(f, "A01", 32, 1);
    add_document(f, "A01", 32, 2);
    add_document(f, "A02", 32, 1);
    assert_good(f);
    add_document(f, "A01", 31, 1);
    assert_bad(f, "A01", "32 bytes");
    add_document(f, "A01", 32, 1);
    add_document(f, "A01", 32, 1);
    assert_bad(f, "A01", "twice");
    add_document(f, "A02", 32, 1);
    add_document(f, "A01", 32, 1);
    assert_bad(f, "A01", "not sorted");
    add_document(f, "", 32, 1);
    assert_bad(f, "", "code and name");
    for (size_t i = 0; i <= PACKET_DOCUMENTS_MAX; i++) {
        add_document(f, "A", 32, 1);
    }
    assert_bad(f, "", "more documents than 1024");
}

static void a_packet_is_bounded(void **state)
{
    struct fixture *f = *state;
    char *path = arena_alloc(&f->arena, PACKET_PATH_BYTES_MAX + 2);
    char *text = arena_alloc(&f->arena, PACKET_BYTES_MAX + 1);

    assert_non_null(path);
    assert_non_null(text);
    memset(path, 'x', PACKET_PATH_BYTES_MAX + 1);
    add_flag(f, path);
    assert_false(packet_check(f->packet, f->dictionary, &f->fault));
    assert_non_null(strstr(f->fault.en, "path is too long"));
    clear(f);
    memset(text, 'x', PACKET_BYTES_MAX);
    add_text(f, "text", text);
    assert_bad(f, "", "more bytes than 1048576");
    for (size_t i = 0; i <= PACKET_FIELDS_MAX; i++) {
        add_flag(f, "bool");
    }
    assert_bad(f, "", "more fields than 16384");
}

/* Changes of a good packet, byte by byte, never do worse than being refused. */
static void any_path_is_answered(void **state)
{
    struct fixture *f = *state;
    static const char alphabet[] = "[].0L\x80x";
    static const char path[] = "lanes[L1].spots[0].ok";

    for (size_t at = 0; at < sizeof path - 1; at++) {
        for (size_t c = 0; c < sizeof alphabet; c++) {
            char *changed = arena_text(&f->arena, path);

            assert_non_null(changed);
            changed[at] = alphabet[c];
            add_count(f, "lanes", 1);
            add_text(f, "lanes[L1].id", "L1");
            add_count(f, "lanes[L1].spots", 1);
            add_flag(f, changed);
            (void)packet_check(f->packet, f->dictionary, &f->fault); /* must only not crash */
            clear(f);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_type_takes_its_value, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_packet_is_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lists_have_their_count_and_elements, set_up, tear_down),
        cmocka_unit_test_setup_teardown(paths_are_in_the_dictionary, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fields_are_sorted_and_each_is_given_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(values_are_of_the_field_s_type, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers_are_canonical, set_up, tear_down),
        cmocka_unit_test_setup_teardown(dates_exist, set_up, tear_down),
        cmocka_unit_test_setup_teardown(codes_are_the_field_s_own_and_differ, set_up, tear_down),
        cmocka_unit_test_setup_teardown(texts_are_plain_and_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lists_without_their_elements_are_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(elements_have_the_ids_of_their_paths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(documents_are_sorted_and_have_a_hash, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_packet_is_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(any_path_is_answered, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("packet", tests, NULL, NULL);
}
