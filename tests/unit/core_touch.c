/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of comparison.h, inputs.h and touch.h: what changed, and whom it concerns. The rules of the
 * first processes, path by path: tests/e2e/touched.py. */
#include "tests/lib/test.h"

#include <string.h>

#include "core/inputs.h"
#include "core/touch.h"
#include "tests/core/office.h"

enum { PLANNING, FIRE };

struct fixture {
    struct arena arena;
    struct small_office office;
    struct comparison changes;
    struct touch touch;
    struct unread unread;
};

static int set_up(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){0};
    arena_init(&fixture.arena, 64 << 20);
    small_office_init(&fixture.office, &fixture.arena);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    return 0;
}

static Hs__Document *document(struct fixture *f, const char *code, uint8_t first)
{
    Hs__Document *made = message_new(&hs__document__descriptor, &f->arena);
    uint8_t *hash = arena_alloc(&f->arena, 32);

    hash[0] = first;
    made->code = code;
    made->hash = (ProtobufCBinaryData){32, hash};
    return made;
}

static void add_document(struct fixture *f, Hs__Packet *packet, const char *code, uint8_t first)
{
    if (packet->documents == NULL) {
        packet->documents = arena_array(&f->arena, 4, sizeof(Hs__Document *));
    }
    packet->documents[packet->n_documents++] = document(f, code, first);
}

/* The row @label of the list `sheets`, as two fields. */
static void add_row(struct fixture *f, Hs__Packet *packet, const char *label, const char *code)
{
    static const char *const names[] = {"code", "title"};

    if (packet->fields == NULL) {
        packet->fields = arena_array(&f->arena, 8, sizeof(Hs__Field *));
    }
    for (size_t i = 0; i < 2; i++) {
        Hs__Field *field = message_new(&hs__field__descriptor, &f->arena);

        field->path = arena_format(&f->arena, "sheets[%s].%s", label, names[i]);
        field->value_case = HS__FIELD__VALUE_TEXT;
        field->text = i == 0 ? code : "plan";
        packet->fields[packet->n_fields++] = field;
    }
}

static void compare(struct fixture *f, const Hs__Packet *before, const Hs__Packet *after)
{
    assert_true(packets_compare(before, after, "sheets[].code", &f->arena, &f->changes));
}

static void touch_between(struct fixture *f, const struct rulebook *before,
                          const struct rulebook *now, size_t seat)
{
    const struct new_round round = {before, now, &f->changes};

    assert_true(touch_find(&round, seat, &f->arena, &f->touch));
    assert_true(unread_find(&round, &f->arena, &f->unread));
}

static void touch_of(struct fixture *f, size_t seat)
{
    touch_between(f, f->office.rulebook, f->office.rulebook, seat);
}

static void fields_are_added_removed_and_changed(void **state)
{
    struct fixture *f = *state;
    struct small_packet old = small_packet_good();
    struct small_packet new = small_packet_good();

    old.gate_absent = true;
    new.style = false;
    new.width_absent = true;
    compare(f, small_packet_make(&f->office, &old), small_packet_make(&f->office, &new));

    assert_int_equal(f->changes.field_count, 3);
    assert_string_equal(f->changes.fields[0].path, "gate.ok");
    assert_int_equal(f->changes.fields[0].kind, CHANGE_ADDED);
    assert_null(f->changes.fields[0].before);
    assert_string_equal(f->changes.fields[1].path, "lane.width_m");
    assert_int_equal(f->changes.fields[1].kind, CHANGE_REMOVED);
    assert_null(f->changes.fields[1].after);
    assert_string_equal(f->changes.fields[2].path, "style");
    assert_int_equal(f->changes.fields[2].kind, CHANGE_CHANGED);
    assert_int_equal(f->changes.document_count, 0);
}

static void a_document_is_another_by_its_hash_alone(void **state)
{
    struct fixture *f = *state;
    Hs__Packet old = HS__PACKET__INIT;
    Hs__Packet new = HS__PACKET__INIT;

    add_document(f, &old, "A01", 1);
    add_document(f, &old, "A02", 1);
    add_document(f, &old, "A03", 1);
    add_document(f, &new, "A01", 1);
    new.documents[0]->name = "another name";
    add_document(f, &new, "A02", 2);
    add_document(f, &new, "A04", 1);
    compare(f, &old, &new);

    assert_int_equal(f->changes.document_count, 3);
    assert_string_equal(f->changes.documents[0].code, "A02");
    assert_int_equal(f->changes.documents[0].kind, CHANGE_CHANGED);
    assert_string_equal(f->changes.documents[1].code, "A03");
    assert_int_equal(f->changes.documents[1].kind, CHANGE_REMOVED);
    assert_string_equal(f->changes.documents[2].code, "A04");
    assert_int_equal(f->changes.documents[2].kind, CHANGE_ADDED);
}

static void rows_that_name_documents_are_compared_by_what_they_say(void **state)
{
    struct fixture *f = *state;
    Hs__Packet old = HS__PACKET__INIT;
    Hs__Packet moved = HS__PACKET__INIT;
    Hs__Packet changed = HS__PACKET__INIT;

    add_row(f, &old, "0", "A01");
    add_row(f, &old, "1", "A02");
    add_row(f, &moved, "0", "A02");
    add_row(f, &moved, "1", "A01");
    add_row(f, &changed, "0", "A01");
    add_row(f, &changed, "1", "A03");

    compare(f, &old, &moved);
    assert_int_equal(f->changes.document_count, 0);
    assert_true(f->changes.field_count > 0 && f->changes.fields[0].is_listed);
    compare(f, &old, &changed);
    assert_int_equal(f->changes.document_count, 2);
    assert_string_equal(f->changes.documents[0].code, "A02");
    assert_string_equal(f->changes.documents[1].code, "A03");
}

static void an_input_stands_for_what_is_below_it_and_for_how_many(void **state)
{
    (void)state;

    assert_true(input_covers("rows[].width", "rows[L2].width"));
    assert_true(input_covers("rows[].width", "rows"));
    assert_true(input_covers("rows[].width", "rows[L2].id"));
    assert_true(input_covers("rows[].width", "rows[L2].width.unit"));
    assert_true(input_covers("rows", "rows[L2].height"));
    assert_true(input_covers("rows[]", "rows"));
    assert_true(input_covers("rows[]", "rows[L2].id"));
    assert_false(input_covers("rows[]", "rows[L2].width"));
    assert_false(input_covers("rows[].width", "rows[L2].height"));
    assert_false(input_covers("rows[].width", "rows[L2].width_m"));
    assert_false(input_covers("rows[].width", "row"));
    assert_false(input_covers("a.b", "a"));
}

static void who_reads_a_field_is_touched_by_it_and_nobody_else(void **state)
{
    struct fixture *f = *state;
    struct small_packet old = small_packet_good();
    struct small_packet new = small_packet_good();

    new.width_cm = 500;
    compare(f, small_packet_make(&f->office, &old), small_packet_make(&f->office, &new));

    touch_of(f, FIRE);
    assert_true(touch_is_any(&f->touch));
    assert_int_equal(f->touch.path_count, 1);
    assert_string_equal(f->touch.paths[0], "lane.width_m");
    touch_of(f, PLANNING);
    assert_false(touch_is_any(&f->touch));
    assert_int_equal(f->unread.path_count, 0);
}

static void what_the_office_alone_reads_touches_no_department(void **state)
{
    struct fixture *f = *state;
    struct small_packet old = small_packet_good();
    struct small_packet new = small_packet_good();

    new.lead_ok = false;
    compare(f, small_packet_make(&f->office, &old), small_packet_make(&f->office, &new));

    touch_of(f, FIRE);
    assert_false(touch_is_any(&f->touch));
    touch_of(f, PLANNING);
    assert_false(touch_is_any(&f->touch));
    assert_int_equal(f->unread.path_count, 0);
}

static void documents_touch_the_seats_that_name_them(void **state)
{
    static const char *codes[] = {"A02"};
    struct fixture *f = *state;
    Hs__Packet old = HS__PACKET__INIT;
    Hs__Packet new = HS__PACKET__INIT;
    Hs__Seat *seat = f->office.process->stages[0]->seats[PLANNING];

    seat->documents = codes;
    seat->n_documents = 1;
    add_document(f, &new, "A02", 1);
    add_document(f, &new, "A09", 1);
    compare(f, &old, &new);

    touch_of(f, PLANNING);
    assert_int_equal(f->touch.document_count, 1);
    assert_string_equal(f->touch.documents[0], "A02");
    touch_of(f, FIRE);
    assert_false(touch_is_any(&f->touch));
    assert_int_equal(f->unread.document_count, 1);
    assert_string_equal(f->unread.documents[0], "A09");
}

static void a_seats_when_and_derived_fields_are_read_through(void **state)
{
    struct fixture *f = *state;
    Hs__DerivedField derived = HS__DERIVED_FIELD__INIT;
    Hs__DerivedField *rows[] = {&derived};
    struct small_packet old = small_packet_good();
    struct small_packet new = small_packet_good();

    derived.path = "derived.is_wide";
    derived.expression = "lane.width_m > 4.5";
    derived.type = HS__FIELD_DEFINITION__TYPE__BOOL;
    f->office.dictionary->derived = rows;
    f->office.dictionary->n_derived = 1;
    f->office.process->stages[0]->seats[PLANNING]->when = "derived.is_wide || true";
    small_office_compile(&f->office);
    new.width_cm = 500;
    compare(f, small_packet_make(&f->office, &old), small_packet_make(&f->office, &new));

    touch_of(f, PLANNING);
    assert_int_equal(f->touch.path_count, 1);
    assert_string_equal(f->touch.paths[0], "lane.width_m");
}

static void another_rule_or_setting_touches_whom_it_is_for(void **state)
{
    struct fixture *f = *state;
    Hs__Setting setting = HS__SETTING__INIT;
    Hs__Setting changed = HS__SETTING__INIT;
    Hs__Setting *rows[] = {&setting};
    Hs__Setting *changed_rows[] = {&changed};
    Hs__Packet none = HS__PACKET__INIT;
    Hs__Rule rule;
    Hs__Pack pack = *f->office.packs[FIRE];
    Hs__Rule *rules[] = {&rule};
    Hs__Process process;

    compare(f, &none, &none);
    setting.name = changed.name = "width";
    setting.value_case = changed.value_case = HS__SETTING__VALUE_NUMBER;
    setting.number = "4";
    changed.number = "5";
    f->office.packs[1]->rules[0]->condition = "lane.width_m >= cfg.width";
    f->office.process->settings = rows;
    f->office.process->n_settings = 1;
    small_office_compile(&f->office);
    const struct rulebook *before = f->office.rulebook;

    process = *f->office.process;
    process.settings = changed_rows;
    f->office.process = &process;
    small_office_compile(&f->office);
    touch_between(f, before, f->office.rulebook, FIRE);
    assert_int_equal(f->touch.path_count, 1);
    assert_string_equal(f->touch.paths[0], "cfg.width");
    assert_false(f->touch.is_pack_changed);

    before = f->office.rulebook;
    pack = *f->office.packs[1];
    rule = *pack.rules[0];
    rule.condition = "lane.width_m >= 3.5";
    pack.rules = rules;
    f->office.packs[1] = &pack;
    small_office_compile(&f->office);
    touch_between(f, before, f->office.rulebook, FIRE);
    assert_true(f->touch.is_pack_changed);
    assert_int_equal(f->touch.rule_count, 1);
    assert_string_equal(f->touch.rules[0], "FI-1");
    touch_between(f, before, f->office.rulebook, PLANNING);
    assert_false(touch_is_any(&f->touch));
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(fields_are_added_removed_and_changed),
        T(a_document_is_another_by_its_hash_alone),
        T(rows_that_name_documents_are_compared_by_what_they_say),
        T(an_input_stands_for_what_is_below_it_and_for_how_many),
        T(who_reads_a_field_is_touched_by_it_and_nobody_else),
        T(what_the_office_alone_reads_touches_no_department),
        T(documents_touch_the_seats_that_name_them),
        T(a_seats_when_and_derived_fields_are_read_through),
        T(another_rule_or_setting_touches_whom_it_is_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
