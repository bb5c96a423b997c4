/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of proto/text/packet_text: proposal files to packets, and what is said of wrong ones. */
#include "tests/lib/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"
#include "proto/text/decimal.h"
#include "proto/text/json_tree.h"
#include "proto/text/message_tree.h"
#include "proto/text/packet_text.h"
#include "proto/text/yaml.h"

enum { ARENA_BYTES = 64 * 1024 * 1024, SHOWN_BYTES = 64 * 1024 };

static const char dictionary_yaml[] =
    "id: small\n"
    "version: 1\n"
    "fields:\n"
    "- {path: name, type: text}\n"
    "- {path: ok, type: bool}\n"
    "- {path: floors, type: integer}\n"
    "- {path: area_m2, type: number}\n"
    "- {path: start, type: date}\n"
    "- {path: tier, type: code, codes: [{code: general}, {code: key}]}\n"
    "- {path: street, type: code, codes: [{code: s01}, {code: s02}, {code: s03}, {code: s04},"
    " {code: s05}, {code: s06}, {code: s07}, {code: s08}, {code: s09}, {code: s10}, {code: s11},"
    " {code: s12}, {code: s13}]}\n"
    "- {path: kind, type: code}\n"
    "- {path: works, type: codes, codes: [{code: road}, {code: roof}, {code: gas}]}\n"
    "- {path: notes, type: texts}\n"
    "- {path: 'fire.lanes[].id', type: text}\n"
    "- {path: 'fire.lanes[].width_m', type: number}\n"
    "- {path: 'fire.lanes[].spots[].ok', type: bool}\n"
    "- {path: fire.hydrants, type: integer}\n"
    "- {path: 'funding[].amount', type: number}\n"
    "- {path: 'funding[].source', type: text}\n"
    "derived:\n"
    "- {path: total, type: number, expression: 'sum(funding.map(row, row.amount))'}\n";

struct fixture {
    struct arena arena;
    struct text_errors errors;
    struct dictionary *dictionary;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    struct tree *tree = NULL;
    ProtobufCMessage *source = NULL;
    struct dictionary_fault fault;

    arena_init(&fixture.arena, ARENA_BYTES);
    text_errors_init(&fixture.errors, TEXT_EN);
    if (yaml_read(bytes_of_text(dictionary_yaml), 1000, &fixture.arena, &tree, &fixture.errors) !=
            ERR_OK ||
        message_from_tree(tree, &hs__dictionary__descriptor, &fixture.arena, &source,
                          &fixture.errors) != ERR_OK) {
        print_error("%s\n", fixture.errors.rows[0].reason);
        return 1;
    }
    fixture.dictionary = dictionary_index((const Hs__Dictionary *)source, &fixture.arena, &fault);
    *state = &fixture;
    return fixture.dictionary == NULL;
}

static int tear_down(void **state)
{
    arena_release(&((struct fixture *)*state)->arena);
    return 0;
}

/* ---- showing a packet ---- */

static void show_value(const Hs__Field *field, struct text_builder *out)
{
    char text[DECIMAL_BYTES];

    switch (field->value_case) {
    case HS__FIELD__VALUE_FLAG:
        text_builder_add(out, field->flag ? "true" : "false");
        break;
    case HS__FIELD__VALUE_NUMBER:
        decimal_to_text(field->number->units, field->number->places, text);
        text_builder_add(out, text);
        break;
    case HS__FIELD__VALUE_TEXT:
        text_builder_add_format(out, "'%s'", field->text);
        break;
    case HS__FIELD__VALUE_DATE:
        text_builder_add_format(out, "%" PRId32, field->date);
        break;
    case HS__FIELD__VALUE_CODES:
        for (size_t i = 0; i < field->codes->n_codes; i++) {
            text_builder_add_format(out, "%s%s", i == 0 ? "" : ",", field->codes->codes[i]);
        }
        break;
    case HS__FIELD__VALUE_COUNT:
        text_builder_add_format(out, "#%" PRIu32, field->count);
        break;
    case HS__FIELD__VALUE__NOT_SET:
    case _HS__FIELD__VALUE__CASE_IS_INT_SIZE:
        fail();
    }
}

/* Returns the fields of @packet as path=value, a line each. */
static const char *show(struct fixture *f, const Hs__Packet *packet)
{
    struct text_builder out;

    text_builder_init(&out, &f->arena, SHOWN_BYTES);
    for (size_t i = 0; i < packet->n_fields; i++) {
        text_builder_add_format(&out, "%s=", packet->fields[i]->path);
        show_value(packet->fields[i], &out);
        text_builder_add(&out, "\n");
    }
    return text_builder_finish(&out);
}

/* Returns the errors of @errors, a line each. */
static const char *show_errors(struct fixture *f)
{
    struct text_builder out;

    text_builder_init(&out, &f->arena, SHOWN_BYTES);
    text_errors_sort(&f->errors);
    for (size_t i = 0; i < f->errors.count; i++) {
        text_builder_add_format(&out, "%s\n", text_error_line(&f->errors.rows[i], "f", &f->arena));
    }
    return text_builder_finish(&out);
}

/* Reads @text, which begins with { if it is JSON. Returns NULL after errors. */
static Hs__Packet *read(struct fixture *f, const char *text)
{
    struct tree *tree = NULL;
    Hs__Packet *packet = NULL;
    struct packet_fault fault;

    text_errors_init(&f->errors, TEXT_EN);
    enum err err =
        text[0] == '{'
            ? json_tree_read(bytes_of_text(text), TREE_NODES_MAX, &f->arena, &tree, &f->errors)
            : yaml_read(bytes_of_text(text), TREE_NODES_MAX, &f->arena, &tree, &f->errors);
    if (err == ERR_OK) {
        err = packet_from_tree(tree, f->dictionary, &f->arena, &packet, &f->errors);
    }
    assert_true((err == ERR_OK) == (f->errors.total == 0));
    assert_true((err == ERR_OK) == (packet != NULL));
    if (packet != NULL) {
        assert_true(packet_check(packet, f->dictionary, &fault));
    }
    return packet;
}

/* ---- tests ---- */

static void a_file_becomes_a_flat_sorted_packet(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text;
        const char *packet;
    } rows[] = {
        {"name: 桂雨苑\nok: true\nfloors: 6\narea_m2: 36800.50\nstart: 2026-07-01\ntier: key\n",
         "area_m2=36800.5\nfloors=6\nname='桂雨苑'\nok=true\nstart=20260701\ntier='key'\n"},
        {"{\"name\": \"a\", \"ok\": false, \"floors\": 6.0, \"area_m2\": 1.2e1, \"start\": "
         "\"2026-07-01\", \"kind\": \"x\"}",
         "area_m2=12\nfloors=6\nkind='x'\nname='a'\nok=false\nstart=20260701\n"},
        {"name: no\nkind: true\nnotes: [1, 2.50, on]\nworks: []\n",
         "kind='true'\nname='no'\nnotes=1,2.50,on\nworks=\n"},
        {"works:\n- roof\n- road\nstart: '2026-07-01'\n", "start=20260701\nworks=roof,road\n"},
        {"name: null\nok: ~\nfire:\nfunding: null\nfloors:\n", ""},
        {"name: ''\n", "name=''\n"},
        {"fire:\n  lanes:\n  - {id: L2, width_m: 4.2}\n  - {width_m: 4.5, id: L1}\n",
         "fire.lanes=#2\nfire.lanes[L1].id='L1'\nfire.lanes[L1].width_m=4.5\n"
         "fire.lanes[L2].id='L2'\nfire.lanes[L2].width_m=4.2\n"},
        {"fire: {lanes: [{id: 1.5 北, spots: [{ok: true}]}], hydrants: 2}\n",
         "fire.hydrants=2\nfire.lanes=#1\nfire.lanes[1.5 北].id='1.5 北'\n"
         "fire.lanes[1.5 北].spots=#1\nfire.lanes[1.5 北].spots[0].ok=true\n"},
        {"funding:\n- {amount: 1, source: a}\n- amount: null\n  source: b\n",
         "funding=#2\nfunding[0].amount=1\nfunding[0].source='a'\nfunding[1].source='b'\n"},
        {"funding: []\nfire: {lanes: []}\n", "fire.lanes=#0\nfunding=#0\n"},
        {"sample: {id: S01}\nscenario: [x]\nexpected: y\nproposal:\n  case_no: X-1\n  round: 2\n"
         "  name: a\n",
         "name='a'\n"},
        {"case_no: LJHS-2026-0001\nround: 1\nname: a\n", "name='a'\n"},
        {"proposal: {}\n", ""},
    };

    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const Hs__Packet *packet = read(f, rows[i].text);

        if (packet == NULL) {
            fail_msg("%s\n%s", rows[i].text, show_errors(f));
        }
        assert_string_equal(show(f, packet), rows[i].packet);
    }
}

/* What is wrong, and how it is said. */
static const struct {
    const char *text;
    const char *errors;
} wrong_packets[] = {
    {"nmae: a\n", "f:1: nmae: there is no such field; did you mean name?\n"},
    {"proposal:\n  nmae: a\n", "f:2: nmae: there is no such field; did you mean name?\n"},
    {"proposal: {}\nsampel: {}\n", "f:2: sampel: there is no such field\n"},
    {"proposal:\n  fire: {case_no: 1}\n", "f:2: fire.case_no: there is no such field\n"},
    {"proposal: x\n", "f:1: fields are needed here (name: value)\n"},
    {"proposal:\n", "f:1: there is nothing in it\n"},
    {"- a\n", "f:1: fields are needed here (name: value)\n"},
    {"ok: yes\nfloors: six\narea_m2: '12'\nstart: 2026-02-30\n",
     "f:1: ok: true or false is needed here\n"
     "f:2: floors: a whole number is needed here\n"
     "f:3: area_m2: a number is needed here, as in 12.5, without quotes\n"
     "f:4: start: a day that exists is needed here, as in 2026-03-10\n"},
    {"floors: 6.5\n", "f:1: floors: a whole number is needed here\n"},
    {"area_m2: 0.1234567\n",
     "f:1: area_m2: a number has at most 15 digits, 6 of them after the point\n"},
    {"{\"area_m2\": 0.1234560000000001}",
     "f:1: area_m2: a number has at most 15 digits, 6 of them after the point\n"},
    {"{\"area_m2\": \"12\"}",
     "f:1: area_m2: a number is needed here, as in 12.5, without quotes\n"},
    {"{\"name\": 12}", "f:1: name: a text is needed here\n"},
    {"{\"name\": \"bell\\u0007\"}", "f:1: name: control characters are not allowed\n"},
    {"name: [a]\n", "f:1: name: a text is needed here\n"},
    {"tier: kye\n", "f:1: tier: one of these is needed here: general, key; did you mean key?\n"},
    {"street: s99\n", "f:1: street: there is no such word: s99; did you mean s09?\n"},
    {"works: road\n", "f:1: works: a list is needed here\n"},
    {"works: [road, ruof, road]\n",
     "f:1: works[1]: one of these is needed here: road, roof, gas; did you mean roof?\n"
     "f:1: works[2]: this is given twice\n"},
    {"works: [road, null]\n", "f:1: works[1]: an element of a list cannot be empty\n"},
    {"notes: [[a]]\n", "f:1: notes[0]: a text is needed here\n"},
    {"fire: 5\n", "f:1: fire: fields are needed here (name: value)\n"},
    {"fire: []\n", "f:1: fire: fields are needed here (name: value)\n"},
    {"fire: {lanes: {id: L1}}\n", "f:1: fire.lanes: a list is needed here\n"},
    {"fire:\n  lanes:\n  - {width_m: 4}\n", "f:3: fire.lanes[0]: this element has no id\n"},
    {"fire:\n  lanes:\n  - {id: }\n", "f:3: fire.lanes[0]: this element has no id\n"},
    {"fire:\n  lanes:\n  - {id: L1}\n  - {id: L1, width_m: 4}\n",
     "f:4: fire.lanes[L1]: the id is given twice: L1\n"},
    {"fire:\n  lanes:\n  - id: 'a]b'\n",
     "f:3: fire.lanes[0].id: an id has 1 to 64 bytes, no control character and no bracket\n"},
    {"fire:\n  lanes:\n  - id: L2\n    widht_m: 4\n",
     "f:4: fire.lanes[L2].widht_m: there is no such field; did you mean width_m?\n"},
    {"{\"fire\": {\"lanes\": [{\"id\": 1}]}}", "f:1: fire.lanes[0].id: a text is needed here\n"},
    {"fire: {lanes: [null]}\n", "f:1: fire.lanes[0]: an element of a list cannot be empty\n"},
    {"funding: [{}]\n", "f:1: funding[0]: an element of a list cannot be empty\n"},
    {"funding: [{amount: null}]\n", "f:1: funding[0]: an element of a list cannot be empty\n"},
    {"funding: [x]\n", "f:1: funding[0]: fields are needed here (name: value)\n"},
    {"total: 5\n", "f:1: total: this field is computed and cannot be given\n"},
};

static void what_is_wrong_is_said_with_its_line(void **state)
{
    struct fixture *f = *state;
    size_t wrong = 0;

    for (size_t i = 0; i < ARRAY_COUNT(wrong_packets); i++) {
        const char *errors = read(f, wrong_packets[i].text) != NULL ? "nothing\n" : show_errors(f);

        if (strcmp(errors, wrong_packets[i].errors) != 0) {
            print_error("%s\n  found  %s  wanted %s\n", wrong_packets[i].text, errors,
                        wrong_packets[i].errors);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void a_text_is_found_by_its_path(void **state)
{
    struct fixture *f = *state;
    const Hs__Packet *packet = read(f, "name: 桂雨苑\nok: true\nfire: {lanes: [{id: L1}]}\n");

    assert_string_equal(packet_text_at(packet, "name"), "桂雨苑");
    assert_string_equal(packet_text_at(packet, "fire.lanes[L1].id"), "L1");
    assert_string_equal(packet_text_at(packet, "ok"), "");
    assert_string_equal(packet_text_at(packet, "absent"), "");
}

static void a_packet_becomes_its_tree_again(void **state)
{
    struct fixture *f = *state;
    struct text_builder text;

    text_builder_init(&text, &f->arena, SHOWN_BYTES);
    text_builder_add(&text, "area_m2: 0.1\nok: false\nworks: [gas]\nstart: 2026-07-01\n"
                            "fire: {lanes: [{id: L2, width_m: 123456789.123456}, {id: L1}]}\n"
                            "funding:\n");
    for (int i = 0; i < 11; i++) {
        text_builder_add_format(&text, "- {amount: %d}\n", i);
    }
    const Hs__Packet *packet = read(f, text_builder_finish(&text));
    json_t *json = packet_to_json(packet, f->dictionary);
    char *printed = json_dumps(json, PACKET_JSON_FLAGS);

    assert_string_equal(
        printed,
        "{\"area_m2\":0.1,\"fire\":{\"lanes\":[{\"id\":\"L1\"},{\"id\":\"L2\",\"width_m\":"
        "123456789.123456}]},\"funding\":[{\"amount\":0},{\"amount\":1},{\"amount\":2},{\"amount\":"
        "3},{\"amount\":4},{\"amount\":5},{\"amount\":6},{\"amount\":7},{\"amount\":8},{\"amount\":"
        "9},{\"amount\":10}],\"ok\":false,\"start\":\"2026-07-01\",\"works\":[\"gas\"]}");
    const Hs__Packet *again = read(f, printed);
    assert_true(bytes_equal(message_pack(packet, &f->arena), message_pack(again, &f->arena)));
    free(printed);
    json_decref(json);
}

static void an_unsound_packet_has_no_tree(void **state)
{
    struct fixture *f = *state;
    Hs__Packet *packet = read(f, "name: a\nok: true\n");

    packet->fields[0]->path = "ok";
    assert_null(packet_to_json(packet, f->dictionary));
}

static void a_packet_that_is_too_large_is_refused(void **state)
{
    struct fixture *f = *state;
    struct text_builder text;

    text_builder_init(&text, &f->arena, SHOWN_BYTES);
    text_builder_add(&text, "funding:\n");
    for (int i = 0; i <= PACKET_LIST_MAX; i++) {
        text_builder_add(&text, "- amount: 1\n");
    }
    assert_null(read(f, text_builder_finish(&text)));
    assert_string_equal(show_errors(f),
                        "f:1: funding: the list is too long: at most 4096 elements\n");
}

static void a_limit_of_the_whole_names_its_place(void **state)
{
    struct fixture *f = *state;
    struct text_builder text;

    /* Each of five lists is short enough, all together they are not. */
    text_builder_init(&text, &f->arena, 1024 * 1024);
    text_builder_add(&text, "fire:\n  lanes:\n");
    for (int lane = 0; lane < 5; lane++) {
        text_builder_add_format(&text, "  - id: L%d\n    spots:\n", lane);
        for (int i = 0; i < PACKET_LIST_MAX; i++) {
            text_builder_add(&text, "    - ok: true\n");
        }
    }
    assert_null(read(f, text_builder_finish(&text)));
    assert_string_equal(show_errors(f), "f: the packet has more fields than 16384\n");
}

static void a_file_that_does_not_fit_is_refused_at_every_size(void **state)
{
    struct fixture *f = *state;
    struct tree *tree = NULL;
    Hs__Packet *packet = NULL;
    static const char text[] =
        "fire: {lanes: [{id: L1, width_m: 2}]}\nworks: [road]\nstart: 2026-07-01\nok: true\n";

    assert_int_equal(yaml_read(bytes_of_text(text), 100, &f->arena, &tree, &f->errors), ERR_OK);
    for (size_t bytes = 0; packet == NULL; bytes += 16) {
        struct arena small;

        arena_init(&small, bytes);
        text_errors_init(&f->errors, TEXT_EN);
        enum err err = packet_from_tree(tree, f->dictionary, &small, &packet, &f->errors);
        assert_true(err == ERR_OK || (err == ERR_FULL && f->errors.total > 0));
        arena_release(&small);
        assert_true(bytes < 64 * 1024);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_becomes_a_flat_sorted_packet, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_said_with_its_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_text_is_found_by_its_path, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_packet_becomes_its_tree_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unsound_packet_has_no_tree, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_packet_that_is_too_large_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_limit_of_the_whole_names_its_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_does_not_fit_is_refused_at_every_size, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests_name("packet_text", tests, NULL, NULL);
}
