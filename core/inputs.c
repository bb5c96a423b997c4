/* SPDX-License-Identifier: Apache-2.0 */
#include "core/inputs.h"

#include <stdlib.h>
#include <string.h>

#include "lib/check.h"

/* True if @rest, behind the last brackets of an input, and @path, behind the same element, are
 * about the element's name: it says which element there is. */
static bool is_membership(const char *rest, const char *path)
{
    return strcmp(path, ".id") == 0 || (rest[0] == '\0' && path[0] == '\0');
}

bool input_covers(const char *input, const char *path)
{
    while (*input != '\0') {
        if (input[0] == '[' && input[1] == ']') {
            if (*path == '\0') {
                return true; /* how many elements there are */
            }
            if (*path != '[') {
                return false;
            }
            path += strcspn(path, "]");
            path += *path == ']' ? 1 : 0;
            input += 2;
            if (is_membership(input, path)) {
                return true;
            }
            if (*input == '\0') {
                return false;
            }
            continue;
        }
        if (*input != *path) {
            return false;
        }
        input++;
        path++;
    }
    return *path == '\0' || *path == '.' || *path == '[';
}

bool inputs_cover(const struct inputs *inputs, const char *path)
{
    for (size_t i = 0; i < inputs->count; i++) {
        if (input_covers(inputs->paths[i], path)) {
            return true;
        }
    }
    return false;
}

/* ---- collecting ---- */

/* A list that grows: links first, an array when all are known. */
struct link {
    const char *path;
    const struct link *next;
};

struct collector {
    struct arena *arena;
    const struct link *links;
    size_t count;
    bool is_failed;
};

static void add(struct collector *collector, const char *path)
{
    struct link *link = arena_alloc(collector->arena, sizeof *link);

    if (link == NULL || path == NULL) {
        collector->is_failed = true;
        return;
    }
    *link = (struct link){path, collector->links};
    collector->links = link;
    collector->count++;
}

static void add_reads(struct collector *collector, const struct expression *expression)
{
    size_t count = 0;

    if (expression == NULL) {
        return;
    }

    const char *const *paths = expression_reads(expression, &count);
    for (size_t i = 0; i < count; i++) {
        add(collector, paths[i]);
    }
}

/* A rule over a list is answered for each element, so which there are matters; what it reads of
 * them stands in its other two expressions. */
static void add_rule(struct collector *collector, const struct compiled_rule *rule)
{
    if (rule->each != NULL) {
        add(collector, arena_format(collector->arena, "%s[]", rule->rule->each));
    }
    add_reads(collector, rule->applies);
    add_reads(collector, rule->condition);
}

static void add_pack(struct collector *collector, const struct compiled_pack *pack)
{
    for (size_t i = 0; i < pack->pack->n_rules; i++) {
        add_rule(collector, &pack->rules[i]);
    }
}

/* True if a reader of @path reads the derived field @derived, a part of it, or what it is part of.
 */
static bool is_derived(const char *path, const char *derived)
{
    return input_covers(path, derived) || input_covers(derived, path);
}

/* Adds what the derived fields read that are read themselves. One may read those before it, so the
 * last comes first and one pass finds all. */
static void add_derived(struct collector *collector, const struct rulebook *rulebook)
{
    for (size_t i = rulebook->source->n_derived; i > 0; i--) {
        const char *derived = rulebook->source->derived[i - 1]->path;
        const struct link *link = collector->links;

        while (link != NULL && !is_derived(link->path, derived)) {
            link = link->next;
        }
        if (link != NULL) {
            add(collector, derived);
            add_reads(collector, rulebook->derived[i - 1]);
        }
    }
}

static int compare_paths(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static bool finish(struct collector *collector, const struct rulebook *rulebook, struct inputs *out)
{
    size_t count = 0;

    add_derived(collector, rulebook);
    *out = (struct inputs){.paths =
                               arena_array(collector->arena, collector->count, sizeof *out->paths)};
    if (collector->is_failed || out->paths == NULL) {
        return false;
    }
    for (const struct link *link = collector->links; link != NULL; link = link->next) {
        out->paths[count++] = link->path;
    }
    qsort(out->paths, count, sizeof *out->paths, compare_paths);
    for (size_t i = 0; i < count; i++) {
        if (out->count == 0 || strcmp(out->paths[out->count - 1], out->paths[i]) != 0) {
            out->paths[out->count++] = out->paths[i];
        }
    }
    return true;
}

bool inputs_of_rule(const struct rulebook *rulebook, const struct compiled_rule *rule,
                    struct arena *arena, struct inputs *out)
{
    struct collector collector = {.arena = arena};

    add_rule(&collector, rule);
    return finish(&collector, rulebook, out);
}

bool inputs_of_pack(const struct rulebook *rulebook, const struct compiled_pack *pack,
                    struct arena *arena, struct inputs *out)
{
    struct collector collector = {.arena = arena};

    add_pack(&collector, pack);
    return finish(&collector, rulebook, out);
}

bool inputs_of_seat(const struct rulebook *rulebook, size_t index, struct arena *arena,
                    struct inputs *out)
{
    struct collector collector = {.arena = arena};

    require(index < rulebook->stage->n_seats);
    const struct compiled_pack *pack =
        rulebook_pack(rulebook, rulebook->stage->seats[index]->department);
    if (pack != NULL) {
        add_pack(&collector, pack);
    }
    add_reads(&collector, rulebook->when[index]);
    return finish(&collector, rulebook, out);
}
