/* SPDX-License-Identifier: Apache-2.0 */
#include "core/typecheck.h"

#include <string.h>

#include "core/typechecker.h"
#include "lib/check.h"
#include "lib/text.h"

static const char settings[] = "cfg."; /* what the paths of settings begin with */

/* ---- reports ---- */

void checker_report(struct checker *checker, enum fault fault, size_t offset, const char *subject,
                    const char *suggestion)
{
    struct type_reports *reports = checker->reports;

    if (reports->count == LIMIT_CHECK_REPORTS) {
        if (fault != FAULT_TOO_COMPLEX) {
            return;
        }
        reports->count--;
    }
    reports->rows[reports->count] = (struct type_report){
        .fault = fault,
        .location = expression_locate(checker->text, offset),
        .subject = subject,
        .suggestion = suggestion,
    };
    reports->count++;
}

void checker_want(struct checker *checker, struct typed typed, enum type_kind kind,
                  enum fault fault, size_t offset)
{
    if (!typed_may_be(typed, kind)) {
        checker_report(checker, fault, offset, NULL, NULL);
    }
}

/* ---- fields ---- */

/* Returns @path and @more as one text, or NULL, reported, if the arena is full. */
static const char *join(struct checker *checker, const char *path, struct bytes more, size_t offset)
{
    struct text_builder builder;

    text_builder_init(&builder, checker->arena, LIMIT_PATH_BYTES);
    text_builder_add(&builder, path);
    text_builder_add_bytes(&builder, more);

    const char *joined = text_builder_finish(&builder);
    if (joined == NULL) {
        checker_report(checker, FAULT_TOO_COMPLEX, offset, NULL, NULL);
    }
    return joined;
}

static const char *join_name(struct checker *checker, const char *path, struct bytes name,
                             size_t offset)
{
    const char *dotted = path[0] == '\0' ? path : join(checker, path, bytes_of_text("."), offset);

    return dotted == NULL ? NULL : join(checker, dotted, name, offset);
}

/* Reports that there is no @path, which is @name below @parent. */
static void report_unknown(struct checker *checker, const char *path, const char *parent,
                           struct bytes name, size_t offset)
{
    bool is_setting = strncmp(path, settings, sizeof settings - 1) == 0;
    const char *word = arena_copy(checker->arena, name);
    const char *suggestion = NULL;

    if (checker->source->names != NULL && word != NULL) {
        size_t count = 0;
        const char *const *names = checker->source->names(checker->source->self, parent, &count);

        suggestion = text_nearest(word, names, count);
    }
    if (suggestion != NULL) {
        suggestion = join_name(checker, parent, bytes_of_text(suggestion), offset);
    }
    checker_report(checker, is_setting ? FAULT_SETTING_UNKNOWN : FAULT_PATH_UNKNOWN, offset, path,
                   suggestion);
}

/* Returns what is known of a field of @type at @path. */
static struct typed field_at(struct checker *checker, const char *path, struct type type,
                             size_t offset)
{
    struct typed field = {.type = type, .path = path};

    if (type.kind == TYPE_LIST) {
        field.path = join(checker, path, bytes_of_text("[]"), offset);
    }
    return field;
}

/* Returns what is known of what @names select from the object @base. */
static struct typed check_selection(struct checker *checker, struct typed base,
                                    const struct node *names)
{
    struct typed at = base;

    for (uint32_t i = 0; i < names->name_count; i++) {
        struct bytes name = names->names[i].text;
        const char *parent = at.path;
        struct type type = {0};

        if (at.type.kind != TYPE_ANY && at.type.kind != TYPE_OBJECT) {
            checker_report(checker, FAULT_NOT_AN_OBJECT, names->offset, parent, NULL);
            return typed_of(TYPE_ANY);
        }
        if (at.type.kind == TYPE_ANY || parent == NULL) {
            return typed_of(TYPE_ANY);
        }

        const char *path = join_name(checker, parent, name, names->offset);
        if (path == NULL) {
            return typed_of(TYPE_ANY);
        }
        if (!checker->source->find(checker->source->self, path, &type)) {
            report_unknown(checker, path, parent, name, names->offset);
            return typed_of(TYPE_ANY);
        }
        at = field_at(checker, path, type, names->offset);
    }
    return at;
}

static struct typed check_path(struct checker *checker, const struct node *node)
{
    const struct typed root = {.type = {.kind = TYPE_OBJECT}, .path = ""};

    return check_selection(
        checker, node->variable == VARIABLE_ROOT ? root : checker->variables[node->variable], node);
}

struct typed checker_element(struct typed list)
{
    struct typed element = {.path = list.path};

    if (list.type.kind != TYPE_LIST || list.type.element == TYPE_LIST) {
        return typed_of(TYPE_ANY); /* of lists in lists no more is known */
    }
    element.type.kind = list.type.element;
    element.type.words = list.type.words;
    element.type.word_count = list.type.word_count;
    return element;
}

/* ---- the kinds of node ---- */

static struct typed list_of(struct typed element)
{
    struct typed list = {.type = element.type, .path = element.path};

    list.type.kind = TYPE_LIST;
    list.type.element = element.type.kind;
    return list;
}

static struct typed check_literal(const struct node *node)
{
    switch (node->literal->kind) {
    case VALUE_NULL:
        return typed_of(TYPE_NULL);
    case VALUE_BOOL:
        return typed_of(TYPE_BOOL);
    case VALUE_NUMBER:
        return typed_of(TYPE_NUMBER);
    case VALUE_DATE:
        return typed_of(TYPE_DATE);
    case VALUE_TEXT:
        return (struct typed){.type = typed_of(TYPE_TEXT).type, .literal = node->literal};
    case VALUE_ABSENT:
    case VALUE_LIST:
    case VALUE_OBJECT:
    case VALUE_UNKNOWN:
    case VALUE_FAULT:
        break;
    }
    return typed_of(TYPE_ANY);
}

/* Returns what is known of a value that may be either. */
static struct typed merge(struct typed a, struct typed b)
{
    if (a.type.kind != b.type.kind || a.type.element != b.type.element) {
        return typed_of(a.type.kind == b.type.kind ? a.type.kind : TYPE_ANY);
    }

    struct typed merged = {.type = {.kind = a.type.kind, .element = a.type.element}};
    if (a.path != NULL && b.path != NULL && strcmp(a.path, b.path) == 0) {
        merged.path = a.path;
    }
    return merged;
}

static struct typed check_list(struct checker *checker, const struct node *node)
{
    struct typed element = typed_of(TYPE_ANY);

    for (const struct node *part = node->parts; part != NULL; part = part->next) {
        struct typed item = check_node(checker, part);

        element = part == node->parts ? item : merge(element, item);
    }
    return list_of(element);
}

static struct typed check_junction(struct checker *checker, const struct node *node)
{
    for (const struct node *part = node->parts; part != NULL; part = part->next) {
        checker_want(checker, check_node(checker, part), TYPE_BOOL, FAULT_NOT_A_BOOL, part->offset);
    }
    return typed_of(TYPE_BOOL);
}

static struct typed check_chain(struct checker *checker, const struct node *node)
{
    struct typed left = check_node(checker, node->parts);

    for (const struct node *part = node->parts->next; part != NULL; part = part->next) {
        struct typed right = check_node(checker, part);

        left = node_is_null_test(node->parts, part) ? typed_of(TYPE_BOOL)
                                                    : check_binary(checker, part, left, right);
    }
    return left;
}

static struct typed check_conditional(struct checker *checker, const struct node *node)
{
    const struct node *part = node->parts;
    struct typed result = typed_of(TYPE_ANY);
    bool is_first = true;

    while (part->next != NULL) {
        checker_want(checker, check_node(checker, part), TYPE_BOOL, FAULT_NOT_A_BOOL, part->offset);

        struct typed branch = check_node(checker, part->next);
        result = is_first ? branch : merge(result, branch);
        is_first = false;
        part = part->next->next;
    }
    return merge(result, check_node(checker, part));
}

static struct typed check_macro(struct checker *checker, const struct node *step, struct typed list)
{
    checker_want(checker, list, TYPE_LIST, FAULT_NOT_A_LIST, step->offset);
    checker->variables[step->variable] = checker_element(list);

    struct typed body = check_node(checker, step->parts);
    if (step->macro == MACRO_MAP) {
        return list_of(body);
    }
    checker_want(checker, body, TYPE_BOOL, FAULT_NOT_A_BOOL, step->parts->offset);
    return step->macro == MACRO_FILTER ? list : typed_of(TYPE_BOOL);
}

static struct typed check_member(struct checker *checker, const struct node *node)
{
    struct typed at = check_node(checker, node->parts);

    for (const struct node *step = node->parts->next; step != NULL; step = step->next) {
        if (step->kind == NODE_SELECT) {
            at = check_selection(checker, at, step);
        } else if (step->kind == NODE_INDEX) {
            checker_want(checker, at, TYPE_LIST, FAULT_NOT_A_LIST, step->offset);
            checker_want(checker, check_node(checker, step->parts), TYPE_NUMBER, FAULT_NOT_A_NUMBER,
                         step->parts->offset);
            at = checker_element(at);
        } else if (step->kind == NODE_MACRO) {
            at = check_macro(checker, step, at);
        } else {
            checker_want(checker, at, TYPE_TEXT, FAULT_NOT_A_TEXT, step->offset);
            checker_want(checker, check_node(checker, step->parts), TYPE_TEXT, FAULT_NOT_A_TEXT,
                         step->parts->offset);
            at = typed_of(TYPE_BOOL);
        }
    }
    return at;
}

static struct typed check_size(struct checker *checker, const struct node *node)
{
    struct typed value = check_node(checker, node->parts);

    if (!typed_may_be(value, TYPE_LIST) && !typed_may_be(value, TYPE_TEXT)) {
        checker_report(checker, FAULT_NOT_SIZED, node->offset, NULL, NULL);
    }
    return typed_of(TYPE_NUMBER);
}

static struct typed check_sum(struct checker *checker, const struct node *node)
{
    struct typed list = check_node(checker, node->parts);

    checker_want(checker, list, TYPE_LIST, FAULT_NOT_A_LIST, node->offset);
    checker_want(checker, checker_element(list), TYPE_NUMBER, FAULT_NOT_A_NUMBER, node->offset);
    return typed_of(TYPE_NUMBER);
}

struct typed check_node(struct checker *checker, const struct node *node)
{
    switch (node->kind) {
    case NODE_LITERAL:
        return check_literal(node);
    case NODE_PATH:
        return check_path(checker, node);
    case NODE_LIST:
        return check_list(checker, node);
    case NODE_OR:
    case NODE_AND:
        return check_junction(checker, node);
    case NODE_NOT:
        checker_want(checker, check_node(checker, node->parts), TYPE_BOOL, FAULT_NOT_A_BOOL,
                     node->offset);
        return typed_of(TYPE_BOOL);
    case NODE_NEGATE:
        checker_want(checker, check_node(checker, node->parts), TYPE_NUMBER, FAULT_NOT_A_NUMBER,
                     node->offset);
        return typed_of(TYPE_NUMBER);
    case NODE_CHAIN:
        return check_chain(checker, node);
    case NODE_CONDITIONAL:
        return check_conditional(checker, node);
    case NODE_MEMBER:
        return check_member(checker, node);
    case NODE_HAS:
        (void)check_node(checker, node->parts); /* any type may be absent */
        return typed_of(TYPE_BOOL);
    case NODE_SIZE:
        return check_size(checker, node);
    case NODE_SUM:
        return check_sum(checker, node);
    case NODE_SELECT:
    case NODE_INDEX:
    case NODE_MACRO:
    case NODE_CALL:
        break;
    }
    require(node->kind < NODE_SELECT); /* a step has no type of its own */
    return typed_of(TYPE_ANY);
}

/* Finds the list that a rule is asked for each element of, and what its elements are. */
static void declare_element(struct checker *checker, const char *list_path)
{
    struct type type = {0};

    if (!checker->source->find(checker->source->self, list_path, &type)) {
        checker_report(checker, FAULT_PATH_UNKNOWN, 0, list_path, NULL);
        return;
    }

    struct typed list = field_at(checker, list_path, type, 0);
    checker_want(checker, list, TYPE_LIST, FAULT_NOT_A_LIST, 0);
    checker->variables[0] = checker_element(list);
}

bool expression_check(const struct expression *expression, const struct type_source *source,
                      enum type_kind wanted, struct arena *arena, struct type_reports *out)
{
    struct checker checker = {
        .source = source, .arena = arena, .text = expression->text, .reports = out};

    out->count = 0;
    if (expression->element_path != NULL) {
        declare_element(&checker, expression->element_path);
    }

    struct typed result = check_node(&checker, expression->root);
    out->type = result.type;
    if (wanted != TYPE_ANY) {
        checker_want(&checker, result, wanted, FAULT_RESULT_TYPE, 0);
    }
    return out->count == 0;
}
