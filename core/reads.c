/* SPDX-License-Identifier: Apache-2.0 */
#include "core/reads.h"

#include <stdlib.h>
#include <string.h>

#include "core/limits.h"
#include "lib/check.h"
#include "lib/text.h"

/* Where in the data a value is, as far as the text tells. */
struct shape {
    enum { SHAPE_NONE, SHAPE_AT, SHAPE_ELEMENTS } kind;
    const char *path; /* of the value (AT), or of each element of the list that it is (ELEMENTS) */
};

/* A path read. is_weak: only how many elements the list has was asked, which what is read of the
 * elements says as well; so it counts only if nothing below it is read. */
struct read {
    const char *path;
    bool is_weak;
};

struct link {
    struct read read;
    const struct link *next;
};

struct collector {
    struct arena *arena;
    const struct link *links;
    size_t count;
    bool is_failed;
    struct shape variables[LIMIT_EXPRESSION_VARIABLES];
};

static const struct shape no_shape = {SHAPE_NONE, NULL};

static struct shape trace(struct collector *collector, const struct node *node);

static struct shape make_shape(struct collector *collector, struct text_builder *builder)
{
    const char *path = text_builder_finish(builder);

    if (path == NULL) {
        collector->is_failed = true;
        return no_shape;
    }
    return (struct shape){SHAPE_AT, path};
}

/* Returns the shape of what @names select from the value at @path, empty for the root. */
static struct shape select_below(struct collector *collector, const char *path,
                                 const struct node *names)
{
    struct text_builder builder;

    text_builder_init(&builder, collector->arena, LIMIT_EXPRESSION_BYTES);
    text_builder_add(&builder, path);
    for (uint32_t i = 0; i < names->name_count; i++) {
        if (builder.size > 0) {
            text_builder_add(&builder, ".");
        }
        text_builder_add_bytes(&builder, names->names[i].text);
    }
    return make_shape(collector, &builder);
}

/* Returns the shape of an element of a list of @shape. */
static struct shape element_of(struct collector *collector, struct shape shape)
{
    struct text_builder builder;

    if (shape.kind == SHAPE_NONE) {
        return no_shape;
    }
    if (shape.kind == SHAPE_ELEMENTS) {
        return (struct shape){SHAPE_AT, shape.path};
    }
    text_builder_init(&builder, collector->arena, LIMIT_EXPRESSION_BYTES);
    text_builder_add(&builder, shape.path);
    text_builder_add(&builder, "[]");
    return make_shape(collector, &builder);
}

static void record(struct collector *collector, struct shape shape, bool is_weak)
{
    if (shape.kind == SHAPE_NONE) {
        return;
    }

    size_t size = strlen(shape.path);
    while (size >= 2 && shape.path[size - 1] == ']' && shape.path[size - 2] == '[') {
        size -= 2; /* whoever reads an element whole reads the list */
    }

    struct link *link = arena_alloc(collector->arena, sizeof *link);
    char *path = arena_copy(collector->arena, (struct bytes){(const uint8_t *)shape.path, size});
    if (link == NULL || path == NULL) {
        collector->is_failed = true;
        return;
    }
    *link = (struct link){.read = {path, is_weak}, .next = collector->links};
    collector->links = link;
    collector->count++;
}

/* Records what @node and all in it read, its own value being used whole. */
static void use(struct collector *collector, const struct node *node)
{
    record(collector, trace(collector, node), false);
}

static struct shape trace_path(struct collector *collector, const struct node *node)
{
    if (node->variable == VARIABLE_ROOT) {
        return select_below(collector, "", node);
    }

    struct shape variable = collector->variables[node->variable];
    if (node->name_count == 0 || variable.kind == SHAPE_NONE) {
        return variable;
    }
    return select_below(collector, variable.path, node);
}

static struct shape trace_macro(struct collector *collector, struct shape list,
                                const struct node *macro)
{
    struct shape element = element_of(collector, list);

    record(collector, list, true);
    collector->variables[macro->variable] = element;

    struct shape body = trace(collector, macro->parts);
    if (macro->macro == MACRO_MAP) {
        if (body.kind == SHAPE_AT) {
            return (struct shape){SHAPE_ELEMENTS, body.path};
        }
        record(collector, body, false);
        return no_shape;
    }
    record(collector, body, false);
    if (macro->macro == MACRO_FILTER && element.kind == SHAPE_AT) {
        return (struct shape){SHAPE_ELEMENTS, element.path};
    }
    return no_shape;
}

static struct shape trace_member(struct collector *collector, const struct node *member)
{
    struct shape shape = trace(collector, member->parts);

    for (const struct node *part = member->parts->next; part != NULL; part = part->next) {
        if (part->kind == NODE_SELECT && shape.kind == SHAPE_AT) {
            shape = select_below(collector, shape.path, part);
        } else if (part->kind == NODE_SELECT) {
            record(collector, shape, false);
            shape = no_shape;
        } else if (part->kind == NODE_INDEX) {
            use(collector, part->parts);
            shape = element_of(collector, shape);
        } else if (part->kind == NODE_MACRO) {
            shape = trace_macro(collector, shape, part);
        } else {
            record(collector, shape, false);
            use(collector, part->parts);
            shape = no_shape;
        }
    }
    return shape;
}

/* Records what is read in @node and returns its shape; reading the value at that shape itself is
 * for the caller to record, who knows what of it is used. Recursion is bounded by the nesting. */
static struct shape trace(struct collector *collector, const struct node *node)
{
    if (node->kind == NODE_PATH) {
        return trace_path(collector, node);
    }
    if (node->kind == NODE_MEMBER) {
        return trace_member(collector, node);
    }
    if (node->kind == NODE_SIZE) {
        bool is_made = node->parts->kind == NODE_MEMBER;

        record(collector, trace(collector, node->parts), is_made);
        return no_shape;
    }
    for (const struct node *part = node->parts; part != NULL; part = part->next) {
        use(collector, part);
    }
    return no_shape;
}

/* ---- from all that was recorded to the list ---- */

/* Sorted by path; of one path, the strong one first. */
static int compare_reads(const void *left, const void *right)
{
    const struct read *a = left;
    const struct read *b = right;
    int order = strcmp(a->path, b->path);

    return order != 0 ? order : (int)a->is_weak - (int)b->is_weak;
}

static size_t remove_repeats(struct read *reads, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || strcmp(reads[kept - 1].path, reads[i].path) != 0) {
            reads[kept] = reads[i];
            kept++;
        }
    }
    return kept;
}

/* Returns the first of @reads that does not sort before @path followed by
 * @end, 0 for nothing. */
static size_t find_from(const struct read *reads, size_t count, struct bytes path, char end)
{
    size_t low = 0;
    size_t high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *other = reads[middle].path;
        int order = strncmp(other, (const char *)path.data, path.size);

        if (order == 0) {
            order = (unsigned char)other[path.size] - (unsigned char)end;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool holds_with_end(const struct read *reads, size_t count, struct bytes path, char end)
{
    size_t index = find_from(reads, count, path, end);

    return index < count && strncmp(reads[index].path, (const char *)path.data, path.size) == 0 &&
           reads[index].path[path.size] == end;
}

/* True if @read says nothing that another of @reads does not say. */
static bool is_covered(const struct read *reads, size_t count, const struct read *read)
{
    struct bytes whole = bytes_of_text(read->path);

    if (read->is_weak &&
        (holds_with_end(reads, count, whole, '.') || holds_with_end(reads, count, whole, '['))) {
        return true;
    }
    for (size_t i = 1; i < whole.size; i++) {
        struct bytes above = {whole.data, i};

        if (read->path[i] != '.' && read->path[i] != '[') {
            continue;
        }
        if (holds_with_end(reads, count, above, '\0') &&
            !reads[find_from(reads, count, above, '\0')].is_weak) {
            return true;
        }
    }
    return false;
}

bool reads_collect(struct expression *expression, struct arena *arena)
{
    struct collector collector = {.arena = arena};

    if (expression->element_path != NULL) {
        collector.variables[0] =
            element_of(&collector, (struct shape){SHAPE_AT, expression->element_path});
    }
    use(&collector, expression->root);

    struct read *reads = arena_array(arena, collector.count, sizeof *reads);
    const char **paths = arena_array(arena, collector.count, sizeof *paths);
    if (collector.is_failed || reads == NULL || paths == NULL) {
        return false;
    }

    size_t count = 0;
    for (const struct link *link = collector.links; link != NULL; link = link->next) {
        reads[count] = link->read;
        count++;
    }
    qsort(reads, count, sizeof *reads, compare_reads);
    count = remove_repeats(reads, count);
    for (size_t i = 0; i < count; i++) {
        if (!is_covered(reads, count, &reads[i])) {
            paths[expression->read_count] = reads[i].path;
            expression->read_count++;
        }
    }
    expression->reads = paths;
    return true;
}
