/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the rule language against two files of cases: CEL's published ones inside our subset,
 * which lie beside the project and are passed over when they do not, and our own. */
#include "tests/lib/test.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/evaluate.h"
#include "core/expression.h"
#include "lib/text.h"
#include "proto/text/bindings.h"

enum { ARENA_BYTES = 64 * 1024 * 1024 };

static const char published[] = "../shared/cel/conformance.json";
static const char own[] = "tests/data/expressions.json";

/* One case being run. */
struct trial {
    const json_t *json;
    struct arena arena;
    struct evaluation evaluation;
    const struct expression *expression; /* NULL if refused */
    char detail[512];
};

static const char *text_at(const json_t *json, const char *name)
{
    return json_string_value(json_object_get(json, name));
}

static bool differ(struct trial *trial, const char *what, const char *found)
{
    (void)snprintf(trial->detail, sizeof trial->detail, "%s: %s", what, found);
    return false;
}

/* ---- comparing values ---- */

static bool number_is(struct number number, const json_t *expected)
{
    char text[NUMBER_TEXT_BYTES];

    number_to_text(number, text);
    return expected != NULL && strcmp(text, json_string_value(expected)) == 0;
}

static bool date_is(int32_t date, const json_t *expected)
{
    char text[TEXT_DATE_BYTES];

    date_to_text(date, text);
    return expected != NULL && strcmp(text, json_string_value(expected)) == 0;
}

static bool value_is(const struct value *value, const json_t *expected)
{
    const json_t *text = json_object_get(expected, "string");
    const json_t *list = json_object_get(expected, "list");

    switch (value->kind) {
    case VALUE_NULL:
        return json_object_get(expected, "null") != NULL;
    case VALUE_BOOL:
        return json_equal(json_object_get(expected, "bool"), json_boolean(value->truth)) == 1;
    case VALUE_NUMBER:
        return number_is(value->number, json_object_get(expected, "number"));
    case VALUE_DATE:
        return date_is(value->date, json_object_get(expected, "date"));
    case VALUE_TEXT:
        return text != NULL && json_string_length(text) == value->text.size &&
               (value->text.size == 0 ||
                memcmp(json_string_value(text), value->text.data, value->text.size) == 0);
    case VALUE_LIST:
        if (list == NULL || json_array_size(list) != value->list.count) {
            return false;
        }
        for (uint32_t i = 0; i < value->list.count; i++) {
            if (!value_is(value->list.items[i], json_array_get(list, i))) {
                return false;
            }
        }
        return true;
    case VALUE_ABSENT:
    case VALUE_OBJECT:
    case VALUE_UNKNOWN:
    case VALUE_FAULT:
        return false;
    }
    return false;
}

/* ---- one case ---- */

static bool paths_are(struct trial *trial, const char *name, const char *const *paths, size_t count)
{
    const json_t *expected = json_object_get(trial->json, name);
    bool is_same = json_array_size(expected) == count;

    if (expected == NULL) {
        return true;
    }
    for (size_t i = 0; is_same && i < count; i++) {
        is_same = strcmp(paths[i], json_string_value(json_array_get(expected, i))) == 0;
    }
    return is_same || differ(trial, name, count > 0 ? paths[0] : "none");
}

static bool answer_is_right(struct trial *trial)
{
    const json_t *ours = json_object_get(trial->json, "ours");
    const json_t *expected = ours != NULL ? ours : json_object_get(trial->json, "expect");
    const struct evaluation *evaluation = &trial->evaluation;

    if (json_object_get(expected, "error") != NULL) {
        return evaluation->kind == EVALUATION_FAULT || differ(trial, "expected", "an error");
    }
    if (evaluation->kind == EVALUATION_FAULT) {
        return differ(trial, "fault", fault_code(evaluation->fault));
    }
    if (json_object_get(expected, "unknown") != NULL) {
        return evaluation->kind == EVALUATION_UNKNOWN || differ(trial, "expected", "unknown");
    }
    if (evaluation->kind == EVALUATION_UNKNOWN) {
        return differ(trial, "unknown", evaluation->missing[0]);
    }
    return value_is(evaluation->value, json_object_get(expected, "value")) ||
           differ(trial, "value", "another");
}

static bool answer(struct trial *trial)
{
    const json_t *text = json_object_get(trial->json, "expr");
    struct bytes bytes = {(const uint8_t *)json_string_value(text), json_string_length(text)};
    struct expression_refusal refusal = {FAULT_NONE, {0}};
    struct bindings_fault fault = {.reason = NULL};
    struct value root;
    size_t count = 0;

    if (bindings_read(json_object_get(trial->json, "bindings"), &trial->arena, &root, &fault) !=
        ERR_OK) {
        return differ(trial, "bindings", fault.reason);
    }
    trial->expression = expression_compile(bytes, NULL, &trial->arena, &refusal);
    if (trial->expression == NULL) {
        trial->evaluation = (struct evaluation){.kind = EVALUATION_FAULT, .fault = refusal.fault};
        return answer_is_right(trial);
    }

    struct scope scope = {.root = &root};
    expression_evaluate(trial->expression, &scope, &trial->arena, &trial->evaluation);

    const char *const *reads = expression_reads(trial->expression, &count);
    return answer_is_right(trial) && paths_are(trial, "reads", reads, count) &&
           paths_are(trial, "missing", trial->evaluation.missing, trial->evaluation.missing_count);
}

/* Runs all cases of @path and returns how many were answered; every wrong one is printed. */
static size_t answer_all(const char *path, size_t *wrong)
{
    json_error_t error;
    json_t *cases = json_load_file(path, BINDINGS_JSON_FLAGS, &error);
    size_t answered = 0;
    size_t index = 0;
    const json_t *json = NULL;

    assert_non_null(cases);
    json_array_foreach(cases, index, json)
    {
        struct trial trial = {.json = json};

        if (json_object_get(json, "skip") != NULL) {
            continue;
        }
        arena_init(&trial.arena, ARENA_BYTES);
        answered++;
        if (!answer(&trial)) {
            print_error("%s/%s: %s: %s\n", text_at(json, "section"), text_at(json, "name"),
                        text_at(json, "expr"), trial.detail);
            (*wrong)++;
        }
        arena_release(&trial.arena);
    }
    json_decref(cases);
    return answered;
}

static void every_case_of_ours_is_answered_right(void **state)
{
    size_t wrong = 0;
    (void)state;

    size_t answered = answer_all(own, &wrong);

    assert_int_equal(answered, 260);
    assert_int_equal(wrong, 0);
}

static void every_published_case_is_answered_right(void **state)
{
    size_t wrong = 0;
    (void)state;

    if (access(published, R_OK) != 0) {
        print_message("%s is not here: its cases are passed over\n", published);
        skip();
    }

    size_t answered = answer_all(published, &wrong);

    assert_int_equal(answered, 547 - 27);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_of_ours_is_answered_right),
        cmocka_unit_test(every_published_case_is_answered_right),
    };

    return cmocka_run_group_tests_name("conformance", tests, NULL, NULL);
}
