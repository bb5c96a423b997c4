/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of core/typecheck: what it reports and where, what it suggests, what it lets pass. */
#include "tests/lib/test.h"

#include <string.h>

#include "core/typecheck.h"

struct field {
    const char *path;
    struct type type;
};

static const char *const tiers[] = {"general", "key", "municipal_demo"};
static const char *const codes[] = {"bld_roof", "road", "gas"};

static const struct field fields[] = {
    {"project", {.kind = TYPE_OBJECT}},
    {"project.name", {.kind = TYPE_TEXT}},
    {"project.tier", {.kind = TYPE_TEXT, .words = tiers, .word_count = 3}},
    {"project.planned_start", {.kind = TYPE_DATE}},
    {"project.estimate_wan", {.kind = TYPE_NUMBER}},
    {"project.adds_land", {.kind = TYPE_BOOL}},
    {"scope", {.kind = TYPE_OBJECT}},
    {"scope.basic", {.kind = TYPE_LIST, .element = TYPE_TEXT, .words = codes, .word_count = 3}},
    {"lanes", {.kind = TYPE_LIST, .element = TYPE_OBJECT}},
    {"lanes[].id", {.kind = TYPE_TEXT}},
    {"lanes[].width_m", {.kind = TYPE_NUMBER}},
    {"lanes[].marks", {.kind = TYPE_LIST, .element = TYPE_NUMBER}},
    {"cfg", {.kind = TYPE_OBJECT}},
    {"cfg.min_ratio", {.kind = TYPE_NUMBER}},
    {"anything", {.kind = TYPE_ANY}},
};

static bool find(const void *self, const char *path, struct type *type)
{
    (void)self;
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++) {
        if (strcmp(fields[i].path, path) == 0) {
            *type = fields[i].type;
            return true;
        }
    }
    return false;
}

static const char *const *names(const void *self, const char *path, size_t *count)
{
    static const char *const at_root[] = {"project", "scope", "lanes", "cfg", "anything"};
    static const char *const in_project[] = {"name", "tier", "planned_start", "estimate_wan",
                                             "adds_land"};
    static const char *const in_lane[] = {"id", "width_m", "marks"};
    static const char *const in_settings[] = {"min_ratio"};
    (void)self;

    if (strcmp(path, "") == 0) {
        *count = ARRAY_COUNT(at_root);
        return at_root;
    }
    if (strcmp(path, "project") == 0) {
        *count = ARRAY_COUNT(in_project);
        return in_project;
    }
    if (strcmp(path, "lanes[]") == 0) {
        *count = ARRAY_COUNT(in_lane);
        return in_lane;
    }
    *count = strcmp(path, "cfg") == 0 ? 1 : 0;
    return in_settings;
}

static const struct type_source source = {.find = find, .names = names};

struct fixture {
    struct arena arena;
    struct type_reports reports;
};

static int set_up(void **state)
{
    static struct fixture fixture;

    arena_init(&fixture.arena, 1024 * 1024);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    return 0;
}

static bool check_for(struct fixture *f, const char *text, const struct expression_element *element,
                      enum type_kind wanted)
{
    struct expression_refusal refusal;
    const struct expression *expression =
        expression_compile(bytes_of_text(text), element, &f->arena, &refusal);

    assert_non_null(expression);
    return expression_check(expression, &source, wanted, &f->arena, &f->reports);
}

static void assert_passes(struct fixture *f, const char *text)
{
    if (!check_for(f, text, NULL, TYPE_BOOL)) {
        print_error("%s: %s\n", text, fault_code(f->reports.rows[0].fault));
        assert_true(false);
    }
}

static void assert_report(struct fixture *f, const char *text, enum fault fault, size_t offset)
{
    assert_false(check_for(f, text, NULL, TYPE_ANY));
    if (f->reports.count != 1 || f->reports.rows[0].fault != fault ||
        f->reports.rows[0].location.offset != offset) {
        print_error("%s: %s at %zu, %zu reports\n", text, fault_code(f->reports.rows[0].fault),
                    f->reports.rows[0].location.offset, f->reports.count);
        assert_true(false);
    }
}

static void assert_suggestion(struct fixture *f, const char *text, const char *subject,
                              const char *suggestion)
{
    assert_false(check_for(f, text, NULL, TYPE_ANY));
    assert_string_equal(f->reports.rows[0].subject, subject);
    if (suggestion == NULL) {
        assert_null(f->reports.rows[0].suggestion);
    } else {
        assert_string_equal(f->reports.rows[0].suggestion, suggestion);
    }
}

static void sound_rules_pass(void **state)
{
    struct fixture *f = *state;

    assert_passes(f, "project.estimate_wan >= cfg.min_ratio * 100 || project.adds_land");
    assert_passes(f, "project.tier == 'key' && project.tier in ['general', 'key']");
    assert_passes(f, "'road' in scope.basic && scope.basic.exists(c, c.startsWith('bld_'))");
    assert_passes(f, "lanes.all(l, l.width_m >= 4 && l.id != '')");
    assert_passes(f, "sum(lanes.filter(l, has(l.id)).map(l, l.width_m)) > 3");
    assert_passes(f, "lanes[0].marks.all(m, m > 1)");
    assert_passes(f, "project.planned_start > date('2026-01-01') && size(project.name) > 2");
    assert_passes(f, "project.name == null || lanes == null || project == null");
    assert_passes(f, "anything.whatever[3] + 1 > anything.other && anything");
    assert_passes(f, "(project.adds_land ? lanes : lanes).all(l, l.width_m > 1)");
    assert_passes(f, "(scope.basic + ['x']).exists(c, c == 'x')");
    assert_passes(f, "lanes.map(l, l.marks).all(m, size(m) > 0)");
}

static void unknown_fields_are_reported_with_what_may_be_meant(void **state)
{
    struct fixture *f = *state;

    assert_report(f, "true && project.teir == 'key'", FAULT_PATH_UNKNOWN, 8);
    assert_suggestion(f, "project.teir == 'key'", "project.teir", "project.tier");
    assert_suggestion(f, "projct.tier == 'key'", "projct", "project");
    assert_suggestion(f, "lanes.all(l, l.widht_m > 3)", "lanes[].widht_m", "lanes[].width_m");
    assert_suggestion(f, "lanes[0].widht_m", "lanes[].widht_m", "lanes[].width_m");
    assert_suggestion(f, "project.something_else", "project.something_else", NULL);
    assert_report(f, "cfg.min_ration > 1", FAULT_SETTING_UNKNOWN, 0);
    assert_suggestion(f, "cfg.min_ration > 1", "cfg.min_ration", "cfg.min_ratio");
    assert_report(f, "project.tier.name == 'x'", FAULT_NOT_AN_OBJECT, 0);
    assert_report(f, "lanes.width_m > 3", FAULT_NOT_AN_OBJECT, 0);
}

static void words_a_field_cannot_have_are_reported(void **state)
{
    struct fixture *f = *state;

    assert_report(f, "project.tier == 'keys'", FAULT_WORD_UNKNOWN, 16);
    assert_suggestion(f, "project.tier == 'keys'", "keys", "key");
    assert_report(f, "'demo' != project.tier", FAULT_WORD_UNKNOWN, 7);
    assert_report(f, "project.tier in ['key', 'generall']", FAULT_WORD_UNKNOWN, 24);
    assert_report(f, "'bld_rof' in scope.basic", FAULT_WORD_UNKNOWN, 10);
    assert_report(f, "scope.basic.all(c, c == 'raod')", FAULT_WORD_UNKNOWN, 24);
    assert_report(f, "scope.basic == ['roof']", FAULT_WORD_UNKNOWN, 16);
}

static void operands_that_do_not_fit_are_reported(void **state)
{
    struct fixture *f = *state;

    assert_report(f, "project.estimate_wan > '3'", FAULT_NOT_ORDERED, 21);
    assert_report(f, "lanes > lanes", FAULT_NOT_ORDERED, 6);
    assert_report(f, "project.estimate_wan == '3'", FAULT_ALWAYS_DIFFERENT, 21);
    assert_report(f, "project.planned_start == '2026-03-10'", FAULT_ALWAYS_DIFFERENT, 22);
    assert_report(f, "3 in scope.basic", FAULT_ALWAYS_DIFFERENT, 2);
    assert_report(f, "3 in project.name", FAULT_NOT_A_LIST, 2);
    assert_report(f, "project == project", FAULT_OBJECTS_COMPARED, 8);
    assert_report(f, "project.name + 1", FAULT_NOT_ADDABLE, 13);
    assert_report(f, "project.planned_start + 1", FAULT_NOT_ADDABLE, 22);
    assert_report(f, "project.name * 2", FAULT_NOT_A_NUMBER, 13);
    assert_report(f, "-project.name", FAULT_NOT_A_NUMBER, 0);
    assert_report(f, "!project.name", FAULT_NOT_A_BOOL, 0);
    assert_report(f, "true && project.name", FAULT_NOT_A_BOOL, 8);
    assert_report(f, "project.name ? 1 : 2", FAULT_NOT_A_BOOL, 0);
    assert_report(f, "project.name.all(c, true)", FAULT_NOT_A_LIST, 13);
    assert_report(f, "lanes.filter(l, l.width_m)", FAULT_NOT_A_BOOL, 16);
    assert_report(f, "lanes['a']", FAULT_NOT_A_NUMBER, 6);
    assert_report(f, "size(3)", FAULT_NOT_SIZED, 0);
    assert_report(f, "sum(scope.basic)", FAULT_NOT_A_NUMBER, 0);
    assert_report(f, "project.estimate_wan.contains('a')", FAULT_NOT_A_TEXT, 21);
}

static void a_rule_must_give_what_is_wanted(void **state)
{
    struct fixture *f = *state;

    assert_false(check_for(f, "project.estimate_wan", NULL, TYPE_BOOL));
    assert_int_equal(f->reports.rows[0].fault, FAULT_RESULT_TYPE);
    assert_int_equal(f->reports.type.kind, TYPE_NUMBER);
    assert_true(check_for(f, "project.estimate_wan", NULL, TYPE_ANY));
    assert_true(check_for(f, "scope.basic", NULL, TYPE_LIST));
    assert_int_equal(f->reports.type.element, TYPE_TEXT);
    assert_int_equal(f->reports.type.word_count, 3);
}

static void an_each_rule_is_checked_for_its_elements(void **state)
{
    const struct expression_element lane = {"item", "lanes"};
    const struct expression_element code = {"item", "scope.basic"};
    const struct expression_element name = {"item", "project.name"};
    const struct expression_element none = {"item", "lane"};
    struct fixture *f = *state;

    assert_true(check_for(f, "item.width_m >= 4 && project.adds_land", &lane, TYPE_BOOL));
    assert_false(check_for(f, "item.with_m >= 4", &lane, TYPE_BOOL));
    assert_string_equal(f->reports.rows[0].suggestion, "lanes[].width_m");
    assert_false(check_for(f, "item == 'roads'", &code, TYPE_BOOL));
    assert_int_equal(f->reports.rows[0].fault, FAULT_WORD_UNKNOWN);
    assert_false(check_for(f, "item == 'roads'", &name, TYPE_BOOL));
    assert_int_equal(f->reports.rows[0].fault, FAULT_NOT_A_LIST);
    assert_false(check_for(f, "item.width_m >= 4", &none, TYPE_BOOL));
    assert_int_equal(f->reports.rows[0].fault, FAULT_PATH_UNKNOWN);
}

static void every_fault_is_reported_up_to_the_limit(void **state)
{
    struct fixture *f = *state;
    char text[2048] = "a.b || c == 1 || 1 < 'a'";

    assert_false(check_for(f, text, NULL, TYPE_BOOL));
    assert_int_equal(f->reports.count, 3);
    for (int i = 0; i < 60; i++) {
        (void)strcat(text, " || nothing.here");
    }
    assert_false(check_for(f, text, NULL, TYPE_BOOL));
    assert_int_equal(f->reports.count, LIMIT_CHECK_REPORTS);
}

static void every_lack_of_memory_is_reported(void **state)
{
    struct fixture *f = *state;
    struct expression_refusal refusal;
    const struct expression *expression =
        expression_compile(bytes_of_text("lanes.all(l, l.width_m > 1 && l.marks.exists(m, m > 0))"),
                           NULL, &f->arena, &refusal);
    bool is_done = false;

    for (size_t capacity = 0; !is_done; capacity += 16) {
        struct arena arena;

        arena_init(&arena, capacity);
        is_done = expression_check(expression, &source, TYPE_BOOL, &arena, &f->reports);
        assert_true(is_done || f->reports.rows[f->reports.count - 1].fault == FAULT_TOO_COMPLEX);
        assert_true(capacity < 64 * 1024);
        arena_release(&arena);
    }
}

static void every_fault_has_words_in_two_languages(void **state)
{
    (void)state;

    for (int i = FAULT_NONE; i <= FAULT_RESULT_TYPE; i++) {
        assert_true(strlen(fault_code((enum fault)i)) > 0);
        assert_true(strlen(fault_zh((enum fault)i)) > 0);
        assert_true(strlen(fault_en((enum fault)i)) > 0);
    }
    assert_string_equal(fault_code(FAULT_DIVISION_BY_ZERO), "DIVISION_BY_ZERO");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sound_rules_pass),
        TEST(unknown_fields_are_reported_with_what_may_be_meant),
        TEST(words_a_field_cannot_have_are_reported),
        TEST(operands_that_do_not_fit_are_reported),
        TEST(a_rule_must_give_what_is_wanted),
        TEST(an_each_rule_is_checked_for_its_elements),
        TEST(every_fault_is_reported_up_to_the_limit),
        TEST(every_lack_of_memory_is_reported),
        TEST(every_fault_has_words_in_two_languages),
    };

    return cmocka_run_group_tests_name("typecheck", tests, NULL, NULL);
}
