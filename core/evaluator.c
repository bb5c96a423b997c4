/* SPDX-License-Identifier: Apache-2.0 */
#include "core/evaluator.h"

#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "lib/text.h"

struct parts_link {
    const struct value *unknown;
    const struct parts_link *next;
};

static const struct value truths[2] = {
    {.kind = VALUE_BOOL, .truth = false},
    {.kind = VALUE_BOOL, .truth = true},
};

static const struct value too_complex = {.kind = VALUE_FAULT, .fault = {FAULT_TOO_COMPLEX, 0}};

/* What an absent value is while only its presence is asked for. */
static const struct value_missing unnamed = {.is_place = true};
static const struct value unnamed_unknown = {.kind = VALUE_UNKNOWN, .missing = &unnamed};

/* ---- budget ---- */

bool evaluator_spend(struct evaluator *evaluator, size_t steps)
{
    if (evaluator->is_exhausted || steps > evaluator->steps_left) {
        evaluator->is_exhausted = true;
        return false;
    }
    evaluator->steps_left -= steps;
    return true;
}

const struct value *evaluator_exhaust(struct evaluator *evaluator)
{
    evaluator->is_exhausted = true;
    return &too_complex;
}

/* ---- values ---- */

const struct value *evaluator_bool(bool truth)
{
    return &truths[truth ? 1 : 0];
}

const struct value *evaluator_make(struct evaluator *evaluator, struct value value)
{
    struct value *made = arena_alloc(evaluator->arena, sizeof *made);

    if (made == NULL) {
        return evaluator_exhaust(evaluator);
    }
    *made = value;
    return made;
}

const struct value *evaluator_fault(struct evaluator *evaluator, enum fault fault, uint32_t offset)
{
    struct value value = {.kind = VALUE_FAULT, .fault = {fault, offset}};

    return evaluator_make(evaluator, value);
}

const struct value *evaluator_number(struct evaluator *evaluator, enum number_result result,
                                     struct number number, uint32_t offset)
{
    switch (result) {
    case NUMBER_OK:
        return evaluator_make(evaluator, value_of_number(number));
    case NUMBER_OVERFLOW:
        return evaluator_fault(evaluator, FAULT_OVERFLOW, offset);
    case NUMBER_DIVISION_BY_ZERO:
        return evaluator_fault(evaluator, FAULT_DIVISION_BY_ZERO, offset);
    case NUMBER_NOT_WHOLE:
        return evaluator_fault(evaluator, FAULT_NOT_WHOLE, offset);
    case NUMBER_SYNTAX:
        break;
    }
    require(result != NUMBER_SYNTAX); /* arithmetic reads no text */
    return NULL;
}

const struct value *evaluator_list(struct evaluator *evaluator, const struct value **items,
                                   size_t count)
{
    struct value value = value_of_list();
    uint32_t nesting = 0;

    if (count > LIMIT_RESULT_ELEMENTS) {
        return evaluator_exhaust(evaluator);
    }
    for (size_t i = 0; i < count; i++) {
        if (items[i]->kind == VALUE_LIST && items[i]->list.nesting > nesting) {
            nesting = items[i]->list.nesting;
        }
    }
    if (nesting >= LIMIT_VALUE_NESTING) {
        return evaluator_exhaust(evaluator);
    }
    value.list =
        (struct value_list){.items = items, .count = (uint32_t)count, .nesting = nesting + 1};
    return evaluator_make(evaluator, value);
}

/* Returns the unknown that waits for @path alone, made by the caller. */
static const struct value *make_place(struct evaluator *evaluator, const char *path)
{
    struct value_missing *missing = arena_alloc(evaluator->arena, sizeof *missing);
    const char **paths = arena_alloc(evaluator->arena, sizeof *paths);

    if (path == NULL || missing == NULL || paths == NULL) {
        return evaluator_exhaust(evaluator);
    }
    paths[0] = path;
    *missing = (struct value_missing){.paths = paths, .count = 1, .is_place = true};
    return evaluator_make(evaluator, (struct value){.kind = VALUE_UNKNOWN, .missing = missing});
}

/* Returns the unknown for what @count @names would select from @value, where it ends. */
static const struct value *miss(struct evaluator *evaluator, const struct value *value,
                                const struct value_name *names, size_t count)
{
    if (evaluator->quiet > 0) {
        return &unnamed_unknown;
    }
    return make_place(evaluator, value_path_below(value, names, count, evaluator->arena));
}

const struct value *evaluator_load(struct evaluator *evaluator, const struct value *value)
{
    return value->kind == VALUE_ABSENT ? miss(evaluator, value, NULL, 0) : value;
}

/* Returns @unknown, with @count @names behind its path if it is a place. */
static const struct value *extend_place(struct evaluator *evaluator, const struct value *unknown,
                                        const struct value_name *names, size_t count)
{
    struct text_builder builder;

    if (!unknown->missing->is_place || unknown->missing->count == 0) {
        return unknown;
    }
    text_builder_init(&builder, evaluator->arena, LIMIT_PATH_BYTES);
    text_builder_add(&builder, unknown->missing->paths[0]);
    for (size_t i = 0; i < count; i++) {
        text_builder_add(&builder, ".");
        text_builder_add_bytes(&builder, names[i].text);
    }
    return make_place(evaluator, text_builder_finish(&builder));
}

const struct value *evaluator_select(struct evaluator *evaluator, const struct value *value,
                                     const struct node *names)
{
    for (uint32_t i = 0; i < names->name_count; i++) {
        const struct value *found = NULL;

        if (value->kind == VALUE_OBJECT) {
            found = value_find(value, &names->names[i]);
        } else if (value->kind == VALUE_UNKNOWN) {
            return extend_place(evaluator, value, names->names + i, names->name_count - i);
        } else if (value->kind == VALUE_FAULT) {
            return value;
        } else if (value->kind != VALUE_ABSENT) {
            return evaluator_fault(evaluator, FAULT_NOT_AN_OBJECT, names->offset);
        }
        if (found == NULL) {
            return miss(evaluator, value, names->names + i, names->name_count - i);
        }
        value = found;
    }
    return evaluator_load(evaluator, value);
}

/* ---- parts ---- */

void parts_add(struct evaluator *evaluator, struct parts *parts, const struct value *value)
{
    if (value->kind == VALUE_FAULT) {
        parts->fault = parts->fault == NULL ? value : parts->fault;
        return;
    }
    require(value->kind == VALUE_UNKNOWN);
    if (parts->unknown == NULL || evaluator->quiet > 0) {
        parts->unknown = value;
        parts->path_count = value->missing->count;
        return;
    }
    if (parts->unknown == value) {
        return;
    }

    struct parts_link *link = arena_alloc(evaluator->arena, sizeof *link);
    if (link == NULL) {
        (void)evaluator_exhaust(evaluator); /* the evaluation is over, whatever this part is */
        return;
    }
    *link = (struct parts_link){.unknown = value, .next = parts->unknown_more};
    parts->unknown_more = link;
    parts->path_count += value->missing->count;
}

static int compare_paths(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static size_t copy_paths(const char **paths, size_t count, const struct value *unknown)
{
    for (size_t i = 0; i < unknown->missing->count; i++) {
        paths[count + i] = unknown->missing->paths[i];
    }
    return count + unknown->missing->count;
}

/* Returns the unknown that waits for all that @parts wait for. */
static const struct value *unite(struct evaluator *evaluator, const struct parts *parts)
{
    if (!evaluator_spend(evaluator, parts->path_count)) {
        return &too_complex;
    }

    struct value_missing *missing = arena_alloc(evaluator->arena, sizeof *missing);
    const char **paths = arena_array(evaluator->arena, parts->path_count, sizeof *paths);
    if (missing == NULL || paths == NULL) {
        return evaluator_exhaust(evaluator);
    }

    size_t count = copy_paths(paths, 0, parts->unknown);
    for (const struct parts_link *link = parts->unknown_more; link != NULL; link = link->next) {
        count = copy_paths(paths, count, link->unknown);
    }
    qsort(paths, count, sizeof *paths, compare_paths);

    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || strcmp(paths[kept - 1], paths[i]) != 0) {
            paths[kept] = paths[i];
            kept++;
        }
    }
    *missing = (struct value_missing){.paths = paths, .count = kept};
    return evaluator_make(evaluator, (struct value){.kind = VALUE_UNKNOWN, .missing = missing});
}

const struct value *parts_conclude(struct evaluator *evaluator, const struct parts *parts,
                                   const struct value *whole)
{
    if (parts->unknown_more != NULL) {
        return unite(evaluator, parts);
    }
    if (parts->unknown != NULL) {
        return parts->unknown;
    }
    return parts->fault != NULL ? parts->fault : whole;
}
